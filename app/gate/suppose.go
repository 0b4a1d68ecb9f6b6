package gate

import (
	"context"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Supposition is what HR imagines about a person, to see what the gate would say.
type Supposition struct {
	At    time.Time // of the decision; zero is now
	Met   []string  // keys of requirements that are met today: an exam passed, a course finished, a case closed
	Unmet []string  // and of those that are not, or no longer
}

// WhatIf is the decision about a person if all that were so. Nothing of it is kept. HR may ask; what is imagined is no
// record, and a red line is undone here only as an appeal would undo it.
func (k *Keeper) WhatIf(ctx context.Context, actor people.Person, personID string, s Supposition) (d Decision, err error) {
	if !actor.Has(people.HR) {
		return d, fault.New(fault.Forbidden, "gate.may_not_look_back")
	}
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		c, err := k.chronicleIn(rx, personID)
		if err != nil {
			return err
		}
		if s.At.IsZero() {
			s.At = rx.Now
		}
		if s.At.Before(rx.Now) {
			return fault.New(fault.Invalid, "gate.suppose_past").In("at")
		}
		policy, err := k.PolicyIn(rx)
		if err != nil {
			return err
		}
		facts, _ := c.facts(s.At)
		d = Decide(s.imagine(facts, policy, rx.Now), policy, s.At.In(k.zone))
		return nil
	})
	return d, err
}

// imagine are the facts as they are supposed to be.
func (s Supposition) imagine(f Facts, p *Policy, now time.Time) Facts {
	f = f.clone()
	for _, rule := range p.Levels {
		for _, r := range rule.Require.leaves(nil) {
			switch {
			case slices.Contains(s.Unmet, r.Key()):
				f.without(r)
			case slices.Contains(s.Met, r.Key()):
				f.with(r, now)
			}
		}
	}
	return f
}

// clone are facts of their own, so that imagining touches nobody's.
func (f Facts) clone() Facts {
	courses, versions, exams := f.Courses, f.CourseVersions, f.Exams
	f.Courses, f.CourseVersions, f.Exams = map[string]time.Time{}, map[string]int{}, map[string]Pass{}
	for ref, at := range courses {
		f.Courses[ref], f.CourseVersions[ref] = at, versions[ref]
	}
	for exam, pass := range exams {
		f.Exams[exam] = pass
	}
	f.Waivers = slices.Clone(f.Waivers)
	return f
}

// with makes a requirement met at a time.
func (f *Facts) with(r Requirement, at time.Time) {
	switch r.Kind {
	case Pledge:
		f.Pledge, f.PledgeAt = max(f.CurrentPledge, 1), at
	case Course:
		f.Courses[r.Ref], f.CourseVersions[r.Ref] = at, max(f.CurrentCourses[r.Ref].Version, f.CourseVersions[r.Ref])
	case Exam:
		f.addPass(r.Ref, at, 1, 1)
	case InOrder:
		for _, exam := range r.Order() {
			f.addPass(exam, at, 1, 1)
		}
	case Graduated:
		f.Graduated = at
	case SignedOff:
		f.SignedOff = at
	case NoOpenCase:
		f.OpenCases, f.ReviewBy = 0, time.Time{}
	case NoRedLine:
		f.RedLine = false
	case Employed:
		f.Employed = true
	}
}

// without makes a requirement not met, whatever was so before.
func (f *Facts) without(r Requirement) {
	switch r.Kind {
	case Pledge:
		f.Pledge, f.PledgeAt = 0, time.Time{}
	case Course:
		delete(f.Courses, r.Ref)
	case Exam:
		delete(f.Exams, r.Ref)
	case InOrder:
		delete(f.Exams, r.Order()[0])
	case Graduated:
		f.Graduated = time.Time{}
	case SignedOff:
		f.SignedOff, f.SignedOffBy = time.Time{}, ""
	case NoOpenCase:
		f.OpenCases++
	case NoRedLine:
		f.RedLine = true
	case Employed:
		f.Employed = false
	}
	key := r.Key()
	f.Waivers = slices.DeleteFunc(f.Waivers, func(w Waiver) bool { return w.Requirement == key })
}
