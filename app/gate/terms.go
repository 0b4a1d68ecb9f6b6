package gate

import (
	"sync"

	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/store"
)

// terms are what decisions rest on beside the facts about a person: all that comes from the shelf, as of one
// edition of it. Whoever comes first after a publication reads them; every decision asks for the edition.
type terms struct {
	edition int64
	policy  *Policy // nil when none can be read
	broken  error   // why there is no policy
	texts   texts
	titles  sync.Map // titleKey → string
}

// texts are the versions in force of what people sign and complete.
type texts struct {
	pledge  Edition            // Version 0 without a pledge
	courses map[string]Edition // of the courses that a policy wants current, by ref
	cohorts bool               // a policy asks for a graduation
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
	if t.texts, err = k.textsIn(rx, t.policy); err != nil {
		return nil, err
	}
	for { // a slow reader of an old snapshot keeps what it made to itself
		latest := k.latest.Load()
		if latest != nil && latest.edition >= edition || k.latest.CompareAndSwap(latest, t) {
			return t, nil
		}
	}
}

// textsIn are the texts in force that decisions by those policies rest on.
func (k *Keeper) textsIn(rx *store.Rx, policies ...*Policy) (x texts, err error) {
	if x.pledge, err = k.editionIn(rx, courses.PledgePath); err != nil {
		return x, err
	}
	x.courses = map[string]Edition{}
	for _, p := range policies {
		if p == nil {
			continue
		}
		x.cohorts = x.cohorts || p.asksFor(Graduated)
		for _, ref := range p.currents() {
			if x.courses[ref], err = k.editionIn(rx, coursePath(ref)); err != nil {
				return x, err
			}
		}
	}
	return x, nil
}

// editionIn is the version of a document in force; the zero Edition where there is none.
func (k *Keeper) editionIn(rx *store.Rx, path string) (Edition, error) {
	doc, err := k.shelf.DocIn(rx, path)
	if fault.Is(err, fault.NotFound) {
		return Edition{}, nil
	}
	return Edition{doc.Version, doc.PublishedAt}, err
}

// readPolicyIn is the policy on the shelf, or why there is none; the last error is the database's.
func (k *Keeper) readPolicyIn(rx *store.Rx) (policy *Policy, broken, err error) {
	doc, err := k.shelf.DocIn(rx, PolicyPath)
	if fault.Is(err, fault.NotFound) {
		return nil, orNoPolicy(err), nil
	}
	if err != nil {
		return nil, nil, err
	}
	policy, broken = policyOf(doc)
	return policy, broken, nil
}

// policyOf is the policy that a version of its document holds, or why it cannot be read.
func policyOf(doc documents.Doc) (*Policy, error) {
	policy, problems := ParsePolicy(PolicyPath, []byte(doc.Sources[doc.Lang]))
	if policy == nil {
		return nil, orNoPolicy(problems)
	}
	policy.Version = doc.Version
	return policy, nil
}

// orNoPolicy is that there is no policy to decide by, for that reason.
func orNoPolicy(cause error) error {
	if fault.HasKey(cause, "gate.no_policy") {
		return cause
	}
	return fault.Wrap(cause, fault.Busy, "gate.no_policy")
}
