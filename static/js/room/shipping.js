// @ts-check
// Files on their way to the server. Each is kept whole in IndexedDB until the answer that names it is safe, so that a
// reload, a crash or ten minutes without a network cost nothing: what the server has of it is not sent again.

import { Failure, pause } from "./wire.js";

/**
 * @typedef {{sha256: string, name: string, type: string, size: number, seconds?: number}} Attachment as an answer names a file
 * @typedef {{key: string, attempt: string, n: number, name: string, blob: Blob, seconds: number, elapsed: number, parts: string[], at: number, id?: string, stored?: Attachment}} Parcel
 * @typedef {{progress: (parcel: Parcel, share: number, stuck: boolean) => void, stored: (parcel: Parcel, file: Attachment) => void, refused: (parcel: Parcel, why: string | null) => void}} On refused: why, in the server's words; null when the browser cannot read it
 */

const size = 512 << 10; // of a part, as the server has it
const waits = [500, 1000, 2000, 4000, 8000];
const old = 3 * 24 * 3600_000; // ms after which what another exam left on this machine goes

/** What the browser keeps for this room; without IndexedDB it is only remembered. */
export class Shelf {
  /** @type {Promise<IDBDatabase> | null} */
  #db;

  constructor() {
    this.#db = "indexedDB" in window ? opened() : null;
    this.#db?.catch(() => (this.#db = null));
  }

  /** @param {"parcels" | "takes"} store @param {(store: IDBObjectStore) => IDBRequest} what @param {IDBTransactionMode} mode @returns {Promise<any>} undefined when nothing can be kept */
  async #do(store, what, mode) {
    try {
      const db = await this.#db;
      if (!db) return undefined;
      return await new Promise((done, failed) => {
        const work = db.transaction(store, mode, { durability: "strict" });
        const request = what(work.objectStore(store));
        work.oncomplete = () => done(request.result);
        work.onabort = work.onerror = () => failed(work.error);
      });
    } catch {
      return undefined; // a full disk, a private window: it is still in memory
    }
  }

  /** @param {"parcels" | "takes"} store @param {object} value */
  put(store, value) {
    return this.#do(store, (s) => s.put(value), "readwrite");
  }

  /** @param {"parcels" | "takes"} store @returns {Promise<any[]>} */
  async all(store) {
    return (await this.#do(store, (s) => s.getAll(), "readonly")) ?? [];
  }

  /** @param {"parcels" | "takes"} store @param {IDBValidKey} key @returns {Promise<any>} */
  get(store, key) {
    return this.#do(store, (s) => s.get(key), "readonly");
  }

  /** @param {"parcels" | "takes"} store @param {IDBValidKey | IDBKeyRange} key */
  remove(store, key) {
    return this.#do(store, (s) => s.delete(key), "readwrite");
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((done, failed) => {
    const request = indexedDB.open("bainian.files", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("parcels", { keyPath: "key" });
      request.result.createObjectStore("takes", { keyPath: ["take", "i"] }); // seconds of a recording under way
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
    request.onblocked = () => failed(new Error("blocked"));
  });
}

export class Shipping {
  /** @type {Parcel[]} */
  parcels = [];
  /** Nothing goes out while it is closed, as the outbox. */
  open = false;
  #sending = false;
  #wake = () => {};
  /** @type {Set<Parcel>} those that are still being read */
  #sealing = new Set();

  /** @param {{attempt: string, device: string, wire: import("./wire.js").Wire, shelf: Shelf, elapsed: () => number}} with @param {On} on */
  constructor({ attempt, device, wire, shelf, elapsed }, on) {
    this.attempt = attempt;
    this.device = device;
    this.wire = wire;
    this.shelf = shelf;
    this.elapsed = elapsed;
    this.on = on;
  }

  /** Takes over what an earlier page left behind. */
  async adopt() {
    const left = await this.shelf.all("parcels");
    this.parcels.unshift(...left.filter((parcel) => parcel.attempt === this.attempt));
    for (const { key, at } of left) if (at < Date.now() - old) await this.shelf.remove("parcels", key);
  }

  /** Takes a file to be handed in for question n. @param {number} n @param {Blob} blob @param {string} name @param {number} seconds */
  async add(n, blob, name, seconds) {
    const elapsed = this.elapsed(); // before what follows takes its time
    /** @type {Parcel} */
    const parcel = { key: key(), attempt: this.attempt, n, name, blob, seconds: Math.round(seconds), elapsed, parts: [], at: Date.now() };
    this.#sealing.add(parcel);
    this.parcels.push(parcel);
    await this.shelf.put("parcels", parcel);
    // The browser's own copy: the file itself may change, or go with the stick that it is on.
    parcel.blob = (await this.shelf.get("parcels", parcel.key))?.blob ?? blob;
    try {
      parcel.parts = await seal(parcel.blob);
    } catch {
      await this.drop(parcel);
      this.on.refused(parcel, null);
      return parcel;
    }
    await this.shelf.put("parcels", parcel);
    this.#sealing.delete(parcel);
    this.send();
    return parcel;
  }

  /** Gives a file up, or is done with it. @param {Parcel} parcel */
  drop(parcel) {
    this.parcels = this.parcels.filter((other) => other !== parcel);
    return this.shelf.remove("parcels", parcel.key);
  }

  /** Those that are not stored yet. */
  get waiting() {
    return this.parcels.filter((parcel) => !parcel.stored);
  }

  /** Sends until nothing is left; a second call while it sends only ends its waiting. */
  async send() {
    this.#wake();
    if (this.#sending) return;
    this.#sending = true;
    for (let failures = 0; this.open; ) {
      const parcel = this.waiting.find((p) => !this.#sealing.has(p));
      if (!parcel) break;
      try {
        await this.#ship(parcel);
        failures = 0;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (error.trouble === "elsewhere" || error.trouble === "over") this.open = false;
        else if (error.trouble === "refused" || error.trouble === "foreign") {
          await this.drop(parcel);
          this.on.refused(parcel, error.message);
        } else {
          this.on.progress(parcel, this.share(parcel), true);
          await Promise.race([pause(waits[Math.min(failures++, waits.length - 1)]), new Promise((woken) => (this.#wake = () => woken(null)))]);
        }
      }
    }
    this.#sending = false;
  }

  /** @type {Map<Parcel, number>} */
  #sent = new Map();

  /** How much of a file the server has, of 1. @param {Parcel} parcel */
  share(parcel) {
    return (this.#sent.get(parcel) ?? 0) / Math.max(1, Math.ceil(parcel.blob.size / size));
  }

  /** What the server has of a file, null when it has given it up. @param {string} id */
  async #known(id) {
    try {
      return await this.wire.call("GET", `files/${id}/parts`);
    } catch (error) {
      if (error instanceof Failure && error.trouble === "foreign") return null;
      throw error;
    }
  }

  /** @param {Parcel} parcel */
  async #ship(parcel) {
    const announced = { device: this.device, n: parcel.n, name: parcel.name, type: parcel.blob.type, size: parcel.blob.size, seconds: parcel.seconds, parts: parcel.parts, elapsed_ms: parcel.elapsed };
    let state = parcel.id && (await this.#known(parcel.id));
    if (!state) {
      state = await this.wire.call("POST", "files", announced);
      parcel.id = state.id;
      await this.shelf.put("parcels", parcel);
    }
    if (!state.stored) {
      const have = new Set(state.have);
      for (let k = 0; k < state.total; k++) {
        if (!have.has(k)) await this.wire.call("PUT", `files/${parcel.id}/parts/${k}?device=${encodeURIComponent(this.device)}`, parcel.blob.slice(k * state.part, (k + 1) * state.part));
        have.add(k);
        this.#sent.set(parcel, have.size);
        this.on.progress(parcel, this.share(parcel), false);
        if (!this.parcels.includes(parcel)) return; // given up meanwhile
        if (!this.open) throw new Failure("offline");
      }
      state = { stored: await this.wire.call("POST", `files/${parcel.id}/completion`, { device: this.device }) };
    }
    if (!this.parcels.includes(parcel)) return;
    parcel.stored = state.stored;
    await this.shelf.put("parcels", parcel);
    this.on.stored(parcel, state.stored);
  }
}

/** The SHA-256 of each part, which says now what the file will have been; none where the browser cannot hash. @param {Blob} blob */
async function seal(blob) {
  if (!crypto.subtle) return [];
  const parts = [];
  for (let at = 0; at < blob.size; at += size) {
    const hash = await crypto.subtle.digest("SHA-256", await blob.slice(at, at + size).arrayBuffer());
    parts.push(Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return parts;
}

/** A name for what is kept here. */
export function key() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
