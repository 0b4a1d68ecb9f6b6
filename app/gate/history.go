package gate

import (
	"context"
	"slices"
	"time"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
)

// DecideAt is the decision about a person at another moment, derived anew from the records: what had been passed, signed,
// opened and decided by then, under the policy that was in force. At this moment it is what Decide says; at a later one
// it is what will be, should nothing happen until then. Like Decide it comes with Busy "gate.no_policy" where no policy
// could be read; before the person was entered it is NotFound "gate.not_here_yet".
func (k *Keeper) DecideAt(ctx context.Context, personID string, at time.Time) (d Decision, err error) {
	c, _, err := k.chronicle(ctx, personID)
	if err != nil {
		return d, err
	}
	if !c.exists(at) {
		return d, fault.New(fault.NotFound, "gate.not_here_yet")
	}
	d, _, err = c.decide(at)
	return d, err
}

// LookBack is the decision at a moment as DecideAt derives it, for HR, who are told no more of a case that has been
// cleared since than others.
func (k *Keeper) LookBack(ctx context.Context, actor people.Person, personID string, at time.Time) (m Moment, err error) {
	if !actor.Has(people.HR) {
		return m, fault.New(fault.Forbidden, "gate.may_not_look_back")
	}
	c, _, err := k.chronicle(ctx, personID)
	if err != nil {
		return m, err
	}
	if !c.exists(at) {
		return m, fault.New(fault.NotFound, "gate.not_here_yet")
	}
	m.Decision, m.Sealed, err = c.decide(at)
	return m, err
}

// History is when a person's standing changed, oldest first, for HR.
func (k *Keeper) History(ctx context.Context, actor people.Person, personID string) ([]Moment, error) {
	if !actor.Has(people.HR) {
		return nil, fault.New(fault.Forbidden, "gate.may_not_look_back")
	}
	c, now, err := k.chronicle(ctx, personID)
	if err != nil {
		return nil, err
	}
	return c.moments(now), nil
}

// chronicle reads everything about a person, and tells as of when.
func (k *Keeper) chronicle(ctx context.Context, personID string) (c *chronicle, now time.Time, err error) {
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		now = rx.Now
		c, err = k.chronicleIn(rx, personID)
		return err
	})
	return c, now, err
}

func (k *Keeper) chronicleIn(rx *store.Rx, personID string) (*chronicle, error) {
	c := &chronicle{personID: personID, zone: k.zone, courses: map[string][]published{}}
	var err error
	if c.employment, err = people.EmploymentIn(rx, personID); err != nil {
		return nil, err
	}
	if len(c.employment) == 0 {
		return nil, fault.New(fault.NotFound, "gate.no_person")
	}
	if c.signatures, err = courses.SignaturesIn(rx, personID); err != nil {
		return nil, err
	}
	if c.completions, err = courses.CourseRecordsIn(rx, personID); err != nil {
		return nil, err
	}
	if c.passes, err = exams.PassRecordsIn(rx, personID); err != nil {
		return nil, err
	}
	if c.cases, err = integrity.CaseRecordsIn(rx, personID); err != nil {
		return nil, err
	}
	if c.graduations, err = cohorts.GraduationsIn(rx, personID); err != nil {
		return nil, err
	}
	if c.signOffs, err = signOffsIn(rx, personID); err != nil {
		return nil, err
	}
	if c.waivers, c.firstLead, err = waiverRecordsIn(rx, personID); err != nil {
		return nil, err
	}
	return c, k.addTextsIn(rx, c)
}

func waiverRecordsIn(rx *store.Rx, personID string) (all []waiverRecord, first time.Time, err error) {
	all, err = store.All(rx, func(r store.Row) (w waiverRecord, err error) {
		var until, at int64
		var withdrawn *int64
		w.PersonID = personID
		err = r.Scan(&w.Requirement, &until, &at, &withdrawn)
		w.Until, w.At, w.withdrawn = store.Time(until), store.Time(at), store.NullTime(withdrawn)
		return w, err
	}, `SELECT w.requirement, w.until_ms, w.at_ms, x.at_ms FROM waiver w LEFT JOIN waiver_withdrawal x ON x.waiver_id = w.id WHERE w.person_id = ? ORDER BY w.at_ms, w.id`, personID)
	if err != nil {
		return nil, first, err
	}
	var ms int64
	err = rx.Row(`SELECT at_ms FROM gate_opening WHERE person_id = ?`, personID).Scan(&ms)
	if err == store.ErrNoRow {
		return all, first, nil
	}
	return all, store.Time(ms), err
}

// addTextsIn adds the versions of the policy, of the pledge and of the courses that one of those policies wants current.
func (k *Keeper) addTextsIn(rx *store.Rx, c *chronicle) (err error) {
	if c.pledges, err = k.publishedIn(rx, courses.PledgePath); err != nil {
		return err
	}
	versions, err := k.publishedIn(rx, PolicyPath)
	if err != nil {
		return err
	}
	for _, v := range versions {
		p := policyVersion{published: v}
		if p.policy, p.broken, err = k.policyVersionIn(rx, v); err != nil {
			return err
		}
		c.policies = append(c.policies, p)
		if p.policy == nil {
			continue
		}
		for _, ref := range p.policy.currents() {
			if _, read := c.courses[ref]; !read {
				if c.courses[ref], err = k.publishedIn(rx, coursePath(ref)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// policyVersionIn is one version of the policy, which never changes and is parsed once.
func (k *Keeper) policyVersionIn(rx *store.Rx, v published) (policy *Policy, broken, err error) {
	if known, ok := k.versions.Load(v.Version); ok {
		return known.(*Policy), nil, nil
	}
	if v.retired {
		return nil, nil, nil
	}
	doc, err := k.shelf.VersionIn(rx, PolicyPath, v.Version)
	if err != nil {
		return nil, nil, err
	}
	if policy, broken = policyOf(doc); policy != nil {
		k.versions.Store(v.Version, policy)
	}
	return policy, broken, nil
}

// publishedIn are the versions of a document, oldest first.
func (k *Keeper) publishedIn(rx *store.Rx, path string) ([]published, error) {
	heads, err := k.shelf.HistoryIn(rx, path)
	slices.SortFunc(heads, func(a, b documents.Head) int { return a.Version - b.Version })
	versions := make([]published, len(heads))
	for i, h := range heads {
		versions[i] = published{Edition{h.Version, h.PublishedAt}, h.Retired}
	}
	return versions, err
}
