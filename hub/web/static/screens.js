// The wall displays in the supervisor's view: what each shows, whether it does, and since when.

import { byId, make, write } from "./elements.js";
import { clockOf } from "./hall_time.js";
import { fill, words } from "./words.js";

let drawn = "";

/** Draw the list anew when it changed; `onChange(screen)` opens one to be arranged. */
export function drawScreens(screens, time, onChange) {
  const order = faultyFirst(screens);
  const now = JSON.stringify(order);
  if (now !== drawn) {
    drawn = now;
    const focused = document.activeElement?.dataset?.screen;
    byId("screens").replaceChildren(...order.map((one) => row(one, onChange)));
    byId("no-screens").hidden = order.length > 0;
    if (focused !== undefined) buttonOf(focused)?.focus();
    announce(order);
  }
  tickScreens(time);
}

/** Minutes go on by themselves. */
export function tickScreens(time) {
  for (const since of byId("screens").querySelectorAll("[data-since]")) {
    const minutes = time.minutesSince(since.dataset.since);
    write(since, fill(minutes ? words.since : words.since_now, { time: clockOf(since.dataset.since), minutes }));
  }
}

/** The button that arranges the display of that name. */
export function buttonOf(name) {
  return [...byId("screens").querySelectorAll("button")].find((one) => one.dataset.screen === name);
}

function faultyFirst(screens) {
  const byName = (a, b) => a.name.localeCompare(b.name, "vi", { numeric: true });
  return [...screens].sort((a, b) => Number(b.fault !== null) - Number(a.fault !== null) || byName(a, b));
}

function row(screen, onChange) {
  const { name, fault, since } = screen;
  const [mark, word] = stateOf(screen);
  const sign = make("span", { class: "sign", "aria-hidden": "true" }, mark);
  const state = make("span", { class: "screen-state" }, sign, word);
  const change = make("button", { type: "button", "data-screen": name, "aria-label": fill(words.change_of, { name }) }, words.change);
  change.addEventListener("click", () => onChange(screen));
  return make(
    "li",
    { "data-fault": fault, "data-unchecked": fault || screen.checked ? null : "" },
    make("div", { class: "screen-name" }, make("b", {}, name), state),
    make("p", {}, planWords(screen.plan)),
    fault ? make("p", { class: "screen-todo" }, since ? make("b", { "data-since": since }) : null, words.todo[fault]) : null,
    change,
  );
}

/** Its sign and word: a display is well only once it has said so. */
function stateOf({ fault, checked, hushed }) {
  if (fault) return ["!", words.faults[fault]];
  return checked ? ["✓", hushed ? words.hushed : words.good] : ["…", words.checking];
}

/** A plan in words: "Khu vực: quầy 1–4, 7 · “Đất đai”". */
export function planWords(plan) {
  const counters = fill(words.counter, { numbers: ranges(plan.counters) });
  let what = fill(words.layouts[plan.layout], { counters });
  if (plan.title) what = fill(words.titled, { what, title: plan.title });
  return plan.officers ? fill(words.officers, { what }) : what;
}

/** `[1, 2, 3, 7]` as "1–3, 7". */
function ranges(numbers) {
  const runs = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && number === last.to + 1) last.to = number;
    else runs.push({ from: number, to: number });
  }
  return runs.map(({ from, to }) => (from === to ? `${from}` : `${from}${to === from + 1 ? ", " : "–"}${to}`)).join(", ");
}

function announce(screens) {
  const bad = screens.filter((one) => one.fault !== null);
  const names = bad.map(({ name, fault }) => fill(words.bad_one, { name, fault: words.faults[fault].toLocaleLowerCase("vi") }));
  const good = screens.length && screens.every((one) => one.checked) ? fill(words.all_good, { count: screens.length }) : "";
  const said = bad.length ? fill(words.some_bad, { count: bad.length, names: names.join(", ") }) : good;
  byId("screens-said").toggleAttribute("data-bad", bad.length > 0);
  write(byId("screens-said"), said);
}
