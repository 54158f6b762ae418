// One ticket on the phone that holds it. Its id stands after `#` and goes nowhere but to the hub.

import { byId, write } from "./elements.js";
import { Link } from "./link.js";

const ticket = location.hash.slice(1);
const home = document.title;
let link = null;
let view = null;
let farthest = 0;

function begin() {
  if (!ticket) {
    finish("Chưa có số nào", "Xin quét mã QR in trên phiếu để mở trang của số.");
    return;
  }
  link = new Link(
    { role: "ticket", credential: ticket },
    {
      onView(fresh) {
        view = fresh;
        draw();
      },
      onTouch(touch) {
        if (byId("main").dataset.state === "none") return;
        byId("touch").hidden = touch === "live";
        write(byId("touch"), touch === "live" ? "" : "Đang mất kết nối. Chỗ của ông/bà vẫn được giữ; trang tự cập nhật lại khi có mạng.");
        byId("leave").disabled = touch !== "live";
      },
      onTurnedAway(code, reason) {
        byId("touch").hidden = true;
        if (code === "bad_credential") finish("Không tìm thấy số này", `${reason} Xin lấy số mới tại máy lấy số, hoặc hỏi quầy hướng dẫn.`);
        else finish("Chưa xem được số", reason);
      },
    },
  );
}

function draw() {
  const { state } = view;
  const changed = byId("main").dataset.state !== state;
  byId("main").dataset.state = state;
  write(byId("number"), view.number);
  write(byId("service"), view.service);
  document.title = title();
  drawCall();
  drawWaiting(state === "waiting");
  drawWords();
  byId("leave").hidden = state !== "waiting";
  if (changed && state !== "waiting" && byId("sure").open) byId("sure").close();
  if (changed && state === "called") buzz();
}

function buzz() {
  // Browsers refuse it, loudly, before the first touch.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300]);
}

function title() {
  if (view.state === "called") return `Mời đến quầy ${view.counter} – ${view.number}`;
  if (view.state === "waiting") return `${view.number} · còn ${view.ahead} người`;
  return `${view.number} · ${home}`;
}

function drawCall() {
  const { state, counter, number } = view;
  const shown = state === "called" || state === "serving";
  byId("call").hidden = !shown;
  if (!shown) return;
  write(byId("call-word"), state === "called" ? "Mời ông/bà đến" : "Đang phục vụ tại");
  write(byId("call-counter"), `Quầy ${counter}`);
  write(byId("call-note"), state === "called" ? `Xin mang theo giấy tờ. Quầy đang chờ số ${number}.` : "");
}

function drawWaiting(waits) {
  byId("pair").hidden = byId("place").hidden = byId("hint").hidden = !waits;
  if (!waits) return;
  write(byId("ahead"), view.ahead ? String(view.ahead) : "Kế tiếp");
  write(byId("ahead-word"), view.ahead ? "người phía trước" : "không còn ai phía trước");
  byId("wait").parentElement.hidden = !view.wait;
  if (view.wait) {
    const { low, high } = view.wait;
    write(byId("wait"), low === high ? String(low) : `${low}–${high}`);
    write(byId("wait-word"), "phút nữa");
  }
  // The way is measured from the longest line this phone has seen before it.
  farthest = Math.max(farthest, view.ahead, Number(remembered()));
  remember(farthest);
  const percent = farthest ? Math.round(5 + (90 * (farthest - view.ahead)) / farthest) : 95;
  byId("progress").setAttribute("aria-valuenow", percent);
  byId("progress-done").style.transform = `scaleX(${percent / 100})`;
  const serving = view.serving.filter((one) => one.ticket);
  write(byId("serving"), serving.map((one) => `Đang phục vụ ${one.ticket} tại quầy ${one.number}.`).join(" "));
  write(byId("where"), view.counters.length ? `Ông/bà sẽ được mời đến quầy ${list(view.counters)}.` : "");
}

function drawWords() {
  const at = view.counter ? ` ${view.counter}` : "";
  const words = {
    held: `Số được tạm giữ. Xong việc, mời ông/bà quay lại quầy${at}.`,
    no_show: `Đã gọi số ${view.number} mà chưa gặp ông/bà. Xin báo cán bộ quầy${at} để được xếp lại vào hàng.`,
    done: "Đã phục vụ xong. Xin cảm ơn ông/bà!",
    cancelled: "Số này không còn hiệu lực. Khi cần, xin lấy số mới tại máy lấy số.",
  }[view.state];
  byId("words").hidden = !words;
  write(byId("words-text"), words ?? "");
}

function finish(heading, words) {
  byId("main").dataset.state = "none";
  write(byId("number"), "");
  write(byId("service"), heading);
  for (const id of ["pair", "place", "hint", "leave", "call"]) byId(id).hidden = true;
  byId("words").hidden = false;
  write(byId("words-text"), words);
}

function list(numbers) {
  if (numbers.length < 2) return numbers.join("");
  return `${numbers.slice(0, -1).join(", ")} hoặc ${numbers.at(-1)}`;
}

function remembered() {
  try {
    return sessionStorage.getItem(ticket) ?? 0;
  } catch {
    return 0; // storage may be forbidden; the bar is then only less exact
  }
}

function remember(value) {
  try {
    sessionStorage.setItem(ticket, String(value));
  } catch {
    // see above
  }
}

byId("leave").addEventListener("click", () => byId("sure").showModal());
byId("stay").addEventListener("click", () => byId("sure").close());
byId("go").addEventListener("click", async () => {
  byId("sure").close();
  byId("leave").disabled = true;
  const answer = await link.ask({ kind: "cancel", ticket });
  byId("leave").disabled = false;
  if (answer.type === "refused") {
    byId("touch").hidden = false;
    write(byId("touch"), answer.reason);
  }
});
addEventListener("hashchange", () => location.reload());

begin();
