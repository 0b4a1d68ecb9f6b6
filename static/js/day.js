// @ts-check
// The pages of the day: what is typed is kept, and a swap says while it is put together whether both sides are equal.
import "./keep.js";
import "./once.js";

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll(".exchange form"))) {
  const said = /** @type {HTMLOutputElement | null} */ (form.querySelector("[data-count]"));
  if (!said) continue;
  const count = () => {
    const into = form.querySelectorAll("[name=in]:checked").length;
    const out = form.querySelectorAll("[name=out]:checked").length;
    const words = (into === out ? said.dataset.even : said.dataset.odd) ?? "";
    said.textContent = into + out === 0 ? "" : words.replace("{n}", String(into)).replace("{in}", String(into)).replace("{out}", String(out));
  };
  form.addEventListener("change", count);
  count();
}
