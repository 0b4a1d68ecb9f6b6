// @ts-check
// The invigilation board: asks how everybody stands every second and a half, puts that in the place of what the page
// came with, and sends forms without leaving the page. Nothing is worked out here that the server does not say.

import { Alarms } from "./board/alarms.js";
import { Seats } from "./board/seats.js";
import { byId, say } from "./room/words.js";

/**
 * @typedef {{id: string, text?: string, at: number, by?: string, answered?: number}} Call
 * @typedef {{id: string, started: boolean, name: string, number: string, place?: string, pulse: string, since?: number, answered: number, total: number, deadline?: number,
 *   signals?: {kind: string, n: number}[], call?: Call, takeover?: {id: string, browser: string, at: number}, unseen?: number, notes?: number}} Row
 * @typedef {{now: number, live: boolean, said: {id: string, seen: number, copies: number}[], rows: Row[]}} State
 */

const between = { well: 1500, ill: 3000 }; // ms from an answer to the next question
const patience = 8000; // ms after which an answer is given up
const old = 6000; // ms after which the board says that it is not up to date

const board = byId("board");
const at = `${board.dataset.at}/board`;
const panel = byId("panel");
const title = document.title;

let tag = ""; // of the state that the page shows
let ahead = Number(board.dataset.now) - performance.now(); // the server's clock minus this page's
let fresh = performance.now(); // when the server last answered
/** @type {Map<string, Row>} by id */
let known = new Map();
let wake = () => {};

const now = () => performance.now() + ahead;
const clock = (/** @type {number} */ ms) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: board.dataset.zone }).format(ms);

const seats = new Seats(byId("seats"), { clock, now, chosen: (id) => choose(id) });
const alarms = new Alarms(clock);

/** Asks how everybody stands, and shows it if it is something else. */
async function ask() {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), patience);
  try {
    const response = await fetch(`${at}/state`, { headers: { Accept: "application/json", ...(tag && { "If-None-Match": tag }) }, cache: "no-store", signal: giveUp.signal });
    if (response.status === 401 || response.status === 404) return location.reload(); // the server says why
    if (!response.ok && response.status !== 304) throw new Error(String(response.status));
    if (response.ok) {
      /** @type {State} */
      const state = await response.json();
      tag = response.headers.get("ETag") ?? "";
      ahead = state.now - performance.now();
      show(state);
    }
    fresh = performance.now();
    byId("stale").hidden = true;
    byId("fresh").textContent = say.words("fresh", { time: clock(now()) });
  } finally {
    clearTimeout(timer);
  }
}

async function follow() {
  while (board.dataset.live) {
    let wait = between.well;
    try {
      await ask();
    } catch {
      wait = between.ill;
      if (performance.now() - fresh > old && byId("stale").hidden) {
        byId("stale").textContent = say.words("stale", { time: clock(fresh + ahead) });
        byId("stale").hidden = false;
      }
    }
    seats.age();
    await new Promise((done) => {
      const timer = setTimeout(done, wait);
      wake = () => (clearTimeout(timer), done(null));
    });
  }
}

/** @param {State} state */
function show(state) {
  const before = known;
  known = new Map(state.rows.map((row) => [row.id, row]));
  seats.show(state.rows);
  alarms.show(state.rows);
  for (const { id, seen, copies } of state.said) {
    const line = document.querySelector(`[data-message="${id}"] [data-seen]`);
    if (line) line.textContent = say.words("seen", { seen, n: copies });
  }
  const waiting = alarms.count;
  document.title = waiting > 0 ? `(${waiting}) ${title}` : title;
  if (before.size > 0) tell(before);
  const of = chosen();
  if (of && before.size > 0 && JSON.stringify(before.get(of)) !== JSON.stringify(known.get(of))) refresh(of);
  if (!state.live) delete board.dataset.live;
}

/** Tells screen readers what changed that somebody should know of: who, or how many. @param {Map<string, Row>} before */
function tell(before) {
  const words = [];
  for (const pulse of ["calling", "asking", "off-line", "flagged"]) {
    const names = [...known.values()].filter((row) => row.pulse === pulse && before.get(row.id)?.pulse !== pulse).map((row) => row.name);
    const key = `told${pulse.replace(/(^|-)(.)/g, (_, __, letter) => letter.toUpperCase())}`;
    if (names.length > 0) words.push(say.words(key, { names: names.length > 3 ? say.words("many", { n: names.length }) : names.join(say.words("between")) }));
  }
  if (words.length > 0) byId("told").textContent = words.join(" ");
}

/** The candidate beside the board, "" for none. */
function chosen() {
  return document.getElementById("panel-now")?.dataset.of ?? "";
}

/** @param {string} of @returns {Promise<DocumentFragment>} the candidate's part of the page */
async function fetchPanel(of) {
  const response = await fetch(`${at}?of=${encodeURIComponent(of)}`, { headers: { "HX-Request": "true" }, cache: "no-store" });
  if (!response.ok) throw new Error(String(response.status));
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  return holder.content;
}

/** Puts a candidate beside the board. @param {string} of */
async function choose(of) {
  try {
    panel.replaceChildren(await fetchPanel(of));
  } catch {
    return location.assign(`${at}?of=${encodeURIComponent(of)}#panel`); // the whole page then
  }
  seats.mark(of);
  history.replaceState(null, "", `${at}?of=${encodeURIComponent(of)}`);
  panel.querySelector("h2")?.focus();
  if (matchMedia("(max-width: 64rem)").matches) panel.scrollIntoView();
}

/** Brings the candidate beside the board up to date, but for what somebody is writing. @param {string} of */
async function refresh(of) {
  const part = await fetchPanel(of).catch(() => null);
  if (!part || chosen() !== of) return;
  const writing = [...panel.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => {
    const { value, defaultValue } = /** @type {HTMLInputElement} */ (field);
    return value !== defaultValue || field === document.activeElement;
  });
  if (!writing && !panel.contains(document.activeElement)) return panel.replaceChildren(part);
  const fresh = part.querySelector("#panel-now");
  const held = byId("panel-now").contains(document.activeElement);
  if (fresh && !held) byId("panel-now").replaceWith(fresh);
}

/** Sends a form of the board and says what became of it. @param {HTMLFormElement} form @param {HTMLElement | null} by the button */
async function send(form, by) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form, by)));
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  let said = "";
  let ok = false;
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const answer = await response.json();
    ok = response.ok;
    said = ok ? answer.said : answer.error.message;
  } catch {
    said = byId("notice").dataset.failed ?? "";
  }
  buttons.forEach((button) => (button.disabled = false));
  const done = byId("done");
  done.className = ok ? "flash" : "flash wait";
  done.textContent = said;
  done.hidden = false;
  if (!ok) return;
  form.reset();
  wake();
  const of = chosen();
  if (!of || !panel.contains(form)) return;
  /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
  await refresh(of);
  panel.querySelector("h2")?.focus();
}

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-act]")) return;
  event.preventDefault();
  send(form, event.submitter);
});
byId("tabs").addEventListener("click", (event) => {
  const link = /** @type {HTMLElement} */ (event.target).closest("a");
  if (!link || !board.dataset.live) return;
  event.preventDefault();
  seats.only(link.dataset.show ?? "");
});
byId("find").addEventListener("input", (event) => seats.find(/** @type {HTMLInputElement} */ (event.target).value));
byId("find-go").hidden = true;
byId("find").closest("form")?.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("visibilitychange", () => document.hidden || wake());

seats.mark(chosen());
follow();
