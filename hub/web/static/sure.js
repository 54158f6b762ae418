// Asks once more before something that the whole hall feels.

import { byId, write } from "./elements.js";

const dialog = byId("sure");

/** Resolves to whether the person means it; `quote` are the exact words it is about. */
export function sure({ title, note, quote = "", go }) {
  write(byId("sure-title"), title);
  write(byId("sure-note"), note);
  write(byId("sure-words"), quote);
  byId("sure-words").hidden = !quote;
  write(byId("sure-go"), go);
  dialog.returnValue = "";
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "go");
    dialog.showModal();
  });
}

dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
