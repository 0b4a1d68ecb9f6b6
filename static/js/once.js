// @ts-check
// A form that must not be sent twice: its button rests once it was pressed, and wakes when the page is come back to.

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-once]"))) {
  const buttons = form.querySelectorAll("button");
  form.addEventListener("submit", () => buttons.forEach((b) => (b.disabled = true)));
  addEventListener("pageshow", (event) => {
    if (event.persisted) buttons.forEach((b) => (b.disabled = false));
  });
}
