package learn

import (
	"strconv"

	"bainian/app/people"
	"bainian/app/web/page"
)

// markingTask is what waits to be marked by the person, settled or answered, by question.
func (w *Wing) markingTask(c *page.Ctx) (task, error) {
	piles, err := w.room.Queue(c.Context(), c.Person, c.Lang)
	if err != nil {
		return task{}, err
	}
	appeals, _, err := w.room.MarkAppeals(c.Context(), c.Person)
	if err != nil {
		return task{}, err
	}
	t := task{Title: c.T("learn.task.marking"), Text: c.T("learn.task.marking.none"), Link: "/studio/marking", Action: c.T("learn.task.marking.go")}
	mark, settle := 0, 0
	for _, p := range piles {
		own := p.ToSettle
		if c.Person.Has(people.Trainer) {
			own, mark = own+p.ForMe, mark+p.ForMe
		}
		settle += p.ToSettle
		if own > 0 && len(t.Lines) < longest {
			t.Lines = append(t.Lines, taskLine{p.Title, c.T("learn.task.marking.pile", "exam", p.ExamTitle, "n", own), "/studio/marking"})
		}
	}
	t.Count, t.Urgent = strconv.Itoa(mark+settle+len(appeals)), mark+settle+len(appeals) > 0
	switch {
	case mark > 0:
		t.Text = c.T("learn.task.marking.some", "n", mark)
	case settle > 0:
		t.Text = c.T("learn.task.marking.settle", "n", settle)
	case len(appeals) > 0:
		t.Text = c.T("learn.task.marking.appeals", "n", len(appeals))
	}
	return t, nil
}
