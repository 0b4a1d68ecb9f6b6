// @ts-check
// The time left by the server's clock. It is shown every second, and told to screen readers only at the stated
// thresholds and when somebody asks.

import { monotonic } from "./wire.js";

const thresholds = [30, 15, 10, 5, 2, 1].map((minutes) => minutes * 60_000);
const soon = 5 * 60_000;

export class Clock {
  #offset; // server time minus the monotonic clock
  #struck = false; // zero was reported
  paused = false;

  /** @param {number} now the server's, when the page was made @param {number} deadline both unix ms */
  constructor(now, deadline) {
    const [page] = performance.getEntriesByType("navigation");
    this.#offset = now - (/** @type {PerformanceNavigationTiming} */ (page)?.responseStart ?? performance.now());
    this.deadline = deadline;
  }

  /** The server said now, in answer to a question asked at asked (monotonic). @param {number} now @param {number} asked */
  sync(now, asked) {
    const received = monotonic();
    this.#offset = now + (received - asked) / 2 - received;
    if (this.left() > 0) this.#struck = false; // it was not zero, or is no longer
  }

  now() {
    return monotonic() + this.#offset;
  }

  left() {
    return Math.max(0, this.deadline - this.now());
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
        if (thresholds.some((t) => before > t && left <= t)) on.threshold();
        const struck = this.#struck;
        this.#struck = left === 0; // an extension may start it again
        if (left === 0 && !struck) on.zero();
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
