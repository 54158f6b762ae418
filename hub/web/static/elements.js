// Small makers of elements: text is always text, never markup.

export const byId = (id) => document.getElementById(id);

/** Write a text only when it changed, so that screen readers and selections are left in peace. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** `make("li", {class: "x"}, "text", child…)`; nothing is made of null or undefined. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Says that the hub is out of reach, since when, and what that means here. */
export function banner(touch, since) {
  if (touch === "live") return "";
  const what = touch === "stale" ? "Không nhận được tin từ máy chủ" : "Mất kết nối với máy chủ";
  return `${what} từ ${since}. Màn hình giữ nguyên như lúc đó và tự kết nối lại; xin chờ, không cần tải lại trang.`;
}
