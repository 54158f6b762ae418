// What the person in hand has come for: asked of the hub beside the commands, never in their way.

import { byId, make, write } from "./elements.js";

/** The states of a dossier, in the words that kiosk and phone use (shared/dossier_words.py). */
const STATES = {
  1: "Đã đăng ký, chờ tiếp nhận",
  2: "Đã tiếp nhận",
  3: "Không được tiếp nhận",
  4: "Đang xử lý",
  5: "Cần bổ sung giấy tờ",
  6: "Cần nộp phí, lệ phí",
  7: "Đã rút theo yêu cầu",
  8: "Đã dừng xử lý",
  9: "Đã có kết quả",
  10: "Đã trả kết quả",
};
const UNDER_WAY = [1, 2, 4];
const READY = [9, 10];
const DAY_MS = 86_400_000;

/** Follows the ticket in hand; `onChange` when there is something new to draw. */
export class Errand {
  constructor(link, onChange) {
    this.link = link;
    this.onChange = onChange;
    this.what = null;
    this.frame = undefined;
    this.asking = false;
  }

  /** The ticket in hand may be another, or the hub may be back. */
  follow(current, live) {
    const what = errandOf(current);
    if (what?.key !== this.what?.key) {
      this.what = what;
      this.frame = undefined;
      this.asking = false;
    }
    if (this.what && live && this.frame === undefined && !this.asking) this.ask();
  }

  again() {
    this.frame = undefined;
    this.ask();
  }

  async ask() {
    const asked = this.what;
    this.asking = true;
    this.onChange();
    const frame = await this.link.inquire(asked.question);
    if (asked.key !== this.what?.key) return; // somebody else is here meanwhile
    this.asking = false;
    this.frame = frame;
    this.onChange();
  }
}

function errandOf(current) {
  if (!current) return null;
  const { ticket, dossier, procedure } = current;
  if (dossier) {
    return { key: `${ticket} ${dossier}`, code: dossier, label: "Hồ sơ", question: { kind: "look_up_dossier", code: dossier } };
  }
  if (procedure) {
    return { key: `${ticket} ${procedure}`, code: procedure, label: "Thủ tục", question: { kind: "look_up_procedure", code: procedure } };
  }
  return null;
}

/** Draw it; `today` is the hall's date, `YYYY-MM-DD`. */
export function drawErrand(errand, today) {
  const { what } = errand;
  byId("dossier").hidden = !what;
  if (!what) return;
  const told = errand.asking ? waiting(what) : words(what, errand.frame, today);
  const title = [make("span", {}, `${what.label}: `), told.title ?? what.code];
  if (byId("errand-title").textContent !== `${what.label}: ${told.title ?? what.code}`) {
    byId("errand-title").replaceChildren(...title);
  }
  write(byId("errand-name"), told.name ?? "");
  write(byId("errand-state"), told.state ?? "");
  write(byId("errand-due"), told.due ?? "");
  byId("dossier").dataset.tone = told.tone ?? "";
  byId("dossier").setAttribute("aria-busy", String(errand.asking));
  byId("errand-again").hidden = !told.again;
}

function waiting(what) {
  return { name: what.label === "Hồ sơ" ? "Đang tra cứu…" : "" };
}

function words(what, frame, today) {
  const finding = frame?.finding;
  if (finding?.kind === "dossier_found") return dossierWords(finding.dossier, today);
  if (finding?.kind === "procedure_found") {
    const { name, agency, time } = finding.procedure;
    return { title: name, name: `${what.code} · ${agency}`, due: time ? `Thời hạn: ${time}` : "" };
  }
  if (finding?.kind === "dossier_not_found") return { name: "Hệ thống một cửa không có mã hồ sơ này.", state: "Không tìm thấy", tone: "warn" };
  if (finding?.kind === "procedure_not_found") return { name: "Danh mục của trung tâm không có thủ tục này." };
  if (frame?.type === "refused") return { name: frame.reason, again: frame.code !== "lookup_off" };
  const why = finding ? "Hệ thống một cửa chưa trả lời; vẫn phục vụ bình thường." : "Chưa nhận được trả lời; vẫn phục vụ bình thường.";
  return { name: why, state: "Chưa tra được", tone: "warn", again: true };
}

function dossierWords(dossier, today) {
  const { state, due } = dossier;
  const late = due && UNDER_WAY.includes(state) ? daysBetween(due.slice(0, 10), today) : 0;
  const told = { name: dossier.procedure, state: STATES[state] ?? "", tone: READY.includes(state) ? "good" : "" };
  if (due) told.due = `hẹn trả ${due.slice(0, 10).split("-").reverse().join("/")}`;
  if (late > 0) Object.assign(told, { due: `${told.due} · trễ ${late} ngày`, tone: "late" });
  if ([5, 6].includes(state)) told.tone = "warn";
  return told;
}

function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}
