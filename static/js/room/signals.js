// @ts-check
// What the exam's policy asks for, and nothing else: that something happened, when and how much, never what. Each event
// is a claim of this browser; a person decides what it means. Reports are numbered, and one is sent again under its
// number until the server has it, so that none counts twice and none is lost while the line is cut.

import { monotonic } from "./time.js";

/** @typedef {{kind: string, at_ms: number, mono_ms: number, n?: number}} Event */

const beat = 15_000; // ms between two signs of life
const pace = 1000; // ms between two reports
const atOnce = 50; // events in one report
const most = 400; // events kept while the line is cut
const settled = 600; // ms without another change after which a window has its size
const worth = 80; // pixels of a change of size that is worth a word

/** What has to be watched for each kind; what is not here is always told. @type {Record<string, string>} */
const asked = {
  focus_lost: "focus", focus_back: "focus", hidden: "visibility", visible: "visibility", fullscreen_on: "fullscreen", fullscreen_off: "fullscreen",
  resize: "resize", paste: "clipboard", copy: "clipboard", cut: "clipboard", print: "print", screen_added: "second_screen", screen_removed: "second_screen",
  device_change: "devices", second_tab: "extra_tabs", offline: "heartbeat_gaps", online: "heartbeat_gaps", question: "item_times",
};

export class Signals {
  /** @type {Event[]} */
  #events = [];
  /** @type {{seq: number, events: Event[]} | null} the report that is on its way, the same until it has arrived */
  #report = null;
  #flying = false;
  #stopped = false;
  #seq = 0;
  #lost = 0;
  #rtt = 0;
  #sentAt = -Infinity;
  #timer = 0;
  #page = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  /**
   * @param {{attempt: string, device: string, wire: import("./wire.js").Wire, watch: string[]}} with
   * @param {{failed: (trouble: string) => void, full: (on: boolean) => void}} on failed: a report was not taken; full: the full screen was entered or left
   */
  constructor({ attempt, device, wire, watch }, on) {
    this.slot = `bainian.signals.${attempt}`; // in sessionStorage: what a page that is closed could not send
    this.device = device;
    this.wire = wire;
    this.watch = watch;
    this.on = on;
  }

  start() {
    this.#adopt();
    for (const [what, listen] of Object.entries(this.#watchers())) if (this.watch.includes(what)) listen();
    window.addEventListener("pagehide", () => this.#leave());
    this.saw("heartbeat");
    setInterval(() => this.saw("heartbeat"), beat);
  }

  stop() {
    this.#stopped = true;
  }

  /** Sends what waits, as when the line is back. */
  send() {
    this.#soon();
  }

  /** @param {string} kind @param {number} [n] */
  saw(kind, n) {
    if (this.#stopped || (asked[kind] && !this.watch.includes(asked[kind]))) return;
    if (kind !== "heartbeat" || this.#events.length === 0) this.#events.push({ kind, at_ms: Date.now(), mono_ms: now(), ...(n !== undefined && { n }) });
    const over = this.#events.length - most;
    if (over > 0) {
      this.#events.splice(0, over);
      this.#lost += over;
    }
    this.#soon();
  }

  /** Listeners for each thing that can be watched; those of what is not watched are never set up. @returns {Record<string, () => void>} */
  #watchers() {
    const on = (/** @type {EventTarget | undefined} */ target, /** @type {string} */ type, /** @type {(e: any) => void} */ f) => target?.addEventListener(type, f);
    return {
      focus: () => {
        on(window, "blur", () => this.saw("focus_lost"));
        on(window, "focus", () => this.saw("focus_back"));
      },
      visibility: () =>
        on(document, "visibilitychange", () => {
          this.saw(document.hidden ? "hidden" : "visible");
          if (document.hidden) this.#send(); // timers of a hidden page are slow
        }),
      fullscreen: () =>
        on(document, "fullscreenchange", () => {
          const full = Boolean(document.fullscreenElement);
          this.saw(full ? "fullscreen_on" : "fullscreen_off");
          this.on.full(full);
        }),
      resize: () => this.#sizes(on),
      clipboard: () => {
        on(document, "paste", (e) => this.saw("paste", e.clipboardData?.getData("text").length ?? 0));
        on(document, "copy", () => this.saw("copy", selected()));
        on(document, "cut", () => this.saw("cut", selected()));
      },
      print: () => on(window, "beforeprint", () => this.saw("print")),
      second_screen: () => this.#screens(on),
      devices: () => on(navigator.mediaDevices, "devicechange", () => this.saw("device_change")),
      heartbeat_gaps: () => {
        on(window, "offline", () => this.saw("offline"));
        on(window, "online", () => this.saw("online"));
      },
    };
  }

  /** The width that a window comes to, not each pixel on the way. A keyboard that slides in is no other size. @param {Function} on */
  #sizes(on) {
    let width = innerWidth, height = innerHeight, timer = 0;
    const touch = matchMedia("(pointer: coarse)");
    const look = () => {
      const wider = Math.abs(innerWidth - width) >= worth, higher = Math.abs(innerHeight - height) >= worth && !touch.matches;
      if (!wider && !higher) return;
      width = innerWidth;
      height = innerHeight;
      this.saw("resize", width);
    };
    on(window, "resize", () => {
      clearTimeout(timer);
      timer = window.setTimeout(look, settled);
    });
  }

  /** Whether there is a second screen, where the browser says so. @param {Function} on */
  #screens(on) {
    const display = /** @type {any} */ (window.screen);
    let extended = false;
    const look = () => {
      if (Boolean(display.isExtended) === extended) return;
      extended = !extended;
      this.saw(extended ? "screen_added" : "screen_removed");
    };
    look();
    if (display.addEventListener) on(display, "change", look);
  }

  /** Sends at the pace. */
  #soon() {
    if (this.#timer || this.#flying || this.#stopped) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      this.#send();
    }, Math.max(0, this.#sentAt + pace - performance.now()));
  }

  async #send() {
    if (this.#flying || this.#stopped) return;
    if (!this.#report && this.#events.length > 0) this.#report = { seq: ++this.#seq, events: this.#events.splice(0, atOnce) };
    if (!this.#report) return;
    const { seq, events } = this.#report, lost = this.#lost;
    this.#flying = true;
    this.#sentAt = performance.now();
    try {
      await this.wire.call("POST", "signals", { device: this.device, page: this.#page, seq, sent_ms: Date.now(), sent_mono_ms: now(), rtt_ms: this.#rtt, lost, events });
      this.#rtt = Math.round(performance.now() - this.#sentAt);
      this.#arrived(lost);
    } catch (/** @type {any} */ failure) {
      this.on.failed(failure.trouble);
      if (failure.trouble === "refused") this.#arrived(lost); // it never will
    }
    this.#flying = false;
    if (!this.#report && this.#events.length > 0) this.#soon(); // else the next beat tries again, or the line that is back
  }

  /** @param {number} lost that was told */
  #arrived(lost) {
    this.#report = null;
    this.#lost -= lost;
  }

  /** What is not on its way when the page goes is left for the next page of this tab. */
  #leave() {
    this.#send();
    const left = [...(this.#flying ? [] : (this.#report?.events ?? [])), ...this.#events].filter((event) => event.kind !== "heartbeat");
    try {
      if (left.length > 0 && !this.#stopped) sessionStorage.setItem(this.slot, JSON.stringify(left));
    } catch {
      // Then it is lost, which accuses nobody.
    }
  }

  #adopt() {
    try {
      const left = JSON.parse(sessionStorage.getItem(this.slot) ?? "[]");
      sessionStorage.removeItem(this.slot);
      // The clock of the page before ran from another moment; only the wall clock spans both.
      for (const event of left) this.#events.push({ ...event, mono_ms: now() - Math.max(0, Date.now() - event.at_ms) || 1 });
      if (left.length === 0) return;
      // The page before said that it was left, and no event says of a page that is opened that it is in front.
      if (!document.hidden) this.saw("visible");
      if (document.hasFocus()) this.saw("focus_back");
    } catch {
      // Nothing was left.
    }
  }
}

const now = () => Math.round(monotonic()) + 1;

/** How many characters are selected, in a field or in the page. */
function selected() {
  const field = document.activeElement;
  if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) {
    try {
      return Math.abs((field.selectionEnd ?? 0) - (field.selectionStart ?? 0));
    } catch {
      return 0; // a field that has no selection to tell
    }
  }
  return String(getSelection()).length;
}
