package studio

import (
	"slices"
	"strings"

	"bainian/app/exams"
	"bainian/app/web/page"
)

// showSitting shows the page of a sitting, again with what a form was refused for; form names the field it began with.
func (w *Wing) showSitting(c *page.Ctx, form string, refusal error) error {
	v, err := w.sittingOf(c)
	if err != nil {
		return err
	}
	if err := w.addWatch(c, v); err != nil {
		return err
	}
	v.Err = refusal
	v.More = page.Field{Label: c.T("studio.minutes"), Name: "minutes", Type: "number", Value: "10", Required: true}
	v.Extension = page.Field{Label: c.T("studio.reason"), Name: "extension", Required: true}
	v.Pause = page.Field{Label: c.T("studio.reason"), Name: "pause", Required: true}
	v.Latecomer = page.Field{Label: c.T("studio.latecomer"), Name: "person", Type: "select"}
	v.Number = page.Field{Label: c.T("studio.number"), Name: "number", Required: true, Autocomplete: "off"}
	v.Admission = page.Field{Label: c.T("studio.reason"), Name: "admission", Required: true}
	v.SebNumber = page.Field{Label: c.T("studio.number"), Name: "seb_number", Required: true, Autocomplete: "off"}
	v.SebReason = page.Field{Label: c.T("studio.reason"), Name: "seb_reason", Required: true}
	plan, err := w.room.SeatingPlan(c.Context(), c.Person, v.ID)
	if err != nil {
		return err
	}
	v.Seats = page.Field{Label: c.T("studio.seats"), Hint: c.T("studio.seats_hint"), Name: "seats", Type: "textarea", Value: plan, Rows: 6}
	who := w.names(c)
	for _, id := range v.SittingDetail.Absent {
		name, err := who.of(id)
		if err != nil {
			return err
		}
		v.Latecomer.Options = append(v.Latecomer.Options, page.Option{Value: id, Label: name, Chosen: id == c.Form("person")})
	}
	if form == v.Number.Name && len(v.Latecomer.Options) > 0 {
		form = v.Latecomer.Name // the one that is shown of the two
	}
	for _, f := range []*page.Field{&v.More, &v.Extension, &v.Pause, &v.Latecomer, &v.Number, &v.Admission, &v.SebNumber, &v.SebReason, &v.Seats} {
		if value := c.Form(f.Name); value != "" {
			f.Value = value
		}
		if f.Name == form && about(refusal) != "" {
			f.Error, v.Err = c.Words(refusal), nil
		}
	}
	return c.Page(w.pages, "sitting", v)
}

// addWatch adds what those who watch were told and did, with names.
func (w *Wing) addWatch(c *page.Ctx, v *sittingPage) (err error) {
	who := w.names(c)
	for _, a := range v.SittingDetail.Adjusted {
		row := adjusted{Adjusted: a, Labels: labelsOf(c, a.Held), Cut: a.Whole - a.Limit}
		if row.Name, err = who.of(a.PersonID); err != nil {
			return err
		}
		v.Adjusted = append(v.Adjusted, row)
	}
	slices.SortFunc(v.Adjusted, func(a, b adjusted) int { return strings.Compare(a.Name, b.Name) })
	if v.Admitted, err = exceptedOf(who, v.SittingDetail.Admitted); err != nil {
		return err
	}
	if v.SebExempted, err = exceptedOf(who, v.SittingDetail.SebExempted); err != nil {
		return err
	}
	for _, g := range v.SittingDetail.Guesses {
		row := guesses{Guesses: g}
		if row.Name, err = who.of(g.PersonID); err != nil {
			return err
		}
		v.Guesses = append(v.Guesses, row)
	}
	for _, a := range v.SittingDetail.Adjustments {
		row := adjustment{Adjustment: a}
		if row.By, err = who.of(a.By); err != nil {
			return err
		}
		v.Adjustments = append(v.Adjustments, row)
	}
	return nil
}

// labelsOf are what accommodations are for; those from before there were labels are just more time.
func labelsOf(c *page.Ctx, held []exams.Granted) string {
	var labels []string
	for _, g := range held {
		if g.Label == "" {
			g.Label = c.T("studio.unlabelled")
		}
		if !slices.Contains(labels, g.Label) {
			labels = append(labels, g.Label)
		}
	}
	return strings.Join(labels, c.T("studio.between"))
}

// onAll goes back to the sitting, or shows it again with the refusal at the field.
func (w *Wing) onAll(c *page.Ctx, field string, err error, key string, args ...any) error {
	switch {
	case err == nil:
		return c.Back("/studio/sittings/"+c.Params("id"), key, args...)
	case c.Refused(err):
		return w.showSitting(c, field, err)
	}
	return err
}

func (w *Wing) extendAll(c *page.Ctx) error {
	n, field := 0, "minutes"
	minutes, err := c.FormInt("minutes")
	if err == nil {
		n, err = w.room.ExtendAll(c.Context(), c.Person, c.Params("id"), minutes, c.Form("extension"), c.Form("seen"))
	}
	if about(err) != "minutes" {
		field = "extension"
	}
	return w.onAll(c, field, err, "studio.extended_all", "n", n, "minutes", minutes)
}

func (w *Wing) pauseAll(c *page.Ctx) error {
	n, err := w.room.PauseAll(c.Context(), c.Person, c.Params("id"), c.Form("pause"), c.Form("seen"))
	return w.onAll(c, "pause", err, "studio.paused_all", "n", n)
}

func (w *Wing) resumeAll(c *page.Ctx) error {
	n, err := w.room.ResumeAll(c.Context(), c.Person, c.Params("id"), c.Form("seen"))
	return w.onAll(c, "", err, "studio.resumed_all", "n", n)
}

// admit lets a late joiner in: one of those who are expected, or by employee number where it is for everyone.
func (w *Wing) admit(c *page.Ctx) error {
	id, field := c.Form("person"), "person"
	if number := c.Form("number"); number != "" {
		field = "number"
		var err error
		if id, err = w.numbered(c, number); err != nil {
			return w.onAll(c, field, err, "")
		}
	}
	err := w.room.Admit(c.Context(), c.Person, c.Params("id"), id, c.Form("admission"))
	if about(err) == "reason" {
		field = "admission"
	}
	return w.onAll(c, field, err, "studio.admitted")
}

// seat keeps the seating plan.
func (w *Wing) seat(c *page.Ctx) error {
	n, err := w.room.Seat(c.Context(), c.Person, c.Params("id"), c.FormText("seats"))
	if err != nil {
		if c.Refused(err) {
			return w.showSitting(c, "seats", err)
		}
		return err
	}
	return c.Back("/studio/sittings/"+c.Params("id"), "studio.seated", "n", n)
}
