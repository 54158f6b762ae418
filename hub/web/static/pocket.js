// What this phone remembers of its ticket. Storage may be forbidden: then nothing is remembered.

const TICKET = "motcua_ticket";
const FARTHEST = "motcua_farthest";

/** The ticket that this phone has shown last and that has not ended, or "". */
export function known() {
  return read(TICKET);
}

export function hand(ticket) {
  if (read(TICKET) !== ticket) keep(TICKET, ticket);
}

/** Forget a ticket that has ended; another one that was scanned since then stays. */
export function forget(ticket) {
  if (read(TICKET) === ticket) drop(TICKET);
  if (read(FARTHEST).startsWith(`${ticket} `)) drop(FARTHEST);
}

/** The most people that were ever seen before this ticket. */
export function farthest(ticket, ahead) {
  const [whose, number] = read(FARTHEST).split(" ");
  const most = Math.max(ahead, whose === ticket ? Number(number) : 0);
  keep(FARTHEST, `${ticket} ${most}`);
  return most;
}

function read(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function keep(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch {
    // see above
  }
}

function drop(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // see above
  }
}
