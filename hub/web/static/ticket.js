// One ticket on the phone that holds it. Its id stands after `#` and goes nowhere but to the hub.
// All texts come from the page, in the language it was asked for.

import { Alarm } from "./alarm.js";
import { byId, make, write } from "./elements.js";
import { Link } from "./link.js";
import { forget, farthest, hand, known } from "./pocket.js";

const { words, refusals } = JSON.parse(byId("words").textContent);
const ENDS = ["done", "cancelled"];
const SHOWN_OVERTAKERS = 3;
const alarm = new Alarm();
let link = null;
let view = null;
let ticket = location.hash.slice(1);
const fromPocket = !ticket;

const say = (name, values = {}) => fill(words[name], values);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

function begin() {
  if (fromPocket) {
    ticket = known();
    if (!ticket) return finish("no_number");
    history.replaceState(null, "", `#${ticket}`);
  }
  for (const one of document.querySelectorAll("a.language")) one.hash = ticket;
  link = new Link(
    { role: "ticket", credential: ticket },
    {
      onView(fresh) {
        view = fresh;
        draw();
      },
      onTouch: drawTouch,
      onTurnedAway(code, reason) {
        if (code !== "bad_credential") return finish("unseen", refusals[code] ?? reason);
        forget(ticket);
        finish(fromPocket ? "no_number" : "unknown");
      },
    },
  );
}

function drawTouch(touch) {
  const live = touch === "live";
  if (byId("main").dataset.state !== "none") {
    byId("touch").hidden = live;
    const time = new Date().toTimeString().slice(0, 5);
    if (live || !byId("touch").textContent) write(byId("touch"), live ? "" : say("lost", { time }));
  }
  for (const id of ["leave", "delay"]) byId(id).disabled = !live;
}

function draw() {
  const { state } = view;
  const changed = byId("main").dataset.state !== state;
  byId("main").dataset.state = state;
  write(byId("heading"), say("title"));
  write(byId("number"), view.number);
  byId("number").classList.toggle("long", view.number.length > 4);
  write(byId("service"), view.service);
  byId("service").lang = "vi";
  document.title = title();
  drawCall();
  drawWaiting(state === "waiting");
  drawActions(state === "waiting");
  drawWords();
  if (ENDS.includes(state)) forget(ticket);
  else hand(ticket);
  if (!changed) return;
  if (state !== "waiting") for (const one of document.querySelectorAll("dialog[open]")) one.close();
  if (state === "called") alarm.ring(document.title, say("bring", view), drawQuiet);
  else alarm.stop();
  if (ENDS.includes(state)) alarm.disarm();
}

function title() {
  if (view.state === "called") return say("title_called", view);
  if (view.state === "waiting" && view.ahead) return say("title_waiting", view);
  if (view.state === "waiting") return `${view.number} · ${say("next")}`;
  return `${view.number} · ${say("title")}`;
}

function drawCall() {
  const called = view.state === "called";
  byId("call").hidden = !called && view.state !== "serving";
  if (byId("call").hidden) return;
  write(byId("call-word"), say(called ? "called" : "served"));
  write(byId("call-counter"), say("counter", view));
  write(byId("call-note"), called ? say("bring", view) : "");
}

function drawQuiet(rings) {
  byId("quiet").hidden = !rings;
}

function drawWaiting(waits) {
  for (const id of ["pair", "place"]) byId(id).hidden = !waits;
  byId("overtakers").hidden = !waits || !view.overtakers.length;
  if (!waits) return;
  const { ahead, wait } = view;
  const later = view.not_before && Date.parse(view.not_before) > Date.now();
  write(byId("ahead"), ahead || later ? String(ahead) : say("next"));
  write(byId("ahead-word"), say(ahead || later ? "ahead" : "nobody"));
  byId("wait-card").hidden = !wait;
  if (wait) write(byId("wait"), wait.low === wait.high ? String(wait.low) : `${wait.low}–${wait.high}`);
  // The way is measured from the longest line this phone has seen before it.
  const longest = farthest(ticket, ahead);
  const percent = longest ? Math.round(5 + (90 * (longest - ahead)) / longest) : 95;
  byId("progress").setAttribute("aria-valuenow", percent);
  byId("progress-done").style.transform = `scaleX(${percent / 100})`;
  const serving = view.serving.filter((one) => one.ticket);
  write(byId("serving"), serving.map((one) => say("serving", { number: one.ticket, counter: one.number })).join(" "));
  write(byId("where"), view.counters.length ? say("where", { counters: list(view.counters) }) : "");
  write(byId("delayed"), view.not_before ? say("delayed", { time: view.not_before.slice(11, 16) }) : "");
  drawOvertakers();
}

function drawOvertakers() {
  const texts = view.overtakers
    .slice(0, SHOWN_OVERTAKERS)
    .map((one) => say(one.minutes ? "overtaken" : "overtaken_else", one));
  if (texts.join() === byId("overtakers").dataset.texts) return;
  byId("overtakers").dataset.texts = texts.join();
  byId("overtakers").replaceChildren(...texts.map((text) => make("p", {}, text)));
}

function drawActions(waits) {
  byId("actions").hidden = !waits;
  byId("arm").hidden = alarm.armed;
  byId("hint").hidden = !waits || alarm.armed;
  byId("armed").hidden = !alarm.armed || !waits;
  byId("delay").hidden = !view.may_delay;
  const minutes = view.delay_minutes;
  write(byId("delay"), say("delay", { minutes }));
  write(byId("delay-title"), say("delay_sure", { minutes }));
  write(byId("delay-go"), say("delay_go", { minutes }));
  write(byId("delay-note"), say("delay_note", { minutes }));
}

function drawArmed(means) {
  const names = means.map((one) => say(one)).join(", ");
  write(byId("armed"), names ? say("armed", { means: names }) : say("armed_nothing"));
  if (view) drawActions(view.state === "waiting");
}

function drawWords() {
  const { state, counter } = view;
  const name = { held: "held", no_show: "no_show", done: "done", cancelled: "cancelled" }[state];
  byId("words-card").hidden = !name;
  const some = counter === null && ["held", "no_show"].includes(name) ? `${name}_anywhere` : name;
  write(byId("words-text"), name ? say(some, view) : "");
}

/** There is no ticket to show: say why, and what to do. */
function finish(name, note = say(`${name}_note`)) {
  byId("main").dataset.state = "none";
  document.title = say(name);
  write(byId("heading"), say(name));
  write(byId("number"), "");
  write(byId("service"), note);
  for (const id of ["touch", "pair", "place", "hint", "actions", "call", "overtakers", "words-card", "armed"]) byId(id).hidden = true;
}

function list(numbers) {
  if (numbers.length < 2) return numbers.join("");
  return say("or", { some: numbers.slice(0, -1).join(", "), last: numbers.at(-1) });
}

async function wish(kind) {
  byId(`${kind}-sure`).close();
  byId(kind).disabled = true;
  const answer = await link.ask({ kind: kind === "leave" ? "cancel" : "delay", ticket });
  byId(kind).disabled = link.touch !== "live";
  byId("touch").hidden = answer.type !== "refused";
  write(byId("touch"), answer.type === "refused" ? (refusals[answer.code] ?? answer.reason) : "");
}

byId("arm").addEventListener("click", async () => {
  const means = await alarm.arm();
  drawArmed(means);
  if (await alarm.armNotices()) drawArmed([...means, "notice"]);
});
for (const kind of ["leave", "delay"]) {
  byId(kind).addEventListener("click", () => byId(`${kind}-sure`).showModal());
  byId(`${kind}-go`).addEventListener("click", () => wish(kind));
}
for (const one of document.querySelectorAll("[data-close]")) {
  one.addEventListener("click", () => one.closest("dialog").close());
}
addEventListener("hashchange", () => location.reload());

begin();
