package learn

import (
	"errors"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/integrity"
	"bainian/app/markdown"
	"bainian/app/questions"
	"bainian/app/web/page"
)

type resultView struct {
	page.Base
	Result  exams.ResultView
	Mine    bool // seen by its candidate
	Share   int  // of all points, thousandths
	Above   int  // thousandths of a point over the pass mark
	Below   int  // or short of it
	Scale   scale
	Spread  *spreadView // of the sitting's scores, nil while they say nothing
	Lessons []lessonLink
	Answers []answerView
	Receipt exams.Receipt
	Marked  []markedView
	Retake  *retakeView
	// A candidate's appeal on a mark.
	MayAppeal           bool
	AppealN, AppealText page.Field
	AppealErr           error
	Case                *integrity.Case // about this attempt, and nothing decided: what it earned is provisional
	Again               *reason         // why no other attempt can start now, nil when one can
}

// markedView is a question that a person marked, with what they gave per criterion and said.
type markedView struct {
	exams.AnswerView
	Lines []markedLine
}

type markedLine struct {
	exams.Criterion
	Given int
	Full  markdown.HTML // what full marks look like, "" until it may be seen
}

func markedOf(a exams.AnswerView) markedView {
	v := markedView{AnswerView: a}
	for i, c := range a.Rubric {
		line := markedLine{Criterion: c, Given: a.Given[i]}
		if i < len(a.Full) {
			line.Full = a.Full[i]
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}

type lessonLink struct{ Title, Path string }

// result is what an attempt earned, as far as the exam's policy shows it by now.
func (w *Wing) result(c *page.Ctx) error { return w.showResult(c, nil) }

// appeal files an appeal on the mark of one question, or shows the result again with the refusal.
func (w *Wing) appeal(c *page.Ctx) error {
	n, err := c.FormInt("n")
	if err == nil {
		err = w.room.AppealMark(c.Context(), c.Person, c.Params("id"), n, c.FormText("text"))
	}
	switch {
	case err == nil:
		return c.Back("/attempts/"+c.Params("id")+"/result", "exam.appeal.filed", "n", n)
	case c.Refused(err):
		return w.showResult(c, err)
	}
	return err
}

func (w *Wing) showResult(c *page.Ctx, refusal error) error {
	r, err := w.room.Result(c.Context(), c.Person, c.Params("id"), c.Lang)
	if err != nil {
		return err
	}
	receipt, err := w.room.Receipt(c.Context(), c.Person, r.AttemptID)
	if err != nil {
		return err
	}
	v := &resultView{Base: page.Base{Title: c.T("exam.result.of", "exam", r.Title), Here: "/exams"}, Result: r, Mine: r.PersonID == c.Person.ID, Receipt: receipt}
	if r.Scored && r.Max > 0 {
		v.Share = r.Score * 1000 / r.Max
		bar := (r.Max*r.PassMark + 999) / 1000
		v.Above, v.Below = max(0, r.Score-bar), max(0, bar-r.Score)
		v.Scale = scaleOf(v.Share, r.PassMark)
		v.Spread = spreadOf(c, r, v.Share)
	}
	if len(r.Lessons) > 0 {
		titles, err := w.lessonTitles(c)
		if err != nil {
			return err
		}
		for _, ref := range r.Lessons {
			v.Lessons = append(v.Lessons, lessonLink{titles.of(ref), lessonPath(ref)})
		}
	}
	for _, a := range r.Answers {
		v.Answers = append(v.Answers, answerOf(a))
	}
	for _, a := range r.Marked {
		v.Marked = append(v.Marked, markedOf(a))
	}
	v.offerAppeal(c, refusal)
	if r.Next.WhyNot != nil {
		if v.Again, err = w.reason(c, r.Next.WhyNot); err != nil {
			return err
		}
	}
	if v.Retake, err = w.retake(c, r.Retake); err != nil {
		return err
	}
	if v.Mine {
		if v.Case, err = w.openCaseOf(c, r.AttemptID); err != nil {
			return err
		}
	}
	return c.Page(w.pages, "result", v)
}

// offerAppeal lays out the form, while there is time and a question left to appeal on.
func (v *resultView) offerAppeal(c *page.Ctx, refusal error) {
	r := v.Result
	v.AppealErr = refusal
	v.AppealN = page.Field{Label: c.T("exam.appeal.question"), Name: "n", Type: "select"}
	for n := 1; n <= r.Total; n++ {
		if !slices.ContainsFunc(r.Appeals, func(a exams.MarkAppeal) bool { return a.N == n }) {
			v.AppealN.Options = append(v.AppealN.Options, page.Option{Value: strconv.Itoa(n), Label: c.T("exam.question", "n", n), Chosen: c.Form("n") == strconv.Itoa(n)})
		}
	}
	v.AppealText = page.Field{Label: c.T("exam.appeal.why"), Name: "text", Type: "textarea", Rows: 4, Required: true, Value: c.Form("text"), Hint: c.T("exam.appeal.why_hint")}
	v.MayAppeal = v.Mine && !r.AppealUntil.IsZero() && len(v.AppealN.Options) > 0
	for _, f := range []*page.Field{&v.AppealN, &v.AppealText} {
		if e := (*fault.Error)(nil); errors.As(refusal, &e) && e.Field == f.Name {
			f.Error, v.AppealErr = c.Words(refusal), nil
		}
	}
	v.MayAppeal = v.MayAppeal || refusal != nil
}

// spreadView is the distribution of a sitting's scores with the paper's place in it, in words and drawn.
type spreadView struct {
	Words string
	Plot  page.Histogram
}

func spreadOf(c *page.Ctx, r exams.ResultView, share int) *spreadView {
	s := r.Spread
	if s == nil {
		return nil
	}
	words := c.T("exam.result.spread_text", "n", s.Below+s.Same+s.Above, "below", s.Below, "same", s.Same, "above", s.Above)
	return &spreadView{words, page.NewHistogram(words, s.Tenths, r.PassMark, share)}
}

// scale is the drawing of a score beside the pass mark, in its own units: the axis runs from Left to Right.
type scale struct{ Left, Right, Score, Pass int }

func scaleOf(share, pass int) scale {
	s := scale{Left: 20, Right: 460}
	length := s.Right - s.Left
	s.Score, s.Pass = s.Left+share*length/1000, s.Left+pass*length/1000
	return s
}

// Filled is how long the bar up to the score is, with the round end that the axis has too.
func (s scale) Filled() int { return s.Score - s.Left + 5 }

// Anchor keeps a label at x within the drawing.
func (s scale) Anchor(x int) string {
	switch {
	case x < s.Left+60:
		return "start"
	case x > s.Right-60:
		return "end"
	}
	return "middle"
}

// answerView is a question with what was said beside what is right.
type answerView struct {
	exams.AnswerView
	Options     []answerOption
	Said, Wants []markdown.HTML // rows in the order said and in the right one, or pairs
	Pieces      []pieceView     // of a cloze: its text, cut at the gaps
	Filled      []gapAnswer
	Words       int  // of an essay
	Full        bool // all its points
}

type answerOption struct {
	Letter        string
	HTML, Comment markdown.HTML
	Chosen, Right bool
}

func answerOf(a exams.AnswerView) answerView {
	v := answerView{AnswerView: a, Full: a.Score == a.Max}
	switch a.Kind {
	case questions.Order:
		for _, row := range rowsIn(a.Choices, a.Right.Order) {
			v.Wants = append(v.Wants, row.HTML)
		}
		if len(a.Response.Order) > 0 {
			for _, row := range rowsIn(a.Choices, a.Response.Order) {
				v.Said = append(v.Said, row.HTML)
			}
		}
	case questions.Match:
		v.Said, v.Wants = pairsOf(a, a.Response), pairsOf(a, a.Right)
	case questions.Cloze:
		v.Pieces, v.Filled = piecesOf(a.Question), gapAnswersOf(a)
	case questions.Essay:
		v.Words = questions.CountWords(a.Response.Text)
	default:
		said, right := viewOf(a.Question), a.Question
		right.Response = a.Right
		for i, o := range viewOf(right).Options {
			option := answerOption{Letter: o.Letter, HTML: o.HTML, Chosen: said.Options[i].Chosen, Right: o.Chosen}
			if i < len(a.Comments) {
				option.Comment = a.Comments[i]
			}
			v.Options = append(v.Options, option)
		}
	}
	return v
}

func pairsOf(a exams.AnswerView, r questions.Response) (pairs []markdown.HTML) {
	for row, option := range r.Pairs {
		if option >= 0 {
			pairs = append(pairs, a.Choices[row]+" → "+a.Rights[option])
		}
	}
	return pairs
}

type receiptView struct {
	page.Base
	Receipt            exams.Receipt
	KeyPath, PublicKey string // what the receipt can be verified with
}

// KeyPath is the well-known address of the public key that receipts are verified with. It is there for everybody,
// signed in or not.
const KeyPath = "/.well-known/bainian-signing-key"

// publicKey is the key by itself, as -key of the command line takes it.
func (w *Wing) publicKey(c *page.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString(w.room.PublicKey() + "\n")
}

// receipt is our signed word that we have the paper: a page, with ?file the note itself to keep, or with ?file=proof the
// note and behind it the proof that it is in the ledger's tree, once it is.
func (w *Wing) receipt(c *page.Ctx) error {
	r, err := w.room.Receipt(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	if !c.Request().URI().QueryArgs().Has("file") {
		return c.Page(w.pages, "receipt", &receiptView{Base: page.Base{Title: c.T("exam.receipt"), Here: "/exams"}, Receipt: r, KeyPath: KeyPath, PublicKey: w.room.PublicKey()})
	}
	c.Attachment("receipt-" + r.Exam + "-" + r.AttemptID + ".txt")
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	if r.Proof != "" && c.Query("file") == "proof" {
		return c.SendString(r.Signed + "\n" + r.Proof)
	}
	return c.SendString(r.Signed)
}
