// What is said to everybody, over everything else: written, asked once more, and ended.

import { byId, write } from "./elements.js";
import { sure } from "./sure.js";
import { fill, words } from "./words.js";

const field = byId("urgent-text");
let standing = "";

/** Show what stands; without a live hub nothing can be said or ended. */
export function drawEmergency(text, live) {
  standing = text;
  write(byId("emergency-text"), text);
  byId("emergency").hidden = !text;
  byId("clear").disabled = !live;
  byId("raise").disabled = !live;
}

/** `send(command, done)` asks the hub and says what came of it. */
export function onEmergency(send) {
  byId("urgent").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.normalize("NFC").replace(/\s+/g, " ").trim();
    wrong(text ? "" : words.need_text);
    if (!text) return void field.focus();
    const note = standing ? words.raise_again : words.raise_note;
    if (!(await sure({ title: words.raise_title, note, quote: text, go: words.raise_go }))) return;
    const refused = await send({ kind: "raise_emergency", text }, words.raised);
    if (refused) return wrong(refused);
    field.value = "";
    count();
  });
  byId("clear").addEventListener("click", async () => {
    const asked = { title: words.clear_title, note: words.clear_note, quote: standing, go: words.clear_go };
    if (await sure(asked)) await send({ kind: "clear_emergency" }, words.cleared);
  });
}

function wrong(text) {
  write(byId("urgent-wrong"), text);
  field.setAttribute("aria-invalid", String(Boolean(text)));
}

function count() {
  write(byId("urgent-count"), fill(words.letters, { count: field.value.length }));
}

for (const ready of document.querySelectorAll("[data-say]")) {
  ready.addEventListener("click", () => {
    field.value = ready.dataset.say;
    wrong("");
    count();
    field.focus();
  });
}
field.addEventListener("input", () => {
  wrong("");
  count();
});
count();
