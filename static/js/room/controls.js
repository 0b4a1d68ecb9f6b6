// @ts-check
// How the controls of a question say a response, kind by kind, and how they are made to say one.

/** @typedef {Record<string, any>} Response as the server reads it; {} when nothing is said */
/** @typedef {{read: (q: HTMLElement) => Response, write: (q: HTMLElement, response: Response) => void}} Control */

const choice = {
  /** @param {HTMLElement} q */
  read(q) {
    const choices = inputs(q).flatMap((input, i) => (input.checked ? [i] : []));
    return choices.length > 0 ? { choices } : {};
  },
  /** @param {HTMLElement} q @param {Response} response */
  write: (q, response) => inputs(q).forEach((input, i) => (input.checked = (response.choices ?? []).includes(i))),
};

const written = {
  /** @param {HTMLElement} q */
  read(q) {
    const text = inputs(q)[0].value.trim();
    return text ? { text } : {};
  },
  /** @param {HTMLElement} q @param {Response} response */
  write: (q, response) => void (inputs(q)[0].value = response.text ?? ""),
};

// The list keeps itself in data-files as JSON and says "change" when a person changed it.
const files = {
  /** @param {HTMLElement} q */
  read(q) {
    const list = JSON.parse(filesOf(q).dataset.files || "[]");
    return list.length > 0 ? { files: list } : {};
  },
  /** @param {HTMLElement} q @param {Response} response */
  write(q, response) {
    filesOf(q).dataset.files = JSON.stringify(response.files ?? []);
    filesOf(q).dispatchEvent(new Event("written"));
  },
};

/** @type {Record<string, Control>} */
export const controls = {
  single: choice,
  truefalse: choice,
  multiple: choice,
  scale: choice,
  numeric: written,
  short: written,
  upload: files,
  recording: files,
  order: {
    read: (q) => ({ order: rowsOf(q).map((row) => Number(row.dataset.row)) }),
    write(q, response) {
      const list = /** @type {HTMLElement} */ (q.querySelector(".order-list"));
      const order = response.order ?? rowsOf(q).map((_, i) => i);
      list.append(...order.map((/** @type {number} */ i) => list.querySelector(`[data-row="${i}"]`)));
      number(q);
    },
  },
  match: {
    read(q) {
      const pairs = selects(q).map((select) => Number(select.value));
      return pairs.some((p) => p >= 0) ? { pairs } : {};
    },
    write(q, response) {
      selects(q).forEach((select, i) => (select.value = String(response.pairs?.[i] ?? -1)));
      tickUsed(q);
    },
  },
  cloze: {
    read(q) {
      const gaps = gapsOf(q).map((gap) => (gap instanceof HTMLSelectElement ? gap.value : gap.value.trim()));
      return gaps.some((gap) => gap !== "") ? { gaps } : {};
    },
    write: (q, response) => gapsOf(q).forEach((gap, i) => (gap.value = response.gaps?.[i] ?? "")),
  },
  essay: {
    read: (q) => (essayOf(q).value.trim() ? { text: essayOf(q).value } : {}),
    write(q, response) {
      essayOf(q).value = response.text ?? "";
      essayOf(q).dispatchEvent(new Event("written"));
    },
  },
};

/** Numbers the rows of an order and leaves no button that does nothing. @param {HTMLElement} q */
export function number(q) {
  rowsOf(q).forEach((row, i, all) => {
    placeOf(row).value = String(i + 1);
    /** @type {HTMLButtonElement} */ (row.querySelector('[data-move="up"]')).disabled = i === 0;
    /** @type {HTMLButtonElement} */ (row.querySelector('[data-move="down"]')).disabled = i === all.length - 1;
  });
}

/** Shows which right options of a match are paired. @param {HTMLElement} q */
export function tickUsed(q) {
  const used = new Set(selects(q).map((select) => select.value));
  for (const chip of /** @type {NodeListOf<HTMLElement>} */ (q.querySelectorAll(".rights > .chip"))) {
    chip.classList.toggle("used", used.has(chip.dataset.right ?? ""));
  }
}

/** @param {HTMLElement} q */
export const rowsOf = (q) => /** @type {HTMLElement[]} */ ([...q.querySelectorAll(".order-list > li")]);
/** @param {HTMLElement} row */
export const placeOf = (row) => /** @type {HTMLSelectElement} */ (row.querySelector("[data-place]"));
/** @param {HTMLElement} q */
export const essayOf = (q) => /** @type {HTMLTextAreaElement} */ (q.querySelector(".essay textarea"));
/** @param {HTMLElement} q */
export const inputs = (q) => /** @type {HTMLInputElement[]} */ ([...q.querySelectorAll("fieldset input")]);
/** @param {HTMLElement} q */
const selects = (q) => /** @type {HTMLSelectElement[]} */ ([...q.querySelectorAll(".match-list select")]);
/** @param {HTMLElement} q */
const filesOf = (q) => /** @type {HTMLElement} */ (q.querySelector("[data-files]"));

/** In the order of their numbers, which a table or a translation may not have. @param {HTMLElement} q */
const gapsOf = (q) =>
  /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ ([...q.querySelectorAll("[data-gap]")]).sort((a, b) => Number(a.dataset.gap) - Number(b.dataset.gap));
