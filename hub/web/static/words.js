// The page's words for its scripts: the template writes them, in the officers' language.

export const words = JSON.parse(document.getElementById("words").textContent);

/** `fill("từ {time}", {time: "08:15"})`. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => String(values[name]));
}
