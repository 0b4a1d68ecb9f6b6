package server

import (
	"slices"
	"strings"

	"bainian/app/courses"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
)

// consequences is everything that follows from everything, in the transaction of its cause.
func (h *House) consequences() {
	// Somebody leaves: their leads return to the pool. Their sessions end in the directory itself.
	h.Directory.OnDeactivated(func(tx *store.Tx, p people.Person) error {
		return h.Pool.ReleaseIn(tx, p.ID, people.SystemID, "deactivated")
	})

	// A sitting opens: the test that may raise findings is fixed. It closes: its papers are compared.
	h.Room.OnOpened(h.Desk.DeclareIn)
	h.Room.OnClosed(h.Desk.CompareIn)

	// A verdict. The gate closes by itself, since it reads the verdict.
	h.Desk.OnVerdict(func(tx *store.Tx, v integrity.Verdict) error {
		cause, by := "case", v.By[len(v.By)-1]
		switch {
		case v.Outcome == integrity.RedLine && v.Final:
			return h.Pool.ReleaseIn(tx, v.PersonID, by, "final")
		case v.Outcome == integrity.RedLine && !v.Overturned:
			return h.Pool.TrustIn(tx, v.PersonID, by, cause)
		case v.Outcome == integrity.RedLine:
			return h.Pool.RestoreIn(tx, v.PersonID, by, cause)
		case v.Outcome == integrity.Resit && !v.Overturned:
			return exams.SetAsideIn(tx, v.AttemptID, by, cause)
		case v.Outcome == integrity.Resit:
			return exams.ReinstateIn(tx, v.AttemptID, by, cause)
		}
		return nil
	})

	// Whatever may open or close somebody's gate is noticed there and then, after all else that follows from it. The gate
	// itself notices its waivers, and once a minute what follows from time and from a new policy.
	notice := func(tx *store.Tx, p people.Person) error { return h.Keeper.NoticeIn(tx, p.ID) }
	h.Directory.OnDeactivated(notice)
	h.Directory.OnReactivated(notice)
	h.Roster.OnGraduated(h.Keeper.NoticeIn)
	h.Library.OnSigned(h.Keeper.NoticeIn)
	h.Library.OnCompleted(func(tx *store.Tx, c courses.Completion) error { return h.Keeper.NoticeIn(tx, c.PersonID) })
	h.Room.OnGraded(func(tx *store.Tx, g exams.Graded) error { return h.Keeper.NoticeIn(tx, g.Attempt.PersonID) })
	h.Desk.OnSuspended(h.Keeper.NoticeIn)
	h.Desk.OnVerdict(func(tx *store.Tx, v integrity.Verdict) error { return h.Keeper.NoticeIn(tx, v.PersonID) })

	// A gate stands differently: whoever subscribes to it is told.
	h.Keeper.OnChanged(func(tx *store.Tx, c gate.Change) error { return h.Office.HookIn(tx, gateHook(c)) })

	// A track opens once the exam of the track before it is passed: values before product before sales.
	h.Library.Guard(func(rx *store.Rx, p people.Person, lesson string) error {
		return trackOpenIn(rx, p.ID, lesson)
	})
}

func trackOpenIn(rx *store.Rx, personID, lesson string) error {
	track, _, _ := strings.Cut(lesson, "/")
	tracks := courses.Tracks()
	i := slices.Index(tracks, track)
	if i <= 0 {
		return nil
	}
	passes, err := exams.PassesIn(rx, personID)
	if err != nil {
		return err
	}
	passed := slices.ContainsFunc(passes, func(p exams.Pass) bool { return p.Exam == tracks[i-1] && !p.SetAside })
	if !passed {
		return fault.New(fault.Forbidden, "server.exam_first_"+tracks[i-1])
	}
	return nil
}
