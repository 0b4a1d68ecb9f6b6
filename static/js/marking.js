// @ts-check
// Marking by keyboard. The page is a plain form; here keys set points and move, comments of the bank go into the
// field, and what was begun is kept while one works.

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("marks"));
if (form) mark(form);

/** @param {HTMLFormElement} form */
function mark(form) {
  const criteria = /** @type {HTMLFieldSetElement[]} */ ([...form.querySelectorAll(".criterion")]);
  const comment = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("comment"));
  const sum = document.getElementById("sum");

  /** @param {Element} criterion @returns {HTMLInputElement[]} */
  const controls = (criterion) => [...criterion.querySelectorAll("input")];
  /** @param {Element} criterion */
  const set = (criterion) => controls(criterion).find((c) => c.type === "number" || c.checked);
  /** @param {Element} criterion the points set there, or NaN */
  const points = (criterion) => Number.parseFloat(set(criterion)?.value ?? "");
  /** @param {HTMLFieldSetElement} criterion */
  const enter = (criterion) => (set(criterion) ?? controls(criterion)[0])?.focus();

  /** Gives a criterion that many points, if it has them. @param {HTMLFieldSetElement} criterion @param {number} wanted */
  function give(criterion, wanted) {
    for (const c of controls(criterion)) {
      if (c.type === "number") {
        if (wanted > Number(criterion.dataset.max)) return;
        c.value = String(wanted);
      } else if (Number(c.value) === wanted) {
        c.checked = true;
        c.focus();
      } else continue;
      c.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
  }

  /** @param {HTMLFieldSetElement} from @param {number} by */
  function move(from, by) {
    const to = criteria[criteria.indexOf(from) + by];
    if (to) enter(to);
    else if (by > 0) comment.focus();
  }

  function add() {
    if (!sum) return;
    const all = criteria.map(points);
    const total = Math.round(all.filter((p) => !Number.isNaN(p)).reduce((a, b) => a + b, 0) * 1000) / 1000;
    sum.textContent = total + " " + (sum.dataset.of ?? "");
  }

  /** @param {string} text */
  function say(text) {
    const gap = comment.value && !comment.value.endsWith("\n") ? "\n\n" : "";
    comment.value += gap + text;
    comment.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const stock = [...document.querySelectorAll("[data-stock]")].map((p) => p.textContent ?? "");
  const inserts = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("[data-insert]")]);
  inserts.forEach((button, n) => {
    button.hidden = false;
    button.addEventListener("click", () => { say(stock[n]); comment.focus(); });
    button.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return; // a browser has its own use for digits with those
      if (event.key === "Escape") enter(criteria[criteria.length - 1]);
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") inserts[n + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
      else if (/^[1-9]$/.test(event.key)) inserts[Number(event.key) - 1]?.click();
      else return;
      event.preventDefault();
    });
  });

  form.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      document.getElementById("next")?.click();
      return;
    }
    if (target === comment && event.key === "Escape") {
      event.preventDefault();
      enter(criteria[criteria.length - 1]);
      return;
    }
    const criterion = /** @type {HTMLFieldSetElement | null} */ (target.closest(".criterion"));
    if (!criterion || event.altKey || event.ctrlKey || event.metaKey) return;
    const typed = /** @type {HTMLInputElement} */ (target).type === "number";
    const now = points(criterion);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(criterion, event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "?") document.querySelector("dialog#keys") instanceof HTMLDialogElement && /** @type {HTMLDialogElement} */ (document.getElementById("keys")).showModal();
    else if (event.key.toLowerCase() === "f") give(criterion, Number(criterion.dataset.max));
    else if (event.key.toLowerCase() === "c") comment.focus();
    else if (event.key.toLowerCase() === "b") inserts[0]?.focus();
    else if (event.key.toLowerCase() === "s") /** @type {HTMLFormElement | null} */ (document.getElementById("skip"))?.requestSubmit();
    else if (typed) return;
    else if (/^[0-9]$/.test(event.key)) give(criterion, Number(event.key));
    else if (event.key === ".") give(criterion, Number.isInteger(now) ? now + 0.5 : Math.floor(now || 0) + 0.5);
    else return;
    event.preventDefault();
  });

  // What was begun is kept a moment after the last change, and the answer stays this marker's while the page is open.
  const kept = document.getElementById("kept");
  const url = form.dataset.draft;
  let waiting = 0;
  let leaving = false;
  async function keep() {
    clearTimeout(waiting);
    if (!url || leaving) return;
    let words = form.dataset.unkept ?? "";
    try {
      const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
      const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.ok) words = form.dataset.kept ?? "";
    } catch {
      // said below
    }
    if (kept) kept.textContent = words;
  }
  form.addEventListener("change", () => {
    add();
    clearTimeout(waiting);
    waiting = setTimeout(keep, 800);
  });
  comment.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 1500);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(waiting);
  });
  if (url) setInterval(() => { if (!document.hidden) keep(); }, 5 * 60 * 1000);

  add();
  const first = criteria.find((c) => Number.isNaN(points(c))) ?? criteria[0];
  if (first && !document.querySelector(".trouble")) enter(first);
  form.dataset.ready = "";
}
