// @ts-check
// What was answered and is not yet known to be safe. It is on this machine's disk before it goes out, so that it
// survives a reload and a crash; it goes out one save at a time with a growing sequence number, and is only ever
// emptied by the server's word.

import { Keep } from "./keep.js";
import { settle, since } from "./time.js";
import { Failure, pause } from "./wire.js";

/**
 * An answer on its way. seq is given when it is first sent and then stays, so that a repeated save is known as one.
 * elapsed is how long after the last contact it was given; a guess in it is settled before it is sent.
 * @typedef {{n: number, response: object, at: number, elapsed: number | import("./time.js").Span, seq?: number}} Item
 * @typedef {{seq: number, saved_at: number, saved_clock: string, answered: number, total: number, late: boolean, now: number, deadline: number, paused: boolean, news: number}} Saved
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
  #changed = false; // since what the disk has
  /** @type {Promise<void> | null} */
  #writing = null;

  /**
   * @param {{attempt: string, device: string, wire: import("./wire.js").Wire, now: () => number, ask: () => Promise<any>}} with ask has the server tell its clock
   * @param {{saved: (item: Item, saved: Saved, asked: number) => void, dropped: (item: Item, why: Failure) => void, changed: () => void, keeps: (kept: boolean) => void, elsewhere: () => void}} on keeps: whether the browser does
   */
  constructor({ attempt, device, wire, now, ask }, on) {
    this.keep = new Keep(attempt, device);
    this.device = device;
    this.wire = wire;
    this.now = now;
    this.ask = ask;
    this.on = on;
  }

  /**
   * Takes over what an earlier page left behind. last is the server's latest number, savedAt says when it took a
   * question's answer. If saves came from elsewhere meanwhile, only what is newer than the server's answer stays.
   * @param {number} last @param {(n: number) => number} savedAt
   */
  async adopt(last, savedAt) {
    const found = await this.keep.adopt();
    this.#keeps(found !== null);
    const left = found ?? { acked: 0, items: [] };
    // The number alone does not tell: another device may have used it meanwhile.
    const arrived = (/** @type {Item | undefined} */ item) => item?.seq !== undefined && item.seq <= last && savedAt(item.n) >= item.at;
    const foreign = last > left.acked && !(left.items[0]?.seq === last && arrived(left.items[0]));
    this.#seq = this.#acked = last;
    this.items = left.items.filter((item) => !arrived(item) && !(foreign && item.at <= savedAt(item.n)));
    for (const item of this.items) {
      if (typeof item.elapsed !== "number") item.elapsed = item.elapsed.sure; // what was guessed nobody can settle any more
      if (item.seq !== last + 1 || foreign) delete item.seq;
      else this.#seq = item.seq;
    }
    this.#write();
  }

  /** The answer that waits for question n, if one does. @param {number} n */
  waiting(n) {
    return this.items.findLast((item) => item.n === n);
  }

  /** @param {number} n @param {object} response */
  put(n, response) {
    this.items = this.items.filter((item) => item.n !== n || item.seq); // one that may have arrived stays
    this.items.push({ n, response, at: this.now(), elapsed: since(this.wire.contact) });
    this.#write();
    this.send();
  }

  /** The server's clock has told how long the machine slept: so much of what was guessed holds. @param {number} slept */
  settle(slept) {
    settle(this.wire.contact, slept);
    for (const item of this.items) if (typeof item.elapsed !== "number") settle(item.elapsed, slept);
  }

  /** The page may be gone before the disk has the last answer. */
  hurry() {
    if (this.items.length > 0 && (this.#writing || !this.kept)) this.keep.saveHurriedly({ acked: this.#acked, items: this.items });
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
      this.#write();
    }
    await this.#writing; // the number with it, or a reload would give that to another answer
    if (typeof item.elapsed !== "number" && item.elapsed.guess > 0) await this.ask();
    if (!this.open) return;
    const elapsed = typeof item.elapsed === "number" ? item.elapsed : item.elapsed.sure;
    const asked = performance.now();
    /** @type {Saved} */
    const saved = await this.wire.call("PUT", `answers/${item.n}`, { device: this.device, seq: item.seq, response: item.response, elapsed_ms: elapsed });
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
    this.#write();
  }

  /** Leaves nothing behind once the paper is over. */
  async forget() {
    this.open = false;
    this.items = [];
    await this.#writing;
    await this.keep.forget();
  }

  /** Has the disk hold what the page holds. Changes while it writes go out together in the next write. */
  #write() {
    this.#changed = true;
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
    this.on.changed();
  }

  async #writeAll() {
    while (this.#changed) {
      await null; // what changes with it goes into the same write
      this.#changed = false;
      this.#keeps(await this.keep.save({ acked: this.#acked, items: this.items }));
    }
  }

  /** @param {boolean} kept */
  #keeps(kept) {
    if (kept !== this.kept) this.on.keeps(kept);
    this.kept = kept;
  }
}
