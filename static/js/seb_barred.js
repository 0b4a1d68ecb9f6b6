// @ts-check
// A page that is closed outside Safe Exam Browser. An engine that cannot set headers proves here that it is inside, and
// comes back.

import { headersOf, shownKeys } from "./seb/keys.js";

const page = /** @type {HTMLElement | null} */ (document.querySelector("#barred"));
const attempt = page?.dataset.attempt;
const memory = "bainian.seb";
const shown = await shownKeys();
if (page && attempt && shown && sessionStorage.getItem(memory) !== attempt) {
  const answer = await fetch(`/attempts/${attempt}/seb`, { method: "POST", headers: { Accept: "application/json", ...headersOf(shown) }, cache: "no-store" });
  if (answer.status === 204) {
    sessionStorage.setItem(memory, attempt); // once: a page that stays closed says why
    location.reload();
  } else if (answer.status === 403) {
    for (const part of page.querySelectorAll("[data-part]")) /** @type {HTMLElement} */ (part).hidden = part.getAttribute("data-part") !== "wrong";
  }
}
