// Tells a person that it is their turn: a tone, a buzz, a notice, and a screen that stays lit.
// Browsers allow most of it only after a touch, some of it only on https: what cannot be had is
// left out, and `arm` says what is there.

const RINGS_MS = 30_000;
const EVERY_MS = 1_600;
const BUZZ = [400, 150, 400];
const TONES = [880, 660];

export class Alarm {
  armed = false;
  #sound = null;
  #notices = false;
  #light = null;
  #ringing = null;
  #end = null;
  #onRing = () => {};

  constructor() {
    document.addEventListener("visibilitychange", () => this.#wake());
    addEventListener("pageshow", () => this.#wake());
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => this.stop());
  }

  /** Arm what this phone allows at once, in a touch's own event; gives the names of it. */
  async arm() {
    this.armed = true;
    const means = [];
    if (await this.#armSound()) means.push("sound");
    if (navigator.maxTouchPoints && navigator.vibrate?.(60)) means.push("vibration");
    if (await this.#keepLight()) means.push("light");
    return means;
  }

  /** Nobody is to be told any more. */
  disarm() {
    this.stop();
    this.armed = false;
    this.#light?.release().catch(() => {});
    this.#light = null;
  }

  /** Ring until someone touches the phone, half a minute at most; `onRing(rings)` on change. */
  ring(title, text, onRing) {
    this.stop();
    if (!this.armed) {
      if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZ);
      return;
    }
    this.#onRing = onRing;
    this.#ringing = setInterval(() => this.#once(), EVERY_MS);
    this.#end = setTimeout(() => this.stop(), RINGS_MS);
    this.#once();
    onRing(true);
    if (this.#notices && document.hidden) this.#tell(title, text);
  }

  stop() {
    if (this.#ringing === null) return;
    clearInterval(this.#ringing);
    clearTimeout(this.#end);
    this.#ringing = null;
    navigator.vibrate?.(0);
    this.#onRing(false);
  }

  #once() {
    navigator.vibrate?.(BUZZ);
    if (this.#sound?.state !== "running") return;
    TONES.forEach((tone, place) => this.#play(tone, this.#sound.currentTime + place * 0.3));
  }

  #play(tone, at) {
    const source = new OscillatorNode(this.#sound, { frequency: tone });
    const volume = new GainNode(this.#sound, { gain: 0 });
    volume.gain.setTargetAtTime(0.5, at, 0.01);
    volume.gain.setTargetAtTime(0, at + 0.2, 0.05);
    source.connect(volume).connect(this.#sound.destination);
    source.start(at);
    source.stop(at + 0.6);
  }

  async #armSound() {
    try {
      this.#sound ??= new AudioContext();
      // It never settles where sound is not allowed.
      await Promise.race([this.#sound.resume(), new Promise((go) => setTimeout(go, 500))]);
      if (this.#sound.state !== "running") return false;
      this.#play(TONES[0], this.#sound.currentTime);
      return true;
    } catch {
      return false;
    }
  }

  async #keepLight() {
    try {
      this.#light = await navigator.wakeLock.request("screen");
      return true;
    } catch {
      return false;
    }
  }

  /** Ask for notices, which takes as long as the person thinks; gives whether they may be shown. */
  async armNotices() {
    try {
      this.#notices = isSecureContext && (await Notification.requestPermission()) === "granted";
    } catch {
      this.#notices = false;
    }
    return this.#notices;
  }

  async #tell(title, text) {
    const options = { body: text, icon: "/static/icon-192.png", tag: "motcua", vibrate: BUZZ };
    try {
      const worker = await navigator.serviceWorker?.getRegistration();
      if (worker) await worker.showNotification(title, options);
      else new Notification(title, options);
    } catch {
      // The tone and the title still say it.
    }
  }

  /** A phone that was asleep has let go of sound and light. */
  #wake() {
    if (!this.armed || document.hidden) return;
    this.#sound?.resume().catch(() => {});
    this.#keepLight();
  }
}
