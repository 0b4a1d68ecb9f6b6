package exams

import (
	"context"
	"time"

	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// Paper is a form as its candidate sees it: words and order, never what is right (E3).
type Paper struct {
	AttemptID, SittingID string
	Title                string
	State                State
	Now                  time.Time // the server's: the page counts down from the difference
	StartedAt, Deadline  time.Time
	Grace                time.Duration // after the deadline, for answers given off-line
	PausedAt             time.Time     // zero unless it is paused
	LastSeq              int64         // the next save counts on from it
	Answered, Total      int
	Held                 bool     // some device has the lease
	News                 int      // as Clock has it
	Watched              bool     // the sitting has invigilators, who can be called
	Practice             bool     // without a limit of attempts: nothing hangs on it, and the page teaches the room
	Watch                []string // what the exam watches, of Watchable
	Camera, Screen       string   // of the exam's policy, as far as the person consented
	Seb                  bool     // Safe Exam Browser is asked for or offered, so that the page shows its keys
	Sections             []PaperSection
	Questions            []Question
}

// PaperSection is a stretch of questions under one title.
type PaperSection struct {
	Title       string
	First, Last int // numbers of its questions
}

// Question is one item as it was dealt.
type Question struct {
	N        int // 1-based
	Section  string
	Kind     questions.Kind
	Points   int               // thousandths
	Stem     markdown.HTML     // the title, when the item has no other words
	Choices  []markdown.HTML   // choices, rows to order, or left rows of a match, as displayed
	Rights   []markdown.HTML   // right options of a match, as displayed
	Unit     string            // of a numeric answer
	Gaps     [][]markdown.HTML // of a cloze: the options of each drop-down as displayed, nil for a gap to type in; [[1]], [[2]], … in Stem are their places
	Rubric   []Criterion       // of what a person marks; what full marks look like is not told
	MinWords int               // of an essay, 0 for no limit
	MaxWords int               // of an essay, 0 for no limit
	Accept   []string          // of an upload or a recording: kinds of file
	Longest  int               // of an upload or a recording: seconds at most, 0 for no limit
	Response questions.Response
	SavedAt  time.Time // zero before the first save
	Late     bool      // the answer was given off-line and came after the deadline
}

// Criterion is what an answer is marked by.
type Criterion struct {
	Name   markdown.HTML
	Points int // thousandths of a point
}

// Paper is the actor's own paper, live or over.
func (r *Room) Paper(ctx context.Context, actor people.Person, attemptID string, lang locale.Lang) (Paper, error) {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return Paper{}, err
	}
	var a Attempt
	var s Sitting
	var now time.Time
	var answers []Answered
	var agreement Agreement
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		now = rx.Now
		if a, err = ownIn(rx, actor, attemptID); err != nil {
			return err
		}
		if s, _, err = SittingIn(rx, a.SittingID); err != nil {
			return err
		}
		if agreement, _, err = AgreementIn(rx, attemptID); err != nil {
			return err
		}
		answers, err = answersIn(rx, attemptID)
		return err
	})
	if err != nil {
		return Paper{}, err
	}
	p := Paper{AttemptID: a.ID, SittingID: a.SittingID, Title: s.TitleIn(lang), State: a.State, Now: now,
		StartedAt: a.StartedAt, Deadline: a.Deadline, Grace: offlineGrace, PausedAt: a.PausedAt,
		LastSeq: a.LastSeq, Answered: a.Answered, Total: a.Total, Held: a.device != "", News: a.News, Watched: len(s.Invigilators) > 0, Practice: d.blueprint.Attempts == 0, Watch: d.blueprint.Integrity.Watch,
		Camera: CameraOff, Screen: ScreenOff, Seb: d.blueprint.Integrity.Seb != NeedOff}
	if agreement.Camera == Consented {
		p.Camera = d.blueprint.Integrity.Camera
	}
	if agreement.Screen == Consented {
		p.Screen = d.blueprint.Integrity.Screen
	}
	v, err := r.voices(ctx)
	if err != nil {
		return Paper{}, err
	}
	p.Questions = r.shown(d, answers, lang, v)
	for _, q := range p.Questions {
		p.Sections = sectioned(p.Sections, q)
	}
	return p, nil
}

// Answers are what the server has of the actor's own attempt, live or over, in the order of the form: each with the
// sequence number of its save and the hash that was acknowledged.
func (r *Room) Answers(ctx context.Context, actor people.Person, attemptID string) (answers []Answered, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		if _, err := ownIn(rx, actor, attemptID); err != nil {
			return err
		}
		answers, err = answersIn(rx, attemptID)
		return err
	})
	return answers, err
}

// shown are the questions of a form in the words and the order that the candidate saw.
func (r *Room) shown(d *dealt, answers []Answered, lang locale.Lang, v voices) []Question {
	qs := make([]Question, len(d.items))
	for i, item := range d.items {
		f := d.form.Questions[i]
		words := r.words(d.banks[f.Bank], item, f.Variant, lang, v)
		qs[i] = Question{N: i + 1, Section: d.sectionTitle(f.Section, lang), Kind: item.Kind, Points: item.Points, Unit: item.Unit,
			Stem: words.stem, Choices: pick(words.choices, f.Layout.Order), Rights: pick(words.rights, f.Layout.Rights),
			MinWords: item.MinWords, MaxWords: item.MaxWords, Accept: item.Accept, Longest: item.Longest}
		if !item.Kind.Scored() {
			qs[i].Points = 0
		}
		for g, order := range f.Layout.Gaps {
			qs[i].Gaps = append(qs[i].Gaps, pick(words.gaps[g], order))
		}
		for c, points := range item.Rubric {
			qs[i].Rubric = append(qs[i].Rubric, Criterion{words.criteria[c], points})
		}
	}
	for _, x := range answers {
		q := &qs[x.N-1]
		q.Response, q.SavedAt, q.Late = x.Response, x.At, x.Late
	}
	return qs
}

// pick are the rows in that order.
func pick(rows []markdown.HTML, order []int) []markdown.HTML {
	if len(rows) == 0 {
		return nil
	}
	out := make([]markdown.HTML, len(order))
	for i, n := range order {
		out[i] = rows[n]
	}
	return out
}
