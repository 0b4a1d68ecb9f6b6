// @ts-check
// A practice exam shows the room before it counts: one part after the other, pointed at where it is, with a rehearsal
// of the line being down. The page stays in use meanwhile, and whoever has seen the tour is not stopped by it again.

import { byId } from "./words.js";

const seen = "bainian.tour"; // in localStorage
const rehearsal = 10_000; // ms without a line

export class Tour {
  #at = 0;
  /** @type {Element | null} */
  #pointed = null;

  /** @param {{cut: (ms: number) => Promise<void>}} on cut takes the line away for so long */
  constructor(on) {
    this.on = on;
    this.root = byId("tour");
    this.steps = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll("[data-step]")]);
    this.root.addEventListener("click", (event) => this.#clicked(/** @type {HTMLElement} */ (event.target)));
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      this.close();
    });
    byId("tour-open").addEventListener("click", () => this.open());
  }

  /** Opens for those who have not seen it. */
  offer() {
    try {
      if (localStorage.getItem(seen)) return;
    } catch {
      // Then it is offered every time, and closed with one key.
    }
    this.open();
  }

  open() {
    this.root.hidden = false;
    this.#show(0);
  }

  close() {
    this.#point(null);
    this.root.hidden = true;
    byId("tour-open").focus({ preventScroll: true });
    try {
      localStorage.setItem(seen, "yes");
    } catch {
      // Nothing hangs on it.
    }
  }

  /** @param {number} at */
  #show(at) {
    this.#at = at;
    const step = this.steps[at];
    this.steps.forEach((other) => (other.hidden = other !== step));
    const title = /** @type {HTMLElement} */ (step.querySelector("h2"));
    this.root.setAttribute("aria-labelledby", title.id);
    byId("tour-back").hidden = at === 0;
    byId("tour-next").hidden = at === this.steps.length - 1;
    byId("tour-end").hidden = at !== this.steps.length - 1;
    this.#point([...document.querySelectorAll(step.dataset.step || "none")].find((part) => part.getClientRects().length > 0) ?? null);
    title.focus({ preventScroll: true });
  }

  /** Marks a part of the page, and has it lie below the head and above the tour. @param {Element | null} part */
  #point(part) {
    this.#pointed?.classList.remove("pointed");
    this.#pointed = part;
    if (!part) return;
    part.classList.add("pointed");
    const { top, bottom } = part.getBoundingClientRect(), head = document.querySelector(".room-top");
    const under = head?.getBoundingClientRect().bottom ?? 0;
    const covered = top < under || bottom > this.root.getBoundingClientRect().top;
    if (covered && !head?.contains(part)) window.scrollBy({ top: top - under - 16, behavior: "instant" });
  }

  /** @param {HTMLElement} target */
  #clicked(target) {
    if (target.closest("#tour-next")) this.#show(this.#at + 1);
    else if (target.closest("#tour-back")) this.#show(this.#at - 1);
    else if (target.closest("#tour-end, #tour-skip")) this.close();
    else if (target.closest("#tour-cut")) this.#rehearse();
  }

  async #rehearse() {
    const button = /** @type {HTMLButtonElement} */ (byId("tour-cut")), line = byId("tour-line");
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true"); // it keeps the focus
    line.textContent = line.dataset.down ?? "";
    await this.on.cut(rehearsal);
    line.textContent = line.dataset.up ?? "";
    button.removeAttribute("aria-disabled");
  }
}
