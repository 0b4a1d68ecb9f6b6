// @ts-check
// Records sound or film in the browser. Every second goes to IndexedDB as it comes, so that a crash costs a second.

import { key } from "./shipping.js";

/** What can keep a person from recording, in one word. @typedef {"denied" | "noDevice" | "noCamera" | "inUse" | "insecure" | "unsupported"} Hindrance */

const film = ["video/webm;codecs=vp9,opus", "video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];
const sound = ["audio/webm;codecs=opus", "audio/webm", "audio/mp4"];
const old = 3 * 24 * 3600_000; // ms after which what another exam left on this machine goes
const rates = { videoBitsPerSecond: 1_500_000, audioBitsPerSecond: 96_000 };

export class Hindered extends Error {
  /** @param {Hindrance} why */
  constructor(why) {
    super(why);
    this.why = why;
  }
}

/** @typedef {{take: string, i: number, attempt: string, n: number, type: string, ms: number, at: number, blob: Blob}} Piece one second of a recording */

export class Recorder {
  bytes = 0;
  /** @type {Piece[]} */
  #pieces = [];
  #take = key();
  #ran = 0; // ms recorded before the latest stretch
  #since = 0; // start of the stretch, 0 while it stands still
  /** @type {AnalyserNode | null} */
  #ear = null;
  /** @type {AudioContext | null} */
  #audio = null;

  /**
   * Asks the person for the devices and starts.
   * @param {"film" | "sound"} what @param {{attempt: string, n: number, shelf: import("./shipping.js").Shelf}} with @param {() => void} unplugged a device went away
   */
  static async start(what, { attempt, n, shelf }, unplugged) {
    if (!window.isSecureContext) throw new Hindered("insecure");
    if (!navigator.mediaDevices?.getUserMedia || !("MediaRecorder" in window)) throw new Hindered("unsupported");
    const type = (what === "film" ? film : sound).find((t) => MediaRecorder.isTypeSupported(t));
    if (!type) throw new Hindered("unsupported");
    const stream = await devices(what);
    return new Recorder(stream, type, { attempt, n, shelf }, unplugged);
  }

  /** @param {MediaStream} stream @param {string} type @param {{attempt: string, n: number, shelf: import("./shipping.js").Shelf}} with @param {() => void} unplugged */
  constructor(stream, type, { attempt, n, shelf }, unplugged) {
    this.stream = stream;
    this.shelf = shelf;
    this.type = type.split(";")[0];
    this.media = new MediaRecorder(stream, { mimeType: type, ...rates });
    this.media.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      this.bytes += data.size;
      const piece = { take: this.#take, i: this.#pieces.length, attempt, n, type: this.type, ms: this.ms, at: Date.now(), blob: data };
      this.#pieces.push(piece);
      shelf.put("takes", piece);
    };
    this.media.onerror = unplugged;
    for (const track of stream.getTracks()) track.onended = () => this.media.state !== "inactive" && unplugged();
    this.#listen();
    this.media.start(1000);
    this.#since = performance.now();
  }

  /** How long it has recorded, pauses left out. */
  get ms() {
    return this.#ran + (this.#since ? performance.now() - this.#since : 0);
  }

  get paused() {
    return this.media.state === "paused";
  }

  pause() {
    if (this.media.state !== "recording") return;
    this.media.pause();
    this.#ran = this.ms;
    this.#since = 0;
  }

  resume() {
    if (this.media.state !== "paused") return;
    this.media.resume();
    this.#since = performance.now();
  }

  /** Ends it and lets the devices go. @returns {Promise<{blob: Blob, ms: number, take: string}>} */
  async stop() {
    const ended = new Promise((done) => (this.media.onstop = done));
    this.#ran = this.ms;
    this.#since = 0;
    if (this.media.state !== "inactive") {
      this.media.stop();
      await ended;
    }
    for (const track of this.stream.getTracks()) track.stop();
    this.#audio?.close();
    return { blob: new Blob(this.#pieces.map((piece) => piece.blob), { type: this.type }), ms: this.#ran, take: this.#take };
  }

  /** How loud it is now, of 1. */
  level() {
    if (!this.#ear) return 0;
    const samples = new Float32Array(this.#ear.fftSize);
    this.#ear.getFloatTimeDomainData(samples);
    return Math.min(1, Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length) * 3);
  }

  #listen() {
    try {
      this.#audio = new AudioContext();
      this.#ear = this.#audio.createAnalyser();
      this.#audio.createMediaStreamSource(this.stream).connect(this.#ear);
    } catch {
      // The recording is what counts.
    }
  }
}

/** @param {"film" | "sound"} what */
async function devices(what) {
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true },
      video: what === "film" && { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: "user" },
    });
  } catch (/** @type {any} */ error) {
    switch (error.name) {
      case "NotAllowedError":
      case "SecurityError":
        throw new Hindered("denied");
      case "NotReadableError":
      case "AbortError":
        throw new Hindered("inUse");
    }
    const there = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    throw new Hindered(what === "film" && there.some((d) => d.kind === "audioinput") ? "noCamera" : "noDevice");
  }
}

/** What is left of recordings that a crash or a reload cut off, by question. @param {import("./shipping.js").Shelf} shelf @param {string} attempt @returns {Promise<Map<number, {blob: Blob, ms: number, take: string}>>} */
export async function leftovers(shelf, attempt) {
  /** @type {Map<string, Piece[]>} */
  const takes = new Map();
  for (const piece of await shelf.all("takes")) {
    if (piece.at < Date.now() - old) await shelf.remove("takes", [piece.take, piece.i]);
    else if (piece.attempt === attempt) takes.set(piece.take, [...(takes.get(piece.take) ?? []), piece]);
  }
  const found = new Map();
  for (const [take, pieces] of takes) {
    pieces.sort((a, b) => a.i - b.i);
    found.set(pieces[0].n, { blob: new Blob(pieces.map((p) => p.blob), { type: pieces[0].type }), ms: pieces[pieces.length - 1].ms, take });
  }
  return found;
}

/** @param {import("./shipping.js").Shelf} shelf @param {string} take */
export const forget = (shelf, take) => shelf.remove("takes", IDBKeyRange.bound([take, 0], [take, Infinity]));
