// Opening and ending the business day by hand; the hub does it by itself on ordinary days.

import { byId, write } from "./elements.js";
import { sure } from "./sure.js";
import { fill, words } from "./words.js";

let totals = {};

/** Say which day is open; only what makes sense can be pressed. */
export function drawDay(view, live) {
  totals = view.totals;
  const day = view.day ? fill(words.day_open, { day: view.day.split("-").reverse().join("/") }) : words.day_closed;
  write(byId("day-words"), day);
  byId("open-day").disabled = !live || view.day !== null;
  byId("close-day").disabled = !live || view.day === null;
}

/** `send(command, done)` asks the hub and says what came of it. */
export function onDay(send) {
  byId("open-day").addEventListener("click", async () => {
    const asked = { title: words.open_title, note: words.open_note, go: words.open_go };
    if (await sure(asked)) await send({ kind: "open_day" }, words.opened);
  });
  byId("close-day").addEventListener("click", async () => {
    const count = ["waiting", "called", "held"].reduce((sum, state) => sum + (totals[state] ?? 0), 0);
    const note = count ? fill(words.close_note, { count }) : words.close_nobody;
    if (await sure({ title: words.close_title, note, go: words.close_go })) await send({ kind: "close_day" }, words.closed);
  });
}
