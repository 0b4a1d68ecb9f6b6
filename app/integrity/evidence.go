package integrity

import (
	"cmp"
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
	Person  people.Person
	Sitting exams.Sitting
	Exhibits
	Events    []Event
	Clocks    []Clock           // every time that was set, as it was told
	Votes     []Vote            // one's own; all of them once the case is closed
	Names     map[string]string // of everybody mentioned, by id
	Appealed  *AppealDecided    // how an appeal ended, nil while none has
	MayWork   error             // why the actor may not work on this case, or nil
	Shut      bool              // it is sealed, and not open to the actor: there is a head and nothing else
	Unsealing *Unsealing        // that somebody of HR has asked to open a sealed file
	Carried   bool              // a fact that can carry a red line is on file
	Heard     bool              // the person's statement is in, or the time for it has passed
	TookPart  bool              // the actor has done something on the case, so that the appeal is somebody else's
	Opener    bool              // what is the opener's to do is the actor's
}

// Voted reports whether a reviewer has given their opinion, as far as the actor may know.
func (f File) Voted(id string) bool { return voted(f.Votes, id) }

// Reports are what people reported of the attempt.
func (f File) Reports() []Event { return reportsOf(f.Events) }

// Last is the latest event of a kind, nil without one.
func (f File) Last(kind string) *Event { return last(f.Events, kind) }

// reportsOf are what people saw and reported, as they wrote it, the oldest first. What the declared test flags is none.
func reportsOf(events []Event) (reports []Event) {
	for _, e := range events {
		if (e.Kind == "flagged" || e.Kind == "reported") && e.By != people.SystemID {
			reports = append(reports, e)
		}
	}
	return reports
}

func last(events []Event, kind string) *Event {
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Kind == kind {
			return &events[i]
		}
	}
	return nil
}

// Comparison is the run of the declared test over the sitting.
type Comparison struct {
	Papers, Pairs, Positional, Found int
	At                               time.Time
}

// Finding is what the declared test says about the case's paper and another.
type Finding struct {
	other       string // attempt
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
// mere flag on themselves nothing: NotFound. A sealed file is shut, but to a reviewer for whom it was opened again, whose
// look is on record.
func (d *Desk) Case(ctx context.Context, actor people.Person, number int, lang locale.Lang) (f File, err error) {
	if !actor.Has(people.Reviewer) {
		return f, forbidden("integrity.reviewers_only")
	}
	if err := d.lookIn(ctx, actor, number); err != nil {
		return f, err
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
		if f.Shut, f.Unsealing, err = shutIn(rx, actor, f.Case); err != nil || f.Shut {
			f.Person = people.Person{}
			return err
		}
		return f.readIn(rx, actor)
	})
	if err != nil || f.MayWork != nil || f.Shut {
		return f, err
	}
	return f, d.lay(ctx, &f.Exhibits, lang)
}

func (f *File) readIn(rx *store.Rx, actor people.Person) (err error) {
	if f.Sitting, _, err = exams.SittingIn(rx, f.SittingID); err != nil {
		return err
	}
	if err := f.Exhibits.readIn(rx, f.Case); err != nil {
		return err
	}
	f.Carried = carried(f.Facts, rx.Now)
	events, err := eventsIn(rx, f.Number)
	if err != nil {
		return err
	}
	f.Events = blind(events, f.Case, actor.ID)
	votes, err := votesIn(rx, f.Number)
	if err != nil {
		return err
	}
	f.Votes = slices.DeleteFunc(votes, func(v Vote) bool { return f.State != Closed && v.Reviewer != actor.ID })
	if f.Clocks, err = clocksIn(rx, f.Number); err != nil {
		return err
	}
	if f.Heard, err = heardIn(rx, f.Case); err != nil {
		return err
	}
	if f.TookPart, err = tookPartIn(rx, f.Number, actor.ID); err != nil {
		return err
	}
	if f.State != Flagged && !f.Dismissed {
		if f.Opener, err = stepsInIn(rx, f.Case, actor.ID); err != nil {
			return err
		}
	}
	f.Appealed = appealOf(f.Events)
	f.Names, err = people.NamesIn(rx, f.mentioned())
	return err
}

// blind leaves out that others have voted, until the case is decided: whoever is second knows no more than that it
// waits for a second.
func blind(events []Event, c Case, reader string) []Event {
	if c.State == Closed {
		return events
	}
	return slices.DeleteFunc(events, func(e Event) bool { return e.Kind == "voted" && e.By != reader })
}

// appealOf is how an appeal ended, by the events.
func appealOf(events []Event) *AppealDecided {
	for _, kind := range []string{"overturned", "rejected"} {
		if e := last(events, kind); e != nil {
			return &AppealDecided{Upheld: kind == "overturned", Reason: e.Text, By: e.By, At: e.At}
		}
	}
	return nil
}

// testIn reads what was declared before the sitting opened and what its run said.
func testIn(rx *store.Rx, sittingID string) (declared Declaration, run Comparison, err error) {
	doc, found, err := store.First(rx, scanText, `SELECT doc FROM declaration WHERE sitting_id = ?`, sittingID)
	if err != nil {
		return declared, run, err
	}
	if found {
		if err := json.Unmarshal([]byte(doc), &declared); err != nil {
			return declared, run, err
		}
	}
	run, _, err = store.First(rx, func(r store.Row) (c Comparison, err error) {
		var at int64
		err = r.Scan(&c.Papers, &c.Pairs, &c.Positional, &c.Found, &at)
		c.At = store.Time(at)
		return c, err
	}, `SELECT papers, pairs, positional, found, at_ms FROM comparison WHERE sitting_id = ?`, sittingID)
	return declared, run, err
}

func (f *File) mentioned() []string {
	ids := map[string]bool{f.PersonID: true}
	for _, x := range f.Findings {
		ids[x.OtherID] = true
	}
	if f.Beside != nil {
		for _, x := range f.Beside.Essays {
			ids[x.OtherID] = true
		}
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
		err = r.Scan(&f.Alignment, &f.Matches, &f.Slots, &f.Needed, &f.P, &f.OtherID, &f.OtherNumber, &f.other)
		return f, err
	}, `SELECT f.alignment, f.matches, f.slots, f.needed, f.p, o.person_id, o.number, o.attempt_id
		FROM case_finding cf JOIN finding f ON f.id = cf.finding_id
		JOIN integrity_case o ON o.attempt_id = CASE WHEN f.attempt_a = ? THEN f.attempt_b ELSE f.attempt_a END
		WHERE cf.number = ? ORDER BY f.p, o.number`, c.AttemptID, c.Number)
}

// timelineIn is the timeline of an attempt without what accommodations on record explain, and how much that is.
func timelineIn(rx *store.Rx, attemptID string, special []exams.Granted) ([]Moment, int, error) {
	entries, err := ledger.EntriesIn(rx, attemptID)
	if err != nil {
		return nil, 0, err
	}
	all, err := timeline(entries)
	kept, explained := unexplained(all, special)
	return kept, explained, err
}

// unexplained leaves out the signals that an accommodation explains, and their ends, and counts the signals.
func unexplained(all []Moment, special []exams.Granted) (kept []Moment, explained int) {
	begins := map[string]string{"focus_back": "focus_lost", "visible": "hidden", "fullscreen_on": "fullscreen_off", "online": "offline", "screen_removed": "screen_added"}
	for _, m := range all {
		what := exams.SignalKinds()[cmp.Or(begins[m.Kind], m.Kind)]
		if what == "" || !slices.ContainsFunc(special, func(g exams.Granted) bool { return slices.Contains(g.Explains, what) }) {
			kept = append(kept, m)
		} else if begins[m.Kind] == "" {
			explained++
		}
	}
	return kept, explained
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

// laySideBySide fills the rows of each finding from the two papers, of which one may be set aside by now.
func (d *Desk) laySideBySide(ctx context.Context, attemptID string, findings []Finding, lang locale.Lang) error {
	if len(findings) == 0 {
		return nil
	}
	own, err := d.room.SatPaper(ctx, attemptID)
	if err != nil {
		return err
	}
	for i := range findings {
		other, err := d.room.SatPaper(ctx, findings[i].other)
		if err != nil {
			return err
		}
		findings[i].Rows = rows(own, other, alignment(findings[i].Alignment), lang)
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
