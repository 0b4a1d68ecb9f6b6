package exams

import (
	"encoding/json"
	"slices"
	"time"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// admission is what a person may expect of a sitting now.
type admission struct {
	live   string    // the attempt at this sitting to go on with, if there is one
	next   Next      // by the attempts so far
	ended  int       // attempts so far that are over
	timing Timing    // of an attempt that started now, or when the sitting opens
	whyNot error     // why none can be started; nil with a live one, which can be gone on with
	locked bool      // the sitting has a passcode that the person has not given yet
	letIn  string    // the record of who let the person in after the late entry, "" for whoever needs none
	held   []Granted // the accommodations in timing
}

// admitIn looks at everything that decides whether a person may start. Nothing of it is cached, and Start
// asks again in the transaction that writes.
func (r *Room) admitIn(rx *store.Rx, actor people.Person, s Sitting, b *Blueprint) (admission, error) {
	var adm admission
	attempts, err := attemptsOfIn(rx, actor.ID, s.Exam)
	if err != nil {
		return adm, err
	}
	if adm.next, err = r.nextIn(rx, actor.ID, attempts, b); err != nil {
		return adm, err
	}
	for _, a := range attempts {
		if a.Over() {
			adm.ended++
		}
	}
	start := rx.Now
	if start.Before(s.OpensAt) {
		start = s.OpensAt
	}
	if adm.timing, adm.held, err = timingIn(rx, actor.ID, s, start); err != nil {
		return adm, err
	}
	if n := slices.IndexFunc(attempts, func(a Attempt) bool { return !a.Over() }); n >= 0 {
		if attempts[n].SittingID == s.ID {
			adm.live = attempts[n].ID
			return adm, nil
		}
		adm.whyNot = fault.New(fault.Conflict, "exams.live_elsewhere")
		return adm, nil
	}
	if adm.whyNot, err = closedIn(rx, actor, s); err != nil || adm.whyNot != nil {
		return adm, err
	}
	if adm.letIn, adm.whyNot, err = lateIn(rx, actor.ID, s); err != nil || adm.whyNot != nil {
		return adm, err
	}
	if adm.locked, err = lockedIn(rx, actor.ID, s); err != nil {
		return adm, err
	}
	// A rehearsal's people have promised nothing; they are asked all the same, for their start to cost what a start costs.
	if adm.whyNot, err = r.unpledgedIn(rx, actor); err != nil || adm.whyNot != nil && !s.Rehearses() {
		return adm, err
	}
	if adm.whyNot, err = tooEarlyIn(rx, actor, b); err != nil || adm.whyNot != nil {
		return adm, err
	}
	adm.whyNot = adm.next.WhyNot
	return adm, nil
}

// unpledgedIn is why nobody sits an exam who has never signed the pledge: it says what exams record, and what
// cheating in one means. A new version has its time by the gate's policy; any signature will do here, since every
// start confirms the present text.
func (r *Room) unpledgedIn(rx *store.Rx, actor people.Person) (whyNot, err error) {
	current, err := r.library.CurrentPledgeIn(rx)
	if err != nil || current == 0 {
		return nil, err
	}
	if _, _, signed, err := r.library.PledgeSignedIn(rx, actor.ID); err != nil || signed {
		return nil, err
	}
	return fault.New(fault.Conflict, "exams.pledge_first"), nil
}

// closedIn is why the sitting is closed to the person at this time, or nil.
func closedIn(rx *store.Rx, actor people.Person, s Sitting) (whyNot, err error) {
	p, ok, err := people.PersonIn(rx, actor.ID)
	if err != nil {
		return nil, err
	}
	if !ok || !p.Active {
		return fault.New(fault.Forbidden, "exams.person_inactive"), nil
	}
	if p.Has(people.Rehearser) != s.Rehearses() {
		return fault.New(fault.Forbidden, "exams.not_invited"), nil
	}
	if invited, err := invitedIn(rx, actor.ID, s); err != nil {
		return nil, err
	} else if !invited {
		return fault.New(fault.Forbidden, "exams.not_invited"), nil
	}
	switch {
	case !s.ClosedAt.IsZero():
		return fault.New(fault.Conflict, "exams.sitting_closed"), nil
	case rx.Now.Before(s.OpensAt):
		return fault.New(fault.Conflict, "exams.not_open", "at", s.OpensAt), nil
	case !rx.Now.Before(s.ClosesAt):
		return fault.New(fault.Conflict, "exams.window_over", "at", s.ClosesAt), nil
	}
	return nil, nil
}

// invitedIn reports whether the sitting is for that person.
func invitedIn(rx *store.Rx, personID string, s Sitting) (bool, error) {
	switch {
	case s.Named:
		_, named, err := store.First(rx, scanText, `SELECT person_id FROM sitting_person WHERE sitting_id = ? AND person_id = ?`, s.ID, personID)
		return named, err
	case s.CohortID != "":
		c, in, err := cohorts.OfIn(rx, personID)
		return in && c.ID == s.CohortID, err
	}
	return true, nil
}

// lateIn is why a person comes too late to a sitting that is open, unless somebody let them in; letIn is the
// record of that.
func lateIn(rx *store.Rx, personID string, s Sitting) (letIn string, whyNot, err error) {
	if last := s.LastStart(); rx.Now.Before(last) {
		return "", nil, nil
	}
	letIn, ok, err := store.First(rx, scanText, `SELECT id FROM admission WHERE sitting_id = ? AND person_id = ?`, s.ID, personID)
	if err == nil && !ok {
		whyNot = fault.New(fault.Conflict, "exams.late", "at", s.LastStart())
	}
	return letIn, whyNot, err
}

// tooEarlyIn is why an exam waits for others: those that it comes after and that the person never passed. A pass
// counts here at once, as it does at the gate, also where its exam holds the score back.
func tooEarlyIn(rx *store.Rx, actor people.Person, b *Blueprint) (whyNot, err error) {
	if len(b.After) == 0 {
		return nil, nil
	}
	passes, err := PassesIn(rx, actor.ID)
	if err != nil {
		return nil, err
	}
	left := 0
	for _, exam := range b.After {
		if !slices.ContainsFunc(passes, func(p Pass) bool { return p.Exam == exam && !p.SetAside }) {
			left++
		}
	}
	if left == 0 {
		return nil, nil
	}
	return fault.New(fault.Conflict, "exams.after_others", "n", left), nil
}

// nextIn is whether the attempts so far leave another one.
func (r *Room) nextIn(rx *store.Rx, personID string, attempts []Attempt, b *Blueprint) (Next, error) {
	h := History{Read: map[string]time.Time{}}
	told, err := r.tellingIn(rx, personID, attempts)
	if err != nil {
		return Next{}, err
	}
	var last time.Time
	for _, a := range attempts {
		if !a.Over() {
			continue
		}
		t := told[a.SittingID]
		h.Past = append(h.Past, Past{EndedAt: a.EndedAt, Passed: a.Passed, Pending: a.Pending > 0, SetAside: a.SetAside, Score: t.score, Settled: t.settled})
		if !a.SetAside && a.EndedAt.After(last) {
			last = a.EndedAt
		}
	}
	if !last.IsZero() {
		for _, lesson := range b.Reread {
			read, err := r.library.CompletedSinceIn(rx, personID, lesson, last)
			if err != nil {
				return Next{}, err
			}
			if read {
				h.Read[lesson] = rx.Now
			}
		}
	}
	if b.Attempts > 0 && len(h.Past) >= b.Attempts {
		if h.Granted, h.Joined, err = waysOnIn(rx, personID, attempts[0].Exam); err != nil {
			return Next{}, err
		}
	}
	return NextAttempt(h, b, rx.Now), nil
}

// telling is when a sitting tells its candidates their scores.
type telling struct {
	pins, feedback string
	score          Phase
	settled        bool // and everything there is marked
}

// tellingIn is the telling of every sitting that a person had attempts of one exam at. Each goes by the version
// of the exam that it was opened with.
func (r *Room) tellingIn(rx *store.Rx, personID string, attempts []Attempt) (map[string]telling, error) {
	told := map[string]telling{}
	if len(attempts) == 0 {
		return told, nil
	}
	err := rx.Each(`SELECT s.id, s.pins, s.feedback, s.settled_ms IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attempt w WHERE w.sitting_id = s.id AND w.pending > 0 AND NOT w.aside)
		FROM sitting s WHERE s.id IN (SELECT a.sitting_id FROM attempt a WHERE a.person_id = ? AND a.exam = ?)`,
		[]any{personID, attempts[0].Exam}, func(row store.Row) error {
			var id string
			var t telling
			if err := row.Scan(&id, &t.pins, &t.feedback, &t.settled); err != nil {
				return err
			}
			told[id] = t
			return nil
		})
	if err != nil {
		return nil, err
	}
	for id, t := range told {
		var pins Pins
		if err := json.Unmarshal([]byte(t.pins), &pins); err != nil {
			return nil, err
		}
		b, err := r.blueprintIn(rx, pins.Exam)
		if err != nil {
			return nil, err
		}
		own, err := feedbackOf(t.feedback)
		if err != nil {
			return nil, err
		}
		t.score = Sitting{Feedback: own}.FeedbackBy(b).Score
		told[id] = t
	}
	return told, nil
}

// timingIn is what the deadline follows from of an attempt of a person at a sitting that starts, or started,
// then; its extensions and pauses are left out.
func timingIn(rx *store.Rx, personID string, s Sitting, start time.Time) (Timing, []Granted, error) {
	all, err := grantedIn(rx, personID)
	held := holding(all, start)
	t := Timing{Start: start, Minutes: s.Minutes, WindowEnd: s.ClosesAt, HardEnd: s.HardEnd}
	t.Multiplier, t.ExtraMinutes = most(held)
	return t, held, err
}

// timingOfIn is what the deadline of an attempt follows from, with everything on record.
func timingOfIn(rx *store.Rx, a Attempt, s Sitting) (Timing, error) {
	t, _, err := timingIn(rx, a.PersonID, s, a.StartedAt)
	if err != nil {
		return t, err
	}
	if t.Extensions, err = store.All(rx, func(row store.Row) (n int, err error) {
		err = row.Scan(&n)
		return n, err
	}, `SELECT minutes FROM extension WHERE attempt_id = ?`, a.ID); err != nil {
		return t, err
	}
	t.Pauses, err = store.All(rx, func(row store.Row) (p Pause, err error) {
		var from int64
		var to *int64
		err = row.Scan(&from, &to)
		p.From, p.To = store.Time(from), store.NullTime(to)
		return p, err
	}, `SELECT at_ms, ended_ms FROM pause WHERE attempt_id = ?`, a.ID)
	return t, err
}
