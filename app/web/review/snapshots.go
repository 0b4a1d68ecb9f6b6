package review

import (
	"encoding/base64"
	html "html/template"

	"bainian/app/exams"
	"bainian/app/web/page"
)

type snapshotsView struct {
	page.Base
	Number    int
	Snapshots []exams.Snapshot
	There     int      // of them, those that are not gone
	Shown     int      // place of the one that is looked at, −1 for none
	Picture   html.URL // of it
}

// Next is the place after the one that is shown, of a picture that is there; −1 for none. Before is the other way.
func (v *snapshotsView) Next() int   { return v.beside(1) }
func (v *snapshotsView) Before() int { return v.beside(-1) }

func (v *snapshotsView) beside(step int) int {
	for n := v.Shown + step; n >= 0 && n < len(v.Snapshots); n += step {
		if v.Snapshots[n].Gone.IsZero() {
			return n
		}
	}
	return -1
}

// snapshots lists the pictures of a case's attempt, and shows none.
func (w *Wing) snapshots(c *page.Ctx) error {
	v, err := w.snapshotsOf(c)
	if err != nil {
		return err
	}
	return c.Page(w.pages, "snapshots", v)
}

// viewSnapshot shows one picture. It is asked for by a button and not by a link, since every look goes on file.
func (w *Wing) viewSnapshot(c *page.Ctx) error {
	v, err := w.snapshotsOf(c)
	if err != nil {
		return err
	}
	picture, err := w.desk.Snapshot(c.Context(), c.Person, v.Number, c.Params("id"))
	if err != nil {
		return err
	}
	for n, s := range v.Snapshots {
		if s.ID == c.Params("id") {
			v.Shown = n
		}
	}
	v.Picture = html.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(picture))
	return c.Page(w.pages, "snapshots", v)
}

func (w *Wing) snapshotsOf(c *page.Ctx) (*snapshotsView, error) {
	number, err := c.ParamInt("number")
	if err != nil {
		return nil, err
	}
	v := &snapshotsView{Base: page.Base{Title: c.T("media.snapshots_of", "number", number), Here: "/cases"}, Number: number, Shown: -1}
	if v.Snapshots, err = w.desk.Snapshots(c.Context(), c.Person, number); err != nil {
		return nil, err
	}
	for _, s := range v.Snapshots {
		if s.Gone.IsZero() {
			v.There++
		}
	}
	return v, nil
}
