package crm

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/jobs"
	"bainian/app/people"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the reconciler's tables.
func Schema() store.Schema { return store.Schema{Domain: "crm", Files: schema} }

// The jobs of the reconciler, each with a worker of its own, since they wait for a stranger.
const (
	lineJob = "crm/line" // tells the CRM about those whose gate has changed
	allJob  = "crm/all"  // looks at everybody
)

const everybody = 15 * time.Minute // between two looks

// Reconciler keeps one CRM in line with the gate.
type Reconciler struct {
	db     *store.DB
	keeper *gate.Keeper
	crm    CRM
	one    sync.Mutex // a person is decided about and acted on by one at a time
}

// New makes the reconciler and takes up the queue's part of it: whose gate changes, at once, and everybody every quarter
// of an hour.
func New(db *store.DB, keeper *gate.Keeper, queue *jobs.Queue, c CRM) *Reconciler {
	r := &Reconciler{db: db, keeper: keeper, crm: c}
	keeper.OnChanged(r.changedIn)
	queue.Stand(lineJob, 1, func(ctx context.Context, _ string) error { return r.workOff(ctx) }, lineIn)
	queue.Stand(allJob, 1, func(ctx context.Context, _ string) error {
		_ = r.Reconcile(ctx) // how it went is on record, and the next look comes by itself
		return nil
	}, func(*store.Rx, string) (time.Time, bool, error) { return time.Time{}, false, nil })
	queue.Every("crm/reconcile", everybody, func(ctx context.Context) error {
		return db.Write(ctx, func(tx *store.Tx) error { return jobs.Wake(tx, allJob, c.Name(), tx.Now) })
	})
	return r
}

// Name is what the CRM is called.
func (r *Reconciler) Name() string { return r.crm.Name() }

// changedIn puts somebody into the line in the transaction in which their gate changes.
func (r *Reconciler) changedIn(tx *store.Tx, c gate.Change) error {
	if _, err := tx.Exec(`INSERT INTO crm_line (number, sequence, closes, at_ms) VALUES (?, ?, ?, ?)
		ON CONFLICT (number) DO UPDATE SET sequence = excluded.sequence, closes = excluded.closes`, c.Number, c.Sequence, !c.Standing.Takes(), store.Ms(tx.Now)); err != nil {
		return err
	}
	return jobs.Wake(tx, lineJob, r.crm.Name(), tx.Now)
}

func lineIn(rx *store.Rx, _ string) (at time.Time, more bool, err error) {
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM crm_line)`).Scan(&more)
	return rx.Now, more, err
}

// workOff tells the CRM about those in the line, closings first. A CRM that cannot be reached is tried again in a few
// seconds; what fails for one person alone is on record and left to the look at everybody.
func (r *Reconciler) workOff(ctx context.Context) error {
	type place struct {
		number   string
		sequence int64
	}
	for ctx.Err() == nil {
		var line []place
		if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
			line, err = store.All(rx, func(row store.Row) (p place, err error) { return p, row.Scan(&p.number, &p.sequence) },
				`SELECT number, sequence FROM crm_line ORDER BY closes DESC, at_ms, number LIMIT 20`)
			return err
		}); err != nil || len(line) == 0 {
			return err
		}
		for _, p := range line {
			if err := r.tell(ctx, p.number); errors.Is(err, ErrUnreachable) || ctx.Err() != nil {
				return err
			}
			if err := r.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
				_, err := tx.Exec(`DELETE FROM crm_line WHERE number = ? AND sequence = ?`, p.number, p.sequence)
				return err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell brings the CRM into line about somebody whose gate has changed.
func (r *Reconciler) tell(ctx context.Context, number string) error {
	w, err := r.want(ctx, number)
	if err != nil {
		return err
	}
	if !w.takes {
		return r.revoke(ctx, number, Told)
	}
	return r.grant(ctx, number, w, Told)
}

// want is the gate's word about an employee number now. An error is no word: then nothing is granted. Of an unknown
// number the word is no; a red line and the end of employment hold without a policy too.
func (r *Reconciler) want(ctx context.Context, number string) (w want, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		w = want{now: rx.Now}
		p, known, err := people.ByNumberIn(rx, number)
		if err != nil || !known {
			return err
		}
		d, err := r.keeper.DecideIn(rx, p.ID)
		if fault.HasKey(err, "gate.no_policy") && (d.RedLine || !d.Employed) {
			return nil
		}
		w.takes, w.until = d.Allows(gate.Draw), d.Until
		return err
	})
	return w, err
}

// grant lets a person take leads in the CRM, and takes it back if the gate has closed meanwhile: nobody else's revocation
// can be overtaken by it.
func (r *Reconciler) grant(ctx context.Context, number string, w want, found Found) error {
	r.one.Lock()
	defer r.one.Unlock()
	failed := r.crm.Grant(ctx, number, w.grantUntil())
	if err := r.repaired(ctx, number, found, failed); err != nil {
		return err
	}
	if again, err := r.want(ctx, number); err == nil && !again.takes {
		return errors.Join(failed, r.crm.Revoke(ctx, number))
	}
	return failed
}

func (r *Reconciler) revoke(ctx context.Context, number string, found Found) error {
	r.one.Lock()
	defer r.one.Unlock()
	failed := r.crm.Revoke(ctx, number)
	return errors.Join(failed, r.repaired(ctx, number, found, failed))
}

// repaired puts a repair on record, whether it worked or not; the renewal of a lease is none.
func (r *Reconciler) repaired(ctx context.Context, number string, found Found, failed error) error {
	if found == stale && failed == nil {
		return nil
	}
	if found == stale {
		found = Missing
	}
	return r.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO crm_repair (id, crm, number, found, error, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), r.crm.Name(), number, string(found), words(failed), store.Ms(tx.Now))
		return err
	})
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// run is what a look at everybody has come to.
type run struct{ entitled, repaired, undone int }

// Reconcile reads what the CRM really has, and repairs what the gate says otherwise: first what it must not have, then
// what it lacks. What it has come to is on record; a CRM that cannot be reached, and what was left undone, is its error.
func (r *Reconciler) Reconcile(ctx context.Context) error {
	var n run
	failed := r.reconcile(ctx, &n)
	err := r.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO crm_run (id, crm, entitled, repaired, undone, error, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			tx.NewID(), r.crm.Name(), n.entitled, n.repaired, n.undone, words(failed), store.Ms(tx.Now))
		return err
	})
	if failed == nil && n.undone > 0 {
		failed = fmt.Errorf("crm: %d people could not be brought into line", n.undone)
	}
	return errors.Join(failed, err)
}

func (r *Reconciler) reconcile(ctx context.Context, n *run) error {
	actual, nameless, err := r.actual(ctx)
	if err != nil {
		return err
	}
	n.entitled, n.undone = len(actual)+nameless, nameless
	if err := r.knowsEnough(ctx, actual); err != nil {
		return err
	}
	var later []string
	for _, key := range slices.Sorted(maps.Keys(actual)) {
		if w, err := r.want(ctx, actual[key].Number); err == nil && !w.takes {
			if err := r.align(ctx, n, actual[key]); err != nil {
				return err
			}
		} else {
			later = append(later, key)
		}
	}
	for _, key := range later {
		if err := r.align(ctx, n, actual[key]); err != nil {
			return err
		}
	}
	for after := ""; ; {
		some, err := r.keeper.Takers(ctx, after, takers)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, t := range some {
			if _, had := actual[keyOf(t.Number)]; had {
				continue
			}
			if err := r.align(ctx, n, Entitlement{Number: t.Number, none: true}); err != nil {
				return err
			}
		}
		after = some[len(some)-1].PersonID
	}
}

// takers are how many people one read looks for what the CRM lacks.
const takers = 200

// actual is everybody's entitlement by the key of their number, of somebody's several the one that lasts longest, and how
// many are of users without a number, about whom nothing can be done from here.
func (r *Reconciler) actual(ctx context.Context) (all map[string]Entitlement, nameless int, err error) {
	all = map[string]Entitlement{}
	for page, first := "", true; first || page != ""; first = false {
		some, next, err := r.crm.Actual(ctx, page)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range some {
			key := keyOf(e.Number)
			if key == "" {
				nameless++
				continue
			}
			if before, twice := all[key]; !twice || e.Until.IsZero() || !before.Until.IsZero() && e.Until.After(before.Until) {
				all[key] = e
			}
		}
		page = next
	}
	return all, nameless, nil
}

// keyOf is a number without what makes no difference in it.
func keyOf(number string) string { return strings.ToLower(strings.TrimSpace(number)) }

// errStrangers stops a run that would take away from almost everybody.
var errStrangers = errors.New("crm: most of those who may take leads there are no employees: is it the right field that they are matched by? Nothing was changed")

// knowsEnough refuses to act on a CRM most of whose people are unknown here: a wrong field in the configuration would
// take the whole sales floor's leads away.
func (r *Reconciler) knowsEnough(ctx context.Context, actual map[string]Entitlement) error {
	const few = 10
	if len(actual) < few {
		return nil
	}
	unknown := 0
	err := r.db.Read(ctx, func(rx *store.Rx) error {
		for _, e := range actual {
			_, known, err := people.ByNumberIn(rx, e.Number)
			if err != nil {
				return err
			}
			if !known {
				unknown++
			}
		}
		return nil
	})
	if err == nil && unknown*2 > len(actual) {
		err = errStrangers
	}
	return err
}

// align repairs what differs about one person, by the gate's word of this moment. Only a CRM that cannot be reached ends
// the run.
func (r *Reconciler) align(ctx context.Context, n *run, e Entitlement) error {
	w, err := r.want(ctx, e.Number)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		n.undone++
		return nil
	}
	switch found := compare(w, e); found {
	case inLine:
		return nil
	case Extra:
		err = r.revoke(ctx, e.Number, found)
	default:
		err = r.grant(ctx, e.Number, w, found)
	}
	if err != nil {
		n.undone++
	} else {
		n.repaired++
	}
	if errors.Is(err, ErrUnreachable) {
		return err
	}
	return nil
}
