// The dialog that arranges one display.

import { byId, make, write } from "./elements.js";
import { fill, words } from "./words.js";

const dialog = byId("plan");
const form = dialog.querySelector("form");
const counters = byId("plan-counters");
const go = byId("plan-go");
const goWords = go.textContent;

/**
 * Ask what the display `screen` shall show, of a hall with these counters. `send(plan)` gives the
 * hub's answer; the dialog stays until it is granted. Resolves to whether it was.
 */
export function arrange(screen, hall, send) {
  const { plan } = screen;
  write(byId("plan-title"), fill(words.plan_title, { name: screen.name }));
  counters.replaceChildren(...hall.map((one) => box(one, plan.counters.includes(one.number))));
  form.elements.layout.value = plan.layout;
  byId("plan-name").value = plan.title;
  byId("plan-officers").checked = plan.officers;
  go.disabled = false;
  write(go, goWords);
  tell("", "");
  suit();
  return new Promise((resolve) => {
    let granted = false;
    form.onsubmit = async (event) => {
      event.preventDefault();
      const wrong = fault();
      tell(wrong, "");
      if (wrong) return void counters.querySelector("input").focus();
      go.disabled = true;
      write(go, words.wait);
      const answer = await send(chosen());
      go.disabled = false;
      write(go, goWords);
      granted = answer.type !== "refused";
      if (granted) dialog.close();
      else tell("", answer.reason);
    };
    dialog.onclose = () => resolve(granted);
    dialog.showModal();
    form.querySelector("[name=layout]:checked").focus();
  });
}

function box({ number, name }, checked) {
  const input = make("input", { type: "checkbox", name: "counter", value: number });
  input.checked = checked;
  return make("label", { title: name || null }, input, make("b", {}, String(number)), make("span", {}, name));
}

const layout = () => form.elements.layout.value;
const boxes = () => [...counters.querySelectorAll("input")];

/** Show the fields that this layout has; of one counter's panel only one can be chosen. */
function suit() {
  const one = layout() === "counter";
  let taken = false;
  for (const input of boxes()) {
    const checked = input.checked && !(one && taken);
    taken ||= checked;
    input.checked = checked; // before it becomes a radio, which would take another's mark away
    input.type = one ? "radio" : "checkbox";
  }
  byId("plan-counters-field").hidden = !["zone", "counter"].includes(layout());
  byId("plan-title-field").hidden = layout() !== "zone";
  byId("plan-officers-field").hidden = !one;
}

function chosen() {
  const own = ["zone", "counter"].includes(layout());
  return {
    layout: layout(),
    counters: own ? picked() : [],
    title: layout() === "zone" ? byId("plan-name").value.normalize("NFC").trim() : "",
    officers: layout() === "counter" && byId("plan-officers").checked,
  };
}

function picked() {
  return boxes().filter((input) => input.checked).map((input) => Number(input.value));
}

function fault() {
  if (layout() === "zone" && picked().length === 0) return words.need_zone;
  if (layout() === "counter" && picked().length !== 1) return words.need_one;
  return "";
}

function tell(wrong, refused) {
  write(byId("plan-wrong"), wrong);
  write(byId("plan-refused"), refused);
  byId("plan-counters-field").toggleAttribute("data-wrong", Boolean(wrong));
}

form.addEventListener("change", () => {
  tell("", "");
  suit();
});
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
