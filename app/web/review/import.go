package review

import (
	"strings"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/web/page"
)

// upload is a posted CSV: chosen as a file the first time, sent again as text to be applied.
type upload struct {
	File    string // its name
	Content string
	Apply   bool
}

func uploaded(c *page.Ctx) (u upload, err error) {
	if c.Form("apply") != "" {
		return upload{File: c.Form("name"), Content: c.FormText("content"), Apply: true}, nil
	}
	name, data, err := c.Upload("file")
	return upload{File: name, Content: string(data)}, err
}

type importPeopleView struct {
	page.Base
	upload
	Report *people.Report
	Err    error
}

// importPeople shows the form, what a file would do, or what it did: nothing is applied before it was shown.
func (w *Wing) importPeople(c *page.Ctx) (err error) {
	v := &importPeopleView{Base: page.Base{Title: c.T("review.import.people")}}
	if c.Method() == "POST" {
		if v.upload, v.Err = uploaded(c); v.Err == nil {
			var report people.Report
			if report, v.Err = w.directory.Import(c.Context(), c.Person, strings.NewReader(v.Content), v.Apply); v.Err == nil {
				v.Report = &report
			}
		}
		if err := refusal(c, v.Err, v.Report != nil && v.Report.Problems != nil); err != nil {
			return err
		}
	}
	if v.Report != nil && v.Report.Applied {
		r := v.Report
		return c.Back("/people", "review.import.people_done", "new", r.New, "changed", r.Changed, "same", r.Same)
	}
	return c.Page(w.pages, "import_people", v)
}

// refusal sets the status of what is shown in the form, and returns what is not for the form.
func refusal(c *page.Ctx, err error, problems bool) error {
	if problems {
		err = fault.Problems{{}}
	}
	if err != nil && !c.Refused(err) {
		return err
	}
	return nil
}

// bom lets spreadsheets see that a CSV is UTF-8.
const bom = "\uFEFF"

func (w *Wing) peopleTemplate(c *page.Ctx) error {
	return template(c, "people.csv", "number,name,email,roles,manager,hired_on,cohort")
}

func template(c *page.Ctx, name, header string) error {
	c.Attachment(name)
	c.Set("Content-Type", "text/csv; charset=utf-8")
	return c.SendString(bom + header + "\r\n")
}
