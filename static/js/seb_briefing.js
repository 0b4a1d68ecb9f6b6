// @ts-check
// The briefing of an exam in Safe Exam Browser: the start carries the client's keys.

import { fill, shownKeys } from "./seb/keys.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[action$='/attempts']"));
let filled = false;
const filling = shownKeys().then((shown) => {
  if (form) fill(form, shown);
  filled = true;
});

form?.addEventListener("submit", async (event) => {
  if (filled) return;
  event.preventDefault();
  await filling;
  setTimeout(() => form.requestSubmit()); // not while the event goes on, which would be passed over
});
