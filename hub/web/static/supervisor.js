// The whole hall for a supervisor: figures, counters to open, pause and close, lines, and with its
// neighbours the displays, the emergency and the day.

import { banner, byId, make, write } from "./elements.js";
import { drawEmergency, onEmergency } from "./emergency.js";
import { HallTime, clockOf } from "./hall_time.js";
import { Link } from "./link.js";
import { arrange } from "./screen_plan.js";
import { drawPrinters } from "./printers.js";
import { buttonOf, drawScreens, tickScreens } from "./screens.js";
import { fill, words } from "./words.js";
import { drawDay, onDay } from "./working_day.js";

const LONG_WAIT_MIN = 30;
const SAID_MS = 8000;
const STATES = { open: "mở", paused: "tạm nghỉ", closed: "đóng" };
const TOTALS = [
  ["waiting", "đang chờ"],
  ["called", "đang mời"],
  ["serving", "đang phục vụ"],
  ["held", "tạm giữ"],
  ["done", "đã xong"],
  ["no_show", "không có mặt"],
  ["cancelled", "đã hủy"],
];

const time = new HallTime();
let view = null;
let touch = null;
let steered = null;
let saying;

const link = new Link(
  { role: "supervisor" },
  {
    onView(fresh) {
      view = fresh;
      draw();
    },
    onTouch(now) {
      touch = now;
      const text = banner(touch, time.clock());
      byId("banner").hidden = !text;
      write(byId("banner"), text);
      draw();
    },
    onTime(iso) {
      time.set(iso);
      write(byId("clock"), time.clock());
      if (view) drawLines();
      tickScreens(time);
    },
    onTurnedAway(code, reason) {
      if (code === "bad_credential") location.assign("/sign-in");
      else write(byId("refused"), reason);
    },
  },
);

function draw() {
  const open = touch === "live" ? (view?.day ? "open" : "closed") : "lost";
  byId("dot").dataset.state = open;
  write(byId("hall-state"), { open: "Đang trong ngày làm việc", closed: "Ngày làm việc chưa mở", lost: "Mất kết nối" }[open]);
  if (!view) return;
  const totals = TOTALS.map(([state, words]) => make("div", {}, make("dt", {}, words), make("dd", {}, String(view.totals[state] ?? 0))));
  byId("totals").replaceChildren(...totals);
  drawCounters();
  drawLines();
  drawScreens(view.screens, time, change);
  drawPrinters(view.printers);
  drawEmergency(view.emergency, touch === "live");
  drawDay(view, touch === "live");
}

function drawCounters() {
  const focused = document.activeElement?.dataset?.counter;
  const rows = view.counters.map((one) => {
    const state = make("i", {}, make("span", { class: "dot", "data-state": one.state, "aria-hidden": "true" }), STATES[one.state]);
    const button = make(
      "button",
      { type: "button", "data-counter": one.number, "data-state": one.state },
      make("span", { class: "head" }, `Quầy ${one.number}`, state),
      make("span", { class: one.ticket ? "number" : "number idle" }, one.ticket ?? "–"),
      make("span", { class: "name" }, one.name),
      make("span", { class: "name" }, `${one.served_today} lượt${one.since ? ` · từ ${clockOf(one.since)}` : ""}`),
    );
    button.addEventListener("click", () => steer(one));
    return make("li", {}, button);
  });
  byId("counters").replaceChildren(...rows);
  if (focused) document.querySelector(`[data-counter="${focused}"]`)?.focus();
}

function drawLines() {
  const busyFirst = [...view.lines].sort((a, b) => b.waiting - a.waiting);
  const rows = busyFirst.map((line) => {
    const minutes = line.oldest_at ? time.minutesSince(line.oldest_at) : null;
    const long = minutes !== null && minutes >= LONG_WAIT_MIN;
    const oldest = minutes === null ? "–" : `${minutes} phút${long ? " – chờ lâu" : ""}`;
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, line.name),
      make("td", {}, String(line.waiting)),
      make("td", {}, String(line.issued)),
      make("td", { class: long ? "long" : null }, oldest),
      make("td", {}, line.wait ? `${line.wait.low}–${line.wait.high} phút` : "–"),
    );
  });
  byId("lines").replaceChildren(...rows);
}

function steer(counter) {
  steered = counter;
  write(byId("steer-title"), `Quầy ${counter.number}${counter.name ? ` · ${counter.name}` : ""}`);
  const hand = counter.ticket ? ` Đang có số ${counter.ticket}; phải kết thúc số đó rồi mới đóng được.` : "";
  write(byId("steer-note"), `Hiện ${STATES[counter.state]}.${hand}`);
  const useless = { open: "open_counter", paused: "pause_counter", closed: "close_counter" }[counter.state];
  for (const button of document.querySelectorAll("[data-steer]")) {
    const { steer: kind } = button.dataset;
    button.disabled =
      touch !== "live" || !view.day || kind === useless ||
      (kind === "close_counter" && counter.ticket !== null) ||
      (kind === "pause_counter" && counter.state === "closed");
  }
  byId("steer").showModal();
}

byId("steer").addEventListener("click", async (event) => {
  if (event.target.closest("[data-close]")) byId("steer").close();
  const button = event.target.closest("[data-steer]");
  if (!button) return;
  byId("steer").close();
  await send({ kind: button.dataset.steer, counter: steered.number }, "");
});

/** Ask the hub and say what came of it; gives the reason when it refuses, else nothing. */
async function send(command, done) {
  say("", "");
  const answer = await link.ask(command);
  const reason = answer.type === "refused" ? answer.reason : "";
  say(reason ? "" : done, reason);
  return reason;
}

function say(done, refused) {
  clearTimeout(saying);
  write(byId("done"), done);
  write(byId("refused"), refused);
  if (done) saying = setTimeout(() => write(byId("done"), ""), SAID_MS);
}

async function change(screen) {
  const { name } = screen;
  const granted = await arrange(screen, view.counters, (plan) => link.ask({ kind: "arrange_display", display: name, plan }));
  if (granted) say(fill(words.arranged, { name }), "");
  buttonOf(name)?.focus();
}

onEmergency(send);
onDay(send);
setInterval(() => write(byId("clock"), time.clock()), 1000);
