package integrity

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// File is everything about a case that one reviewer may see.
type File struct {
	Case
	Person      people.Person
	Sitting     exams.Sitting
	Attempt     exams.Attempt
	Declaration Declaration
	Comparison  Comparison
	Findings    []Finding
	Timeline    []Moment
	Facts       []Fact
	Events      []Event
	Votes       []Vote            // one's own; all of them once the case is closed
	Voted       int               // how many have voted
	Names       map[string]string // of everybody mentioned, by id
	Overturned  *Overturning
	MayWork     error // why the actor may not work on this case, or nil
	Carried     bool  // a fact that can carry a red line is on file
}

// Comparison is the run of the declared test over the sitting.
type Comparison struct {
	Papers, Pairs, Positional, Found int
	At                               time.Time
}

// Finding is what the declared test says about the case's paper and another.
type Finding struct {
	OtherID     string // person
	OtherNumber int    // of the other person's case
	Alignment   string
	Matches     int
	Slots       int
	Needed      int
	P           float64
	Rows        []Row
}

// Row is one place of the two papers side by side; A is the case's person. Letters are as displayed, "" for
// none; several letters for several ticks.
type Row struct {
	NumberA, NumberB   int
	Title              string
	RightA, RightB     string
	ChoseA, ChoseB     string
	SecondsA, SecondsB float64
	Same               bool // the same letter
	SameWrong          bool // the same letter, wrong for both
}

// Moment is one entry of an attempt's journal, as a timeline shows it. What the browser said is a claim: ClaimedAt
// is its own clock.
type Moment struct {
	At        time.Time
	Kind      string // the entry's type, or the claim's kind
	N         int    // question number, or size of a paste
	ClaimedAt time.Time
}

// Case is the file of a case. Only reviewers read it; one who may not work on it sees the head and why, and of a
// mere flag on themselves nothing: NotFound.
func (d *Desk) Case(ctx context.Context, actor people.Person, number int, lang locale.Lang) (f File, err error) {
	if !actor.Has(people.Reviewer) {
		return f, forbidden("integrity.reviewers_only")
	}
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		if f.Case, err = caseIn(rx, number); err != nil {
			return err
		}
		f.MayWork = mayReview(rx, actor, f.Case)
		if f.MayWork != nil && fault.KindOf(f.MayWork) != fault.Forbidden {
			return f.MayWork
		}
		if f.Person, _, err = people.PersonIn(rx, f.PersonID); err != nil || f.MayWork != nil {
			return err
		}
		return f.readIn(rx, actor)
	})
	if err != nil || f.MayWork != nil {
		return f, err
	}
	return f, d.laySideBySide(ctx, &f, lang)
}

func (f *File) readIn(rx *store.Rx, actor people.Person) (err error) {
	if f.Attempt, _, err = exams.AttemptIn(rx, f.AttemptID); err != nil {
		return err
	}
	if f.Sitting, _, err = exams.SittingIn(rx, f.SittingID); err != nil {
		return err
	}
	if f.Facts, err = factsIn(rx, f.Case); err != nil {
		return err
	}
	f.Carried = carried(f.Facts, rx.Now)
	if f.Events, err = eventsIn(rx, f.Number); err != nil {
		return err
	}
	votes, err := votesIn(rx, f.Number)
	if err != nil {
		return err
	}
	f.Voted = len(votes)
	f.Votes = slices.DeleteFunc(votes, func(v Vote) bool { return f.State != Closed && v.Reviewer != actor.ID })
	if f.Findings, err = findingsIn(rx, f.Case); err != nil {
		return err
	}
	if err := f.testIn(rx); err != nil {
		return err
	}
	entries, err := ledger.EntriesIn(rx, f.AttemptID)
	if err != nil {
		return err
	}
	if f.Timeline, err = timeline(entries); err != nil {
		return err
	}
	o, found, err := store.First(rx, func(r store.Row) (o Overturning, err error) {
		var at int64
		err = r.Scan(&o.Reason, &o.By, &at)
		o.At = store.Time(at)
		return o, err
	}, `SELECT reason, by_id, at_ms FROM overturning WHERE number = ?`, f.Number)
	if found {
		f.Overturned = &o
	}
	if err != nil {
		return err
	}
	f.Names, err = people.NamesIn(rx, f.mentioned())
	return err
}

// testIn reads what was declared before the sitting opened and what its run said.
func (f *File) testIn(rx *store.Rx) error {
	doc, found, err := store.First(rx, func(r store.Row) (doc string, err error) {
		err = r.Scan(&doc)
		return doc, err
	}, `SELECT doc FROM declaration WHERE sitting_id = ?`, f.SittingID)
	if err != nil {
		return err
	}
	if found {
		if err := json.Unmarshal([]byte(doc), &f.Declaration); err != nil {
			return err
		}
	}
	f.Comparison, _, err = store.First(rx, func(r store.Row) (c Comparison, err error) {
		var at int64
		err = r.Scan(&c.Papers, &c.Pairs, &c.Positional, &c.Found, &at)
		c.At = store.Time(at)
		return c, err
	}, `SELECT papers, pairs, positional, found, at_ms FROM comparison WHERE sitting_id = ?`, f.SittingID)
	return err
}

func (f *File) mentioned() []string {
	ids := map[string]bool{f.PersonID: true}
	for _, x := range f.Findings {
		ids[x.OtherID] = true
	}
	for _, x := range f.Facts {
		ids[x.By] = true
	}
	for _, x := range f.Events {
		ids[x.By] = true
	}
	for _, x := range f.Votes {
		ids[x.Reviewer] = true
	}
	delete(ids, people.SystemID)
	out := make([]string, 0, len(ids))
	for id := range ids {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func findingsIn(rx *store.Rx, c Case) ([]Finding, error) {
	return store.All(rx, func(r store.Row) (f Finding, err error) {
		err = r.Scan(&f.Alignment, &f.Matches, &f.Slots, &f.Needed, &f.P, &f.OtherID, &f.OtherNumber)
		return f, err
	}, `SELECT f.alignment, f.matches, f.slots, f.needed, f.p, o.person_id, o.number
		FROM case_finding cf JOIN finding f ON f.id = cf.finding_id
		JOIN integrity_case o ON o.attempt_id = CASE WHEN f.attempt_a = ? THEN f.attempt_b ELSE f.attempt_a END
		WHERE cf.number = ? ORDER BY f.p, o.number`, c.AttemptID, c.Number)
}

// timeline turns the journal into moments: saves, what the browser claimed, and how it began and ended.
func timeline(entries []ledger.Entry) ([]Moment, error) {
	var moments []Moment
	for _, e := range entries {
		at := store.Time(e.AtMs)
		var payload struct {
			N      int           `json:"n"`
			Events []exams.Event `json:"events"`
		}
		if e.Payload != nil {
			if err := json.Unmarshal(e.Payload, &payload); err != nil {
				return nil, err
			}
		}
		for _, claim := range payload.Events {
			moments = append(moments, Moment{At: at, Kind: claim.Kind, N: claim.N, ClaimedAt: store.Time(claim.AtMs)})
		}
		if payload.Events == nil {
			moments = append(moments, Moment{At: at, Kind: e.Type, N: payload.N})
		}
	}
	return moments, nil
}

// laySideBySide fills the rows of each finding from the two papers.
func (d *Desk) laySideBySide(ctx context.Context, f *File, lang locale.Lang) error {
	if len(f.Findings) == 0 {
		return nil
	}
	papers, err := d.room.Papers(ctx, f.SittingID)
	if err != nil {
		return err
	}
	of := func(personID string) (exams.SatPaper, bool) {
		i := slices.IndexFunc(papers, func(p exams.SatPaper) bool { return p.PersonID == personID })
		if i < 0 {
			return exams.SatPaper{}, false
		}
		return papers[i], true
	}
	own, ok := of(f.PersonID)
	for i := range f.Findings {
		if other, found := of(f.Findings[i].OtherID); ok && found {
			f.Findings[i].Rows = rows(own, other, alignment(f.Findings[i].Alignment), lang)
		}
	}
	return nil
}

func rows(a, b exams.SatPaper, align alignment, lang locale.Lang) []Row {
	var out []Row
	for n := range a.Items {
		m := n
		if align == byItem {
			m = slices.IndexFunc(b.Form.Questions, func(q exams.FormQuestion) bool {
				return q.Bank == a.Form.Questions[n].Bank && q.Item == a.Form.Questions[n].Item
			})
		}
		if m < 0 || m >= len(b.Items) {
			continue
		}
		text, _ := a.Items[n].Localized(lang)
		r := Row{NumberA: n + 1, NumberB: m + 1, Title: text.Title,
			RightA: rightLetters(a, n), RightB: rightLetters(b, m),
			ChoseA: letters(a.Responses[n].Choices), ChoseB: letters(b.Responses[m].Choices),
			SecondsA: a.Seconds[n], SecondsB: b.Seconds[m]}
		r.Same = r.ChoseA != "" && r.ChoseA == r.ChoseB
		r.SameWrong = r.Same && r.ChoseA != r.RightA && r.ChoseB != r.RightB
		out = append(out, r)
	}
	return out
}

// rightLetters are the displayed letters of the key of question n, "" for items without choices.
func rightLetters(p exams.SatPaper, n int) string {
	item := p.Items[n]
	if item.Kind != questions.Single && item.Kind != questions.Multiple && item.Kind != questions.TrueFalse {
		return ""
	}
	var right []int
	for displayed, canonical := range p.Form.Questions[n].Layout.Order {
		if item.Right[canonical] {
			right = append(right, displayed)
		}
	}
	return letters(right)
}

func letters(displayed []int) string {
	sorted := slices.Sorted(slices.Values(displayed))
	out := make([]byte, len(sorted))
	for i, d := range sorted {
		out[i] = 'A' + byte(d)
	}
	return string(out)
}
