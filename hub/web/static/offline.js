// Comes back by itself when the network does; phones do not always tell, or tell too early.

const AGAIN_MS = 4_000;

async function look() {
  try {
    await fetch("/sw.js", { method: "HEAD", cache: "no-store" });
    location.reload();
  } catch {
    // Not yet.
  }
}

addEventListener("online", look);
document.addEventListener("visibilitychange", () => document.hidden || look());
setInterval(look, AGAIN_MS);
for (const again of document.querySelectorAll("[data-again]")) {
  again.addEventListener("click", () => location.reload());
}
