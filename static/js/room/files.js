// @ts-check
// Questions that are answered with files: choosing, dropping, recording, and how far each has come. What an answer
// names stands in data-files of its control; a change of it is a "change" of the question, like any other.

import { forget, Hindered, leftovers, Recorder } from "./recorder.js";
import { Shelf, Shipping } from "./shipping.js";

/** @typedef {import("./shipping.js").Attachment} Attachment */
/** @typedef {import("./shipping.js").Parcel} Parcel */
/** @typedef {{blob: Blob, ms: number, take: string}} Take a recording that is not handed in */

const reserve = 5000; // ms before the end at which a recording stops, so that it is announced in time
const slack = 2 << 20; // bytes before the limit at which it does

export class Files {
  /** @type {Map<number, Control>} */
  #controls = new Map();
  #finishing = 0;

  /**
   * @param {HTMLElement} form
   * @param {{attempt: string, device: string, wire: import("./wire.js").Wire, clock: {left: () => number, paused: boolean}, elapsed: () => number, unsaved: (n: number) => boolean}} with elapsed is that of an answer given now; unsaved: the answer to n is still on its way
   * @param {() => void} changed something has begun or ceased to wait
   */
  constructor(form, { attempt, device, wire, clock, elapsed, unsaved }, changed) {
    this.attempt = attempt;
    this.clock = clock;
    this.unsaved = unsaved;
    this.changed = changed;
    this.shelf = new Shelf();
    this.shipping = new Shipping({ attempt, device, wire, shelf: this.shelf, elapsed }, {
      progress: (parcel, share, stuck) => this.#controls.get(parcel.n)?.show(parcel, share, stuck),
      stored: (parcel, file) => this.#stored(parcel, file),
      refused: (parcel, why) => {
        this.#controls.get(parcel.n)?.refused(parcel, why);
        this.changed();
      },
    });
    for (const at of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-files]"))) {
      const control = new Control(at, this);
      this.#controls.set(control.n, control);
    }
  }

  /** Takes over what an earlier page left behind, and begins to send. */
  async enter() {
    if (this.#controls.size === 0) return;
    await this.shipping.adopt();
    for (const [n, take] of await leftovers(this.shelf, this.attempt)) await this.#controls.get(n)?.found(take);
    for (const parcel of [...this.shipping.parcels]) {
      const control = this.#controls.get(parcel.n);
      if (!control) await this.shipping.drop(parcel);
      else if (parcel.stored) this.#stored(parcel, parcel.stored);
      else control.show(parcel, 0, false);
    }
    this.shipping.open = true;
    this.send();
    this.changed();
  }

  send() {
    if (this.shipping.open) this.shipping.send();
  }

  /** Another tab or device has the paper. */
  close() {
    this.shipping.open = false;
    for (const control of this.#controls.values()) control.halt();
  }

  /** Numbers of the questions whose files are not stored, or not named by a safe answer yet. */
  waiting() {
    return [...new Set(this.shipping.parcels.map((parcel) => parcel.n))];
  }

  /** Whether something of an answer is still under way. */
  get busy() {
    return this.#finishing > 0 || this.shipping.waiting.length > 0;
  }

  /** The paper is being handed in: a recording under way ends, and is the answer where there is no other. */
  async finish() {
    this.#finishing++;
    for (const control of this.#controls.values()) await control.finish();
    this.#finishing--;
  }

  /** Leaves nothing behind once the paper is over. */
  async forget() {
    this.close();
    for (const parcel of [...this.shipping.parcels]) await this.shipping.drop(parcel);
    for (const { take } of (await leftovers(this.shelf, this.attempt)).values()) await forget(this.shelf, take);
  }

  /** @param {Parcel} parcel @param {Attachment} file */
  async #stored(parcel, file) {
    this.#controls.get(parcel.n)?.take(parcel, file);
    this.changed();
    while (this.unsaved(parcel.n)) await new Promise((done) => setTimeout(done, 200));
    await this.shipping.drop(parcel);
    this.changed();
  }
}

class Control {
  /** @type {Recorder | null} */
  #recorder = null;
  /** @type {Take | null} */
  #take = null;
  #starting = false;
  #tick = 0;
  /** @type {Map<Parcel, {share: number, stuck: boolean}>} */
  #coming = new Map();

  /** @param {HTMLElement} at @param {Files} files */
  constructor(at, files) {
    this.at = at;
    this.files = files;
    this.q = /** @type {HTMLElement} */ (at.closest(".q"));
    this.n = Number(this.q.dataset.n);
    this.most = Number(at.dataset.most);
    this.longest = Number(at.dataset.longest); // seconds, 0 for no limit
    this.limit = Number(at.dataset.mb) << 20;
    const chooser = /** @type {HTMLInputElement} */ (at.querySelector("input[type=file]"));
    chooser.addEventListener("change", (event) => {
      event.stopPropagation(); // it says nothing yet
      this.#choose([...(chooser.files ?? [])]);
      chooser.value = "";
    });
    at.addEventListener("written", () => this.#draw());
    at.addEventListener("click", (event) => this.#clicked(/** @type {HTMLElement} */ (event.target)));
    at.addEventListener("dragover", (event) => {
      event.preventDefault();
      at.classList.add("over");
    });
    at.addEventListener("dragleave", () => at.classList.remove("over"));
    at.addEventListener("drop", (event) => {
      event.preventDefault();
      at.classList.remove("over");
      if (!this.#locked()) this.#choose([...(event.dataTransfer?.files ?? [])]);
    });
    // The keys of a player are not those of the room.
    at.addEventListener("keydown", (event) => /** @type {HTMLElement} */ (event.target).matches("video, audio") && event.stopPropagation());
    this.#draw();
  }

  /** @returns {Attachment[]} */
  get list() {
    return JSON.parse(this.at.dataset.files || "[]");
  }

  /** @param {Attachment[]} list */
  set list(list) {
    this.at.dataset.files = JSON.stringify(list);
    this.at.dispatchEvent(new Event("change", { bubbles: true }));
    this.#draw();
  }

  /** A file is stored: the answer names it from now on. @param {Parcel} parcel @param {Attachment} file */
  take(parcel, file) {
    this.#coming.delete(parcel);
    const others = this.list.filter((other) => other.sha256 !== file.sha256);
    if (others.length === this.list.length) this.list = [...others.slice(others.length - this.most + 1, others.length), file].slice(-this.most);
    else this.#draw();
    this.#say("stored", { name: file.name });
  }

  /** @param {Parcel} parcel @param {number} share @param {boolean} stuck the line is cut */
  show(parcel, share, stuck) {
    const before = this.#coming.get(parcel);
    this.#coming.set(parcel, { share, stuck });
    const percent = Math.floor(share * 100);
    if (stuck && !before?.stuck) this.#say("waiting", { name: parcel.name, percent });
    else if (share === 1) this.#say("looking", { name: parcel.name });
    else if (!before || before.stuck && !stuck) this.#say("sending", { name: parcel.name, percent });
    this.#draw();
  }

  /** @param {Parcel} parcel @param {string | null} why */
  refused(parcel, why) {
    this.#coming.delete(parcel);
    this.#say("refused", { name: parcel.name, why: why ?? this.#words("unreadable") });
    this.#draw();
  }

  /** A recording that was cut off by a crash or a reload. @param {Take} take */
  async found(take) {
    if (this.files.shipping.parcels.some((parcel) => parcel.n === this.n)) return forget(this.files.shelf, take.take); // it is on its way
    this.#offer(take);
    this.#say("found", { time: clock(take.ms) });
  }

  /** Ends a recording and keeps it to be looked at. */
  async halt() {
    if (!this.#recorder) return;
    const recorder = this.#recorder;
    this.#recorder = null;
    clearInterval(this.#tick);
    const take = await recorder.stop();
    if (take.blob.size > 0) this.#offer(take);
    else this.#show("idle");
  }

  async finish() {
    await this.halt();
    if (this.#take && this.list.length === 0 && !this.files.shipping.parcels.some((parcel) => parcel.n === this.n)) await this.#use();
  }

  #locked() {
    return Boolean(this.at.closest("fieldset:disabled"));
  }

  /** @param {HTMLElement} target */
  #clicked(target) {
    const button = /** @type {HTMLButtonElement | null} */ (target.closest("button"));
    if (!button || button.matches(":disabled")) return;
    const { record, pause, stop, again, use, remove, giveUp } = button.dataset;
    if (record !== undefined) this.#record(record === "sound" ? "sound" : "film");
    else if (pause !== undefined) this.#pause();
    else if (stop !== undefined) this.#stop("ready");
    else if (again !== undefined) this.#again();
    else if (use !== undefined) this.#use();
    else if (remove !== undefined) this.#remove(remove);
    else if (giveUp !== undefined) this.#giveUp(giveUp);
  }

  /** @param {File[]} chosen */
  async #choose(chosen) {
    for (const file of chosen) {
      const name = file.name;
      if (this.most > 1 && this.list.length + this.#coming.size >= this.most) return this.#say("many", { n: this.most });
      const seconds = /^(audio|video)\//.test(file.type) ? await length(file) : 0;
      const why = file.size === 0 ? "empty" : file.size > this.limit ? "large" : this.longest && seconds > this.longest + 1 ? "long" : "";
      if (why) this.#say("refused", { name, why: this.#words(why, { mb: this.limit >> 20, max: this.longest }) });
      else await this.#hand(file, name, seconds);
    }
  }

  /** @param {Blob} blob @param {string} name @param {number} seconds */
  async #hand(blob, name, seconds) {
    if (this.most === 1) for (const parcel of [...this.#coming.keys()]) await this.#drop(parcel);
    const parcel = await this.files.shipping.add(this.n, blob, name, seconds);
    if (this.files.shipping.parcels.includes(parcel) && !parcel.stored) this.show(parcel, this.files.shipping.share(parcel), false);
    this.files.changed();
  }

  /** @param {Parcel} parcel */
  async #drop(parcel) {
    this.#coming.delete(parcel);
    await this.files.shipping.drop(parcel);
    this.files.changed();
  }

  /** @param {"film" | "sound"} what */
  async #record(what) {
    if (this.#recorder || this.#starting) return;
    this.#starting = true;
    this.#say("asking");
    try {
      this.#recorder = await Recorder.start(what, { attempt: this.files.attempt, n: this.n, shelf: this.files.shelf }, () => this.#stop("unplugged"));
    } catch (error) {
      if (!(error instanceof Hindered)) throw error;
      return this.#say(error.why);
    } finally {
      this.#starting = false;
    }
    const preview = /** @type {HTMLVideoElement | null} */ (this.at.querySelector("[data-preview]"));
    if (preview) {
      preview.hidden = what === "sound";
      preview.srcObject = what === "film" ? this.#recorder.stream : null;
      preview.play().catch(() => {});
    }
    this.#show("live");
    this.#say("recording", { time: "" });
    /** @type {HTMLElement} */ (this.at.querySelector("[data-stop]")).focus({ preventScroll: true });
    this.#tick = window.setInterval(() => this.#run(), 100);
    this.#run();
  }

  /** Ten times a second while it records. */
  #run() {
    const recorder = this.#recorder;
    if (!recorder) return;
    const level = /** @type {HTMLMeterElement} */ (this.at.querySelector("[data-level]"));
    level.value = recorder.paused ? 0 : recorder.level();
    const time = clock(recorder.ms) + (this.longest ? ` / ${clock(this.longest * 1000)}` : "");
    const words = this.#words(recorder.paused ? "halted" : "recording", { time });
    const line = /** @type {HTMLElement} */ (this.at.querySelector("[data-clock]"));
    if (line.textContent !== words) line.textContent = words;
    if (this.files.clock.paused) recorder.pause();
    if (this.longest && recorder.ms >= this.longest * 1000) this.#stop("limit");
    else if (recorder.bytes > this.limit - slack) this.#stop("full");
    else if (this.files.clock.left() < reserve) this.#end();
    else if (this.q.hidden || this.#locked()) this.#stop("ready"); // nobody is recorded who has gone on
    this.#label();
  }

  #pause() {
    if (this.#recorder?.paused) this.#recorder.resume();
    else this.#recorder?.pause();
    this.#run();
  }

  #label() {
    const button = /** @type {HTMLElement} */ (this.at.querySelector("[data-pause]"));
    const words = this.#words(this.#recorder?.paused ? "resume" : "pause");
    if (button.textContent !== words) button.textContent = words;
  }

  /** @param {string} why a word for what ended it */
  async #stop(why) {
    const ms = this.#recorder?.ms ?? 0;
    await this.halt();
    this.#say(why, { time: clock(why === "limit" ? this.longest * 1000 : ms) });
    if (!this.q.hidden) /** @type {HTMLElement | null} */ (this.at.querySelector("[data-use]"))?.focus({ preventScroll: true });
  }

  /** The time is nearly up: what is recorded is the answer, unless there is one. */
  async #end() {
    await this.finish();
    this.#say("timeUp");
  }

  /** @param {Take} take */
  #offer(take) {
    this.#take = take;
    const player = /** @type {HTMLVideoElement} */ (this.at.querySelector("[data-playback]"));
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(take.blob);
    player.classList.toggle("sound", take.blob.type.startsWith("audio/"));
    // A recording does not say how long it is until somebody has looked at its end.
    player.addEventListener("loadedmetadata", () => {
      if (player.duration !== Infinity) return;
      player.addEventListener("seeked", () => (player.currentTime = 0), { once: true });
      player.currentTime = 1e7;
    }, { once: true });
    this.#show("take");
  }

  async #again() {
    const take = this.#take;
    this.#show("idle");
    if (take) await forget(this.files.shelf, take.take);
    /** @type {HTMLElement | null} */ (this.at.querySelector("[data-record]"))?.focus({ preventScroll: true });
  }

  async #use() {
    const take = this.#take;
    if (!take) return;
    this.#show("idle");
    const name = this.#words(take.blob.type.startsWith("audio/") ? "sound" : "film") + (take.blob.type.includes("mp4") ? ".mp4" : ".webm");
    await this.#hand(take.blob, name, take.ms / 1000);
    await forget(this.files.shelf, take.take);
  }

  /** @param {string} sha256 */
  #remove(sha256) {
    const gone = this.list.find((file) => file.sha256 === sha256);
    this.list = this.list.filter((file) => file !== gone && file.sha256 !== sha256);
    this.#say("removed", { name: gone?.name ?? "" });
    /** @type {HTMLElement} */ (this.at.querySelector("input[type=file]")).focus({ preventScroll: true });
  }

  /** @param {string} key */
  async #giveUp(key) {
    const parcel = [...this.#coming.keys()].find((p) => p.key === key);
    if (!parcel) return;
    await this.#drop(parcel);
    this.#say("removed", { name: parcel.name });
    this.#draw();
    /** @type {HTMLElement} */ (this.at.querySelector("input[type=file]")).focus({ preventScroll: true });
  }

  /** Shows one face of the recorder. @param {"idle" | "live" | "take"} face */
  #show(face) {
    if (face !== "take") this.#take = null;
    for (const name of ["idle", "live", "take"]) {
      const part = /** @type {HTMLElement | null} */ (this.at.querySelector(`[data-${name}]`));
      if (part) part.hidden = name !== face;
    }
  }

  /** The list: what the answer names, and what is coming. */
  #draw() {
    const list = /** @type {HTMLElement} */ (this.at.querySelector(".file-list"));
    const held = this.#coming.size > 0 && list.contains(document.activeElement);
    const shown = JSON.stringify([this.list, [...this.#coming].map(([p, how]) => [p.key, how.stuck])]);
    if (list.dataset.shown !== shown) {
      list.dataset.shown = shown;
      list.replaceChildren(...this.list.map((file) => this.#line(file)), ...[...this.#coming.keys()].map((parcel) => this.#comingLine(parcel)));
      if (held) /** @type {HTMLElement | null} */ (list.querySelector("button"))?.focus({ preventScroll: true });
    }
    for (const [parcel, { share }] of this.#coming) {
      const bar = /** @type {HTMLProgressElement | null} */ (list.querySelector(`progress[data-parcel="${parcel.key}"]`));
      if (bar) bar.value = share;
    }
  }

  /** @param {Attachment} file */
  #line(file) {
    const line = item(file.name, file.size);
    const kind = file.type.split("/")[0];
    if (kind === "audio" || kind === "video" || kind === "image") {
      const seen = /** @type {HTMLVideoElement | HTMLImageElement} */ (document.createElement(kind === "image" ? "img" : kind));
      if (seen instanceof HTMLImageElement) {
        seen.alt = file.name;
        seen.loading = "lazy";
      } else {
        seen.controls = true;
        seen.preload = "none";
        seen.setAttribute("aria-label", file.name);
      }
      seen.src = `/attempts/${this.files.attempt}/files/${file.sha256}`;
      line.append(seen);
    }
    line.querySelector(".row")?.append(this.#button(file.name, "remove", file.sha256));
    return line;
  }

  /** @param {Parcel} parcel */
  #comingLine(parcel) {
    const line = item(parcel.name, parcel.blob.size);
    line.classList.add("coming");
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.dataset.parcel = parcel.key;
    bar.setAttribute("aria-label", parcel.name);
    line.querySelector(".row")?.append(bar, this.#button(parcel.name, "giveUp", parcel.key));
    return line;
  }

  /** @param {string} name @param {"remove" | "giveUp"} what @param {string} which */
  #button(name, what, which) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.dataset[what] = which;
    button.textContent = "×";
    button.setAttribute("aria-label", this.#words("remove", { name }));
    return button;
  }

  /** @param {string} key @param {Record<string, string | number>} [places] */
  #words(key, places = {}) {
    return (this.at.dataset[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => String(places[name] ?? ""));
  }

  /** @param {string} key @param {Record<string, string | number>} [places] */
  #say(key, places) {
    /** @type {HTMLElement} */ (this.at.querySelector("[data-say]")).textContent = this.#words(key, places);
  }
}

/** @param {string} name @param {number} bytes */
function item(name, bytes) {
  const line = document.createElement("li");
  const row = document.createElement("div");
  row.className = "row";
  const what = document.createElement("span");
  what.className = "what";
  what.textContent = name;
  const size = document.createElement("span");
  size.className = "quiet num";
  size.textContent = bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
  row.append(what, size);
  line.append(row);
  return line;
}

/** @param {number} ms */
function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** How many seconds a file of sound or film runs; 0 when the browser cannot tell. @param {File} file @returns {Promise<number>} */
function length(file) {
  return new Promise((done) => {
    const media = document.createElement("video");
    const end = (/** @type {number} */ seconds) => {
      URL.revokeObjectURL(media.src);
      done(Number.isFinite(seconds) ? Math.round(seconds) : 0);
    };
    media.preload = "metadata";
    media.onloadedmetadata = () => end(media.duration);
    media.onerror = () => end(0);
    setTimeout(() => end(0), 3000);
    media.src = URL.createObjectURL(file);
  });
}
