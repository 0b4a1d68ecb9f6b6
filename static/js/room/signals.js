// @ts-check
// What the exam says it watches, and nothing else: sizes, never contents. Each event is a claim of this browser;
// a person decides what it means.

/** @typedef {{kind: string, at_ms: number, n?: number}} Event */

const beat = 15_000;
const atOnce = 50; // events in one report
const most = 400; // events kept while the line is cut

export class Signals {
  /** @type {Event[]} */
  #events = [];
  #reporting = false;
  #stopped = false;

  /** @param {{device: string, wire: import("./wire.js").Wire, watch: string[]}} with @param {(trouble: string) => void} failed */
  constructor({ device, wire, watch }, failed) {
    this.device = device;
    this.wire = wire;
    this.watch = watch;
    this.failed = failed;
  }

  start() {
    const on = (/** @type {EventTarget} */ target, /** @type {string} */ type, /** @type {(e: any) => void} */ f) => target.addEventListener(type, f);
    on(window, "offline", () => this.saw("offline"));
    on(window, "online", () => this.saw("online"));
    if (this.watch.includes("focus")) {
      on(window, "blur", () => this.saw("focus_lost"));
      on(window, "focus", () => this.saw("focus_back"));
    }
    if (this.watch.includes("visibility")) {
      on(document, "visibilitychange", () => this.saw(document.hidden ? "hidden" : "visible"));
    }
    if (this.watch.includes("fullscreen")) {
      on(document, "fullscreenchange", () => this.saw(document.fullscreenElement ? "fullscreen_on" : "fullscreen_off"));
    }
    if (this.watch.includes("clipboard")) {
      on(document, "paste", (e) => this.saw("paste", e.clipboardData?.getData("text").length ?? 0));
      on(document, "copy", () => this.saw("copy", String(getSelection()).length));
      on(document, "cut", () => this.saw("cut", String(getSelection()).length));
    }
    this.saw("heartbeat");
    setInterval(() => this.saw("heartbeat"), beat);
  }

  stop() {
    this.#stopped = true;
  }

  /** @param {string} kind @param {number} [n] */
  saw(kind, n) {
    if (this.#stopped) return;
    if (kind !== "heartbeat" || this.#events.length === 0) this.#events.push({ kind, at_ms: Date.now(), ...(n !== undefined && { n }) });
    this.#events = this.#events.slice(-most);
    this.#report();
  }

  async #report() {
    if (this.#reporting) return;
    this.#reporting = true;
    while (this.#events.length > 0 && !this.#stopped) {
      const events = this.#events.slice(0, atOnce);
      try {
        await this.wire.call("POST", "signals", { device: this.device, events });
      } catch (/** @type {any} */ failure) {
        this.failed(failure.trouble);
        if (failure.trouble !== "refused") break; // the next beat tries again
      }
      this.#events = this.#events.slice(events.length);
    }
    this.#reporting = false;
  }
}
