package gate

import (
	"context"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Effect is what publishing a policy would do to everybody who works here.
type Effect struct {
	At            time.Time // as of when
	Version       int       // of the policy in force that it is compared with
	Hash          string    // of the text
	People        int
	Before, After map[Standing]int
	Changes       []Affected // whose standing it changes, by employee number
	Open          int        // people who may take leads now
	Still         int        // and of those, who still may
	Policy        *Policy    // that would come into force
}

// Affected is one person whose standing a policy changes.
type Affected struct {
	ID, Number, Name string
	Before, After    Standing
	Why              []Reason // of a loss, what they do not meet and need not before; of a gain, what is asked no more
}

// Gains reports whether the person may do more than before; Loses whether less.
func (a Affected) Gains() bool { return a.After.rank() > a.Before.rank() }
func (a Affected) Loses() bool { return a.After.rank() < a.Before.rank() }

// rank orders standings by what they let a person do with new leads.
func (s Standing) rank() int {
	switch s {
	case StandingOpen:
		return Full.rank()
	case StandingLimited:
		return Limited.rank()
	case StandingShadow:
		return Shadow.rank()
	}
	return None.rank()
}

// Gain and Lose are how many people may do more, and less.
func (e *Effect) Gain() int { return count(e.Changes, Affected.Gains) }
func (e *Effect) Lose() int { return count(e.Changes, Affected.Loses) }

func count(changes []Affected, is func(Affected) bool) (n int) {
	for _, a := range changes {
		if is(a) {
			n++
		}
	}
	return n
}

// LocksOut reports whether hardly anybody could go on: of those who may take leads now fewer than one in ten.
func (e *Effect) LocksOut() bool { return e.Still*10 < e.Open }

// add puts one person's two decisions into the count.
func (e *Effect) add(p people.Person, before, after Decision) {
	was, is := before.Standing(), after.Standing()
	e.People++
	e.Before[was]++
	e.After[is]++
	if was.Takes() {
		e.Open++
		if is.Takes() {
			e.Still++
		}
	}
	if was == is {
		return
	}
	a := Affected{ID: p.ID, Number: p.Number, Name: p.Name, Before: was, After: is}
	if a.Gains() {
		a.Why = without(before.Reasons(Others), after.Reasons(Others))
	} else {
		a.Why = without(after.Reasons(Others), before.Reasons(Others))
	}
	e.Changes = append(e.Changes, a)
}

// without are the reasons that are not among the others; all where every one is.
func without(reasons, others []Reason) (left []Reason) {
	known := map[string]bool{}
	for _, r := range others {
		known[r.Requirement] = true
	}
	for _, r := range reasons {
		if !known[r.Requirement] {
			left = append(left, r)
		}
	}
	if len(left) == 0 {
		return reasons
	}
	return left
}

// atOnce is how many people a preview looks at in one transaction.
const atOnce = 200

// effect decides about everybody twice, by the policy in force and by another, a few people at a time: it is right about
// everybody, but not about all of them at the same moment.
func (k *Keeper) effect(ctx context.Context, hash string, policy *Policy) (*Effect, error) {
	e := &Effect{Hash: hash, Policy: policy, Before: map[Standing]int{}, After: map[Standing]int{}}
	for after, more := "", true; more; more = after != "" {
		err := k.db.Read(ctx, func(rx *store.Rx) error {
			t, err := k.termsIn(rx)
			if err != nil {
				return err
			}
			current := t.policy
			if current == nil {
				current = &Policy{}
			}
			x, err := k.textsIn(rx, current, policy)
			if err != nil {
				return err
			}
			some, next, err := people.ActiveIn(rx, after, atOnce)
			if err != nil {
				return err
			}
			facts, err := factsIn(rx, x, some...)
			if err != nil {
				return err
			}
			if e.At.IsZero() {
				e.At, e.Version = rx.Now, current.Version
			}
			now := rx.Now.In(k.zone)
			for i, f := range facts {
				e.add(some[i], Decide(f, current, now), Decide(f, policy, now))
			}
			after = next
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Preview is what publishing a text of the policy would do, for HR. What is wrong with the text comes as fault.Problems.
func (k *Keeper) Preview(ctx context.Context, actor people.Person, d documents.Doc) (*Effect, error) {
	if !documents.MayEdit(actor, documents.Policy) {
		return nil, fault.New(fault.Forbidden, "documents.not_yours", "path", d.Path)
	}
	policy, err := k.readable(ctx, d)
	if err != nil {
		return nil, err
	}
	e, err := k.effect(ctx, d.Digest(), policy)
	if err == nil {
		k.previewed.Store(e)
	}
	return e, err
}

// Previewed is the preview of the same text that was made last, so that its pages show one and the same count and its
// publication is measured by what was read; another is made where it is older than a few minutes, or of another text or
// policy in force.
func (k *Keeper) Previewed(ctx context.Context, actor people.Person, d documents.Doc) (*Effect, error) {
	var now time.Time
	var version int
	if err := k.db.Read(ctx, func(rx *store.Rx) (err error) {
		now = rx.Now
		version, err = k.shelf.VersionOfIn(rx, PolicyPath)
		return err
	}); err != nil {
		return nil, err
	}
	last := k.previewed.Load()
	if last != nil && documents.MayEdit(actor, documents.Policy) && last.Hash == d.Digest() && last.Version == version && now.Sub(last.At) < previewKept {
		return last, nil
	}
	return k.Preview(ctx, actor, d)
}

// previewKept is for how long the pages of a preview are of one count.
const previewKept = 5 * time.Minute

// readable is the policy that a text holds, or all that is wrong with it.
func (k *Keeper) readable(ctx context.Context, d documents.Doc) (*Policy, error) {
	problems, err := k.check(ctx, d)
	if err == nil {
		err = problems.Err()
	}
	if err != nil {
		return nil, err
	}
	policy, _ := ParsePolicy(d.Path, []byte(d.Sources[d.Lang]))
	return policy, nil
}
