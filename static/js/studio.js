// @ts-check
// The page of one document. It works as a plain text field; here the field becomes an editor with line numbers
// and the problems at their lines, the preview follows the cursor, and nothing unsaved is lost by accident.

/**
 * What the rest of the page needs of a source, be it the field or the editor.
 * @typedef {{go: (line: number) => void, line: () => number, mark: (problems: {line: number, words: string}[]) => void}} Source
 */

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("write"));
const field = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("text"));
const pane = document.getElementById("preview");

if (form && field && pane) start(form, field, pane);

/** @param {HTMLFormElement} form @param {HTMLTextAreaElement} field @param {HTMLElement} pane */
async function start(form, field, pane) {
  let source = plain(field);
  const saved = field.value;
  let leaving = false;

  if ("htmx" in window) document.getElementById("refresh")?.remove(); // the preview refreshes itself

  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && field.value !== saved) event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      document.getElementById("save")?.click();
    }
  });

  // A problem leads to its line.
  pane.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    source.go(Number(link.getAttribute("data-line")));
  });
  pane.addEventListener("htmx:afterSwap", () => { source.mark(problems(pane)); light(); });

  /** Shows the item in which the cursor stands. */
  function light() {
    const line = source.line();
    /** @type {Element | undefined} */
    let here;
    for (const item of pane.querySelectorAll("[data-at]")) {
      item.classList.remove("lit");
      if (Number(item.getAttribute("data-at")) <= line) here = item;
    }
    const box = pane.querySelector(".preview");
    if (!here || !box) return;
    here.classList.add("lit");
    const top = here.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - 80) box.scrollTop = top - 16;
  }

  try {
    source = await editor(form, field, light);
  } catch (reason) {
    console.warn("the plain text field stays:", reason);
    return;
  }
  source.mark(problems(pane));
}

/** The problems as the server listed them. @param {HTMLElement} pane */
function problems(pane) {
  return [...pane.querySelectorAll("[data-problem]")].map((row) => ({
    line: Number(row.getAttribute("data-problem")),
    words: row.querySelector(".words")?.textContent ?? "",
  }));
}

/** The text field by itself. @param {HTMLTextAreaElement} field @returns {Source} */
function plain(field) {
  return {
    go(line) {
      const before = field.value.split("\n").slice(0, line - 1).join("\n");
      const from = before.length + (line > 1 ? 1 : 0);
      const end = field.value.indexOf("\n", from);
      field.focus();
      field.setSelectionRange(from, end < 0 ? field.value.length : end);
    },
    line: () => field.value.slice(0, field.selectionStart).split("\n").length,
    mark() {},
  };
}

/**
 * Puts CodeMirror in front of the field and keeps the field's value equal to it. It lives in a shadow root, since
 * it brings its styles along and the page's policy forbids them in the document.
 * @param {HTMLFormElement} form @param {HTMLTextAreaElement} field @param {() => void} moved
 * @returns {Promise<Source>}
 */
async function editor(form, field, moved) {
  // @ts-ignore: the bundle has no types
  const cm = await import("../vendor/codemirror/codemirror.min.js");
  const host = document.createElement("div");
  host.className = "source-host";
  const root = host.attachShadow({ mode: "open", delegatesFocus: true });
  const { tags } = cm;
  const inks = cm.HighlightStyle.define([
    { tag: tags.heading, fontWeight: "650", color: "var(--accent)" },
    { tag: [tags.strong], fontWeight: "650" },
    { tag: [tags.emphasis], fontStyle: "italic" },
    { tag: [tags.link, tags.url], color: "var(--accent)" },
    { tag: [tags.monospace, tags.literal], color: "var(--pass)" },
    { tag: [tags.quote, tags.comment], color: "var(--ink-2)" },
    { tag: [tags.processingInstruction, tags.contentSeparator, tags.meta], color: "var(--ink-3)" },
  ]);
  const look = cm.EditorView.theme({
    "&": { flex: "1", minWidth: "0", height: "100%", color: "var(--ink)", backgroundColor: "var(--sheet)", fontSize: ".925rem" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.75", overflow: "auto" },
    ".cm-content": { padding: ".75rem 0", caretColor: "var(--ink)" },
    ".cm-line": { padding: "0 .75rem" },
    ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--ink-3)", border: "0", borderInlineEnd: "1px solid var(--line)" },
    ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent-wash) 45%, transparent)" },
    ".cm-activeLineGutter": { backgroundColor: "var(--accent-wash)", color: "var(--accent)" },
    ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 25%, transparent)" },
    ".cm-panels": { backgroundColor: "var(--sunk)", color: "var(--ink)", borderColor: "var(--line)" },
    ".cm-textfield": { backgroundColor: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--edge)", fontSize: "1em", padding: ".3em .5em" },
    ".cm-button": { backgroundImage: "none", backgroundColor: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--line)", padding: ".3em .8em" },
    ".cm-panel.cm-search": { padding: ".5rem .75rem", "& input, & button, & label": { fontSize: ".875rem" }, "& [name=close]": { fontSize: "1.25rem", insetInlineEnd: ".5rem" } },
    ".cm-searchMatch": { backgroundColor: "var(--wait-wash)" },
    ".cm-tooltip": { backgroundColor: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--line)" },
    ".cm-diagnostic-error": { borderLeft: "3px solid var(--wait)" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--wait)", textUnderlineOffset: ".25em" },
    ".cm-lint-marker-error": { content: "none", width: ".6em", height: ".6em", borderRadius: "50%", backgroundColor: "var(--wait)", marginBlockStart: ".55em" },
  });
  // A setext heading is an error here, and would make a title of the front matter's last line.
  const isMarkdown = field.form?.action.includes(".md/") ?? false;
  const language = isMarkdown
    ? [new cm.Language(cm.markdownLanguage.data, cm.markdownLanguage.parser.configure({ remove: ["SetextHeading"] }), [], "markdown"), cm.keymap.of(cm.markdownKeymap)]
    : [];
  const view = new cm.EditorView({
    root,
    parent: root,
    state: cm.EditorState.create({
      doc: field.value,
      extensions: [
        cm.lineNumbers(), cm.lintGutter(), cm.highlightActiveLine(), cm.highlightActiveLineGutter(), cm.drawSelection(),
        cm.history(), cm.search({ top: true }), cm.highlightSelectionMatches(), cm.EditorView.lineWrapping,
        language, cm.syntaxHighlighting(inks), look,
        cm.keymap.of([...cm.defaultKeymap, ...cm.historyKeymap, ...cm.searchKeymap]),
        cm.EditorState.phrases.of(JSON.parse(form.dataset.phrases ?? "{}")),
        cm.EditorView.contentAttributes.of({ "aria-label": field.labels?.[0]?.textContent?.trim() ?? "", lang: field.lang, spellcheck: "false" }),
        cm.EditorView.updateListener.of((/** @type {any} */ update) => {
          if (update.docChanged) {
            field.value = update.state.doc.toString();
            field.dispatchEvent(new Event("input", { bubbles: true }));
          }
          if (update.selectionSet || update.docChanged) moved();
        }),
      ],
    }),
  });
  field.before(host);
  field.hidden = true;
  for (const label of field.labels ?? []) label.addEventListener("click", () => view.focus());

  /** @param {number} n */
  const at = (n) => view.state.doc.line(Math.min(Math.max(n, 1), view.state.doc.lines));
  return {
    go(n) {
      const line = at(n);
      view.dispatch({ selection: { anchor: line.from, head: line.to }, effects: cm.EditorView.scrollIntoView(line.from, { y: "center" }) });
      view.focus();
    },
    line: () => view.state.doc.lineAt(view.state.selection.main.head).number,
    mark(found) {
      const diagnostics = found.map((p) => {
        const line = at(p.line);
        return { from: line.from, to: line.to, severity: "error", message: p.words };
      });
      view.dispatch(cm.setDiagnostics(view.state, diagnostics));
    },
  };
}
