package learn

import (
	"strconv"

	"bainian/app/people"
	"bainian/app/web/page"
)

// glassTask is that decisions were made without the database which HR or an administrator has not looked at; some is
// false while there is nothing to look at, or it is not theirs to.
func (w *Wing) glassTask(c *page.Ctx) (t task, some bool, err error) {
	if !c.Person.Has(people.HR, people.Admin) {
		return t, false, nil
	}
	n, err := w.keeper.Unread(c.Context(), c.Person)
	if err != nil || n == 0 {
		return t, false, err
	}
	return task{Title: c.T("glass.task"), Text: c.T("glass.task_text"), Count: strconv.Itoa(n), Urgent: true, Link: "/break-glass", Action: c.T("glass.task_go")}, true, nil
}
