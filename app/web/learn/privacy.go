package learn

import (
	"slices"

	"bainian/app/exams"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/web/page"
)

type privacyView struct {
	page.Base
	Text, More markdown.HTML
	Presets    []exams.Preset
	Rows       []presetRow
	Office     bool // the reader may see the template of the impact assessment
	Page       string
}

// presetRow is one thing that may be watched, and which presets watch it.
type presetRow struct {
	What string
	On   []bool
}

// privacy says what exams do with personal data, whichever exam.
func (w *Wing) privacy(c *page.Ctx) error {
	v := &privacyView{Base: page.Base{Title: c.T("notice.privacy"), Here: "/exams"}, Presets: exams.Presets(), Page: exams.TextPrivacy, Office: c.Person.Has(people.HR, people.Trainer)}
	var err error
	if v.More, err = w.room.Text(exams.TextPrivacyMore, c.Lang); err != nil {
		return err
	}
	for _, what := range exams.Watchable() {
		row := presetRow{What: what}
		for _, p := range v.Presets {
			row.On = append(row.On, slices.Contains(p.Policy().Watch, what))
		}
		v.Rows = append(v.Rows, row)
	}
	return w.showText(c, v)
}

// consentForm is the form of a consent, to read or to print.
func (w *Wing) consentForm(c *page.Ctx) error {
	return w.showText(c, &privacyView{Base: page.Base{Title: c.T("notice.consent"), Here: "/exams"}, Page: exams.TextConsent})
}

// assessment is the template of an impact assessment, for those who decide what an exam watches.
func (w *Wing) assessment(c *page.Ctx) error {
	return w.showText(c, &privacyView{Base: page.Base{Title: c.T("notice.assessment"), Here: "/exams"}, Page: exams.TextAssessment})
}

func (w *Wing) showText(c *page.Ctx, v *privacyView) (err error) {
	if v.Text, err = w.room.Text(v.Page, c.Lang); err != nil {
		return err
	}
	return c.Page(w.pages, "privacy", v)
}
