package studio

import (
	"slices"
	"strconv"
	"strings"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/web/page"
)

// regradePage is what a corrected key would change, to be read before it is made so.
type regradePage struct {
	page.Base
	Exam, Name, At string
	Keys           page.Field // which version of which bank is right
	Chosen         string     // "values/3": bank and version; "" before one is chosen
	Diff           exams.Diff
	Rows           []changed
	Up, Down       int // attempts that pass now, and that no longer do
	Confirm        string
	Reason         page.Field
	Err            error
}

type changed struct {
	exams.Change
	Name, At string
}

func (w *Wing) regrade(c *page.Ctx) error { return w.showRegrade(c, c.Query("keys"), nil) }

func (w *Wing) showRegrade(c *page.Ctx, keys string, refusal error) error {
	b, err := w.blueprint(c)
	if err != nil {
		return err
	}
	v := &regradePage{Base: page.Base{Title: c.T("studio.regrade_of", "title", b.TitleIn(c.Lang))}, Exam: b.Slug, Name: b.TitleIn(c.Lang),
		At: "/studio/items/" + b.Slug + "/regrade", Chosen: keys, Err: refusal}
	v.Keys = page.Field{Label: c.T("studio.right_keys"), Name: "keys", Type: "select", Hint: c.T("studio.right_keys_hint")}
	for _, bank := range b.Banks() {
		heads, err := w.shelf.History(c.Context(), bankPath(bank))
		if err != nil {
			return err
		}
		for _, h := range heads {
			if h.Retired {
				continue
			}
			value := bank + "/" + number(h.Version)
			v.Keys.Options = append(v.Keys.Options, page.Option{Value: value, Chosen: value == keys,
				Label: c.T("studio.keys_option", "bank", bank, "version", h.Version, "note", h.Note)})
		}
	}
	v.Reason = page.Field{Label: c.T("studio.reason"), Name: "reason", Type: "textarea", Rows: 3, Value: c.Form("reason"), Hint: c.T("studio.regrade_reason_hint"), Required: true}
	if about(refusal) == "reason" {
		v.Reason.Error, v.Err = c.Words(refusal), nil
	}
	if keys == "" {
		return c.Page(w.pages, "regrade", v)
	}
	correction, err := correctionOf(b.Slug, keys)
	if err != nil {
		return err
	}
	if v.Diff, err = w.room.Regrade(c.Context(), c.Person, correction, ""); err != nil {
		return err
	}
	if v.Confirm, err = v.Diff.Digest(); err != nil {
		return err
	}
	if err := w.fillChanges(c, v); err != nil {
		return err
	}
	return c.Page(w.pages, "regrade", v)
}

// fillChanges names the people behind the changed attempts.
func (w *Wing) fillChanges(c *page.Ctx, v *regradePage) error {
	sittings, err := w.room.Sittings(c.Context(), c.Person)
	if err != nil {
		return err
	}
	type place struct{ person, sitting string }
	places, who := map[string]place{}, w.names(c)
	for _, s := range sittings {
		if s.Exam != v.Exam || len(v.Diff.Changes) == 0 {
			continue
		}
		d, err := w.room.Sitting(c.Context(), c.Person, s.ID)
		if err != nil {
			return err
		}
		for _, a := range d.Candidates {
			places[a.ID] = place{a.PersonID, s.ID}
		}
	}
	for _, change := range v.Diff.Changes {
		at := places[change.Attempt]
		row := changed{Change: change, At: "/studio/sittings/" + at.sitting + "/attempts/" + change.Attempt}
		if row.Name, err = who.of(at.person); err != nil {
			return err
		}
		switch {
		case change.PassedAfter && !change.PassedBefore:
			v.Up++
		case change.PassedBefore && !change.PassedAfter:
			v.Down++
		}
		v.Rows = append(v.Rows, row)
	}
	// Whoever gains or loses a pass comes first.
	slices.SortStableFunc(v.Rows, func(a, b changed) int {
		return flips(b.Change) - flips(a.Change)
	})
	return nil
}

func flips(c exams.Change) int {
	if c.PassedBefore != c.PassedAfter {
		return 1
	}
	return 0
}

// correctionOf reads "values/3".
func correctionOf(exam, keys string) (exams.Correction, error) {
	bank, text, _ := strings.Cut(keys, "/")
	version, err := strconv.Atoi(text)
	if err != nil {
		return exams.Correction{}, fault.New(fault.NotFound, "page.not_found")
	}
	return exams.Correction{Exam: exam, Bank: bank, Version: version}, nil
}

// applyRegrade makes the diff that was read the grades that count.
func (w *Wing) applyRegrade(c *page.Ctx) error {
	b, err := w.blueprint(c)
	if err != nil {
		return err
	}
	correction, err := correctionOf(b.Slug, c.Form("keys"))
	if err != nil {
		return err
	}
	if correction.Reason = c.Form("reason"); c.Form("confirm") == "" {
		return fault.New(fault.Conflict, "exams.regrade_changed")
	}
	diff, err := w.room.Regrade(c.Context(), c.Person, correction, c.Form("confirm"))
	if err != nil {
		if !c.Refused(err) {
			return err
		}
		return w.showRegrade(c, c.Form("keys"), err)
	}
	return c.Back("/studio/items/"+b.Slug, "studio.regraded", "n", len(diff.Changes))
}
