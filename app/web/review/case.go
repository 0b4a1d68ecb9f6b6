package review

import (
	"math"
	"slices"
	"strconv"
	"time"

	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/web/page"
)

type caseView struct {
	page.Base
	File     integrity.File
	Sitting  string // title
	Findings []finding
	Line     line
	Deeds    []deed
	Facts    []fact
	Kinds    []page.Option
	Form     caseForm
	Err      error

	Resting time.Time // when an admission that can still be taken back was put on file; zero without one
	Voted   bool      // the reader has
	Opener  bool      // the reader opened the case
}

// caseForm is what was posted, to be shown again beside the reason why it was refused.
type caseForm struct {
	Outcome, Reason     string
	Second              bool
	Kind, Text, Origin  string
	Tie, Renewal, Cause string // reasons of the smaller forms
}

// finding is a comparison with its numbers in the form that the sentences need.
type finding struct {
	integrity.Finding
	Other   string // name
	Chance  int    // matches that chance alone gives on four choices
	OneIn   int    // the probability is one in so many
	Beyond  bool   // less than one in a billion, where a number says nothing more
	Hundred int    // one honest sitting of so many shows any pair
}

// fact is a fact with what can be done about it.
type fact struct {
	integrity.Fact
	By      string
	Counts  bool // can carry a red line now
	May     bool // can be retracted here
	Resting bool // an admission that can still be taken back
}

// deed is something that was done to the case, by whom and when.
type deed struct {
	At       time.Time
	Key      string // message key
	By, Text string
	Mark     string // class of its dot
}

func (w *Wing) caseFile(c *page.Ctx) error { return w.showCase(c, caseForm{}, nil) }

// showCase is the file of a case, with what was refused if anything was.
func (w *Wing) showCase(c *page.Ctx, form caseForm, refused error) error {
	number, err := c.ParamInt("number")
	if err != nil {
		return err
	}
	f, err := w.desk.Case(c.Context(), c.Person, number, c.Lang)
	if err != nil {
		return err
	}
	v := &caseView{Base: page.Base{Title: c.T("review.case", "number", number), Here: "/cases"}, File: f, Form: form, Err: refused}
	if f.MayWork != nil {
		return c.Page(w.pages, "case", v)
	}
	v.Sitting = f.Sitting.TitleIn(c.Lang)
	v.Findings = findings(f)
	v.Line = draw(c, f.Timeline)
	v.Facts = factsOf(c, f)
	v.Deeds = deeds(c, f)
	for _, kind := range integrity.FactKinds() {
		v.Kinds = append(v.Kinds, page.Option{Value: string(kind), Label: c.T("review.fact_" + string(kind)), Chosen: string(kind) == form.Kind})
	}
	for _, x := range v.Facts {
		if x.Resting {
			v.Resting = x.At
		}
	}
	v.Voted = slices.ContainsFunc(f.Votes, func(vote integrity.Vote) bool { return vote.Reviewer == c.Person.ID })
	v.Opener = slices.ContainsFunc(f.Events, func(e integrity.Event) bool { return e.Kind == "opened" && e.By == c.Person.ID })
	return c.Page(w.pages, "case", v)
}

func findings(f integrity.File) []finding {
	out := make([]finding, len(f.Findings))
	for i, x := range f.Findings {
		out[i] = finding{Finding: x, Other: f.Names[x.OtherID], Chance: (x.Slots + 2) / 4, Beyond: x.P < 1e-9}
		if !out[i].Beyond {
			out[i].OneIn = int(math.Round(1 / x.P))
		}
		if f.Declaration.Family > 0 {
			out[i].Hundred = int(math.Round(1 / f.Declaration.Family))
		}
	}
	return out
}

func nameIn(c *page.Ctx, f integrity.File, id string) string {
	if id == people.SystemID {
		return c.T("review.system")
	}
	return f.Names[id]
}

func factsOf(c *page.Ctx, f integrity.File) []fact {
	out := make([]fact, len(f.Facts))
	for i, x := range f.Facts {
		gone := !x.Retracted.IsZero()
		out[i] = fact{Fact: x, By: nameIn(c, f, x.By), Counts: x.Carries(c.Now()),
			May:     !gone && x.Kind != integrity.InvigilatorNote && f.State != integrity.Closed,
			Resting: !gone && x.Kind == integrity.Admission && !x.Carries(c.Now())}
	}
	return out
}

// deeds are events, facts and retractions in the order in which they happened.
func deeds(c *page.Ctx, f integrity.File) []deed {
	marks := map[string]string{"flagged": "", "opened": "here", "closed": "pass", "overturned": "pass"}
	var all []deed
	for _, e := range f.Events {
		d := deed{At: e.At, Key: "review.event_" + e.Kind, By: nameIn(c, f, e.By), Text: e.Text, Mark: marks[e.Kind]}
		if e.Kind == "closed" {
			d.Text = c.T("review.outcome_" + e.Text)
		}
		all = append(all, d)
	}
	for _, x := range f.Facts {
		kind := c.T("review.fact_" + string(x.Kind))
		all = append(all, deed{At: x.At, Key: "review.event_fact", By: nameIn(c, f, x.By), Text: kind})
		if !x.Retracted.IsZero() {
			all = append(all, deed{At: x.Retracted, Key: "review.event_retracted", Text: kind, Mark: "wait"})
		}
	}
	slices.SortStableFunc(all, func(a, b deed) int { return a.At.Compare(b.At) })
	return all
}

// onCase runs one verb on the case of the path and goes back to its file, or shows the file with what was refused.
func (w *Wing) onCase(c *page.Ctx, form caseForm, done string, verb func(number int) error) error {
	number, err := c.ParamInt("number")
	if err != nil {
		return err
	}
	if err := verb(number); err != nil {
		if c.Refused(err) {
			return w.showCase(c, form, err)
		}
		return err
	}
	return c.Back("/cases/"+strconv.Itoa(number), done, "number", number)
}

func (w *Wing) openCase(c *page.Ctx) error {
	return w.onCase(c, caseForm{}, "review.opened", func(number int) error { return w.desk.Open(c.Context(), c.Person, number) })
}

func (w *Wing) renewCase(c *page.Ctx) error {
	reason := c.Form("reason")
	return w.onCase(c, caseForm{Renewal: reason}, "review.renewed", func(number int) error {
		return w.desk.Renew(c.Context(), c.Person, number, reason)
	})
}

func (w *Wing) addFact(c *page.Ctx) error {
	f := integrity.Fact{Kind: integrity.FactKind(c.Form("kind")), Text: c.Form("text"), Origin: c.Form("origin")}
	return w.onCase(c, caseForm{Kind: string(f.Kind), Text: f.Text, Origin: f.Origin}, "review.fact_added", func(number int) error {
		return w.desk.AddFact(c.Context(), c.Person, number, f)
	})
}

func (w *Wing) retractFact(c *page.Ctx) error {
	return w.onCase(c, caseForm{}, "review.fact_retracted", func(number int) error {
		return w.desk.RetractFact(c.Context(), c.Person, number, c.Params("id"), c.Form("reason"))
	})
}

func (w *Wing) declareTie(c *page.Ctx) error {
	reason := c.Form("reason")
	return w.onCase(c, caseForm{Tie: reason}, "review.tie_declared", func(number int) error {
		return w.desk.DeclareTie(c.Context(), c.Person, number, reason)
	})
}

func (w *Wing) vote(c *page.Ctx) error {
	b := integrity.Ballot{Outcome: integrity.Outcome(c.Form("outcome")), Reason: c.Form("reason"), SecondOpinion: c.Form("second_opinion") != ""}
	return w.onCase(c, caseForm{Outcome: string(b.Outcome), Reason: b.Reason, Second: b.SecondOpinion}, "review.voted", func(number int) error {
		_, err := w.desk.Vote(c.Context(), c.Person, number, b)
		return err
	})
}

func (w *Wing) overturn(c *page.Ctx) error {
	reason := c.Form("reason")
	return w.onCase(c, caseForm{Cause: reason}, "review.overturned", func(number int) error {
		return w.desk.Overturn(c.Context(), c.Person, number, reason)
	})
}
