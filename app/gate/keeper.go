package gate

import (
	"context"
	"embed"
	"sync"
	"sync/atomic"
	"time"

	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the gate's tables.
func Schema() store.Schema { return store.Schema{Domain: "gate", Files: schema} }

// PolicyPath is the document that holds the policy.
const PolicyPath = "content/policy.yaml"

// Keeper reads the facts about a person and decides.
type Keeper struct {
	db      *store.DB
	shelf   *documents.Shelf
	library *courses.Library
	zone    *time.Location

	log *Logbook

	kept atomic.Int64 // unix ms of the last snapshot in its file

	onBroughtHome []func(*store.Tx, Episode) error
	onChanged     []func(*store.Tx, Change) error

	latest    atomic.Pointer[terms]
	versions  sync.Map               // of the policy that were read: number → *Policy
	previewed atomic.Pointer[Effect] // the last
}

// New makes the keeper; zone is where the business day begins. The shelf gets the policy's check, and what is asked before
// one is published from the web.
func New(db *store.DB, shelf *documents.Shelf, library *courses.Library, zone *time.Location) *Keeper {
	k := &Keeper{db: db, shelf: shelf, library: library, zone: zone, log: newLogbook(db)}
	shelf.Register(documents.Policy, k.check)
	shelf.Ask(documents.Policy, k.mayLockOut)
	return k
}

// Logbook is where decisions are taken down.
func (k *Keeper) Logbook() *Logbook { return k.log }

// check lints a policy: its form, and that the courses and exams it asks for exist.
func (k *Keeper) check(ctx context.Context, d documents.Doc) (fault.Problems, error) {
	policy, problems := ParsePolicy(d.Path, []byte(d.Sources[d.Lang]))
	if policy == nil {
		return problems, nil
	}
	heads, err := k.shelf.Heads(ctx, documents.Course, documents.Exam)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, h := range heads {
		known[h.Path] = true
	}
	courseRefs, examRefs := policy.Refs()
	for _, ref := range courseRefs {
		if !known[coursePath(ref)] {
			problems.Add(d.Path, 0, ref, "gate.policy_no_course", "ref", ref)
		}
	}
	for _, ref := range examRefs {
		if !known[examPath(ref)] {
			problems.Add(d.Path, 0, ref, "gate.policy_no_exam", "ref", ref)
		}
	}
	return problems, nil
}

// Zone is where the business day begins.
func (k *Keeper) Zone() *time.Location { return k.zone }

// PolicyIn is the policy in force. Without a readable one it is Busy "gate.no_policy", and the gate stays closed.
func (k *Keeper) PolicyIn(rx *store.Rx) (*Policy, error) {
	t, err := k.termsIn(rx)
	if err != nil {
		return nil, err
	}
	return t.policy, t.broken
}

// Decide is the gate's decision about a person now. Without a readable policy the error says so, and the decision
// beside it, closed to everything new, still tells whether the person may go on holding.
func (k *Keeper) Decide(ctx context.Context, personID string) (d Decision, err error) {
	err = k.db.Read(ctx, func(rx *store.Rx) (err error) {
		d, err = k.DecideIn(rx, personID)
		return err
	})
	return d, err
}

// DecideIn is the decision inside a transaction, so that what it allows happens under the same facts.
func (k *Keeper) DecideIn(rx *store.Rx, personID string) (Decision, error) {
	p, ok, err := people.PersonIn(rx, personID)
	return k.decideIn(rx, p, ok, err)
}

// DecideNumber is the decision about the holder of an employee number: the machines' name for a person.
func (k *Keeper) DecideNumber(ctx context.Context, number string) (d Decision, err error) {
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		p, ok, err := people.ByNumberIn(rx, number)
		d, err = k.decideIn(rx, p, ok, err)
		return err
	})
	return d, err
}

func (k *Keeper) decideIn(rx *store.Rx, p people.Person, ok bool, err error) (Decision, error) {
	if err != nil {
		return Decision{}, err
	}
	if !ok {
		return Decision{}, fault.New(fault.NotFound, "gate.no_person")
	}
	t, err := k.termsIn(rx)
	if err != nil {
		return Decision{}, err
	}
	facts, err := factsIn(rx, t.texts, p)
	if err != nil {
		return Decision{}, err
	}
	if t.policy == nil {
		return Decide(facts[0], &Policy{}, rx.Now.In(k.zone)), t.broken
	}
	return Decide(facts[0], t.policy, rx.Now.In(k.zone)), nil
}

// OpenedIn records that a person took a lead; only the first time counts, for the newcomer's days.
func (k *Keeper) OpenedIn(tx *store.Tx, personID string) error {
	_, err := tx.Exec(`INSERT INTO gate_opening (person_id, at_ms) VALUES (?, ?) ON CONFLICT (person_id) DO NOTHING`, personID, store.Ms(tx.Now))
	return err
}
