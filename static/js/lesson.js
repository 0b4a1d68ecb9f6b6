// @ts-check
// A lesson: the place where the reader left off, the heading they are at, and the seconds the page was in sight.

const article = /** @type {HTMLElement} */ (document.querySelector("[data-lesson]"));
const path = "/lessons/" + article.dataset.lesson;
const kept = "lesson:" + article.dataset.lesson;
const headings = /** @type {HTMLElement[]} */ ([...article.querySelectorAll("h2[id], h3[id]")].filter((h) => !h.closest(".check, .finish")));

// Where the reader left off: offered as a link, or gone to at once when the link here asked for it.
const left = recall();
const target = left ? document.getElementById(left) : null;
if (location.hash === "#resume") {
  history.replaceState(null, "", location.pathname);
  target?.scrollIntoView();
} else if (target && !location.hash && target !== headings[0]) {
  const offer = /** @type {HTMLElement} */ (article.querySelector(".resume"));
  const link = /** @type {HTMLAnchorElement} */ (offer.querySelector("a"));
  link.textContent = words(target);
  link.href = "#" + target.id;
  offer.hidden = false;
}

function recall() {
  try {
    return localStorage.getItem(kept);
  } catch {
    return null; // storage is switched off: every visit starts at the top
  }
}

/** @param {HTMLElement} heading without the anchor beside it */
function words(heading) {
  return [...heading.childNodes].filter((n) => !(n instanceof HTMLAnchorElement && n.classList.contains("anchor"))).map((n) => n.textContent).join("").trim();
}

// The heading that was scrolled past last is where the reader is.
const contents = new Map([...document.querySelectorAll(".contents a")].map((a) => [decodeURIComponent(/** @type {HTMLAnchorElement} */ (a).hash.slice(1)), a]));
let at = "";
let waiting = false;

function look() {
  waiting = false;
  let now = "";
  for (const h of headings) {
    if (h.getBoundingClientRect().top > innerHeight / 3) break;
    now = h.id;
  }
  if (now === at) return;
  contents.get(at)?.removeAttribute("aria-current");
  contents.get(now)?.setAttribute("aria-current", "location");
  at = now;
  try {
    if (now) localStorage.setItem(kept, now);
    else localStorage.removeItem(kept);
  } catch {
    // as above
  }
}

addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(look);
}, { passive: true });

// The seconds in sight, told every half minute and when the page goes out of sight.
let since = document.visibilityState === "visible" ? performance.now() : 0;
let seen = 0;

function count() {
  const now = performance.now();
  if (since) seen += now - since;
  since = document.visibilityState === "visible" ? now : 0;
}

function tell() {
  count();
  const seconds = Math.floor(seen / 1000);
  if (seconds < 1) return;
  seen -= seconds * 1000;
  navigator.sendBeacon(path + "/reading", new URLSearchParams({ seconds: String(seconds) }));
}

setInterval(() => {
  if (document.visibilityState === "visible") tell();
}, 30_000);
document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? count() : tell()));
addEventListener("pagehide", tell);

// After an answer the verdict is the next thing to read.
document.addEventListener("htmx:afterSettle", (event) => {
  const check = /** @type {CustomEvent} */ (event).detail.elt;
  if (check instanceof Element) /** @type {HTMLElement | null} */ (check.querySelector(".verdict, .trouble"))?.focus({ preventScroll: true });
});

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-print]"))) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
