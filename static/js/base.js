// @ts-check
// What every page does beyond plain HTML: the theme without a reload, dialogs, and htmx's failures made visible.

document.addEventListener("click", async (event) => {
  const target = /** @type {Element} */ (event.target);

  const theme = /** @type {HTMLButtonElement | null} */ (target.closest("button[name=theme]"));
  if (theme?.form) {
    event.preventDefault();
    wear(theme);
    const body = new URLSearchParams({ theme: theme.value });
    await fetch(theme.form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    return;
  }

  const opener = target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.getAttribute("data-dialog") ?? "");
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }

  for (const more of document.querySelectorAll("details.more[open]")) {
    if (!more.contains(target)) more.removeAttribute("open");
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const more of document.querySelectorAll("details.more[open]")) {
    more.removeAttribute("open");
    more.querySelector("summary")?.focus();
  }
});

/** Shows the chosen theme at once; the server keeps it for the next page. @param {HTMLButtonElement} button */
function wear(button) {
  if (button.value === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", button.value);
  for (const other of document.querySelectorAll("button[name=theme]")) {
    if (other instanceof HTMLButtonElement && other.value === button.value) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
}

// A failed part comes with the place where its notice belongs; htmx would drop it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = /** @type {CustomEvent} */ (event).detail;
  if (detail.xhr.getResponseHeader("HX-Retarget")) detail.shouldSwap = true;
});

document.addEventListener("htmx:sendError", () => {
  const notice = document.getElementById("notice");
  if (!notice) return;
  const words = document.createElement("p");
  words.className = "flash wait";
  words.textContent = notice.dataset.failed ?? "";
  notice.replaceChildren(words);
});

// What went wrong is the first thing to read.
/** @type {HTMLElement | null} */ (document.querySelector(".trouble"))?.focus();
