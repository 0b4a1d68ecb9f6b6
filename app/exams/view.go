package exams

import (
	"context"
	"time"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/store"
)

// SittingView is a sitting as a person sees it in a list.
type SittingView struct {
	Sitting
	Track    string    // of the exam, "" for none
	Practice bool      // without a limit of attempts: nothing hangs on it
	Mine     []Attempt // the actor's own attempts at it, oldest first; without marks that may not be seen yet
	Left     int       // how many more attempts the actor has at the exam while it is open; -1 without limit
	WhyNot   error     // why the actor cannot start now, nil when they can; a live attempt is no reason
	Counts   Counts    // for those who watch it
}

// Counts are how many attempts of a sitting stand where.
type Counts struct {
	Live, Ended, Passed int
	Pending             int // of those that ended: with answers that wait to be marked, neither passed nor failed
}

// Decided is how many have a result that is final.
func (c Counts) Decided() int { return c.Ended - c.Pending }

// Sittings are those that concern the actor, latest first: trainers and HR see all, invigilators those they
// watch, everybody else those they may sit or have sat.
func (r *Room) Sittings(ctx context.Context, actor people.Person) ([]SittingView, error) {
	var all []Sitting
	var mine map[string][]Attempt
	var cohort cohorts.Cohort
	var counts map[string]Counts
	var named map[string]bool
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		if all, err = sittingsIn(rx); err != nil {
			return err
		}
		if mine, err = mineIn(rx, actor.ID); err != nil {
			return err
		}
		if cohort, _, err = cohorts.OfIn(rx, actor.ID); err != nil {
			return err
		}
		if named, err = namingIn(rx, actor.ID); err != nil {
			return err
		}
		counts, err = countsIn(rx)
		return err
	})
	if err != nil {
		return nil, err
	}
	var views []SittingView
	for _, s := range all {
		watches := s.watchedBy(actor)
		may := named[s.ID] || !s.Named && (s.CohortID == "" || s.CohortID == cohort.ID)
		if !watches && len(mine[s.ID]) == 0 && (!may || !s.ClosedAt.IsZero()) {
			continue
		}
		v := SittingView{Sitting: s}
		if watches {
			v.Counts = counts[s.ID]
		}
		paper, err := r.paperOf(ctx, s.Pins)
		if err != nil {
			return nil, err
		}
		v.Track, v.Practice = paper.blueprint.Track, paper.blueprint.Attempts == 0
		for _, a := range mine[s.ID] {
			if !s.FeedbackBy(paper.blueprint).Score.told(a, s, counts[s.ID].Pending) {
				a.Score, a.MaxScore, a.Passed, a.Revision = 0, 0, false, 0
			}
			v.Mine = append(v.Mine, a)
		}
		if !s.ClosedAt.IsZero() {
			v.WhyNot = fault.New(fault.Conflict, "exams.sitting_closed")
		} else if v.Left, v.WhyNot, err = r.chances(ctx, actor, s, paper.blueprint); err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

// chances are how many attempts the actor has left at a sitting, and why none can be started now.
func (r *Room) chances(ctx context.Context, actor people.Person, s Sitting, b *Blueprint) (left int, whyNot, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		adm, err := r.admitIn(rx, actor, s, b)
		left, whyNot = adm.next.Left, adm.whyNot
		return err
	})
	return left, whyNot, err
}

// Briefing is what a candidate reads before the start.
type Briefing struct {
	Sitting      Sitting
	Title        string
	Notice       markdown.HTML // the blueprint's own words
	Minutes      int           // the time limit of this person: accommodation included, what the window cuts off taken away
	Total        int           // questions
	Deadline     time.Time     // if it were started now, or when the sitting opens
	Held         []Granted     // accommodations that Minutes includes, all of them this person's own
	Locked       bool          // a passcode has to be typed first
	LetIn        bool          // somebody let this person in after the late entry had ended
	Shown        Feedback      // when score, lessons and answers can be seen
	Cut          bool          // the sitting closes before the time limit is over, so that Deadline is earlier than Uncut
	Uncut        time.Time     // the deadline as it would be if the sitting closed later
	OfflineGrace time.Duration // after the deadline, for answers given off-line; being off-line does not stop the clock
	Told         Notice        // what is recorded and what not; to be agreed to
	Left         int           // attempts left, this one included; -1 without limit
	Live         string        // the attempt to go on with, if there is one
	WhyNot       error         // why it cannot be started now, or nil
	Retake       *Retake
}

// Retake is what somebody who has sat the exam before should know before another go: its form will be another one, of
// items not seen before as far as the banks go, and the earlier answers are kept.
type Retake struct {
	Left   int       // attempts left, -1 without limit
	At     time.Time // the earliest start; zero when it is now
	Reread []string  // lessons still to be read again
}

// retakeOf is nil for a first go, and where there is none left or needed.
func retakeOf(next Next, ended int) *Retake {
	if ended == 0 || next.Left == 0 || fault.HasKey(next.WhyNot, "exams.retry_passed") {
		return nil
	}
	return &Retake{next.Left, next.At, next.Reread}
}

// Briefing is what the actor must know before starting at a sitting. Someone the sitting is not for gets it
// too, with the reason as WhyNot.
func (r *Room) Briefing(ctx context.Context, actor people.Person, sittingID string, lang locale.Lang) (b Briefing, err error) {
	s, err := r.sitting(ctx, sittingID)
	if err != nil {
		return b, err
	}
	paper, err := r.paperOf(ctx, s.Pins)
	if err != nil {
		return b, err
	}
	v, err := r.voices(ctx)
	if err != nil {
		return b, err
	}
	notice := r.block(paper.blueprint.NoticeIn(lang), v.in(paper.blueprint.noticeLang(lang)))
	b = Briefing{Sitting: s, Title: s.TitleIn(lang), Notice: notice, Total: paper.blueprint.Total(),
		Shown: s.FeedbackBy(paper.blueprint), OfflineGrace: offlineGrace}
	if b.Told, err = r.NoticeOf(ctx, paper.blueprint.Integrity, lang); err != nil {
		return b, err
	}
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		adm, err := r.admitIn(rx, actor, s, paper.blueprint)
		b.WhyNot, b.Left, b.Live = adm.whyNot, adm.next.Left, adm.live
		b.Held, b.Locked, b.LetIn = adm.held, adm.locked, adm.letIn != ""
		if b.Retake = retakeOf(adm.next, adm.ended); b.Live != "" {
			b.Retake = nil
		}
		b.Deadline = adm.timing.Deadline()
		b.Uncut, b.Cut = adm.timing.Cut()
		b.Minutes = int(b.Deadline.Sub(adm.timing.Start).Minutes())
		return err
	})
	return b, err
}

func (r *Room) sitting(ctx context.Context, id string) (s Sitting, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		var ok bool
		if s, ok, err = SittingIn(rx, id); err == nil && !ok {
			err = errMissing()
		}
		return err
	})
	return s, err
}

// GuessShares are those of a blueprint over the banks of now.
func (r *Room) GuessShares(ctx context.Context, b *Blueprint) (all int, sections []int, err error) {
	banks, err := r.publishedBanks(ctx)
	if err != nil {
		return 0, nil, err
	}
	all, sections = b.GuessShares(banks)
	return all, sections, nil
}

// visibleIn is an attempt that the actor may look into: their own, or one of a sitting they watch.
func visibleIn(rx *store.Rx, actor people.Person, attemptID string) (Attempt, error) {
	a, ok, err := AttemptIn(rx, attemptID)
	if err != nil || !ok {
		return a, orMissing(err)
	}
	if a.PersonID == actor.ID {
		return a, nil
	}
	s, ok, err := SittingIn(rx, a.SittingID)
	if err != nil || !ok || !s.watchedBy(actor) {
		return Attempt{}, orMissing(err)
	}
	return a, nil
}
