// @ts-check
// A form that must not be sent twice: once it was sent it is not sent again, and its buttons rest; they wake when the page
// is come back to. They rest a moment later, since a button that rests does not say which one it was.

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-once]"))) {
  const buttons = form.querySelectorAll("button");
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    sent = true;
    setTimeout(() => buttons.forEach((b) => (b.disabled = sent)));
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sent = false;
    buttons.forEach((b) => (b.disabled = false));
  });
}
