// @ts-check
// The questions in the page and the card beside them: which is shown, what its controls say.

import { say } from "./words.js";

const typing = 600; // ms without a key before written words are saved

export class Paper {
  current = 1;
  /** @type {Map<number, string>} the response last handed on, as JSON */
  #said = new Map();
  /** @type {Map<number, number>} */
  #timers = new Map();

  /** @param {HTMLFormElement} form @param {HTMLElement} card @param {{answered: (n: number, response: object) => void, turned: (n: number) => void, later: () => void}} on */
  constructor(form, card, on) {
    this.form = form;
    this.on = on;
    this.questions = /** @type {HTMLElement[]} */ ([...form.querySelectorAll(".q")]);
    this.links = /** @type {HTMLElement[]} */ ([...card.querySelectorAll("a")]);
    for (const q of this.questions) {
      this.#number(q);
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

  /** What the controls of a question say. @param {number} n @returns {Record<string, any>} {} when nothing */
  read(n) {
    const q = this.question(n);
    switch (q.dataset.kind) {
      case "single":
      case "truefalse":
      case "multiple": {
        const choices = [...inputs(q)].flatMap((input, i) => (input.checked ? [i] : []));
        return choices.length > 0 ? { choices } : {};
      }
      case "order":
        return { order: rows(q).map((row) => Number(row.dataset.row)) };
      case "match": {
        const pairs = selects(q).map((select) => Number(select.value));
        return pairs.some((p) => p >= 0) ? { pairs } : {};
      }
      default: {
        const text = inputs(q)[0].value.trim();
        return text ? { text } : {};
      }
    }
  }

  /** Makes the controls say that response. @param {number} n @param {Record<string, any>} response */
  write(n, response) {
    const q = this.question(n);
    switch (q.dataset.kind) {
      case "single":
      case "truefalse":
      case "multiple":
        inputs(q).forEach((input, i) => (input.checked = (response.choices ?? []).includes(i)));
        break;
      case "order": {
        const list = /** @type {HTMLElement} */ (q.querySelector(".order-list"));
        const order = response.order ?? rows(q).map((_, i) => i);
        list.append(...order.map((/** @type {number} */ i) => list.querySelector(`[data-row="${i}"]`)));
        this.#number(q);
        break;
      }
      case "match":
        selects(q).forEach((select, i) => (select.value = String(response.pairs?.[i] ?? -1)));
        break;
      default:
        inputs(q)[0].value = response.text ?? "";
    }
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
    for (const n of [...this.#timers.keys()]) this.#hand(n);
  }

  /** @returns {number[]} numbers of the questions that say nothing */
  blank() {
    return this.questions.flatMap((q, i) => (q.dataset.answered ? [] : [i + 1]));
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
    if (!target.matches(".written input")) return;
    const n = nOf(target);
    clearTimeout(this.#timers.get(n));
    this.#timers.set(n, window.setTimeout(() => this.#hand(n), typing));
  }

  /** @param {HTMLElement} target */
  #changed(target) {
    const n = nOf(target);
    if (target.matches("[data-later]")) {
      this.#mark(n);
      this.on.later();
    } else {
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
    const other = up ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (up) row.after(other);
    else row.before(other);
    this.#number(this.question(n));
    const still = /** @type {HTMLButtonElement} */ (button);
    if (still.disabled) /** @type {HTMLElement} */ (row.querySelector(`[data-move="${up ? "down" : "up"}"]`)).focus();
    else still.focus();
    say("rowMoved", { row: row.querySelector(".what")?.textContent ?? "", place: rows(this.question(n)).indexOf(row) + 1 });
    this.#hand(n);
  }

  /** Numbers the rows of an order and leaves no button that does nothing. @param {HTMLElement} q */
  #number(q) {
    rows(q).forEach((row, i, all) => {
      /** @type {HTMLElement} */ (row.querySelector(".place")).textContent = String(i + 1);
      /** @type {HTMLButtonElement} */ (row.querySelector('[data-move="up"]')).disabled = i === 0;
      /** @type {HTMLButtonElement} */ (row.querySelector('[data-move="down"]')).disabled = i === all.length - 1;
    });
  }

  /** @param {number} n @param {Record<string, any>} [response] */
  #hand(n, response = this.read(n)) {
    clearTimeout(this.#timers.get(n));
    this.#timers.delete(n);
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
const inputs = (q) => /** @type {NodeListOf<HTMLInputElement>} */ (q.querySelectorAll("fieldset input"));
/** @param {HTMLElement} q */
const selects = (q) => /** @type {HTMLSelectElement[]} */ ([...q.querySelectorAll("select")]);
/** @param {HTMLElement} q */
const rows = (q) => /** @type {HTMLElement[]} */ ([...q.querySelectorAll(".order-list > li")]);
/** @param {HTMLElement} q */
const laterOf = (q) => /** @type {HTMLInputElement} */ (q.querySelector("[data-later]"));
