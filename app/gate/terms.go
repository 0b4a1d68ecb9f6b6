package gate

import (
	"sync"
	"time"

	"bainian/app/courses"
	"bainian/app/fault"
	"bainian/app/store"
)

// terms are what decisions rest on beside the facts about a person: all that comes from the shelf, as of one
// edition of it. Whoever comes first after a publication reads them; every decision asks for the edition.
type terms struct {
	edition     int64
	policy      *Policy   // nil when none can be read
	broken      error     // why there is no policy
	pledge      int       // version in force; 0 without a pledge
	pledgeSince time.Time // when that version was published
	titles      sync.Map  // titleKey → string
}

func (k *Keeper) termsIn(rx *store.Rx) (*terms, error) {
	edition, err := k.shelf.EditionIn(rx)
	if err != nil {
		return nil, err
	}
	if latest := k.latest.Load(); latest != nil && latest.edition == edition {
		return latest, nil
	}
	t := &terms{edition: edition}
	if t.policy, t.broken, err = k.readPolicyIn(rx); err != nil {
		return nil, err
	}
	pledge, err := k.shelf.DocIn(rx, courses.PledgePath)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil {
		t.pledge, t.pledgeSince = pledge.Version, pledge.PublishedAt
	}
	for { // a slow reader of an old snapshot keeps what it made to itself
		latest := k.latest.Load()
		if latest != nil && latest.edition >= edition || k.latest.CompareAndSwap(latest, t) {
			return t, nil
		}
	}
}

// readPolicyIn is the policy on the shelf, or why there is none; the last error is the database's.
func (k *Keeper) readPolicyIn(rx *store.Rx) (policy *Policy, broken, err error) {
	doc, err := k.shelf.DocIn(rx, PolicyPath)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Wrap(err, fault.Busy, "gate.no_policy"), nil
	}
	if err != nil {
		return nil, nil, err
	}
	policy, problems := ParsePolicy(PolicyPath, []byte(doc.Sources[doc.Lang]))
	if policy == nil {
		return nil, fault.Wrap(problems, fault.Busy, "gate.no_policy"), nil
	}
	policy.Version = doc.Version
	return policy, nil, nil
}
