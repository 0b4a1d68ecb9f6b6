// @ts-check
// What was answered and is not yet known to be safe. It survives a reload and a crash in localStorage, goes out
// one save at a time with a growing sequence number, and is only ever emptied by the server's word.

import { Failure, monotonic, pause } from "./wire.js";

/**
 * An answer on its way. seq is given when it is first sent and then stays, so that a repeated save is known as one.
 * @typedef {{n: number, response: object, at: number, elapsed: number, seq?: number}} Item
 * @typedef {{seq: number, saved_at: number, saved_clock: string, answered: number, total: number, late: boolean, now: number, deadline: number, paused: boolean}} Saved
 */

const waits = [400, 800, 1500, 3000, 5000];

export class Outbox {
  /** @type {Item[]} */
  items = [];
  /** Nothing goes out while it is closed: before the lease, and while another device has the paper. */
  open = false;
  /** Whether the browser keeps the items; without it a reload loses what was not sent. */
  kept = true;
  #seq = 0; // the highest number given out or seen
  #acked = 0; // the highest number that the server acknowledged to this browser
  #sending = false;
  #wake = () => {};

  /**
   * @param {{attempt: string, device: string, wire: import("./wire.js").Wire, now: () => number}} with
   * @param {{saved: (item: Item, saved: Saved, asked: number) => void, dropped: (item: Item, why: Failure) => void, changed: () => void, elsewhere: () => void}} on
   */
  constructor({ attempt, device, wire, now }, on) {
    this.key = `bainian.attempt.${attempt}`;
    this.device = device;
    this.wire = wire;
    this.now = now;
    this.on = on;
  }

  /**
   * Takes over what an earlier page left behind. last is the server's latest number, savedAt says when it took a
   * question's answer. If saves came from elsewhere meanwhile, only what is newer than the server's answer stays.
   * @param {number} last @param {(n: number) => number} savedAt
   */
  adopt(last, savedAt) {
    const left = this.#load();
    // The number alone does not tell: another device may have used it meanwhile.
    const arrived = (/** @type {Item | undefined} */ item) => item?.seq !== undefined && item.seq <= last && savedAt(item.n) >= item.at;
    const foreign = last > left.acked && !(left.items[0]?.seq === last && arrived(left.items[0]));
    this.#seq = this.#acked = last;
    this.items = left.items.filter((item) => !arrived(item) && !(foreign && item.at <= savedAt(item.n)));
    for (const item of this.items) {
      if (item.seq !== last + 1 || foreign) delete item.seq;
      else this.#seq = item.seq;
    }
    this.#keep();
  }

  /** The answer that waits for question n, if one does. @param {number} n */
  waiting(n) {
    return this.items.findLast((item) => item.n === n);
  }

  /** @param {number} n @param {object} response */
  put(n, response) {
    this.items = this.items.filter((item) => item.n !== n || item.seq); // one that may have arrived stays
    this.items.push({ n, response, at: this.now(), elapsed: Math.round(monotonic() - this.wire.contact) });
    this.#keep();
    this.send();
  }

  /** Sends until nothing is left; a second call while it sends only ends its waiting. */
  async send() {
    this.#wake();
    if (this.#sending) return;
    this.#sending = true;
    for (let failures = 0; this.open && this.items.length > 0; ) {
      try {
        await this.#sendFirst();
        failures = 0;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (await this.#settle(error)) continue;
        if (this.open) await Promise.race([pause(waits[Math.min(failures++, waits.length - 1)]), new Promise((woken) => (this.#wake = () => woken(null)))]);
      }
    }
    this.#sending = false;
  }

  async #sendFirst() {
    const item = this.items[0];
    if (!item.seq) {
      item.seq = ++this.#seq;
      this.#keep();
    }
    const asked = monotonic();
    /** @type {Saved} */
    const saved = await this.wire.call("PUT", `answers/${item.n}`, { device: this.device, seq: item.seq, response: item.response, elapsed_ms: item.elapsed });
    if (saved?.seq !== item.seq) throw new Failure("offline");
    this.#acked = item.seq;
    this.#remove(item);
    this.on.saved(item, saved, asked);
  }

  /** Deals with a failure that trying again would not mend; false when waiting is all there is to do. @param {Failure} failure */
  async #settle(failure) {
    const item = this.items[0];
    switch (failure.trouble) {
      case "elsewhere":
        this.open = false;
        this.on.elsewhere();
        return false;
      case "foreign": // what waits is kept for the person whose paper it is
        this.open = false;
        return false;
      case "over":
      case "refused":
        this.#remove(item);
        this.on.dropped(item, failure);
        return true;
      case "stale": {
        // Another page of this device has counted on; this answer is the newer one.
        const state = await this.wire.call("GET", "state").catch(() => null);
        if (!state || state.last_seq < (item.seq ?? 0)) return false;
        this.#seq = state.last_seq;
        delete item.seq;
        return true;
      }
    }
    return false;
  }

  /** @param {Item} item */
  #remove(item) {
    this.items = this.items.filter((other) => other !== item);
    this.#keep();
  }

  /** Leaves nothing behind once the paper is over. */
  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Nothing was kept.
    }
  }

  #keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ acked: this.#acked, items: this.items }));
    } catch {
      this.kept = false;
    }
    this.on.changed();
  }

  /** @returns {{acked: number, items: Item[]}} */
  #load() {
    try {
      const left = JSON.parse(localStorage.getItem(this.key) ?? "");
      return Array.isArray(left.items) ? left : { acked: 0, items: [] };
    } catch {
      return { acked: 0, items: [] };
    }
  }
}
