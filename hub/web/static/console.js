// A counter's console: keys and buttons become commands; the hub's view becomes the screen.

import { askOther, askTransfer } from "./console_dialogs.js";
import { Errand, drawErrand } from "./console_errand.js";
import { draw, tick } from "./console_view.js";
import { banner, byId, write } from "./elements.js";
import { HallTime } from "./hall_time.js";
import { Link } from "./link.js";

const SAME_AGAIN_MS = 700;
const NOTICE_MS = 8000;

const time = new HallTime();
const desk = { view: null, touch: null, busy: null, time };
let resting = null;
let noticeTimer;

const link = new Link(
  { role: "counter" },
  {
    onView(view) {
      desk.view = view;
      show();
    },
    onTouch(touch) {
      desk.touch = touch;
      const text = banner(touch, time.clock());
      byId("banner").hidden = !text;
      write(byId("banner"), text);
      show();
    },
    onTime(iso) {
      time.set(iso);
      tick(desk);
    },
    onTurnedAway(code, reason) {
      if (code === "bad_credential") location.assign("/sign-in");
      else say("refused", reason);
    },
  },
);

const errand = new Errand(link, () => drawErrand(errand, time.day()));

/** What each act wants of the hub; null when it cannot be done now. */
const ACTS = {
  next: (view) => (view.waiting > 0 ? { kind: "call_next", ticket: view.current?.ticket ?? null } : null),
  start: (view) => inHand(view, "start_service", "called"),
  finish: (view) => inHand(view, "finish"),
  recall: (view) => inHand(view, "recall", "called"),
  no_show: (view) => inHand(view, "no_show", "called"),
  hold: (view) => inHand(view, "hold"),
  transfer: (view) => inHand(view, "transfer"),
  other: (view) => (view.line.length + view.aside.length > 0 ? { kind: "call_ticket" } : null),
  pause: (view) => ({ kind: view.state === "open" ? "pause_counter" : "open_counter" }),
  close: (view) => (view.current || view.state === "closed" ? null : { kind: "close_counter" }),
};

// The ticket is always named: a screen that is behind must not end somebody else's turn.
function inHand(view, kind, state) {
  const { current } = view;
  if (!current || (state && current.state !== state)) return null;
  return { kind, ticket: current.ticket };
}

/** What waits while an emergency stands on every wall: nobody would see the call. */
const CALLS = new Set(["next", "recall", "no_show", "other"]);

function possible(act) {
  if (!desk.view?.day_open || desk.busy || desk.touch !== "live" || act === resting) return null;
  if (desk.view.emergency && CALLS.has(act)) return null;
  return ACTS[act](desk.view);
}

function show() {
  if (desk.view) {
    draw(desk, { recallAside, returnAside });
    errand.follow(desk.view.current, desk.touch === "live");
    drawErrand(errand, time.day());
  }
  const locked = desk.touch !== "live" || desk.busy !== null;
  for (const button of document.querySelectorAll("[data-act]")) {
    button.disabled = !possible(button.dataset.act);
    button.toggleAttribute("data-busy", desk.busy === button.dataset.act);
  }
  for (const button of document.querySelectorAll("#aside button")) button.disabled = locked;
  if (desk.view?.emergency) for (const button of document.querySelectorAll("#aside .again")) button.disabled = true;
  document.body.dataset.busy = String(desk.busy !== null);
  document.body.dataset.touch = desk.touch ?? "";
}

async function act(name) {
  const command = possible(name);
  if (!command) return;
  if (name === "transfer") {
    const chosen = await askTransfer(desk.view);
    if (chosen) await send(name, { ...command, ...chosen });
  } else if (name === "other") {
    const ticket = await askOther(desk.view, time);
    if (ticket) await send(name, { ...command, ticket });
  } else {
    await send(name, command);
  }
}

const recallAside = (ticket) => send("other", { kind: "call_ticket", ticket });
const returnAside = (ticket) => send("return", { kind: "return_ticket", ticket });

async function send(name, command) {
  if (desk.busy) return;
  desk.busy = name;
  say("notice", "");
  show();
  const answer = await link.ask(command);
  desk.busy = null;
  rest(name);
  if (answer.type === "refused") say("refused", answer.reason);
  else say("notice", told(command.kind, answer.value));
  show();
}

// A hurried second press must not send away the person who was called by the first.
function rest(name) {
  resting = name;
  setTimeout(() => {
    if (resting === name) resting = null;
    show();
  }, SAME_AGAIN_MS);
}

function told(kind, value) {
  const words = {
    call_next: `Đã gọi ${value.number}.`,
    call_ticket: `Đã gọi ${value.number}.`,
    recall: `Đã gọi lại ${value.number}.`,
    start_service: `Bắt đầu phục vụ ${value.number}.`,
    finish: `Đã hoàn thành ${value.number}.`,
    no_show: `Đã ghi ${value.number} không có mặt.`,
    hold: `Đã tạm giữ ${value.number}.`,
    return_ticket: `Đã trả ${value.number} về hàng chờ.`,
    transfer: `Đã chuyển ${value.number}.`,
    open_counter: "Quầy đang mở.",
    pause_counter: "Quầy tạm nghỉ.",
    close_counter: "Quầy đã đóng.",
  };
  return words[kind] ?? "";
}

function say(where, text) {
  clearTimeout(noticeTimer);
  write(byId("notice"), where === "notice" ? text : "");
  write(byId("refused"), where === "refused" ? text : "");
  noticeTimer = setTimeout(() => say("notice", ""), NOTICE_MS);
}

for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", (event) => {
    // After a click with the mouse the focus goes: Enter shall call the next, not press this again.
    if (event.detail > 0) button.blur();
    act(button.dataset.act);
  });
}

byId("errand-again").addEventListener("click", () => errand.again());

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.target.closest("button, a, input, select") && ["Enter", " "].includes(event.key)) return;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const button = document.querySelector(`[data-act][data-key="${CSS.escape(key)}"]`);
  if (!button) return;
  event.preventDefault();
  act(button.dataset.act);
});

setInterval(() => tick(desk), 1000);
