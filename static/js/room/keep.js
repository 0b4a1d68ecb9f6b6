// @ts-check
// What this browser keeps of a paper until the server has it: one record per attempt and tab in IndexedDB, written
// through to the disk. Where the browser refuses to keep anything, as some do in private windows, the page goes on
// from memory and says so. A tab writes under its own name alone, so that one that lost the paper cannot write
// over what the one that took it has.

import { openDB } from "../../vendor/idb/idb.js";

/** @typedef {import("./outbox.js").Item} Item */
/** @typedef {{acked: number, items: Item[]}} Left what waits, and the highest number that was acknowledged */

const name = "bainian.room";
const patience = { read: 10_000, write: 4000 }; // ms that a disk may take before the page stops waiting for it
const stale = 14 * 24 * 3600_000; // after which what belongs to a paper is nobody's any more

export class Keep {
  /** @type {Promise<any> | null} */
  #opened = null;

  /** @param {string} attempt @param {string} device */
  constructor(attempt, device) {
    this.attempt = attempt;
    this.device = device;
    this.note = `bainian.attempt.${attempt}`; // in localStorage
  }

  /**
   * What pages of this attempt left behind, in this tab or others, as one. From then on this tab keeps it.
   * @returns {Promise<Left | null>} null when the browser keeps nothing
   */
  async adopt() {
    const hurried = this.#hurried();
    const kept = await this.#in(patience.read, async (records) => {
      const found = [];
      for (let cursor = await records.openCursor(); cursor; cursor = await cursor.continue()) {
        const mine = cursor.value.attempt === this.attempt;
        if (mine) found.push(cursor.value);
        if (mine || Date.now() - cursor.value.at > stale) cursor.delete();
      }
      const left = joined([...found, ...hurried]);
      await records.put(this.#record(left));
      return left;
    });
    if (kept) this.forgetHurried();
    else this.device += " late"; // should it be kept after all, not over what lies there for the next page
    return kept ?? (hurried.length > 0 ? joined(hurried) : null);
  }

  /** Writes what waits now; true once it is on the disk. @param {Left} left @returns {Promise<boolean>} */
  async save(left) {
    const saved = (await this.#in(patience.write, (records) => records.put(this.#record(left)))) !== null;
    if (saved) this.forgetHurried();
    return saved;
  }

  /**
   * For a page that is closed before its last write is done: at once, where a browser keeps small things. The next
   * page adopts it. Earlier pages kept all they had there.
   * @param {Left} left
   */
  saveHurriedly(left) {
    try {
      localStorage.setItem(this.note, JSON.stringify(left));
    } catch {
      // Then only the server can have it.
    }
  }

  /** Leaves nothing of the attempt behind. */
  async forget() {
    this.forgetHurried();
    await this.#in(patience.write, async (records) => {
      for (let cursor = await records.openCursor(); cursor; cursor = await cursor.continue()) {
        if (cursor.value.attempt === this.attempt) cursor.delete();
      }
    });
  }

  forgetHurried() {
    try {
      localStorage.removeItem(this.note);
    } catch {
      // Nothing was kept.
    }
  }

  /** @returns {Left[]} */
  #hurried() {
    try {
      const left = JSON.parse(localStorage.getItem(this.note) ?? "");
      return Array.isArray(left.items) ? [{ acked: Number(left.acked) || 0, items: left.items }] : [];
    } catch {
      return [];
    }
  }

  /** @param {Left} left */
  #record(left) {
    return { attempt: this.attempt, device: this.device, at: Date.now(), ...left };
  }

  /**
   * Runs work in one durable transaction; null when the browser will not, or takes longer than so many ms.
   * @template T @param {number} ms @param {(records: any) => Promise<T>} work @returns {Promise<T | null>}
   */
  async #in(ms, work) {
    try {
      return await within(ms, this.#transact(work));
    } catch {
      this.#opened = null; // the next write tries to open it anew
      return null;
    }
  }

  /** @template T @param {(records: any) => Promise<T>} work */
  async #transact(work) {
    this.#opened ??= openDB(name, 1, {
      upgrade: (/** @type {any} */ db) => void db.createObjectStore("papers", { keyPath: ["attempt", "device"] }),
      blocking: (/** @type {number} */ _from, /** @type {number} */ _to, /** @type {any} */ event) => event.target.close(), // a newer page wants to upgrade
      terminated: () => (this.#opened = null),
    });
    const transaction = (await this.#opened).transaction("papers", "readwrite", { durability: "strict" });
    const [result] = await Promise.all([work(transaction.store), transaction.done]);
    return result;
  }
}

/** Several pages' leftovers as one: of each question the latest answer, and those that may have arrived. @param {Left[]} all @returns {Left} */
function joined(all) {
  const items = all.flatMap((left) => left.items).sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity) || a.at - b.at);
  const latest = new Map([...items].sort((a, b) => a.at - b.at).map((item) => [item.n, item]));
  const told = new Set();
  return {
    acked: Math.max(0, ...all.map((left) => left.acked)),
    items: items.filter((item) => {
      const twin = JSON.stringify([item.n, item.at, item.response]); // a note and a record may hold the same
      if (told.has(twin) || (!item.seq && latest.get(item.n) !== item)) return false;
      return told.add(twin);
    }),
  };
}

/** @template T @param {number} ms @param {Promise<T>} promise @returns {Promise<T>} */
function within(ms, promise) {
  promise.catch(() => {}); // it may fail after nobody waits for it any more
  return Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error("the disk takes too long")), ms))]);
}

/** Asks the browser not to clear this site's storage when the disk is full. It may say no, and nothing hangs on it. */
export async function askToPersist() {
  try {
    if (!(await navigator.storage.persisted())) await navigator.storage.persist();
  } catch {
    // An old browser, or an insecure page.
  }
}
