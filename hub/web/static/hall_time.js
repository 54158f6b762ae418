// The hall's clock: the hub's time, wherever this computer thinks it is.

export class HallTime {
  #ahead = 0;
  #zone = 0;

  /** Take the hub's time, e.g. `2026-11-23T08:00:00+07:00`. */
  set(iso) {
    this.#ahead = Date.parse(iso) - Date.now();
    const offset = /([+-])(\d\d):(\d\d)$/.exec(iso);
    if (offset) this.#zone = (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
  }

  now() {
    return Date.now() + this.#ahead;
  }

  /** `HH:MM` of now, or of a moment in milliseconds, on the hall's wall. */
  clock(at = this.now()) {
    return new Date(at + this.#zone * 60_000).toISOString().slice(11, 16);
  }

  /** Today in the hall, `YYYY-MM-DD`. */
  day() {
    return new Date(this.now() + this.#zone * 60_000).toISOString().slice(0, 10);
  }

  minutesSince(iso) {
    return Math.max(0, Math.floor((this.now() - Date.parse(iso)) / 60_000));
  }

  secondsSince(iso) {
    return Math.max(0, Math.floor((this.now() - Date.parse(iso)) / 1000));
  }
}

/** `04:12`, or `1:04:12` from an hour on. */
export function stopwatch(seconds) {
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** `HH:MM` as an ISO text of the hub writes it. */
export function clockOf(iso) {
  return iso.slice(11, 16);
}
