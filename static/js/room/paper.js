// @ts-check
// The questions in the page and the card beside them: which is shown, what its controls say.

import { controls, essayOf, inputs, number, placeOf, rowsOf, tickUsed } from "./controls.js";
import { countWords } from "./count.js";
import { say } from "./words.js";

const typing = 600; // ms without a key before written words are saved
const longest = 5000; // ms after which they are saved though somebody types on

export class Paper {
  current = 1;
  /** @type {Map<number, string>} the response last handed on, as JSON */
  #said = new Map();
  /** @type {Map<number, {timer: number, since: number}>} */
  #typing = new Map();

  /** @param {HTMLFormElement} form @param {HTMLElement} card @param {{answered: (n: number, response: object) => void, turned: (n: number) => void, later: () => void}} on */
  constructor(form, card, on) {
    this.form = form;
    this.on = on;
    this.questions = /** @type {HTMLElement[]} */ ([...form.querySelectorAll(".q")]);
    this.links = /** @type {HTMLElement[]} */ ([...card.querySelectorAll("a")]);
    for (const q of this.questions) {
      number(q);
      tickUsed(q);
      if (q.dataset.kind === "essay") {
        this.#count(q);
        essayOf(q).addEventListener("written", () => this.#count(q));
      }
      this.#said.set(nOf(q), JSON.stringify(q.dataset.answered ? this.read(nOf(q)) : {}));
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => this.#typed(/** @type {HTMLElement} */ (event.target)));
    form.addEventListener("change", (event) => this.#changed(/** @type {HTMLElement} */ (event.target)));
    form.addEventListener("click", (event) => this.#clicked(/** @type {HTMLElement} */ (event.target)));
  }

  get total() {
    return this.questions.length;
  }

  /** @param {number} n */
  question(n) {
    return this.questions[n - 1];
  }

  /** Shows one question and hides the others. @param {number} n @param {boolean} [focus] whether to go there, for keys and screen readers */
  show(n, focus = true) {
    if (n < 1 || n > this.total) return;
    this.flush();
    this.current = n;
    this.questions.forEach((q, i) => (q.hidden = i !== n - 1));
    this.links.forEach((link, i) => (i === n - 1 ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    if (focus) {
      /** @type {HTMLElement} */ (this.question(n).querySelector("h2")).focus({ preventScroll: true });
      window.scrollTo({ top: 0, behavior: "instant" });
    }
    this.on.turned(n);
  }

  /** @param {boolean} locked */
  lock(locked) {
    for (const set of this.form.querySelectorAll("fieldset")) set.disabled = locked;
  }

  /** What the controls of a question say. @param {number} n */
  read(n) {
    return controlOf(this.question(n)).read(this.question(n));
  }

  /** Makes the controls say that response. @param {number} n @param {import("./controls.js").Response} response */
  write(n, response) {
    controlOf(this.question(n)).write(this.question(n), response);
    this.#said.set(n, JSON.stringify(response));
    this.#tick(n, response);
  }

  /** Chooses by its place, as the keys do. @param {number} place from 0 */
  choose(place) {
    const q = this.question(this.current);
    const input = q.querySelector(".choice") ? inputs(q)[place] : undefined;
    if (!input || input.disabled) return;
    input.click();
    input.focus({ preventScroll: true });
  }

  /** Hands on what is being typed without waiting any longer. */
  flush() {
    for (const n of [...this.#typing.keys()]) this.#hand(n);
  }

  /** @returns {number[]} numbers of the questions that say nothing */
  blank() {
    return this.questions.flatMap((q, i) => (q.dataset.answered ? [] : [i + 1]));
  }

  /** @returns {number[]} numbers of the essays that are too long to be stored as they are */
  tooLong() {
    return this.questions.flatMap((q, i) => (q.dataset.long ? [i + 1] : []));
  }

  /** @returns {number[]} */
  later() {
    return this.questions.flatMap((q, i) => (laterOf(q).checked ? [i + 1] : []));
  }

  /** @param {number[]} ns */
  setLater(ns) {
    this.questions.forEach((q, i) => {
      laterOf(q).checked = ns.includes(i + 1);
      this.#mark(i + 1);
    });
  }

  toggleLater() {
    laterOf(this.question(this.current)).click();
  }

  /** Shows on the card which answers are not safe yet. @param {Set<number>} ns */
  setUnsaved(ns) {
    this.links.forEach((link, i) => link.classList.toggle("unsaved", ns.has(i + 1)));
  }

  /** @param {HTMLElement} target */
  #typed(target) {
    if (!target.matches(".written input, .gap[type=text], .essay textarea")) return;
    const n = nOf(target);
    if (target.matches("textarea")) this.#count(this.question(n));
    const since = this.#typing.get(n)?.since ?? performance.now();
    clearTimeout(this.#typing.get(n)?.timer);
    const timer = window.setTimeout(() => this.#hand(n), Math.max(0, Math.min(typing, since + longest - performance.now())));
    this.#typing.set(n, { timer, since });
  }

  /** @param {HTMLElement} target */
  #changed(target) {
    const n = nOf(target);
    if (target.matches("[data-later]")) {
      this.#mark(n);
      this.on.later();
      return;
    }
    if (target.matches("[data-place]")) {
      this.#place(/** @type {HTMLElement} */ (target.closest("li")), Number(/** @type {HTMLSelectElement} */ (target).value));
      target.focus();
    } else {
      tickUsed(this.question(n));
      this.#hand(n);
    }
  }

  /** @param {HTMLElement} target */
  #clicked(target) {
    const n = target.closest(".q") ? nOf(target) : 0;
    const move = target.closest("[data-move]");
    if (move) this.#move(n, /** @type {HTMLElement} */ (move));
    else if (target.closest("[data-keep]")) this.#hand(n);
    else if (target.closest("[data-clear]")) {
      if (this.question(n).querySelector("fieldset:disabled")) return;
      this.write(n, {});
      this.#said.delete(n);
      this.#hand(n, {});
    }
  }

  /** @param {number} n @param {HTMLElement} button */
  #move(n, button) {
    const row = /** @type {HTMLElement} */ (button.closest("li"));
    const up = button.dataset.move === "up";
    this.#place(row, Number(placeOf(row).value) + (up ? -1 : 1));
    if (/** @type {HTMLButtonElement} */ (button).disabled) /** @type {HTMLElement} */ (row.querySelector(`[data-move="${up ? "down" : "up"}"]`)).focus();
    else button.focus();
  }

  /** Puts a row of an order at a place, from 1. @param {HTMLElement} row @param {number} place */
  #place(row, place) {
    const others = rowsOf(this.question(nOf(row))).filter((other) => other !== row);
    if (place > others.length) /** @type {HTMLElement} */ (row.parentElement).append(row);
    else others[place - 1]?.before(row);
    this.moved(row);
  }

  /** A row of an order lies elsewhere now. @param {HTMLElement} row */
  moved(row) {
    const q = this.question(nOf(row));
    number(q);
    say("rowMoved", { row: row.querySelector(".what")?.textContent ?? "", place: placeOf(row).value });
    this.#hand(nOf(row));
  }

  /** Says how long an essay is. Nothing is ever cut off; what is too long for the server is said and stays here. @param {HTMLElement} q */
  #count(q) {
    const { value } = essayOf(q), { max = "0", min = "0", most = "0" } = essayOf(q).dataset;
    const n = countWords(value), over = Number(max) > 0 && n > Number(max);
    const tooLong = [...value].length > Number(most);
    const line = /** @type {HTMLElement} */ (q.querySelector("[data-count]"));
    const key = tooLong ? "essayLong" : over ? "essayOver" : n > 0 && n < Number(min) ? "essayUnder" : "essayWords";
    line.textContent = say.words(key, { n, over: n - Number(max), under: Number(min) - n, most });
    line.classList.toggle("late", over || tooLong);
    if ((over && line.dataset.key !== "essayOver") || (tooLong && line.dataset.key !== "essayLong")) {
      if (line.dataset.key) say(key, { n, over: n - Number(max), most }); // told once, not with every letter
    }
    line.dataset.key = key;
    if (tooLong) q.dataset.long = "yes";
    else delete q.dataset.long;
  }

  /** @param {number} n @param {import("./controls.js").Response} [response] */
  #hand(n, response = this.read(n)) {
    clearTimeout(this.#typing.get(n)?.timer);
    this.#typing.delete(n);
    if (this.question(n).dataset.long) return;
    const said = JSON.stringify(response);
    if (said === this.#said.get(n)) return;
    this.#said.set(n, said);
    this.#tick(n, response);
    this.on.answered(n, response);
  }

  /** @param {number} n @param {object} response */
  #tick(n, response) {
    const answered = Object.keys(response).length > 0;
    if (answered) this.question(n).dataset.answered = "yes";
    else delete this.question(n).dataset.answered;
    this.#mark(n);
  }

  /** @param {number} n */
  #mark(n) {
    const q = this.question(n), link = this.links[n - 1];
    const answered = Boolean(q.dataset.answered), later = laterOf(q).checked;
    link.classList.toggle("on", answered);
    link.classList.toggle("flag", later);
    const state = [say.words(answered ? "cardAnswered" : "cardBlank"), ...(later ? [say.words("cardLater")] : [])];
    link.setAttribute("aria-label", say.words("card", { n, state: state.join(" ") }));
  }
}

/** @param {Element} inside */
const nOf = (inside) => Number(/** @type {HTMLElement} */ (inside.closest(".q")).dataset.n);
/** @param {HTMLElement} q */
const controlOf = (q) => controls[q.dataset.kind ?? ""];
/** @param {HTMLElement} q */
const laterOf = (q) => /** @type {HTMLInputElement} */ (q.querySelector("[data-later]"));
