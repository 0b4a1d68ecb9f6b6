package review

import (
	"slices"
	"strconv"
	"time"

	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/web/dossier"
	"bainian/app/web/page"
)

type caseView struct {
	page.Base
	File     integrity.File
	Sitting  string // title
	Evidence dossier.Evidence
	Deeds    []deed
	Facts    []fact
	Clocks   []clock
	Kinds    []page.Option
	Form     caseForm
	Err      error

	Late    bool      // what the case waits for is overdue
	Resting time.Time // when an admission that can still be taken back was put on file; zero without one
	Voted   bool      // the reader has
	Told    *integrity.Event
	Says    *integrity.Event // the person's statement
	Asks    *integrity.Event // the inquiry that is open
	Appeal  *integrity.Event
	Absent  bool // the person can no longer sign in: an appeal comes on paper
	Appeals bool // a verdict that can be appealed
}

// caseForm is what was posted, to be shown again beside the reason why it was refused.
type caseForm struct {
	Outcome, Reason                                                      string
	Kind, Text, Origin                                                   string
	Tie, Renewal, Cause, Dismissal, Notice, Needs, Answer, Paper, Upheld string // of the smaller forms
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

// clock is a time that was set.
type clock struct {
	integrity.Clock
	Runs bool
	Late bool
}

func (w *Wing) caseFile(c *page.Ctx) error { return w.showCase(c, caseForm{}, nil) }

// showCase is the file of a case, with what was refused if anything was.
func (w *Wing) showCase(c *page.Ctx, form caseForm, refused error) error {
	number, err := c.ParamInt("number")
	if err != nil {
		return err
	}
	if !c.Person.Has(people.Reviewer) { // HR sees no file, but may ask for a sealed one to be opened
		return w.showSealed(c, number, form, refused)
	}
	f, err := w.desk.Case(c.Context(), c.Person, number, c.Lang)
	if err != nil {
		return err
	}
	if f.Shut {
		return w.showSealed(c, number, form, refused)
	}
	v := &caseView{Base: page.Base{Title: c.T("review.case", "number", number), Here: "/cases"}, File: f, Form: form, Err: refused, Late: dossier.Late(f.Due, c.Now())}
	if f.MayWork != nil {
		return c.Page(w.pages, "case", v)
	}
	v.Sitting = f.Sitting.TitleIn(c.Lang)
	v.Evidence = dossier.Of(c, f)
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
	for _, x := range f.Clocks {
		runs := x.Step == f.Step && x.Due.Equal(f.Due) || x.Step == integrity.Suspension && x.Due.Equal(f.ReviewBy) && f.State != integrity.Closed
		v.Clocks = append(v.Clocks, clock{x, runs, runs && dossier.Late(x.Due, c.Now())})
	}
	if v.Voted = f.Voted(c.Person.ID); v.Form.Outcome == "" {
		v.Form.Outcome = string(integrity.Resit) // the default remedy
	}
	v.Told, v.Says, v.Appeal = f.Last("noticed"), f.Last("statement"), f.Last("appealed")
	if f.Step == integrity.Inquiry {
		v.Asks = f.Last("inquiry")
	}
	v.Absent = !f.Person.Active
	v.Appeals = f.Step == integrity.AppealFiling
	return c.Page(w.pages, "case", v)
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
			Resting: x.Rests(c.Now())}
	}
	return out
}

// deeds are events, facts and retractions in the order in which they happened. What is long stands in its own place.
func deeds(c *page.Ctx, f integrity.File) []deed {
	marks := map[string]string{"opened": "here", "closed": "pass", "overturned": "pass", "inquiry": "wait", "appealed": "wait"}
	var all []deed
	for _, e := range f.Events {
		d := deed{At: e.At, Key: "review.event_" + e.Kind, By: nameIn(c, f, e.By), Text: e.Text, Mark: marks[e.Kind]}
		switch e.Kind {
		case "closed":
			d.Text = c.T("review.outcome_" + e.Text)
		case "statement", "appealed", "noticed", "picture": // of a picture, its id says nothing to anybody
			d.Text = ""
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

func (w *Wing) dismissCase(c *page.Ctx) error {
	reason := c.Form("reason")
	return w.onCase(c, caseForm{Dismissal: reason}, "review.dismissed", func(number int) error {
		return w.desk.Dismiss(c.Context(), c.Person, number, reason)
	})
}

func (w *Wing) notify(c *page.Ctx) error {
	text := c.FormText("text")
	return w.onCase(c, caseForm{Notice: text}, "review.noticed", func(number int) error {
		return w.desk.Notify(c.Context(), c.Person, number, text)
	})
}

func (w *Wing) inquire(c *page.Ctx) error {
	needs := c.FormText("needs")
	return w.onCase(c, caseForm{Needs: needs}, "review.inquired", func(number int) error {
		return w.desk.Inquire(c.Context(), c.Person, number, needs)
	})
}

func (w *Wing) answerInquiry(c *page.Ctx) error {
	text := c.FormText("text")
	return w.onCase(c, caseForm{Answer: text}, "review.answered", func(number int) error {
		return w.desk.Answer(c.Context(), c.Person, number, text)
	})
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
	b := integrity.Ballot{Outcome: integrity.Outcome(c.Form("outcome")), Reason: c.Form("reason")}
	return w.onCase(c, caseForm{Outcome: string(b.Outcome), Reason: b.Reason}, "review.voted", func(number int) error {
		_, err := w.desk.Vote(c.Context(), c.Person, number, b)
		return err
	})
}

// recordAppeal puts an appeal on record that came on paper.
func (w *Wing) recordAppeal(c *page.Ctx) error {
	text := c.FormText("text")
	return w.onCase(c, caseForm{Paper: text}, "review.appeal_recorded", func(number int) error {
		return w.desk.AppealFor(c.Context(), c.Person, number, text)
	})
}

func (w *Wing) decideAppeal(c *page.Ctx) error {
	reason, upheld := c.Form("reason"), c.Form("decision")
	return w.onCase(c, caseForm{Cause: reason, Upheld: upheld}, "review.appeal_"+map[bool]string{true: "upheld", false: "rejected"}[upheld == "upheld"], func(number int) error {
		return w.desk.DecideAppeal(c.Context(), c.Person, number, upheld == "upheld", reason)
	})
}

// pack is the evidence of a case to take along, signed.
func (w *Wing) pack(c *page.Ctx) error {
	number, err := c.ParamInt("number")
	if err != nil {
		return err
	}
	a, f, err := w.desk.Pack(c.Context(), c.Person, number, c.Lang)
	if err != nil {
		return err
	}
	return dossier.SendPack(c, w.pages, w.desk, a, c.T("review.case_of", "number", number, "name", f.Person.Name), dossier.Of(c, f))
}
