package gate

import (
	"time"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
)

// factsIn reads the facts about some people, in their order, everything fresh: a fact that was true a moment ago is a
// broken promise. A statement reads a kind of facts about all of them, so that a preview asks no other questions than a
// decision and still gets through a whole company.
func factsIn(rx *store.Rx, x texts, some ...people.Person) ([]Facts, error) {
	all, place, ids := make([]Facts, len(some)), make(map[string]int, len(some)), make([]string, len(some))
	for i, p := range some {
		all[i] = Facts{PersonID: p.ID, Employed: p.Active, CurrentPledge: x.pledge.Version, PledgeSince: x.pledge.Since, CurrentCourses: x.courses}
		place[p.ID], ids[i] = i, p.ID
	}
	done, err := courses.CourseRecordsIn(rx, ids...)
	if err != nil {
		return nil, err
	}
	for _, c := range done {
		all[place[c.Person]].addCourse(c.Course, c.At, c.Version)
	}
	passes, err := exams.PassesIn(rx, ids...)
	if err != nil {
		return nil, err
	}
	for _, p := range passes {
		if !p.SetAside {
			all[place[p.Person]].addPass(p.Exam, p.At, p.Score, p.Max)
		}
	}
	standings, err := integrity.StandingsIn(rx, ids...)
	if err != nil {
		return nil, err
	}
	for id, s := range standings {
		f := &all[place[id]]
		f.RedLine, f.OpenCases, f.ReviewBy = s.RedLine, s.OpenCases, s.ReviewBy
	}
	signatures, err := courses.SignaturesIn(rx, ids...)
	if err != nil {
		return nil, err
	}
	for _, s := range signatures {
		if f := &all[place[s.Person]]; s.Version > f.Pledge {
			f.Pledge, f.PledgeAt = s.Version, s.At
		}
	}
	if x.cohorts {
		graduations, err := cohorts.GraduationsIn(rx, ids...)
		if err != nil {
			return nil, err
		}
		for _, g := range graduations {
			if g.Stands() {
				all[place[g.PersonID]].Graduated = g.At
			}
		}
	}
	return all, ownFactsIn(rx, ids, func(personID string) *Facts { return &all[place[personID]] })
}

// ownFactsIn adds what a decision needs of this domain's tables, in one statement: the waivers in force, the sign-offs
// that stand, and when somebody first took a lead.
func ownFactsIn(rx *store.Rx, ids []string, of func(personID string) *Facts) error {
	who, args := store.List(ids)
	each := args
	args = append(append([]any(nil), each...), store.Ms(rx.Now))
	args = append(append(args, each...), each...)
	return rx.Each(`SELECT w.person_id, w.requirement, w.until_ms, w.at_ms, '' FROM waiver w
			WHERE w.person_id IN `+who+` AND w.until_ms > ? AND NOT EXISTS (SELECT 1 FROM waiver_withdrawal x WHERE x.waiver_id = w.id)
		UNION ALL SELECT s.person_id, '', 0, s.at_ms, s.by_id FROM sign_off s
			WHERE s.person_id IN `+who+` AND NOT EXISTS (SELECT 1 FROM sign_off_withdrawal x WHERE x.sign_off_id = s.id)
		UNION ALL SELECT person_id, '', 0, at_ms, '' FROM gate_opening WHERE person_id IN `+who, args, func(r store.Row) error {
		var person, requirement, by string
		var until, ms int64
		if err := r.Scan(&person, &requirement, &until, &ms, &by); err != nil {
			return err
		}
		f, at := of(person), store.Time(ms)
		switch {
		case requirement != "":
			f.Waivers = append(f.Waivers, Waiver{PersonID: person, Requirement: requirement, Until: store.Time(until), At: at})
		case by == "":
			f.FirstLead = at
		default:
			f.signedOff(at, by)
		}
		return nil
	})
}

// signedOff puts a sign-off among the others: the latest counts.
func (f *Facts) signedOff(at time.Time, by string) {
	if at.After(f.SignedOff) || at.Equal(f.SignedOff) && by > f.SignedOffBy {
		f.SignedOff, f.SignedOffBy = at, by
	}
}
