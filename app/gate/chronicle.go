package gate

import (
	"slices"
	"time"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/people"
)

// chronicle is every record about one person that a decision could ever rest on, and every version of the texts. What
// was true at a moment is derived from it, and so is what was decided.
type chronicle struct {
	personID    string
	zone        *time.Location
	employment  []people.Employment
	signatures  []courses.Signature
	completions []courses.CourseRecord
	passes      []exams.PassRecord
	cases       []integrity.CaseRecord
	graduations []cohorts.Graduation
	waivers     []waiverRecord
	signOffs    []SignOff
	firstLead   time.Time

	pledges  []published
	courses  map[string][]published // by ref, of those that a version of the policy wants current
	policies []policyVersion
}

// waiverRecord is a waiver with when it was withdrawn; zero while it was not.
type waiverRecord struct {
	Waiver
	withdrawn time.Time
}

// published is a version of a text, and when it came into force; without one it went off the shelf.
type published struct {
	Edition
	retired bool
}

// policyVersion is a version of the policy, or why it could not be read.
type policyVersion struct {
	published
	policy *Policy
	broken error
}

// editionAt is the version of a text in force at a moment; the versions come oldest first.
func editionAt(versions []published, at time.Time) (e Edition) {
	for _, v := range versions {
		if !at.Before(v.Since) {
			if e = v.Edition; v.retired {
				e = Edition{}
			}
		}
	}
	return e
}

// policyAt is the policy in force at a moment; nil when there was none, or none that could be read.
func (c *chronicle) policyAt(at time.Time) (p policyVersion) {
	for _, v := range c.policies {
		if !at.Before(v.Since) {
			if p = v; v.retired {
				p = policyVersion{}
			}
		}
	}
	return p
}

// exists reports whether the person had been entered by then.
func (c *chronicle) exists(at time.Time) bool {
	return len(c.employment) > 0 && !at.Before(c.employment[0].At)
}

// decide is the decision as it was made at a moment. sealed reports that it rests on a case that has been cleared since;
// broken is why there was no policy.
func (c *chronicle) decide(at time.Time) (d Decision, sealed bool, broken error) {
	f, sealed := c.facts(at)
	p := c.policyAt(at)
	if p.policy == nil {
		return Decide(f, &Policy{}, at.In(c.zone)), sealed, orNoPolicy(p.broken)
	}
	return Decide(f, p.policy, at.In(c.zone)), sealed, nil
}

// facts are the facts as they were at a moment.
func (c *chronicle) facts(at time.Time) (f Facts, sealed bool) {
	f = Facts{PersonID: c.personID, CurrentCourses: map[string]Edition{}}
	then := func(t time.Time) bool { return !at.Before(t) } // it had happened by then
	for _, e := range c.employment {
		if then(e.At) {
			f.Employed = e.Active
		}
	}
	pledge := editionAt(c.pledges, at)
	f.CurrentPledge, f.PledgeSince = pledge.Version, pledge.Since
	for _, s := range c.signatures {
		if then(s.At) && s.Version > f.Pledge {
			f.Pledge, f.PledgeAt = s.Version, s.At
		}
	}
	for ref, versions := range c.courses {
		f.CurrentCourses[ref] = editionAt(versions, at)
	}
	for _, r := range c.completions {
		if then(r.At) {
			f.addCourse(r.Course, r.At, r.Version)
		}
	}
	for _, p := range c.passes {
		if pass, counts := p.Then(at); counts {
			f.addPass(pass.Exam, pass.At, pass.Score, pass.Max)
		}
	}
	standing, sealed := integrity.StandingAt(c.cases, at)
	f.RedLine, f.OpenCases, f.ReviewBy = standing.RedLine, standing.OpenCases, standing.ReviewBy
	for _, g := range c.graduations {
		if then(g.At) && (g.Stands() || at.Before(g.UndoneAt)) {
			f.Graduated = g.At
		}
	}
	for _, s := range c.signOffs {
		if then(s.At) && (s.Stands() || at.Before(s.WithdrawnAt)) {
			f.signedOff(s.At, s.By)
		}
	}
	for _, w := range c.waivers {
		if then(w.At) && at.Before(w.Until) && (w.withdrawn.IsZero() || at.Before(w.withdrawn)) {
			f.Waivers = append(f.Waivers, w.Waiver)
		}
	}
	if then(c.firstLead) {
		f.FirstLead = c.firstLead
	}
	return f, sealed
}

// Moment is a time at which a person's standing changed, with the decision from then on.
type Moment struct {
	Decision
	Before Standing // until then; "" at the beginning
	Sealed bool     // it rests on a case that has been cleared since: whoever reads of it is told no more than others
}

// For is the audience that may be told of what the decision rests on when somebody looks back.
func (m Moment) For(to Audience) Audience {
	if m.Sealed {
		return Others
	}
	return to
}

// moments are when the standing changed, oldest first, until now. It can change with every record, and by itself: when
// a pass, a waiver, a suspension or the newcomer's days run out, which the decision before says or a record.
func (c *chronicle) moments(now time.Time) (changes []Moment) {
	if !c.exists(now) {
		return nil
	}
	start, before := c.employment[0].At, Standing("")
	times := slices.DeleteFunc(c.times(), func(t time.Time) bool { return t.Before(start) || t.After(now) })
	slices.SortFunc(times, time.Time.Compare)
	times = slices.CompactFunc(times, time.Time.Equal)
	for i := 0; i < len(times); i++ {
		at := times[i]
		d, sealed, _ := c.decide(at)
		if s := d.Standing(); s != before {
			changes = append(changes, Moment{d, before, sealed})
			before = s
		}
		for _, end := range []time.Time{d.Until, c.settled(d)} {
			next := now
			if i+1 < len(times) {
				next = times[i+1]
			}
			if end.After(at) && end.Before(next) {
				times = slices.Insert(times, i+1, end)
			}
		}
	}
	return changes
}

// settled is when a newcomer of that decision ceases to be one, if nothing else happens; zero when nobody does.
func (c *chronicle) settled(d Decision) time.Time {
	p := c.policyAt(d.At).policy
	if p == nil || !d.Newcomer || d.FirstLead.IsZero() {
		return time.Time{}
	}
	days := p.calendarIn(c.zone)
	y, m, day := d.At.In(c.zone).Date()
	for n := 1; n <= longestNewcomer; n++ {
		midnight := time.Date(y, m, day+n, 0, 0, 0, 0, c.zone)
		if days.Between(d.FirstLead, midnight) >= p.Limits.NewcomerDays {
			return midnight
		}
	}
	return time.Time{}
}

// longestNewcomer bounds the search for the end of a newcomer's days, in calendar days.
const longestNewcomer = 1200

// times are all at which something is on record, in no order.
func (c *chronicle) times() (all []time.Time) {
	add := func(times ...time.Time) {
		for _, t := range times {
			if !t.IsZero() {
				all = append(all, t)
			}
		}
	}
	for _, e := range c.employment {
		add(e.At)
	}
	for _, s := range c.signatures {
		add(s.At)
	}
	for _, r := range c.completions {
		add(r.At)
	}
	for _, p := range c.passes {
		for _, g := range p.Gradings {
			add(g.At)
		}
		for _, a := range p.Aside {
			add(a.From, a.To)
		}
	}
	for _, one := range c.cases {
		add(one.Opened, one.Closed, one.Overturned)
		for _, s := range one.Suspensions {
			add(s.At, s.Until)
		}
	}
	for _, g := range c.graduations {
		add(g.At, g.UndoneAt)
	}
	for _, w := range c.waivers {
		add(w.At, w.Until, w.withdrawn)
	}
	for _, s := range c.signOffs {
		add(s.At, s.WithdrawnAt)
	}
	for _, v := range c.pledges {
		add(v.Since)
	}
	for _, versions := range c.courses {
		for _, v := range versions {
			add(v.Since)
		}
	}
	for _, v := range c.policies {
		add(v.Since)
	}
	add(c.firstLead)
	return all
}
