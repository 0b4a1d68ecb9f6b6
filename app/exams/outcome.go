package exams

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// ResultView is what an attempt earned, as far as the exam's policy lets the reader see it.
type ResultView struct {
	AttemptID, SittingID, Exam, PersonID string
	Title                                string
	State                                State
	StartedAt, EndedAt                   time.Time
	Answered, Total                      int
	SetAside                             bool // by a verdict: it no longer counts

	Pending       int // answers that wait to be marked by a person; until there are none it is neither passed nor failed
	Auto, AutoMax int // while some wait: what the others earned, where the score may be seen

	Scored     bool // whether Score, Max, Passed, Sections and Spread may be seen yet
	Score, Max int  // thousandths of a point
	Passed     bool
	PassMark   int // thousandths of all points
	Sections   []ResultSection
	Spread     *Spread      // of the sitting's scores, from five papers up; nil for one that was set aside
	Revisions  []Revision   // every grading, oldest first: more than one after a corrected key
	Lessons    []string     // to read again, nil until they may be seen
	Answers    []AnswerView // nil until they may be seen
	Marked     []AnswerView // those that a person marked, with the comments, nil until they may be seen
	Feedback   Feedback     // when each of them is shown
	Next       Next         // whether another attempt may start
	Retake     *Retake      // what to know before one, nil when none is left or needed

	Appeals     []MarkAppeal // on its marks, by question
	AppealUntil time.Time    // when the time to file one ends; zero where its candidate cannot, or not yet
}

// ResultSection is a section's part of the result.
type ResultSection struct {
	Title      string
	Score, Max int
	Bar        int // thousandths of Max; 0 is none
	Passed     bool
}

// AnswerView is a question with its answer beside the right one.
type AnswerView struct {
	Question
	Score, Max  int
	Pending     bool               // a person has still to mark it
	Right       questions.Response // what earns full marks, in displayed positions
	Comments    []markdown.HTML    // per displayed choice, "" for none
	Full        []markdown.HTML    // per criterion of the rubric, what full marks look like
	Given       []int              // per criterion, thousandths that people gave; nil while it waits
	Remarks     []markdown.HTML    // what those who marked it say to the candidate
	Hidden      bool               // the answer is kept from readers who may know its writer until it is marked
	Explanation markdown.HTML
}

// Result is the result of an attempt that has ended: what its candidate may see by now, or all of it for
// those who watch its sitting, but the keys only for trainers and HR: an invigilator gets them when the candidate
// does. Conflict exams.result_waits while the attempt is live.
func (r *Room) Result(ctx context.Context, actor people.Person, attemptID string, lang locale.Lang) (ResultView, error) {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return ResultView{}, err
	}
	var a Attempt
	var s Sitting
	var marks Marks
	var waiting int // attempts of the sitting that wait to be marked
	var given []HandMark
	var counts map[int][]string
	var appeals appealing
	var revisions []Revision
	var answers []Answered
	var shares []int
	var next Next
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		if a, err = visibleIn(rx, actor, attemptID); err != nil {
			return err
		}
		if !a.Over() {
			return fault.New(fault.Conflict, "exams.result_waits")
		}
		if s, _, err = SittingIn(rx, a.SittingID); err != nil {
			return err
		}
		if answers, err = answersIn(rx, attemptID); err != nil {
			return err
		}
		if marks, err = marksIn(rx, attemptID, a.Revision); err != nil {
			return err
		}
		if revisions, err = revisionsIn(rx, attemptID); err != nil {
			return err
		}
		if shares, err = sharesAtIn(rx, a.SittingID); err != nil {
			return err
		}
		if waiting, err = waitingAtIn(rx, a.SittingID); err != nil {
			return err
		}
		if given, counts, err = countingIn(rx, a, d.blueprint.Marking); err != nil {
			return err
		}
		if appeals, err = appealsOfIn(rx, a, s, s.FeedbackBy(d.blueprint).Score, waiting); err != nil {
			return err
		}
		attempts, err := attemptsOfIn(rx, a.PersonID, a.Exam)
		if err != nil {
			return err
		}
		next, err = r.nextIn(rx, a.PersonID, attempts, d.blueprint)
		return err
	})
	if err != nil {
		return ResultView{}, err
	}
	v := ResultView{AttemptID: a.ID, SittingID: a.SittingID, Exam: a.Exam, PersonID: a.PersonID, Title: s.TitleIn(lang), State: a.State,
		StartedAt: a.StartedAt, EndedAt: a.EndedAt, Answered: a.Answered, Total: a.Total, SetAside: a.SetAside,
		PassMark: d.blueprint.Pass, Feedback: s.FeedbackBy(d.blueprint), Next: next, Retake: retakeOf(next, 1)}
	all, settled := a.PersonID != actor.ID, !s.SettledAt.IsZero()
	v.Pending, v.Appeals = a.Pending, appeals.filed
	if !all {
		v.AppealUntil = appeals.until
	}
	if a.Pending > 0 && (all || v.Feedback.Score.Shown(settled && waiting == 0)) {
		v.Auto, v.AutoMax = automatic(marks)
	}
	if v.Scored = a.Pending == 0 && (all || v.Feedback.Score.told(a, s, waiting)); v.Scored {
		v.Score, v.Max, v.Passed, v.Revisions = marks.Score, marks.Max, marks.Passed, revisions
		for n, m := range marks.Sections {
			v.Sections = append(v.Sections, ResultSection{Title: d.sectionTitle(n, lang), Score: m.Score, Max: m.Max, Bar: m.Bar, Passed: m.Passed})
		}
		if marks.Max > 0 && !a.SetAside {
			v.Spread = spreadOf(shares, marks.Score*1000/marks.Max)
		}
	}
	if !all && !v.Scored && v.Feedback.Score == WhenClosed {
		marks = withheld(marks)
	}
	if all || v.Feedback.Lessons.Shown(settled) {
		v.Lessons = d.lessons(marks)
	}
	shown := v.Feedback.Answers.Shown(settled) || all && actor.Has(people.Trainer, people.HR)
	comments := v.Scored && (shown || v.Feedback.Comments.Shown(settled))
	if !shown && !comments {
		return v, nil
	}
	says, err := r.voices(ctx)
	if err != nil {
		return v, err
	}
	views := r.explained(d, answers, marks, lang, says)
	for n := range views {
		x := &views[n]
		if x.Hidden = all && x.Pending; x.Hidden {
			x.Response = questions.Response{}
		}
		if comments && x.Given != nil {
			x.Remarks = r.remarks(counts[x.N], given, lang)
			marked := *x
			if !shown {
				marked.Full, marked.Explanation = nil, ""
			}
			v.Marked = append(v.Marked, marked)
		}
	}
	if shown {
		v.Answers = views
	}
	return v, nil
}

// automatic is what the questions that no person marks have earned.
func automatic(m Marks) (score, most int) {
	for _, q := range m.Questions {
		if !q.Pending {
			score, most = score+q.Score, most+q.Max
		}
	}
	return score, most
}

// withheld are marks without what people gave. A score that comes for all at once must not come question by question
// with the answers, which wait for no marker, nor by the lessons to read again.
func withheld(m Marks) Marks {
	m.Questions = slices.Clone(m.Questions)
	for n := range m.Questions {
		if q := &m.Questions[n]; q.Hand != nil {
			q.Score, q.Hand, q.Pending = 0, nil, true
		}
	}
	return m
}

// waitingAtIn is how many attempts of a sitting wait to be marked.
func waitingAtIn(rx *store.Rx, sittingID string) (n int, err error) {
	err = rx.Row(`SELECT count(*) FROM attempt WHERE sitting_id = ? AND pending > 0 AND NOT aside`, sittingID).Scan(&n)
	return n, err
}

// countingIn are the marks that people gave an attempt, and which of them count, by number of the question.
func countingIn(rx *store.Rx, a Attempt, m Marking) ([]HandMark, map[int][]string, error) {
	given, err := handMarksIn(rx, a.ID)
	if err != nil || len(given) == 0 {
		return nil, nil, err
	}
	scripts, err := scriptsOfIn(rx, a.ID)
	return given, counting(scripts, given, m), err
}

// remarks are the comments of those marks.
func (r *Room) remarks(ids []string, given []HandMark, lang locale.Lang) (all []markdown.HTML) {
	for _, m := range given {
		if slices.Contains(ids, m.ID) && m.Comment != "" {
			all = append(all, r.comment(m.Comment, lang))
		}
	}
	return all
}

// comment is what a marker wrote, as sanitised HTML; the company's variables are nothing to a person.
func (r *Room) comment(src string, lang locale.Lang) markdown.HTML {
	doc, _ := r.md.Render([]byte(src), markdown.Options{Lang: lang})
	return doc.HTML()
}

func marksIn(rx *store.Rx, attemptID string, revision int) (m Marks, err error) {
	var doc string
	if err = rx.Row(`SELECT marks FROM result WHERE attempt_id = ? AND revision = ?`, attemptID, revision).Scan(&doc); err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(doc), &m)
}

// Revision is one grading of an attempt.
type Revision struct {
	N          int // 1 is the grading at the end
	Score, Max int
	Passed     bool
	By         string
	At         time.Time
	Reason     string       // of the regrade or of the corrected mark, empty for the others
	Kind       RevisionKind // what brought it about
}

// RevisionKind is what brought a revision about.
type RevisionKind string

const (
	AtTheEnd     RevisionKind = "end"       // of the attempt
	AfterRegrade RevisionKind = "regrade"   // by corrected keys
	AfterMarking RevisionKind = "marked"    // the last answer that waited was marked
	AfterRemark  RevisionKind = "corrected" // a mark was corrected
)

func revisionsIn(rx *store.Rx, attemptID string) ([]Revision, error) {
	return store.All(rx, func(row store.Row) (v Revision, err error) {
		var at int64
		var regraded, marked bool
		var kind string
		err = row.Scan(&v.N, &v.Score, &v.Max, &v.Passed, &v.By, &at, &v.Reason, &regraded, &marked, &kind)
		v.At, v.Kind = store.Time(at), AtTheEnd
		switch {
		case regraded:
			v.Kind = AfterRegrade
		case marked && kind == string(Corrected):
			v.Kind = AfterRemark
		case marked:
			v.Kind, v.Reason = AfterMarking, "" // a settlement's is for the two it settles
		}
		return v, err
	}, `SELECT r.revision, r.score, r.max_score, r.passed, r.by_id, r.at_ms, coalesce(g.reason, h.reason, ''), r.regrade_id IS NOT NULL, r.mark_id IS NOT NULL, coalesce(h.kind, '')
		FROM result r LEFT JOIN regrade g ON g.id = r.regrade_id LEFT JOIN hand_mark h ON h.id = r.mark_id
		WHERE r.attempt_id = ? ORDER BY r.revision`, attemptID)
}

// lessons are those of the items that did not earn all their points, in the order of the form.
func (d *dealt) lessons(m Marks) []string {
	var refs []string
	for n, mark := range m.Questions {
		if ref := d.items[n].Lesson; mark.Score < mark.Max && !mark.Pending && ref != "" && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

func (r *Room) explained(d *dealt, answers []Answered, marks Marks, lang locale.Lang, v voices) []AnswerView {
	views := make([]AnswerView, len(d.items))
	for n, q := range r.shown(d, answers, lang, v) {
		f, item := d.form.Questions[n], d.items[n]
		words := r.words(d.banks[f.Bank], item, f.Variant, lang, v)
		views[n] = AnswerView{Question: q, Score: marks.Questions[n].Score, Max: marks.Questions[n].Max,
			Pending: marks.Questions[n].Pending, Given: marks.Questions[n].Hand, Right: rightResponse(item, f.Layout), Comments: pick(words.feedback, f.Layout.Order),
			Full: words.full, Explanation: words.explanation}
	}
	return views
}

// rightResponse is a response that earns full marks, in displayed positions.
func rightResponse(item questions.Item, l questions.Layout) questions.Response {
	var r questions.Response
	switch item.Kind {
	case questions.Single, questions.TrueFalse, questions.Multiple:
		for shown, row := range l.Order {
			if item.Right[row] {
				r.Choices = append(r.Choices, shown)
			}
		}
	case questions.Order:
		r.Order = make([]int, len(l.Order))
		for shown, row := range l.Order {
			r.Order[row] = shown
		}
	case questions.Match:
		for _, row := range l.Order {
			r.Pairs = append(r.Pairs, slices.Index(l.Rights, row))
		}
	case questions.Numeric, questions.Short:
		r.Text = full(item.Keys)
	case questions.Cloze:
		for n, g := range item.Gaps {
			right := full(g.Keys)
			if g.Options > 0 {
				right = strconv.Itoa(slices.Index(l.Gaps[n], g.Right))
			}
			r.Gaps = append(r.Gaps, right)
		}
	}
	return r
}

// full is the first key that earns everything.
func full(keys []questions.Key) string {
	for _, k := range keys {
		if k.Credit == 1000 {
			return k.Text
		}
	}
	return ""
}
