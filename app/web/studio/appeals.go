package studio

import (
	"strconv"

	"bainian/app/exams"
	"bainian/app/markdown"
	"bainian/app/questions"
	"bainian/app/web/page"
)

// appealPage is a candidate's appeal on one mark, for whoever decides it; it does not tell whose it is.
type appealPage struct {
	page.Base
	exams.AppealView
	At       string
	Options  []appealOption // of a question with choices
	Said     []saidRow      // of the others, row by row
	Key      []saidRow
	Criteria []rubricRow
	Answer   page.Field
	Comment  page.Field
	Err      error
}

type appealOption struct {
	HTML          markdown.HTML
	Chosen, Right bool
}

// saidRow is a row of a response: words of the question, or of the candidate.
type saidRow struct {
	HTML markdown.HTML
	Text string
}

func (w *Wing) markAppeal(c *page.Ctx) error { return w.showAppeal(c, nil, nil) }

func (w *Wing) showAppeal(c *page.Ctx, filled *exams.MarkSheet, refusal error) error {
	a, err := w.room.Appeal(c.Context(), c.Person, c.Params("appeal"), c.Lang)
	if err != nil {
		return err
	}
	v := &appealPage{Base: page.Base{Title: c.T("studio.appeal_title", "n", a.N, "item", a.ItemTitle), Here: "/studio/marking"}, AppealView: a, At: "/studio/marking/appeals/" + a.ID, Err: refusal}
	if a.Script != nil {
		sheet := counted(a.Script.Standing, len(a.Script.Question.Rubric))
		if filled != nil {
			sheet = *filled
		}
		v.Criteria = criteriaOf(c, *a.Script, sheet, refusal)
		v.Comment = page.Field{Label: c.T("studio.mark_comment"), Name: "comment", Type: "textarea", Rows: 3, Value: sheet.Comment, Hint: c.T("studio.mark_comment_hint")}
	} else {
		v.fillAnswers()
	}
	v.Answer = page.Field{Label: c.T("studio.appeal_answer"), Name: "answer", Type: "textarea", Rows: 4, Required: true, Value: c.Form("answer"), Hint: c.T("studio.appeal_answer_hint")}
	if about(refusal) == "answer" {
		v.Answer.Error, v.Err = c.Words(refusal), nil
	}
	return c.Page(w.pages, "appeal", v)
}

// fillAnswers puts what was said beside what is right.
func (v *appealPage) fillAnswers() {
	asked := v.Asked
	switch asked.Kind {
	case questions.Single, questions.TrueFalse, questions.Multiple:
		for i, html := range asked.Choices {
			v.Options = append(v.Options, appealOption{HTML: html})
			for _, chosen := range asked.Response.Choices {
				v.Options[i].Chosen = v.Options[i].Chosen || chosen == i
			}
			for _, right := range asked.Right.Choices {
				v.Options[i].Right = v.Options[i].Right || right == i
			}
		}
	default:
		v.Said, v.Key = rowsOf(asked, asked.Response), rowsOf(asked, asked.Right)
	}
}

// rowsOf is a response to a question without choices, row by row.
func rowsOf(q exams.AnswerView, r questions.Response) (rows []saidRow) {
	row := func(rows []markdown.HTML, i int) markdown.HTML {
		if i < 0 || i >= len(rows) {
			return "—"
		}
		return rows[i]
	}
	for _, i := range r.Order {
		rows = append(rows, saidRow{HTML: row(q.Choices, i)})
	}
	for left, right := range r.Pairs {
		rows = append(rows, saidRow{HTML: row(q.Choices, left) + " → " + row(q.Rights, right)})
	}
	for gap, text := range r.Gaps {
		if n, err := strconv.Atoi(text); err == nil && gap < len(q.Gaps) && q.Gaps[gap] != nil {
			rows = append(rows, saidRow{HTML: row(q.Gaps[gap], n)})
		} else {
			rows = append(rows, saidRow{Text: text})
		}
	}
	if r.Text != "" {
		rows = append(rows, saidRow{Text: r.Text})
	}
	return rows
}

func (w *Wing) decideAppeal(c *page.Ctx) error {
	a, err := w.room.Appeal(c.Context(), c.Person, c.Params("appeal"), c.Lang)
	if err != nil {
		return err
	}
	by := exams.Decision{Uphold: c.Form("uphold") != "", Answer: c.FormText("answer")}
	if a.Script != nil {
		by.Sheet = sheetOf(c, len(a.Script.Question.Rubric))
	}
	if err := w.room.DecideAppeal(c.Context(), c.Person, a.ID, by); err != nil {
		if !c.Refused(err) {
			return err
		}
		return w.showAppeal(c, &by.Sheet, err)
	}
	return c.Back("/studio/marking", "studio.appeal_decided")
}
