// Keeps the shell of the citizens' pages for when there is no network. No page with a number or a
// dossier is ever kept: only files that are the same for everybody.

const SHELL = "motcua-shell-1";
const OFFLINE = "/offline";
const FILES = [OFFLINE, "/static/base.css", "/static/ticket.css", "/static/offline.js"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(FILES)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("motcua-") && name !== SHELL);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => kept(OFFLINE)));
  else if (FILES.includes(new URL(request.url).pathname)) event.respondWith(fresh(request));
});

async function fresh(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(SHELL)).put(request, answer.clone());
    return answer;
  } catch {
    return kept(request);
  }
}

async function kept(request) {
  return (await caches.match(request)) ?? Response.error();
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    clients.matchAll({ type: "window" }).then((pages) => {
      const page = pages.find((one) => new URL(one.url).pathname === "/t");
      return page ? page.focus() : clients.openWindow("/t");
    }),
  );
});
