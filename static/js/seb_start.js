// @ts-check
// The page that a configuration begins with: in a client whose keys scripts can ask for, nothing needs to be pressed.

import { fill, shownKeys } from "./seb/keys.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("#seb-entry"));
const shown = await shownKeys();
if (form && shown) {
  fill(form, shown);
  form.requestSubmit();
}
