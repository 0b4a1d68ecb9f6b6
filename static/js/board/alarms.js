// @ts-check
// Those who wait for somebody: a call, or a second device. A card stays the same element while it waits, so that what
// is being written in reply stays.

import { byId } from "../room/words.js";

/** @typedef {import("../board.js").Row} Row */

export class Alarms {
  count = 0;

  /** @param {(ms: number) => string} clock */
  constructor(clock) {
    this.clock = clock;
    this.list = byId("urgent-list");
  }

  /** @param {Row[]} rows */
  show(rows) {
    const waiting = [];
    for (const row of rows) {
      if (row.call && !row.call.answered && row.pulse !== "finished") waiting.push({ kind: "call", id: row.call.id, at: row.call.at, text: row.call.text ?? "", row });
      if (row.takeover) waiting.push({ kind: "request", id: row.takeover.id, at: row.takeover.at, text: row.takeover.browser, row });
    }
    waiting.sort((a, b) => a.at - b.at);
    const ids = new Set(waiting.map(({ id }) => id));
    for (const card of [...this.list.children]) if (!ids.has(/** @type {HTMLElement} */ (card).dataset.id ?? "")) card.remove();
    for (const one of waiting) {
      if (this.list.querySelector(`[data-id="${one.id}"]`)) continue;
      const card = /** @type {HTMLElement} */ (/** @type {HTMLTemplateElement} */ (byId(one.kind)).content.querySelector("li")?.cloneNode(true));
      card.dataset.id = one.id;
      const write = (/** @type {string} */ place, /** @type {string} */ words) => card.querySelectorAll(place).forEach((found) => (found.textContent = words));
      write("[data-name]", one.row.name);
      write("[data-number]", one.row.number);
      write("[data-text]", one.text);
      write("[data-time]", this.clock(one.at));
      /** @type {HTMLInputElement} */ (card.querySelector("input[type=hidden]")).value = one.id;
      this.list.append(card);
    }
    this.count = waiting.length;
    byId("urgent").hidden = waiting.length === 0;
  }
}
