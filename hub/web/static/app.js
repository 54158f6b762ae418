// Makes the citizens' pages an app that opens without a network. Browsers allow it on https only.

if (isSecureContext && navigator.serviceWorker) {
  navigator.serviceWorker.register("/sw.js").catch(() => {}); // the pages work without it, too
}
