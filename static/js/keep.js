// @ts-check
// What was typed into a form with data-keep is not lost with the session or the network: this tab keeps it until the form
// has arrived, for the person who is signed in.

const who = document.querySelector(".who .num")?.textContent ?? "";

/** @typedef {HTMLTextAreaElement | HTMLInputElement} Field */

/** @param {HTMLFormElement} form @returns {Field[]} */
const fields = (form) => [.../** @type {NodeListOf<Field>} */ (form.querySelectorAll("textarea[name], input[name]:not([type=hidden], [type=file], [type=checkbox])"))];

/** What a form's fields are kept under. @param {HTMLFormElement} form */
const shelf = (form) => ["keep", who, new URL(form.action).pathname, form.dataset.keep ?? "", ""].join("|");

/** @param {string} from */
const forget = (from) => Object.keys(sessionStorage).forEach((key) => key.startsWith(from) && sessionStorage.removeItem(key));

/** @param {HTMLFormElement} form */
function restore(form) {
  for (const field of fields(form)) {
    const kept = sessionStorage.getItem(shelf(form) + field.name);
    if (kept === null || kept === field.value) continue;
    field.value = kept;
    for (let above = field.closest("details"); above; above = above.parentElement?.closest("details") ?? null) above.open = true;
  }
}

/** @param {Event} event */
const kept = (event) => /** @type {HTMLElement} */ (event.target).closest?.("form[data-keep]");

/** The name of a form's sending; the next one of that form has another. @param {HTMLFormElement} form */
function named(form) {
  const request = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("request"));
  return request ? "named " + request.value : "unnamed";
}

/** Whether what was sent has arrived is known once; then either the words go, or that they were sent. @param {string} from @param {boolean} arrived */
const settle = (from, arrived) => (arrived ? forget(from) : sessionStorage.removeItem(from + "sent?"));

// A form that names its sendings shows by itself that the last one arrived, even to who left before the answer's scripts
// ran. Of any other the page that follows tells: one that says what was done is the answer to what was sent.
for (const [key, sent] of Object.entries(sessionStorage)) {
  if (key.startsWith("keep|") && key.endsWith("|sent?") && sent === "unnamed") settle(key.slice(0, -"sent?".length), !!document.querySelector("#notice .flash"));
}
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-keep]"))) {
  const sent = sessionStorage.getItem(shelf(form) + "sent?");
  if (sent !== null) settle(shelf(form), sent !== named(form));
  restore(form);
}

document.addEventListener("input", (event) => {
  const form = /** @type {HTMLFormElement | null} */ (kept(event));
  const field = /** @type {Field} */ (event.target);
  if (form && fields(form).includes(field)) sessionStorage.setItem(shelf(form) + field.name, field.value);
});

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement | null} */ (kept(event));
  if (form) sessionStorage.setItem(shelf(form) + "sent?", named(form));
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = /** @type {HTMLFormElement | null} */ (kept(event));
  const { xhr } = /** @type {CustomEvent} */ (event).detail;
  if (form && xhr.status === 200 && !xhr.getResponseHeader("HX-Redirect")) forget(shelf(form));
});
