// The browser's side of the hub's live socket: one whole view at a time, and commands that keep
// their id until they are answered, over as many connections as it takes.

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
const STALE_MS = 15_000;
const REFUSED_WAIT_MS = 10_000;
const ANSWER_WITHIN_MS = 9000;

/** A fresh UUID. `crypto.randomUUID` exists only in secure contexts, and http on a LAN is none. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Where the socket is: behind a TLS proxy on the page's own origin, else on the hub's port. */
export function liveAddress() {
  if (location.protocol === "https:") return `wss://${location.host}/live`;
  const port = document.querySelector('meta[name="live-port"]').content;
  return `ws://${location.hostname}:${port}/live`;
}

/**
 * A connection that comes back by itself.
 * `onView(view)`, `onTouch("live" | "lost" | "stale")` on change, `onTime(iso)` with the hall's
 * time, `onTurnedAway(code, reason)` when the hub does not take the hello.
 */
export class Link {
  constructor(hello, { onView, onTouch, onTime = () => {}, onTurnedAway = () => {} }) {
    this.hello = { type: "hello", version: 1, generation: 0, ...hello };
    this.heard = { onView, onTouch, onTime, onTurnedAway };
    this.pending = new Map();
    this.inquired = new Map();
    this.touch = null;
    this.failures = 0;
    this.socket = null;
    this.retry = null;
    this.silence = null;
    this.seq = 0;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    this.connect();
  }

  /** Ask for something; resolves to the `result` or `refused` frame, however long it takes. */
  ask(command) {
    const frame = { type: "command", request_id: newId(), command };
    return new Promise((resolve) => {
      this.pending.set(frame.request_id, { frame, resolve });
      if (this.touch === "live") this.socket.send(JSON.stringify(frame));
    });
  }

  /**
   * Ask what changes nothing; resolves to the `answer` or `refused` frame, or to null when none
   * comes in time or the connection goes. It is never sent again.
   */
  inquire(question) {
    if (this.touch !== "live") return Promise.resolve(null);
    const frame = { type: "question", request_id: newId(), question };
    return new Promise((resolve) => {
      const patience = setTimeout(() => this.found(frame.request_id, null), ANSWER_WITHIN_MS);
      this.inquired.set(frame.request_id, { resolve, patience });
      this.socket.send(JSON.stringify(frame));
    });
  }

  found(id, frame) {
    const inquired = this.inquired.get(id);
    if (!inquired) return false;
    clearTimeout(inquired.patience);
    this.inquired.delete(id);
    inquired.resolve(frame);
    return true;
  }

  connect() {
    clearTimeout(this.retry);
    this.retry = null;
    this.turnedAway = false;
    const socket = (this.socket = new WebSocket(liveAddress()));
    this.listen();
    socket.onopen = () => socket.send(JSON.stringify(this.hello));
    socket.onmessage = (event) => socket === this.socket && this.take(JSON.parse(event.data));
    socket.onclose = () => socket === this.socket && this.lost();
  }

  /** Come back at once when the network or the person does. */
  hurry() {
    if (this.retry !== null) this.connect();
  }

  lost(touch = "lost") {
    clearTimeout(this.silence);
    this.tell(touch);
    for (const id of [...this.inquired.keys()]) this.found(id, null);
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    const wait = this.turnedAway ? REFUSED_WAIT_MS : Math.random() * ceiling;
    this.retry = setTimeout(() => this.connect(), wait);
  }

  // A socket can look open long after the cable was pulled: silence is what tells.
  listen() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      const dead = this.socket;
      this.socket = null;
      dead.close();
      this.lost("stale");
    }, STALE_MS);
  }

  take(frame) {
    this.listen();
    if (frame.at) this.heard.onTime(frame.at);
    if (frame.type === "welcome") {
      // A hub that was replaced hears of it by our hello and ends; what it shows is out of date.
      if (frame.generation < this.hello.generation) return this.socket.close();
      this.hello.generation = frame.generation;
      this.failures = 0;
      this.show(frame);
      this.tell("live");
      for (const { frame: again } of this.pending.values()) this.socket.send(JSON.stringify(again));
    } else if (frame.type === "view") {
      // Whatever stands between us may have turned frames round.
      if (frame.seq >= this.seq) this.show(frame);
    } else if (frame.type === "answer") {
      this.found(frame.request_id, frame);
    } else if (frame.type === "result" || frame.type === "refused") {
      this.answer(frame);
    }
  }

  show(frame) {
    this.seq = frame.seq;
    this.heard.onView(frame.view);
  }

  answer(frame) {
    if (this.found(frame.request_id, frame)) return;
    const asked = this.pending.get(frame.request_id);
    if (asked) {
      this.pending.delete(frame.request_id);
      asked.resolve(frame);
    } else if (frame.type === "refused" && this.touch !== "live") {
      this.turnedAway = true;
      this.heard.onTurnedAway(frame.code, frame.reason);
    }
  }

  tell(touch) {
    if (touch === this.touch) return;
    this.touch = touch;
    this.heard.onTouch(touch);
  }
}
