// @ts-check
// The exam room: puts paper, outbox, clock and signals together, and says at all times how things stand.

import { Clock } from "./room/clock.js";
import { nameDevice } from "./room/device.js";
import { Files } from "./room/files.js";
import { askToPersist } from "./room/keep.js";
import { Outbox } from "./room/outbox.js";
import { Paper } from "./room/paper.js";
import { Signals } from "./room/signals.js";
import { Talk } from "./room/talk.js";
import { since } from "./room/time.js";
import { byId, say } from "./room/words.js";
import { pause, Wire } from "./room/wire.js";
import { headersOf, shownKeys } from "./seb/keys.js";

const asking = { well: 3500, ill: 3000 }; // ms without a word of how time stands before the room asks for it
const approval = 2000; // ms between two questions whether this device may take over

const room = byId("room");
const attempt = room.dataset.attempt ?? "";
const dialog = (/** @type {string} */ id) => /** @type {HTMLDialogElement} */ (byId(id));

/** @type {import("./room/wire.js").Trouble | null} how the line is */
let trouble = null;
let leased = false; // this tab has the paper
/** @type {"" | "asked" | "time"} whether the paper is on its way in, since the person said so or the time is up */
let handingIn = "";
let leaving = false;
let troubled = 0; // since when, by the server's clock
let telling = 0; // the timer of what screen readers are told of a save
let slow = 0; // the timer of a save that takes its time
/** @type {number[]} questions whose last answer was not taken */
const lost = [];

const wire = new Wire(attempt, (felt) => {
  trouble = felt === "offline" || felt === "busy" || felt === "signed-out" || felt === "barred" ? felt : null;
  if (!trouble) troubled = 0;
  else if (!troubled) troubled = clock.now();
  if (!outbox) return;
  showUnsaved();
  showBand();
  if (!trouble) outbox.send();
  if (!trouble) files.send();
  if (!trouble) signals.send();
});
const clock = new Clock(Number(room.dataset.now), Number(room.dataset.deadline), (room.dataset.spoken ?? "").split(" ").map(Number));
const paper = new Paper(/** @type {HTMLFormElement} */ (byId("paper")), byId("card"), {
  answered: (n, response) => outbox.put(n, response),
  turned: (n) => {
    byId("place").textContent = say.words("place", { n, total: paper.total });
    if (leased) signals.saw("question", n);
    remember({ at: n });
  },
  later: () => remember({ later: paper.later() }),
});
/** @type {Signals} */
let signals;
/** @type {Outbox} */
let outbox;
/** @type {Files} */
let files;
/** @type {Talk | undefined} */
let talk;
/** @type {import("./room/watching.js").Watching | undefined} */
let watching;

// Letters and digits as shortcuts are a nuisance to who speaks to the computer or whose hand trembles.
const plainKeys = "bainian.keys"; // in localStorage

function mindKeys() {
  const box = /** @type {HTMLInputElement} */ (byId("single-keys"));
  box.checked = true;
  try {
    box.checked = localStorage.getItem(plainKeys) !== "off";
    box.addEventListener("change", () => localStorage.setItem(plainKeys, box.checked ? "on" : "off"));
  } catch {
    // Then the choice holds for this page.
  }
}

// What only this page needs to remember: where the person is and what they marked.
const memory = `bainian.room.${attempt}`;

/** @returns {{at?: number, later?: number[]}} */
function recall() {
  try {
    return JSON.parse(localStorage.getItem(memory) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {{at?: number, later?: number[]}} change */
function remember(change) {
  try {
    localStorage.setItem(memory, JSON.stringify({ ...recall(), ...change }));
  } catch {
    // Marks are a comfort; answers have their own way to be kept.
  }
}

/**
 * Takes the paper for this tab; asks the person first when another one has it, and then those who watch, where they
 * have to agree.
 * @param {boolean} take
 */
async function lease(take) {
  for (;;) {
    try {
      await wire.call("PUT", "lease", { device: outbox.device, take });
      return true;
    } catch (/** @type {any} */ failure) {
      if (failure.trouble === "over") leave();
      if (failure.trouble === "elsewhere") elsewhere();
      if (failure.trouble === "declined") {
        dialog("asking").close();
        open("declined");
      }
      if (failure.trouble === "foreign" || failure.trouble === "refused") gone(failure.message);
      if (leaving || failure.trouble === "elsewhere" || failure.trouble === "declined") return false;
      if (failure.trouble === "asking") open("asking");
      if (failure.trouble === "ask") await askTakeOver();
      else await pause(failure.trouble === "asking" ? approval : asking.ill);
    }
  }
}

/** Asks those who watch to let this device have the paper; lease says what became of it. */
async function askTakeOver() {
  try {
    await wire.call("POST", "takeovers", { device: outbox.device });
  } catch (/** @type {any} */ failure) {
    if (failure.trouble === "refused") return gone(failure.message);
    await pause(asking.ill);
  }
}

function elsewhere() {
  leased = outbox.open = false;
  files.close();
  paper.flush(); // what is being typed is kept for the tab that has the paper now
  watching?.stop();
  signals.stop();
  paper.lock(true);
  open("elsewhere");
}

let told = -Infinity; // when the server last said how time stands (performance.now())

/**
 * The server said how time stands, in answer to a call made at asked (performance.now()): its clock, the deadline,
 * which may have moved, and whether it is paused.
 * @param {{now: number, deadline: number, paused: boolean, news: number}} time @param {number} asked
 */
function tell(time, asked) {
  if (asked < told) return; // overtaken by a later word
  told = performance.now();
  outbox.settle(clock.sync(time.now, asked));
  if (time.deadline !== clock.deadline) {
    clock.deadline = time.deadline;
    if (handingIn === "time" && clock.left() > 0) handingIn = ""; // the time was up and is no longer
    paper.lock(!leased || handingIn !== "");
    say("moved", { at: clockTime(clock.deadline) });
    showBand();
  }
  hold(time.paused);
  talk?.told(time.news);
}

/** Asks the server how time stands. */
async function ask() {
  const asked = performance.now();
  const state = await wire.call("GET", "state");
  tell(state, asked);
  if (state.state !== "live") leave();
}

/** Asks whenever no save has said so for a while: a change is seen within five seconds. */
async function follow() {
  while (!leaving) {
    const quiet = performance.now() - told;
    if (!trouble && quiet < asking.well) {
      await pause(asking.well - quiet);
      continue;
    }
    try {
      await ask();
    } catch (/** @type {any} */ failure) {
      if (failure.trouble === "foreign" || failure.trouble === "refused") return gone(failure.message);
    }
    await pause(trouble ? asking.ill : 200);
  }
}

/** @param {boolean} paused */
function hold(paused) {
  if (paused === clock.paused) return;
  clock.paused = paused;
  if (paused) open("paused");
  else dialog("paused").close();
}

/** The paper is not this person's any more, as after signing in as somebody else. @param {string} why */
function gone(why) {
  leaving = true;
  paper.lock(true);
  band(say.words("gone", { why }));
}

/** Hands the paper in once everything that was answered is safe. @param {boolean} timeUp nobody asked for it */
async function handIn(timeUp) {
  if (handingIn) return showBand(); // the time ran out while it waits for answers to be stored
  handingIn = timeUp ? "time" : "asked";
  files.finish();
  paper.flush();
  paper.lock(true);
  showUnsaved();
  showBand();
  while (handingIn && !leaving) {
    if (outbox.items.length === 0 && !files.busy) {
      try {
        if (timeUp) {
          await ask(); // only the server's clock ends a paper, and it may have been given more time
          if (!clock.up() && !leaving) return keepWriting();
        }
        if (!handingIn || leaving) return;
        await wire.call("POST", "submission", {});
        return leave();
      } catch (/** @type {any} */ failure) {
        if (failure.trouble === "over") return leave();
        if (failure.trouble === "foreign" || failure.trouble === "refused") return gone(failure.message);
      }
    }
    await pause(outbox.items.length > 0 || files.busy ? 150 : asking.ill);
  }
}

function keepWriting() {
  if (clock.up()) return;
  handingIn = "";
  paper.lock(!leased);
  dialog("hand-in").close();
  showBand();
}

/** Goes to the result. What could not be taken any more is said first. */
async function leave() {
  if (leaving) return;
  leaving = true;
  watching?.stop();
  signals.stop();
  paper.lock(true);
  const late = [...new Set([...lost, ...unsafe()])].sort((a, b) => a - b);
  await outbox.forget();
  await files.forget();
  try {
    localStorage.removeItem(memory);
  } catch {
    // Nothing was kept.
  }
  if (late.length === 0) return location.replace(`/attempts/${attempt}/result`);
  byId("lost-list").textContent = late.join("　");
  open("lost");
}

/** @param {import("./room/outbox.js").Item} item @param {import("./room/outbox.js").Saved} saved @param {number} asked */
function showSaved(item, saved, asked) {
  tell(saved, asked);
  paper.question(item.n).dataset.saved = String(saved.saved_at);
  byId("saved").classList.remove("late");
  byId("saved").textContent = say.words("kept", { clock: saved.saved_clock, answered: saved.answered, total: saved.total });
  // Words are saved while somebody types, which is no reason to be talked to at every pause.
  clearTimeout(telling);
  const typed = ["essay", "short", "numeric", "cloze"].includes(paper.question(item.n).dataset.kind ?? "");
  telling = window.setTimeout(() => (byId("saved-told").textContent = byId("saved").textContent), typed ? 4000 : 0);
}

/** Numbers of the questions whose answers are not stored yet, files included. */
function unsafe() {
  return new Set([...outbox.items.map((item) => item.n), ...files.waiting()]);
}

/** Says what is not safe yet: at once when the line is down, and only after a moment when it is merely on its way. */
function showUnsaved() {
  const waiting = unsafe();
  paper.setUnsaved(waiting);
  clearTimeout(slow);
  if (waiting.size > 0) slow = window.setTimeout(() => {
    byId("saved").classList.add("late");
    byId("saved").textContent = say.words(trouble ? "waiting" : "keeping", { n: waiting.size });
  }, trouble ? 0 : 500);
  const note = byId("hand-in-unsaved");
  note.hidden = waiting.size === 0;
  note.textContent = waiting.size > 0 ? say.words("unsaved", { n: waiting.size }) : "";
}

function showBand() {
  if (leaving) return;
  const up = handingIn && clock.up();
  const at = clockTime(troubled);
  byId("band-link").hidden = trouble !== "signed-out";
  if (trouble === "signed-out") band(say.words("signedOut", { at }));
  else if (trouble === "barred") band(say.words("barred", { at }));
  else if (trouble === "busy") band(say.words("busy", { at }));
  else if (trouble && up) band(say.words("timeUpOffline", { at: clockTime(clock.deadline + Number(room.dataset.grace)) }));
  else if (trouble) band(say.words("offline", { at }));
  else band(up ? say.words("timeUp") : "");
}

/** @param {string} words none hides it */
function band(words) {
  byId("band").hidden = words === "";
  if (byId("band-words").textContent !== words) byId("band-words").textContent = words; // said once
  const n = leaving ? 0 : unsafe().size;
  byId("band-count").textContent = trouble && !leaving && leased ? say.words(n > 0 ? "unsent" : "unsentNone", { n }) : "";
}

function sayLeft() {
  const seconds = Math.ceil(clock.left() / 1000);
  const at = clockTime(clock.deadline);
  if (seconds < 60) say("remainingSeconds", { seconds, at });
  else say("remaining", { minutes: Math.floor(seconds / 60), seconds: seconds % 60, at });
}

/** @param {number} ms @returns {string} hours and minutes where the company is */
function clockTime(ms) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: room.dataset.zone }).format(ms);
}

/** @param {string} id */
function open(id) {
  for (const other of document.querySelectorAll("dialog[open]:not([data-firm])")) /** @type {HTMLDialogElement} */ (other).close();
  if (!dialog(id).open) dialog(id).showModal();
}

function openHandIn() {
  paper.flush();
  fill("hand-in-blank", "blank-list", paper.blank());
  fill("hand-in-later", "later-list", paper.later());
  fill("hand-in-long", "long-list", paper.tooLong());
  byId("hand-in-all").hidden = paper.blank().length > 0;
  showUnsaved();
  open("hand-in");
}

/** @param {string} part @param {string} list @param {number[]} ns */
function fill(part, list, ns) {
  byId(part).hidden = ns.length === 0;
  byId(list).replaceChildren(
    ...ns.map((n) => {
      const link = document.createElement("a");
      link.href = `#q${n}`;
      link.dataset.go = String(n);
      link.textContent = String(n);
      return link;
    }),
  );
}

/** @param {MouseEvent} event */
function clicked(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const go = /** @type {HTMLElement | null} */ (target.closest("[data-go]"));
  if (go) {
    event.preventDefault();
    if (dialog("hand-in").open) keepWriting();
    paper.show(Number(go.dataset.go));
  } else if (target.closest("[data-hand-in]")) openHandIn();
  else if (target.closest("[data-close]")) {
    if (target.closest("#hand-in")) keepWriting();
    target.closest("dialog")?.close();
  }
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (target.matches("select, textarea, input:not([type=radio], [type=checkbox])")) return;
  const key = event.key.toLowerCase();
  /** @type {Record<string, () => void>} */
  const keys = {
    arrowright: () => paper.show(paper.current + 1),
    j: () => paper.show(paper.current + 1),
    arrowleft: () => paper.show(paper.current - 1),
    k: () => paper.show(paper.current - 1),
    m: () => paper.toggleLater(),
    t: sayLeft,
    "?": () => open("keys"),
  };
  if (key.length === 1 && !(/** @type {HTMLInputElement} */ (byId("single-keys")).checked)) return;
  const place = /^[1-9]$/.test(key) ? Number(key) - 1 : /^[a-h]$/.test(key) ? key.charCodeAt(0) - 97 : -1;
  if (place < 0 && !keys[key]) return;
  event.preventDefault();
  if (place >= 0) paper.choose(place);
  else keys[key]();
}

/** Takes the line away, as a practice exam does to show what happens then. @param {number} ms */
async function cut(ms) {
  await wire.cut(ms);
  await ask().catch(() => {}); // the line is back, or really gone
}

/** @param {() => void} take tells this browser's other tabs that the paper is here now */
function listen(take) {
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  mindKeys();
  byId("left").addEventListener("click", sayLeft);
  byId("hand-in").addEventListener("submit", (event) => {
    event.preventDefault();
    handIn(false);
  });
  byId("hand-in").addEventListener("cancel", keepWriting);
  for (const firm of document.querySelectorAll("dialog[data-firm]")) firm.addEventListener("cancel", (event) => event.preventDefault());
  const takeOver = async () => {
    if (!(await lease(true))) return;
    take();
    location.reload(); // the server's answers, and what another tab here left unsent
  };
  byId("take-over").addEventListener("click", takeOver);
  byId("ask-again").addEventListener("click", async () => {
    dialog("declined").close();
    await askTakeOver();
    takeOver();
  });
  const full = document.getElementById("full");
  full?.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
  document.getElementById("full-again")?.addEventListener("click", () => document.documentElement.requestFullscreen());
  document.getElementById("full-not")?.addEventListener("click", () => (byId("left-full").hidden = true));
  document.addEventListener("fullscreenchange", () => full && (full.textContent = say.words(document.fullscreenElement ? "window" : "full")));
  window.addEventListener("online", () => (outbox.send(), files.send()));
  window.addEventListener("pagehide", () => {
    paper.flush();
    outbox.hurry();
  });
  document.addEventListener("visibilitychange", () => paper.flush());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && !outbox.kept && outbox.items.length > 0) event.preventDefault();
  });
}

async function enter() {
  const recalled = recall();
  paper.setLater(recalled.later ?? []);
  paper.show(Number(location.hash.match(/^#q(\d+)$/)?.[1] ?? recalled.at ?? 1), false);
  const device = await nameDevice(attempt, { another: () => signals?.saw("second_tab"), taken: () => leased && elsewhere() });
  signals = new Signals({ attempt, device: device.name, wire, watch: (room.dataset.watch ?? "").split(" ") }, {
    failed: (trouble) => trouble === "elsewhere" && elsewhere(),
    full: (on) => (byId("left-full").hidden = on || leaving),
  });
  outbox = new Outbox({ attempt, device: device.name, wire, now: () => clock.now(), ask }, {
    saved: showSaved,
    dropped: (item, why) => {
      lost.push(item.n);
      if (why.trouble === "refused") say("refused", { n: item.n, why: why.message });
    },
    changed: () => {
      showUnsaved();
      showBand();
    },
    keeps: (kept) => (byId("unkept").hidden = kept),
    elsewhere,
  });
  files = new Files(paper.form, { attempt, device: device.name, wire, clock, elapsed: () => since(wire.contact).sure, unsaved: (n) => Boolean(outbox.waiting(n)) }, () => {
    showUnsaved();
    showBand();
  });
  listen(device.take);
  if (document.querySelector(".order-list, .match")) {
    const { drag } = await import("./room/drag.js");
    drag(paper.form, (row) => paper.moved(row));
  }
  clock.run(byId("clock"), { threshold: sayLeft, zero: () => leased && handIn(true) });
  hold(Boolean(room.dataset.paused));
  if (room.dataset.seb) wire.shows = headersOf(await shownKeys());
  if (!(await lease(false))) return;
  leased = true;
  await outbox.adopt(Number(room.dataset.last), (n) => Number(paper.question(n).dataset.saved));
  for (const item of outbox.items) paper.write(item.n, item.response);
  paper.lock(handingIn !== "");
  outbox.open = true;
  outbox.send();
  files.enter();
  signals.start();
  signals.saw("question", paper.current);
  /** @type {Promise<void> | undefined} */
  let asked;
  if (document.getElementById("watching")) {
    const { Watching } = await import("./room/watching.js");
    watching = new Watching({ attempt, device: device.name, saw: (kind, n) => signals.saw(kind, n) });
    asked = watching.ask();
  }
  askToPersist();
  talk = new Talk({ wire, device: device.name, watched: Boolean(room.dataset.watched), news: Number(room.dataset.news) });
  talk.look();
  room.dataset.ready = "yes";
  if (document.getElementById("tour")) {
    const { Tour } = await import("./room/tour.js");
    asked?.then(() => new Tour({ cut }).offer()) ?? new Tour({ cut }).offer(); // one thing at a time
  }
  follow();
}

enter();
