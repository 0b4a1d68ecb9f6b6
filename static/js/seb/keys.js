// @ts-check
// What Safe Exam Browser tells the scripts of a page about its keys, each hashed with the page's URL. Engines that cannot
// set headers tell it in no other way.

/** @typedef {{config: string, exam: string}} Shown */

const patience = 3000; // ms for a client that was asked and does not answer

/** @returns {Promise<Shown | null>} null outside Safe Exam Browser */
export async function shownKeys() {
  const security = /** @type {any} */ (window).SafeExamBrowser?.security;
  if (!security) return null;
  // Version 3.0 for macOS and iOS fills the keys in when it is asked to; later ones, and Windows, have them ready.
  if (!security.configKey && typeof security.updateKeys === "function") {
    await Promise.race([new Promise((done) => security.updateKeys(() => done(null))), new Promise((done) => setTimeout(done, patience))]);
  }
  return { config: String(security.configKey ?? ""), exam: String(security.browserExamKey ?? "") };
}

/** The headers of a call from this page. @param {Shown | null} shown @returns {Record<string, string>} */
export function headersOf(shown) {
  return shown ? { "X-Bainian-Seb-Config": shown.config, "X-Bainian-Seb-Exam": shown.exam } : {};
}

/** Has a form carry the keys. @param {HTMLFormElement} form @param {Shown | null} shown */
export function fill(form, shown) {
  for (const [name, value] of Object.entries({ seb_config: shown?.config, seb_exam: shown?.exam })) {
    if (value === undefined) continue;
    const field = /** @type {HTMLInputElement} */ (form.querySelector(`input[name=${name}]`) ?? document.createElement("input"));
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
}
