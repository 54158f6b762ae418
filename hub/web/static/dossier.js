// A code that stands after `#`, as on a slip's QR, is put into the field, and leaves the address.

const code = decodeURIComponent(location.hash.slice(1));
if (code) {
  document.getElementById("code").value = code.slice(0, 64);
  history.replaceState(null, "", location.pathname + location.search);
}
