// @ts-check
// Goes on to the page that the link names.

const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("#onwards"));
if (link) location.replace(link.href);
