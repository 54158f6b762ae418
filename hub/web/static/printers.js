// The kiosks' printers in the supervisor's view: how each is, since when, and what to do.

import { byId, make, write } from "./elements.js";
import { clockOf } from "./hall_time.js";
import { fill, words } from "./words.js";

const WELL = ["ready"];
const NOT_WELL = ["no_paper", "cover_open", "printer_off", "printer_fault", "cups_down"];

let drawn = "";

/** Draw the list anew when it changed, those in trouble first; no list where there is no printer. */
export function drawPrinters(printers) {
  const now = JSON.stringify(printers);
  if (now === drawn) return;
  drawn = now;
  const bad = ({ state }) => NOT_WELL.includes(state);
  const order = [...printers].sort((a, b) => Number(bad(b)) - Number(bad(a)) || a.name.localeCompare(b.name, "vi", { numeric: true }));
  byId("printers").replaceChildren(...order.map((one) => row(one, bad(one))));
  byId("printers-box").hidden = order.length === 0;
  const names = order.filter(bad).map(({ name, state }) => fill(words.bad_one, { name, fault: words.printers[state].toLocaleLowerCase("vi") }));
  write(byId("printers-said"), names.length ? fill(words.printers_bad, { names: names.join(", ") }) : "");
}

function row({ name, state, since }, bad) {
  const word = state ?? "unknown";
  const well = WELL.includes(word);
  const sign = make("span", { class: "sign", "aria-hidden": "true" }, bad ? "!" : well ? "✓" : "…");
  const todo = words.printers_todo[word];
  return make(
    "li",
    { "data-printer": name, "data-fault": bad ? word : null, "data-unchecked": bad || well ? null : "" },
    make("div", { class: "screen-name" }, make("b", {}, name), make("span", { class: "screen-state" }, sign, words.printers[word])),
    todo ? make("p", { class: "screen-todo" }, make("b", {}, fill(words.since_now, { time: clockOf(since) })), todo) : null,
  );
}
