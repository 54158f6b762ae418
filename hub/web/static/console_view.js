// Draws a counter's view. It reads the view and writes the page, and decides nothing.

import { byId, make, write } from "./elements.js";
import { clockOf, stopwatch } from "./hall_time.js";

const LONG_WAIT_MIN = 30;
const PAPERS = {
  printed: "có phiếu giấy",
  sent: "phiếu đã gửi máy in, không rõ đã in",
  failed: "không có phiếu giấy",
};
const ASIDE = { held: "tạm giữ", no_show: "không có mặt" };

/** Draw everything. `acts` are what the buttons in the aside list do. */
export function draw(desk, acts) {
  const { view } = desk;
  const name = view.name ? `Quầy ${view.counter} · ${view.name}` : `Quầy ${view.counter}`;
  write(byId("counter-name"), name);
  document.title = view.current ? `${view.current.number} · Quầy ${view.counter}` : name;
  write(byId("counter-state"), stateWords(desk));
  byId("dot").dataset.state = desk.touch === "live" ? view.state : "lost";
  write(byId("served"), String(view.served_today));
  write(byId("emergency-text"), view.emergency);
  byId("emergency").hidden = !view.emergency;
  write(byId("next-label"), view.current ? "Xong và gọi số tiếp theo" : "Gọi số tiếp theo");
  write(byId("pause-label"), { open: "Tạm nghỉ", paused: "Tiếp tục", closed: "Mở quầy" }[view.state]);
  drawCurrent(view);
  drawLine(view);
  drawAside(view, acts);
  tick(desk);
}

function stateWords({ view, touch }) {
  if (touch !== "live") return "Mất kết nối";
  if (!view.day_open) return "Chưa mở ngày";
  if (view.state === "paused") return "Tạm nghỉ";
  if (view.state === "closed") return "Đang đóng";
  if (!view.current) return "Sẵn sàng";
  return view.current.state === "called" ? "Đang mời" : "Đang phục vụ";
}

function drawCurrent(view) {
  const { current } = view;
  byId("current").dataset.state = current ? current.state : "idle";
  write(byId("number"), current ? current.number : "");
  write(byId("service"), current ? current.service_name : idleTitle(view));
  if (!current) {
    write(byId("taken"), idleWords(view));
    write(byId("reason"), "");
    return;
  }
  const waited = Math.max(0, Math.round((Date.parse(current.called_at) - Date.parse(current.issued_at)) / 60_000));
  const parts = [`Lấy số ${clockOf(current.issued_at)}`, `chờ ${waited} phút`];
  if (current.priority) parts.push(`ưu tiên: ${current.priority.toLocaleLowerCase("vi")}`);
  if (current.paper) parts.push(PAPERS[current.paper]);
  write(byId("taken"), parts.join(" · "));
  write(byId("reason"), current.reason);
}

function idleTitle(view) {
  if (!view.day_open) return "Ngày làm việc chưa mở";
  if (view.state === "paused") return "Quầy đang tạm nghỉ";
  if (view.state === "closed") return "Quầy đang đóng";
  return view.waiting ? "Chưa gọi số nào" : "Không có ai chờ";
}

function idleWords(view) {
  if (!view.day_open) return "Quầy sẽ làm việc được khi ngày làm việc mở.";
  if (view.emergency) return "Chưa gọi được khi đang có thông báo khẩn.";
  if (view.state === "paused") return "Nhấn P để tiếp tục, hoặc Enter để gọi luôn số tiếp theo.";
  const people = `${view.waiting} người đang chờ.`;
  if (view.state === "closed") {
    return view.waiting ? `${people} Nhấn P để mở quầy, hoặc Enter để gọi luôn.` : "Nhấn P để mở quầy.";
  }
  return view.waiting ? `${people} Nhấn Enter để gọi số tiếp theo.` : "Số mới sẽ hiện ở cột bên phải.";
}

function drawLine(view) {
  write(byId("waiting"), String(view.waiting));
  const rows = view.line.map((one) =>
    make("li", { "data-since": one.issued_at }, make("b", {}, one.number), serviceOf(one), make("span", { class: "wait" }), laterOf(one)),
  );
  byId("line").replaceChildren(...rows);
  const more = view.waiting - view.line.length;
  write(byId("line-rest"), more > 0 ? `và ${more} người nữa` : view.waiting ? "" : "Chưa có ai chờ.");
}

function serviceOf(one) {
  const badge = one.priority
    ? make("span", { class: "badge", title: `${one.priority}, cộng ${one.bonus_minutes} phút` }, "ưu tiên")
    : null;
  return make("span", { class: "service" }, make("span", { title: one.service_name }, one.service_name), badge);
}

function laterOf(one) {
  return one.not_before ? make("small", { class: "later" }, `xin lùi đến ${clockOf(one.not_before)}`) : null;
}

function drawAside(view, acts) {
  byId("aside-box").hidden = view.aside.length === 0;
  const rows = view.aside.map((one) => {
    const again = make("button", { type: "button", class: "again", "aria-label": `Gọi ${one.number}` }, "Gọi");
    const back = make("button", { type: "button", "aria-label": `Trả ${one.number} về hàng` }, "Trả về hàng");
    again.addEventListener("click", () => acts.recallAside(one.ticket));
    back.addEventListener("click", () => acts.returnAside(one.ticket));
    return make("li", { "data-ticket": one.ticket }, make("b", {}, one.number), serviceOf(one), make("span", { class: "why" }, ASIDE[one.state]), again, back);
  });
  byId("aside").replaceChildren(...rows);
}

/** Move what moves by itself: the clock, the stopwatch, the waits. */
export function tick({ view, time }) {
  write(byId("clock"), time.clock());
  if (!view) return;
  tickCurrent(view.current, time);
  for (const row of document.querySelectorAll("#line li")) {
    const minutes = time.minutesSince(row.dataset.since);
    const wait = row.querySelector(".wait");
    if (wait.dataset.minutes === String(minutes)) continue;
    wait.dataset.minutes = minutes;
    const long = minutes >= LONG_WAIT_MIN;
    wait.classList.toggle("long", long);
    wait.replaceChildren(`${minutes} phút`, ...(long ? [make("small", {}, "chờ lâu")] : []));
  }
}

function tickCurrent(current, time) {
  const late = current?.started_at && time.secondsSince(current.started_at) > current.target_minutes * 60;
  byId("current").toggleAttribute("data-late", Boolean(late));
  if (!current) {
    write(byId("timer"), "");
    write(byId("target"), "");
  } else if (current.started_at) {
    write(byId("timer"), stopwatch(time.secondsSince(current.started_at)));
    write(byId("target"), late ? `quá mục tiêu ${current.target_minutes} phút` : `mục tiêu ${current.target_minutes} phút`);
  } else {
    write(byId("timer"), stopwatch(time.secondsSince(current.called_at)));
    write(byId("target"), current.calls > 1 ? `đang mời · gọi lần ${current.calls}` : "đang mời");
  }
}
