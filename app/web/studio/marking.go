package studio

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/web/page"
)

// markingPage is what there is to mark: by exam and question, with what two markers disagree on and what candidates
// appeal on.
type markingPage struct {
	page.Base
	Piles, Done []exams.Pile // with something left, and without
	ForMe       int
	Disputed    int  // that the person can settle
	First       int  // the pile whose button is the page's filled one, -1 for none
	Marks       bool // the person marks
	Open        []exams.MarkAppeal
	Decided     []exams.MarkAppeal
	Err         error
}

func (w *Wing) marking(c *page.Ctx) error { return w.showMarking(c, nil) }

func (w *Wing) showMarking(c *page.Ctx, refusal error) error {
	v := &markingPage{Base: page.Base{Title: c.T("studio.marking")}, Marks: c.Person.Has(people.Trainer), First: -1, Err: refusal}
	piles, err := w.room.Queue(c.Context(), c.Person, c.Lang)
	if err != nil {
		return err
	}
	for _, p := range piles {
		if p.Open() == 0 {
			v.Done = append(v.Done, p)
			continue
		}
		if v.First < 0 && p.ForMe > 0 {
			v.First = len(v.Piles)
		}
		v.Piles = append(v.Piles, p)
		v.ForMe, v.Disputed = v.ForMe+p.ForMe, v.Disputed+p.ToSettle
	}
	if v.Open, v.Decided, err = w.room.MarkAppeals(c.Context(), c.Person); err != nil {
		return err
	}
	return c.Page(w.pages, "marking", v)
}

// claim takes the next answer of a pile, or the next after one that is passed over.
func (w *Wing) claim(c *page.Ctx) error {
	pile := exams.Pile{Exam: c.Form("exam"), Bank: c.Form("bank"), Item: c.Form("item")}
	if c.Form("disputed") != "" {
		return w.nextDisputed(c, pile)
	}
	return w.next(c, pile, c.Form("after"))
}

func (w *Wing) next(c *page.Ctx, pile exams.Pile, after string) error {
	id, err := w.room.NextToMark(c.Context(), c.Person, pile, after)
	switch {
	case err != nil:
		return err
	case id == "":
		return c.Back("/studio/marking", "studio.marking_none")
	}
	return c.Redirect("/studio/marking/scripts/"+id, 303)
}

// nextDisputed goes to an answer that two markers disagree on.
func (w *Wing) nextDisputed(c *page.Ctx, pile exams.Pile) error {
	id, err := w.room.NextToSettle(c.Context(), c.Person, pile)
	switch {
	case err != nil:
		return err
	case id == "":
		return c.Back("/studio/marking", "studio.disputed_none")
	}
	return c.Redirect("/studio/marking/scripts/"+id, 303)
}

// scriptPage is one answer to be marked.
type scriptPage struct {
	page.Base
	exams.ScriptView
	At        string
	Do        string // what the form does: marks, settlement, correction; "" where there is nothing to do
	Criteria  []rubricRow
	Comment   page.Field
	Reason    *page.Field
	Files     []attachment
	Text      []string // paragraphs of an essay
	Short     bool     // of words
	Long      bool
	Others    []givenMark // marks of others, side by side
	Own       *givenMark
	Records   []givenMark // all, once it is marked
	Name      string      // of the candidate, for whoever looked it up
	Unblind   page.Field
	Stock     page.Field
	Err       error
	StockOpen bool
}

// rubricRow is one row of a rubric with its control.
type rubricRow struct {
	Name        string // of the control: c1, c2, …
	Label, Full markdown.HTML
	Max         int
	Steps       []step // nil: a number is typed
	Value       string
	Error       string
}

type step struct {
	Value  string // points, as they are read and sent
	Chosen bool
}

type givenMark struct {
	exams.HandMark
	Title string
	Lines []line
}

type line struct {
	Label      markdown.HTML
	Given, Max int
}

type attachment struct {
	Label, URL, Kind string // Kind: video, audio, image or other
	Hash             string
}

func (w *Wing) script(c *page.Ctx) error { return w.showScript(c, nil, nil) }

// showScript shows the page again with what was filled in when a form of it was refused.
func (w *Wing) showScript(c *page.Ctx, filled *exams.MarkSheet, refusal error) error {
	s, err := w.room.Script(c.Context(), c.Person, c.Params("script"), c.Lang)
	if err != nil {
		return err
	}
	v := &scriptPage{Base: page.Base{Title: c.T("studio.script_title", "number", s.Number(), "item", s.ItemTitle), Here: "/studio/marking", Script: "js/marking.js"},
		ScriptView: s, At: "/studio/marking/scripts/" + s.ID, Err: refusal}
	sheet := s.Draft
	switch {
	case s.MayMark:
		v.Do = "marks"
		if len(s.Standing.Given) > 0 { // one's own, to think again about
			v.Reason = &page.Field{Label: c.T("studio.mark_again_reason"), Name: "reason", Required: true, Value: c.Form("reason")}
			if !s.Begun {
				sheet = exams.MarkSheet{Points: s.Standing.Given[0].Points, Comment: s.Standing.Given[0].Comment}
			}
		}
	case s.MaySettle:
		v.Do = "settlement"
		v.Reason = &page.Field{Label: c.T("studio.settle_reason"), Name: "reason", Type: "textarea", Rows: 2, Required: true, Value: c.Form("reason")}
	case s.MayCorrect:
		v.Do = "correction"
		v.Reason = &page.Field{Label: c.T("studio.correct_reason"), Name: "reason", Type: "textarea", Rows: 2, Required: true, Value: c.Form("reason"), Hint: c.T("studio.correct_reason_hint")}
		sheet = counted(s.Standing, len(s.Question.Rubric))
	}
	if filled != nil {
		sheet = *filled
	}
	v.Criteria = criteriaOf(c, s, sheet, refusal)
	v.Comment = page.Field{Label: c.T("studio.mark_comment"), Name: "comment", Type: "textarea", Rows: 4, Value: sheet.Comment, Hint: c.T("studio.mark_comment_hint")}
	v.Unblind = page.Field{Label: c.T("studio.unblind_reason"), Name: "unblinding", Required: true, Value: c.Form("unblinding")}
	v.Stock = page.Field{Label: c.T("studio.stock_new"), Name: "stock", Type: "textarea", Rows: 2, Required: true, Value: c.Form("stock")}
	for _, f := range []*page.Field{&v.Comment, &v.Unblind, &v.Stock, v.Reason} {
		if f != nil && about(refusal) == f.Name {
			f.Error, v.Err = c.Words(refusal), nil
			v.StockOpen = v.StockOpen || f.Name == "stock"
		}
	}
	v.Text = strings.Split(strings.TrimSpace(s.Question.Response.Text), "\n")
	v.Short, v.Long = s.Question.MinWords > 0 && s.Words < s.Question.MinWords, s.Question.MaxWords > 0 && s.Words > s.Question.MaxWords
	for i, a := range s.Question.Response.Files {
		kind, _, _ := strings.Cut(a.Type, "/")
		if kind != "video" && kind != "audio" && kind != "image" {
			kind = "other"
		}
		v.Files = append(v.Files, attachment{Kind: kind, URL: attachmentURL(s.ID, a), Hash: a.SHA256,
			Label: c.T("studio.file_of", "n", i+1, "type", a.Type, "kb", (a.Size+1023)/1024, "seconds", a.Seconds)})
	}
	return w.finishScript(c, v)
}

// finishScript fills in the marks that the reader may see, and names.
func (w *Wing) finishScript(c *page.Ctx, v *scriptPage) (err error) {
	who := w.names(c)
	of := func(m exams.HandMark, title string) givenMark {
		g := givenMark{HandMark: m, Title: title}
		for i, criterion := range v.Question.Rubric {
			g.Lines = append(g.Lines, line{criterion.Name, m.Points[i], criterion.Points})
		}
		return g
	}
	if v.MaySettle {
		for i, m := range v.Standing.Given {
			v.Others = append(v.Others, of(m, c.T("studio.marker", "n", i+1)))
		}
	} else if v.State != exams.ScriptMarked && len(v.Standing.Given) > 0 {
		own := of(v.Standing.Given[0], c.T("studio.your_mark"))
		v.Own = &own
	}
	for _, m := range v.History {
		name, err := who.of(m.By)
		if err != nil {
			return err
		}
		v.Records = append(v.Records, of(m, c.T("studio.record_"+string(m.Kind), "name", name)))
	}
	if v.Writer != "" {
		if v.Name, err = who.of(v.Writer); err != nil {
			return err
		}
	}
	return c.Page(w.pages, "script", v)
}

// counted is the mark that counts, as a sheet to start a correction from.
func counted(s exams.Standing, criteria int) exams.MarkSheet {
	sheet := exams.MarkSheet{Points: slices.Repeat([]int{-1}, criteria)}
	if len(s.Counts) == 1 { // of two the mean is nobody's mark
		sheet.Points, sheet.Comment = s.Counts[0].Points, s.Counts[0].Comment
	}
	return sheet
}

// The most points for which a criterion has a row of half and of whole points; beyond it a number is typed.
const (
	mostHalves = 5_000
	mostWholes = 10_000
)

// criteriaOf are the controls of a rubric, with what is filled in and what is wrong with it.
func criteriaOf(c *page.Ctx, s exams.ScriptView, sheet exams.MarkSheet, refusal error) (all []rubricRow) {
	wrong := map[string]string{}
	for _, p := range problemsOf(refusal) {
		wrong[p.Item] = c.T(p.Key, p.Args...)
	}
	for i, r := range s.Question.Rubric {
		row := rubricRow{Name: "c" + strconv.Itoa(i+1), Label: r.Name, Full: s.Full[i], Max: r.Points}
		row.Error = wrong[row.Name]
		given := -1
		if i < len(sheet.Points) {
			given = sheet.Points[i]
		}
		if given >= 0 {
			row.Value = locale.Points(given)
		}
		apart := 500
		if r.Points > mostHalves {
			apart = 1000
		}
		if r.Points <= mostWholes && r.Points%apart == 0 && (given < 0 || given%apart == 0) {
			for p := 0; p <= r.Points; p += apart {
				row.Steps = append(row.Steps, step{locale.Points(p), p == given})
			}
		}
		all = append(all, row)
	}
	return all
}

// sheetOf reads the form of a marking page; a criterion that is not set, or is no number of points, is -1.
func sheetOf(c *page.Ctx, criteria int) exams.MarkSheet {
	sheet := exams.MarkSheet{Comment: c.FormText("comment"), Reason: c.Form("reason")}
	for i := range criteria {
		sheet.Points = append(sheet.Points, typedPoints(c.Form("c"+strconv.Itoa(i+1))))
	}
	return sheet
}

// typedPoints reads "1.5" as 1500; -1 is what cannot be read.
func typedPoints(text string) int {
	whole, part, _ := strings.Cut(text, ".")
	if whole == "" || len(part) > 3 || strings.ContainsAny(text, "+-eE") {
		return -1
	}
	n, err := strconv.Atoi(whole + (part + "000")[:3])
	if err != nil || n > 1_000_000 {
		return -1
	}
	return n
}

// rated has a form of the marking page do its work: criteria of the script are read, and a refusal shows the page again.
func (w *Wing) rated(c *page.Ctx, do func(exams.MarkSheet) error) (exams.ScriptView, bool, error) {
	s, err := w.room.Script(c.Context(), c.Person, c.Params("script"), c.Lang)
	if err != nil {
		return s, false, err
	}
	sheet := sheetOf(c, len(s.Question.Rubric))
	if err := do(sheet); err != nil {
		if !c.Refused(err) {
			return s, false, err
		}
		return s, false, w.showScript(c, &sheet, err)
	}
	return s, true, nil
}

// mark gives the mark and goes on to the next answer of the pile.
func (w *Wing) mark(c *page.Ctx) error {
	s, done, err := w.rated(c, func(sheet exams.MarkSheet) error {
		_, err := w.room.MarkAnswer(c.Context(), c.Person, c.Params("script"), sheet)
		return err
	})
	if !done {
		return err
	}
	return w.next(c, exams.Pile{Exam: s.Exam, Bank: s.Bank, Item: s.Item}, s.ID)
}

// draft keeps what was begun; a script asks for no page.
func (w *Wing) draft(c *page.Ctx) error {
	if c.Get("Accept") == "application/json" {
		s, err := w.room.Script(c.Context(), c.Person, c.Params("script"), c.Lang)
		if err != nil {
			return err
		}
		if err := w.room.KeepDraft(c.Context(), c.Person, s.ID, sheetOf(c, len(s.Question.Rubric))); err != nil {
			return err
		}
		return c.SendStatus(204)
	}
	_, done, err := w.rated(c, func(sheet exams.MarkSheet) error {
		return w.room.KeepDraft(c.Context(), c.Person, c.Params("script"), sheet)
	})
	if !done {
		return err
	}
	if err := w.room.GiveBack(c.Context(), c.Person, c.Params("script")); err != nil {
		return err
	}
	return c.Back("/studio/marking", "studio.draft_kept")
}

func (w *Wing) settle(c *page.Ctx) error {
	_, done, err := w.rated(c, func(sheet exams.MarkSheet) error {
		return w.room.Settle(c.Context(), c.Person, c.Params("script"), sheet)
	})
	if !done {
		return err
	}
	return c.Back("/studio/marking", "studio.settled")
}

func (w *Wing) correct(c *page.Ctx) error {
	_, done, err := w.rated(c, func(sheet exams.MarkSheet) error {
		return w.room.Correct(c.Context(), c.Person, c.Params("script"), sheet)
	})
	if !done {
		return err
	}
	return c.Back("/studio/marking/scripts/"+c.Params("script"), "studio.corrected")
}

func (w *Wing) unblind(c *page.Ctx) error {
	return w.stayed(c, w.room.Unblind(c.Context(), c.Person, c.Params("script"), c.Form("unblinding")), "studio.unblinded")
}

func (w *Wing) addComment(c *page.Ctx) error {
	return w.stayed(c, w.room.AddComment(c.Context(), c.Person, c.Params("script"), c.FormText("stock")), "studio.stock_added")
}

func (w *Wing) retireComment(c *page.Ctx) error {
	return w.stayed(c, w.room.RetireComment(c.Context(), c.Person, c.Params("comment")), "studio.stock_retired")
}

// stayed comes back to the marking page, or shows it again with the refusal.
func (w *Wing) stayed(c *page.Ctx, err error, key string) error {
	switch {
	case err == nil:
		return c.Back("/studio/marking/scripts/"+url.PathEscape(c.Params("script")), key)
	case c.Refused(err):
		return w.showScript(c, nil, err)
	}
	return err
}

func problemsOf(err error) fault.Problems {
	p, _ := err.(fault.Problems)
	return p
}
