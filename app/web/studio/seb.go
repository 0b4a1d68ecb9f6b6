package studio

import (
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/web/page"
)

// excepted is a person who may do what a sitting asks otherwise of everybody, with names.
type excepted struct {
	exams.Exception
	Name, By string
}

func exceptedOf(who *names, all []exams.Exception) (rows []excepted, err error) {
	for _, x := range all {
		row := excepted{Exception: x}
		if row.Name, err = who.of(x.PersonID); err != nil {
			return nil, err
		}
		if row.By, err = who.of(x.By); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// sebExempt lets one person sit outside Safe Exam Browser, by employee number: whether they are absent or in front of an
// exam that does not open.
func (w *Wing) sebExempt(c *page.Ctx) error {
	id, err := w.numbered(c, c.Form("seb_number"))
	if err == nil {
		err = w.room.SebExempt(c.Context(), c.Person, c.Params("id"), id, c.Form("seb_reason"))
	}
	field := "seb_number"
	if about(err) == "reason" {
		field = "seb_reason"
	}
	return w.onAll(c, field, err, "seb.exempted")
}

// numbered is the id of the person with that employee number; an Invalid fault in that field when there is none.
func (w *Wing) numbered(c *page.Ctx, number string) (string, error) {
	p, err := w.directory.ByNumber(c.Context(), number)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Invalid, "studio.number_unknown", "number", number).In("number")
	}
	return p.ID, err
}
