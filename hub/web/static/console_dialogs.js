// The two questions a console asks: where to send this number, and which number to call instead.

import { byId, make, write } from "./elements.js";
import { clockOf } from "./hall_time.js";

/** Where the ticket in hand shall go: `{service, to}`, or null. */
export async function askTransfer(view) {
  const { current } = view;
  const services = byId("transfer-services");
  const counter = byId("transfer-counter");
  write(byId("transfer-number"), current.number);
  const choices = view.services.map((one) => ({
    value: one.id,
    label: one.name,
    note: one.id === current.service ? "dịch vụ hiện tại" : counterWords(one.counters),
  }));
  const chosen = await choose("transfer", services, choices, (id) => {
    const service = view.services.find((one) => one.id === id);
    const numbers = service ? service.counters.filter((number) => number !== view.counter) : [];
    const options = numbers.map((number) => make("option", { value: number }, `Chỉ quầy ${number}`));
    // Without a counter, the same service would be the line it came from.
    if (service && id !== current.service) options.unshift(make("option", { value: "" }, "Quầy nào rảnh trước"));
    counter.disabled = options.length === 0;
    const none = service ? "Không có quầy nào khác" : "Chọn dịch vụ trước";
    counter.replaceChildren(...(options.length ? options : [make("option", { value: "" }, none)]));
    return options.length > 0;
  });
  if (chosen === null) return null;
  return { service: chosen, to: counter.value ? Number(counter.value) : null };
}

const ASIDE = { held: "tạm giữ", no_show: "không có mặt" };

/** Which ticket to call out of turn, by its id, or null. */
export async function askOther(view, time) {
  const { current } = view;
  write(byId("other-note"), current ? `${current.number} ở quầy sẽ được ghi là đã hoàn thành.` : "");
  const choices = [...view.aside, ...view.line].map((one) => ({
    value: one.ticket,
    strong: one.number,
    label: one.service_name,
    note: ASIDE[one.state] ?? `lấy số ${clockOf(one.issued_at)} · ${time.minutesSince(one.issued_at)} phút`,
  }));
  return choose("other", byId("other-tickets"), choices, () => true);
}

function counterWords(numbers) {
  return `quầy ${numbers.join(", ")}`;
}

/** Show a dialog with one list to choose from; resolves to the chosen value, or null. */
function choose(name, list, choices, onChosen) {
  const dialog = byId(name);
  const filter = byId(`${name}-filter`);
  const go = byId(`${name}-go`);
  const rows = choices.map(({ value, strong, label, note }) => {
    const input = make("input", { type: "radio", name: `${name}-choice`, value });
    const text = make("span", {}, label);
    const row = make("label", {}, input, strong ? make("b", {}, strong) : "", text, make("small", {}, note));
    if (!strong) row.style.gridTemplateColumns = "24px minmax(0, 1fr) auto";
    row.dataset.find = plain(`${strong ?? ""} ${label}`);
    return row;
  });
  const none = make("p", { class: "none", hidden: "" }, "Không tìm thấy.");
  list.replaceChildren(...rows, none);
  list.scrollTop = 0;
  const picked = () => list.querySelector("input:checked");
  const refresh = () => (go.disabled = !onChosen(picked()?.value) || !picked());
  const seen = () => rows.filter((row) => !row.hidden);

  filter.value = "";
  filter.oninput = () => {
    const wanted = plain(filter.value);
    for (const row of rows) row.hidden = !row.dataset.find.includes(wanted);
    none.hidden = seen().length > 0;
    const first = seen()[0]?.querySelector("input");
    if (picked()) picked().checked = false;
    if (wanted && first) first.checked = true;
    refresh();
  };
  filter.onkeydown = (event) => {
    if (event.key !== "ArrowDown" || !seen().length) return;
    event.preventDefault();
    const input = picked() ?? seen()[0].querySelector("input");
    input.checked = true;
    input.focus();
    refresh();
  };
  list.onchange = refresh;
  dialog.querySelector("[data-close]").onclick = () => dialog.close();
  refresh();

  return new Promise((resolve) => {
    let answer = null;
    dialog.querySelector("form").onsubmit = (event) => {
      if (go.disabled) event.preventDefault();
      else answer = picked().value;
    };
    dialog.onclose = () => resolve(answer);
    dialog.showModal();
    filter.focus();
  });
}

/** Without case and marks, so that "dat dai" finds "Đất đai". */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().trim();
}
