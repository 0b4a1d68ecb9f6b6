package review

import (
	"slices"
	"strconv"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// previewView is what publishing the draft would do, and the form that publishes it.
type previewView struct {
	page.Base
	Effect   *gate.Effect // nil while the draft has problems
	Problems fault.Problems
	Counts   []standingCount
	Rows     []affected
	Lines    []documents.DiffLine // in which the text differs from the one in force
	Pager    page.Pager
	Version  int // that the draft was begun on
	Behind   bool
	Note     page.Field
	Reason   page.Field
	Override bool
	Err      error
}

// standingCount is how many people stand so before and after.
type standingCount struct {
	Standing      gate.Standing
	Before, After int
}

type affected struct {
	gate.Affected
	Words []string
}

// listed is how many people are on a page.
const listed = 50

func (w *Wing) policyPreview(c *page.Ctx) error { return w.showPreview(c, nil) }

func (w *Wing) showPreview(c *page.Ctx, refused error) error {
	from, err := c.QueryInt("from", 0)
	if err != nil {
		return err
	}
	d, err := w.draftOf(c)
	if err != nil {
		return err
	}
	live, err := w.shelf.Doc(c.Context(), gate.PolicyPath)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	v := &previewView{Base: page.Base{Title: c.T("policy.preview"), Here: "/policy"}, Version: d.Version, Behind: d.Version != live.Version,
		Lines: changed(live.Sources[live.Lang], d.Sources[d.Lang]), Override: c.Form("override") != "", Err: refused}
	v.Note = page.Field{Name: "note", Label: c.T("policy.note"), Hint: c.T("policy.note_hint"), Value: c.Form("note"), Required: true}
	v.Reason = page.Field{Name: "reason", Type: "textarea", Rows: 2, Label: c.T("policy.override_reason"), Value: c.Form("reason")}
	preview := w.keeper.Preview
	if from > 0 || refused != nil {
		preview = w.keeper.Previewed
	}
	v.Effect, err = preview(c.Context(), c.Person, d)
	if problems, ok := err.(fault.Problems); ok {
		v.Problems = problems
		return c.Page(w.pages, "policy_preview", v)
	}
	if err != nil {
		return err
	}
	for _, s := range gate.Standings() {
		if n := (standingCount{s, v.Effect.Before[s], v.Effect.After[s]}); n.Before+n.After > 0 {
			v.Counts = append(v.Counts, n)
		}
	}
	all := v.Effect.Changes
	from = max(0, min(from, len(all)))
	to := min(from+listed, len(all))
	if from > 0 {
		v.Pager.First = "/policy/preview"
	}
	if to < len(all) {
		v.Pager.Next = "/policy/preview?from=" + strconv.Itoa(to)
	}
	for _, a := range all[from:to] {
		words, err := w.reasonsInWords(c, a.Why)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, affected{a, words})
	}
	return c.Page(w.pages, "policy_preview", v)
}

// reasonsInWords are reasons as HR reads them, with what was found.
func (w *Wing) reasonsInWords(c *page.Ctx, reasons []gate.Reason) ([]string, error) {
	titled, err := w.keeper.Titled(c.Context(), reasons, c.Lang)
	if err != nil {
		return nil, err
	}
	words := make([]string, len(titled))
	for i, r := range titled {
		words[i] = c.T(r.Key, r.Args...)
		if r.Found != "" {
			words[i] = c.T("policy.with_found", "reason", words[i], "found", c.T(r.Found, dated(c, r.FoundArgs)...))
		}
		if !r.Until.IsZero() {
			words[i] = c.T("policy.with_until", "reason", words[i], "at", locale.Date(c.Lang, r.Until.In(c.Zone()), c.Now()))
		}
	}
	return words, nil
}

// dated are arguments with their times as days, with the year where it is another.
func dated(c *page.Ctx, args []any) []any {
	args = slices.Clone(args)
	for i, a := range args {
		if t, ok := a.(time.Time); ok {
			args[i] = locale.Date(c.Lang, t.In(c.Zone()), c.Now())
		}
	}
	return args
}

// publishPolicy publishes the draft that was previewed, and no other.
func (w *Wing) publishPolicy(c *page.Ctx) error {
	version, err := c.FormInt("version")
	if err != nil {
		return err
	}
	d, err := w.draftOf(c)
	if err != nil {
		return err
	}
	if d.Digest() != c.Form("hash") {
		err = fault.New(fault.Conflict, "policy.not_previewed")
	}
	if err == nil && c.Form("override") != "" {
		err = w.keeper.Override(c.Context(), c.Person, d, c.Form("reason"))
	}
	var head documents.Head
	if err == nil {
		head, err = w.shelf.Publish(c.Context(), c.Person, gate.PolicyPath, c.Form("note"), version)
	}
	if _, broken := err.(fault.Problems); broken || c.Refused(err) {
		return w.showPreview(c, err)
	}
	if err != nil {
		return err
	}
	return c.Back("/policy", "policy.published", "version", head.Version)
}

// overridden is that a version was published although it locked people out.
type overridden struct {
	gate.Override
	Who string
}

// overridesOf are the words with which HR published versions that locked people out, by the text's hash.
func (w *Wing) overridesOf(c *page.Ctx) (map[string]overridden, error) {
	all, err := w.keeper.Overrides(c.Context())
	if err != nil {
		return nil, err
	}
	found := map[string]overridden{}
	for _, o := range all {
		names, err := w.names(c, o.By)
		if err != nil {
			return nil, err
		}
		if _, known := found[o.Hash]; !known {
			found[o.Hash] = overridden{o, names[o.By]}
		}
	}
	return found, nil
}
