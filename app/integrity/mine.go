package integrity

import (
	"context"
	"slices"
	"time"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// MyFile is a case as the person sees it whom it is about: the same evidence that the reviewers see, once they have
// been told; the other paper of a pair without its writer's name, and the reviewers without theirs.
type MyFile struct {
	Case
	Sitting  exams.Sitting
	Exhibits         // Findings and Beside without whose the other paper is, Facts without By
	Reports  []Event // what people reported, without By

	OpenedAt  time.Time
	Notice    *Event // nil until a reviewer has told the person: then there is no evidence yet either
	Statement *Event // the person's own
	Unheard   bool   // the time for it has passed without one
	Inquiry   *Event // what has been asked for and is being found out
	Reasons   []Event
	DecidedAt time.Time
	Appeal    *Event
	Appealed  *AppealDecided
	Final     *Event

	MayState, MayAppeal bool
	Draft               Draft
	Keys                bool // whether the right answers may be shown to the person by now
}

// Mine are the cases about the person that a reviewer has opened or closed: nobody learns of a mere flag, and
// everybody learns of a case.
func (d *Desk) Mine(ctx context.Context, actor people.Person) (cases []Case, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		cases, err = store.All(rx, scanCase, `SELECT `+caseColumns+` FROM integrity_case WHERE person_id = ? AND state <> 'flagged' ORDER BY number`, actor.ID)
		return err
	})
	return slices.DeleteFunc(cases, func(c Case) bool { return c.Dismissed }), err
}

// MyCase is a case for the person whom it is about. NotFound for anybody else, and while it is a mere flag.
func (d *Desk) MyCase(ctx context.Context, actor people.Person, number int, lang locale.Lang) (f MyFile, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		if f.Case, err = mineIn(rx, actor, number); err != nil {
			return err
		}
		return f.readIn(rx)
	})
	if err != nil || f.Notice == nil {
		return f, err
	}
	if err := d.lay(ctx, &f.Exhibits, lang); err != nil {
		return f, err
	}
	result, err := d.room.Result(ctx, actor, f.AttemptID, lang)
	if err != nil {
		return f, err
	}
	f.Keys = result.Answers != nil
	if f.Beside != nil {
		for i := range f.Beside.Pairs {
			f.Beside.Pairs[i].hide(f.AttemptID)
		}
		for i := range f.Beside.Essays {
			f.Beside.Essays[i].OtherID, f.Beside.Essays[i].B = "", ""
		}
	}
	for i := range f.Findings {
		f.Findings[i].OtherID, f.Findings[i].OtherNumber, f.Findings[i].other = "", 0, ""
		for n := range f.Findings[i].Rows {
			if r := &f.Findings[i].Rows[n]; !f.Keys {
				r.RightA, r.RightB = "", ""
			}
		}
	}
	return f, nil
}

func (f *MyFile) readIn(rx *store.Rx) (err error) {
	if f.Sitting, _, err = exams.SittingIn(rx, f.SittingID); err != nil {
		return err
	}
	events, err := eventsIn(rx, f.Number)
	if err != nil {
		return err
	}
	if e := last(events, "opened"); e != nil {
		f.OpenedAt = e.At
	}
	f.Notice, f.Statement, f.Appeal, f.Final = last(events, "noticed"), last(events, "statement"), last(events, "appealed"), last(events, "final")
	f.Unheard, f.Appealed = last(events, "unheard") != nil, appealOf(events)
	if f.Step == Inquiry {
		f.Inquiry = last(events, "inquiry")
	}
	if f.State == Closed {
		if e := last(events, "closed"); e != nil {
			f.DecidedAt = e.At
		}
		votes, err := votesIn(rx, f.Number)
		if err != nil {
			return err
		}
		for _, v := range votes {
			if !v.Tied {
				f.Reasons = append(f.Reasons, Event{Kind: string(v.Outcome), Text: v.Reason, At: v.At})
			}
		}
	}
	f.MayState, f.MayAppeal = writableIn(rx, f.Case, StatementDraft) == nil, appealableIn(rx, f.Case) == nil
	kind := StatementDraft
	if f.MayAppeal {
		kind = AppealDraft
	}
	if f.Draft, err = draftIn(rx, f.Number, kind); err != nil || f.Notice == nil {
		return err
	}
	if err := f.Exhibits.readIn(rx, f.Case); err != nil {
		return err
	}
	for i := range f.Facts {
		f.Facts[i].By = ""
	}
	f.Reports = reportsOf(events)
	for i := range f.Reports {
		f.Reports[i].By = ""
	}
	return nil
}
