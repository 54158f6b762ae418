// Comes back by itself when the network does.

addEventListener("online", () => location.reload());
for (const again of document.querySelectorAll("[data-again]")) {
  again.addEventListener("click", () => location.reload());
}
