// @ts-check
// The time left by the server's clock. It is shown every second, and told to screen readers only at the stated
// thresholds and when somebody asks.

import { guessed, monotonic, told } from "./time.js";

const minute = 60_000;
const soon = 5 * minute;

export class Clock {
  #offset; // server time minus the monotonic clock
  #struck = false; // zero was reported
  paused = false;

  /** @param {number} now the server's, when the page was made @param {number} deadline both unix ms @param {number[]} thresholds minutes left, in falling order */
  constructor(now, deadline, thresholds) {
    const [page] = performance.getEntriesByType("navigation");
    const made = /** @type {PerformanceNavigationTiming} */ (page)?.responseStart ?? performance.now();
    told(now, made);
    this.#offset = now - made;
    this.deadline = deadline;
    this.thresholds = thresholds.map((minutes) => minutes * minute);
  }

  /**
   * The server said now, in answer to a question asked at asked (performance.now()).
   * @param {number} now @param {number} asked @returns {number} how long the machine slept since the last time
   */
  sync(now, asked) {
    const received = performance.now();
    const slept = told(now + (received - asked) / 2, received, received - asked);
    this.#offset = now + (received - asked) / 2 - monotonic();
    if (!this.up()) this.#struck = false; // it was not zero, or is no longer
    return slept;
  }

  now() {
    return monotonic() + this.#offset;
  }

  left() {
    return Math.max(0, this.deadline - this.now());
  }

  /** Whether the time is up even if a sleep that only the wall clock tells of never was. */
  up() {
    return this.deadline - this.now() + guessed() <= 0;
  }

  /**
   * Shows the time left every second and reports each threshold as it is passed, and zero once.
   * @param {HTMLElement} face @param {{threshold: () => void, zero: () => void}} on
   */
  run(face, on) {
    let before = this.left();
    const tick = () => {
      const left = this.left();
      face.textContent = digits(left);
      face.classList.toggle("soon", left <= soon);
      if (!this.paused) {
        if (this.thresholds.some((t) => before > t && left <= t)) on.threshold();
        const struck = this.#struck;
        this.#struck = this.up(); // an extension may start it again
        if (this.up() && !struck) on.zero();
        before = left;
      }
      setTimeout(tick, left > 0 ? Math.max(50, left % 1000) : 1000);
    };
    tick();
  }
}

/** @param {number} ms @returns {string} 1:05:09 or 23:41; a begun second counts */
function digits(ms) {
  const total = Math.ceil(ms / 1000);
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((p, i) => (i === 0 ? String(p) : String(p).padStart(2, "0"))).join(":");
}
