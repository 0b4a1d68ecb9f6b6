// @ts-check
// Everybody on the board: one line each, those who need somebody first. A line stays the same element for as long as
// the page is open, so that focus and pointer keep their place while others move around it.

import { byId, say } from "../room/words.js";

/** @typedef {import("../board.js").Row} Row */

const still = 2500; // ms after a movement of the pointer over the list in which nothing moves under it

export class Seats {
  /** @type {Map<string, {line: HTMLLIElement, row: Row}>} */
  #seats = new Map();
  /** @type {Row[]} */
  #rows = [];
  #only = document.querySelector("#tabs [aria-current]")?.getAttribute("data-show") ?? "";
  #find = /** @type {HTMLInputElement} */ (byId("find")).value.toLowerCase();
  #chosen = "";
  #pointed = -Infinity;

  /** @param {HTMLElement} list @param {{clock: (ms: number) => string, now: () => number, chosen: (id: string) => void}} with */
  constructor(list, { clock, now, chosen }) {
    this.list = list;
    this.clock = clock;
    this.now = now;
    list.addEventListener("pointermove", () => (this.#pointed = performance.now()));
    list.addEventListener("pointerleave", () => (this.#pointed = -Infinity));
    list.addEventListener("click", (event) => {
      const seat = /** @type {HTMLElement} */ (event.target).closest("li");
      const mouse = /** @type {MouseEvent} */ (event);
      if (!seat?.querySelector("a[href]") || mouse.ctrlKey || mouse.metaKey || mouse.shiftKey) return;
      event.preventDefault();
      chosen(seat.dataset.id ?? "");
    });
    list.addEventListener("keydown", (event) => this.#step(/** @type {KeyboardEvent} */ (event)));
  }

  /** @param {Row[]} rows in their order */
  show(rows) {
    if (this.#seats.size === 0) this.list.replaceChildren(); // what the page came with
    this.#rows = rows;
    const here = new Set(rows.map((row) => row.id));
    for (const [id, seat] of this.#seats) {
      if (here.has(id)) continue;
      seat.line.remove();
      this.#seats.delete(id);
    }
    for (const row of rows) {
      const seat = this.#seats.get(row.id);
      if (!seat) this.#seats.set(row.id, { line: this.#draw(row), row });
      else if (JSON.stringify(seat.row) !== JSON.stringify(row)) {
        this.#fill(seat.line, row);
        seat.row = row;
      }
    }
    this.#count();
    this.#arrange();
    this.age();
  }

  /** Which candidate stands beside the board. @param {string} id */
  mark(id) {
    this.#chosen = id;
    for (const link of this.list.querySelectorAll("a")) {
      if (link.parentElement?.dataset.id === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  /** @param {string} show "" for everybody, urgent, or a pulse */
  only(show) {
    this.#only = show;
    for (const tab of byId("tabs").querySelectorAll("a")) {
      if (tab.dataset.show === show) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    this.#pointed = -Infinity;
    this.#arrange();
  }

  /** @param {string} words */
  find(words) {
    this.#find = words.trim().toLowerCase();
    this.#arrange();
  }

  /** Writes how long each has been as they are. */
  age() {
    for (const { line, row } of this.#seats.values()) {
      const place = part(line, "[data-since]");
      const seconds = row.since && row.pulse !== "finished" ? Math.max(0, Math.round((this.now() - row.since) / 1000)) : -1;
      const words = seconds < 0 ? "" : seconds < 90 ? say.words("seconds", { n: seconds }) : say.words("minutes", { n: Math.round(seconds / 60) });
      if (place.textContent !== words) place.textContent = words;
    }
  }

  /** @param {Row} row */
  #draw(row) {
    const line = /** @type {HTMLLIElement} */ (/** @type {HTMLTemplateElement} */ (byId("seat")).content.querySelector("li")?.cloneNode(true));
    line.dataset.id = row.id;
    this.#fill(line, row);
    return line;
  }

  /** @param {HTMLLIElement} line @param {Row} row */
  #fill(line, row) {
    if (row.started) part(line, "a").setAttribute("href", `?of=${encodeURIComponent(row.id)}#panel`);
    part(line, "[data-name]").textContent = row.name;
    part(line, "[data-number]").textContent = row.number;
    const pulse = /** @type {HTMLTemplateElement | null} */ (document.querySelector(`template[data-pulse="${row.pulse}"]`));
    if (line.dataset.pulse !== row.pulse && pulse) part(line, "[data-pulse-place]").replaceChildren(pulse.content.cloneNode(true));
    line.dataset.pulse = row.pulse;
    part(line, "[data-progress]").textContent = row.started
      ? `${say.words("progress", { answered: row.answered, total: row.total })} · ${say.words("until", { time: this.clock(row.deadline ?? 0).slice(0, 5) })}` : "";
    const more = (row.signals ?? []).map(({ kind, n }) => say.words(`signal${kind[0].toUpperCase()}${kind.slice(1)}`, { n }));
    if (row.call?.answered) more.push(say.words("answered", { name: row.call.by ?? "", time: this.clock(row.call.answered) }));
    if (row.unseen) more.push(say.words("unseen", { n: row.unseen }));
    if (row.notes) more.push(say.words("notes", { n: row.notes }));
    part(line, "[data-more]").replaceChildren(...more.map((words) => {
      const span = document.createElement("span");
      span.textContent = words;
      return span;
    }));
  }

  /** @param {Row} row */
  #shown(row) {
    if (this.#find && !`${row.name} ${row.number}`.toLowerCase().includes(this.#find)) return false;
    return this.#fits(row, this.#only);
  }

  /** @param {Row} row @param {string} show */
  #fits(row, show) {
    return show === "" || row.pulse === show || (show === "urgent" && ["calling", "asking", "off-line", "flagged"].includes(row.pulse));
  }

  #count() {
    for (const tab of byId("tabs").querySelectorAll("a")) {
      const show = tab.dataset.show ?? "";
      const n = this.#rows.filter((row) => this.#fits(row, show)).length;
      part(tab, "[data-n]").textContent = String(n);
      tab.classList.toggle("none", n === 0 && show !== "");
    }
  }

  /** Puts the lines in their order around the one that has the focus; while the pointer moves among them they stay. */
  #arrange() {
    const lines = this.#rows.filter((row) => this.#shown(row)).map((row) => /** @type {{line: HTMLLIElement}} */ (this.#seats.get(row.id)).line);
    byId("nobody").hidden = lines.length > 0;
    const wanted = new Set(lines);
    const held = document.activeElement?.closest("li.seat");
    for (const line of [...this.list.children]) if (!wanted.has(/** @type {HTMLLIElement} */ (line)) && line !== held) line.remove();
    const settled = performance.now() - this.#pointed < still;
    if (settled) {
      this.list.append(...lines.filter((line) => !line.isConnected));
    } else if (held && this.list.contains(held)) {
      const place = lines.indexOf(/** @type {HTMLLIElement} */ (held));
      for (const line of lines.slice(0, Math.max(0, place))) this.list.insertBefore(line, held);
      this.list.append(...lines.slice(place + 1));
    } else if (lines.some((line, n) => this.list.children[n] !== line)) {
      this.list.append(...lines);
    }
    this.mark(this.#chosen);
  }

  /** Up and down go from line to line. @param {KeyboardEvent} event */
  #step(event) {
    /** @type {Record<string, number>} */
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (!step) return;
    const links = [...this.list.querySelectorAll("a[href]")];
    const at = links.indexOf(/** @type {Element} */ (document.activeElement));
    const next = /** @type {HTMLElement | undefined} */ (links[at + step]);
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  }
}

/** @param {Element} within @param {string} selector @returns {HTMLElement} */
function part(within, selector) {
  const found = /** @type {HTMLElement | null} */ (within.querySelector(selector));
  if (!found) throw new Error(`a line without ${selector}`);
  return found;
}
