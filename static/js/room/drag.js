// @ts-check
// Dragging for ordering and matching, by mouse or finger. Everything it does can be done with the controls beside it,
// and it works through them: a dropped row is a moved row, a dropped option is a chosen one.

import "../../vendor/sortable/sortable.min.js";

const Sortable = /** @type {any} */ (window).Sortable;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const mouse = matchMedia("(hover: hover) and (pointer: fine)").matches;

/** @param {HTMLFormElement} form @param {(row: HTMLElement) => void} moved a row of an order lies elsewhere now */
export function drag(form, moved) {
  // A finger drags by the grip alone, so that it can scroll on the words; a mouse drags by either.
  const common = {
    handle: mouse ? ".grip, .what" : ".grip",
    forceFallback: true, // the same with mouse and finger, and scrolling at the edges
    fallbackTolerance: 3,
    animation: still ? 0 : 120,
    filter: (/** @type {Event} */ event) => Boolean(/** @type {Element} */ (event.target).closest("fieldset:disabled")),
    preventOnFilter: false,
  };
  for (const list of form.querySelectorAll(".order-list")) {
    Sortable.create(list, { ...common, onUpdate: (/** @type {any} */ event) => moved(event.item) });
  }
  form.querySelectorAll(".match").forEach((match, i) => {
    const name = `match${i}`;
    Sortable.create(match.querySelector(".rights"), { ...common, handle: mouse ? ".chip" : ".grip", sort: false, group: { name, pull: "clone", put: false } });
    for (const row of match.querySelectorAll(".pair")) {
      Sortable.create(row, {
        sort: false,
        draggable: ".chip",
        group: { name, pull: false, put: true },
        emptyInsertThreshold: 0,
        onAdd(/** @type {any} */ event) {
          const select = /** @type {HTMLSelectElement} */ (row.querySelector("select"));
          select.value = event.item.dataset.right;
          event.item.remove(); // its clone lies where it was taken from
          select.dispatchEvent(new Event("change", { bubbles: true }));
        },
      });
    }
  });
}
