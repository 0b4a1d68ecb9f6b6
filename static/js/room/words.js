// @ts-check
// The page's words for what happens while it is open, in its language; the template brings them.

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`there is no #${id}`);
  return element;
}

let silence = 0;

/** Says something to the eye and to screen readers alike. @param {string} key @param {Record<string, string | number>} [places] */
export function say(key, places) {
  const line = byId("say");
  line.textContent = say.words(key, places);
  clearTimeout(silence);
  silence = window.setTimeout(() => (line.textContent = ""), 8000);
}

/** A message with its {places} filled. @param {string} key @param {Record<string, string | number>} [places] */
say.words = (key, places = {}) => (byId("words").dataset[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => String(places[name] ?? ""));
