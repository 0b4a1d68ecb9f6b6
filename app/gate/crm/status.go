package crm

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Health is how it stands between the gate and the CRM, for metrics and for the page.
type Health struct {
	Looked   time.Time // the last look at everybody; zero before the first
	Reached  time.Time // the last that came to an end
	Error    string    // why the last came to none; ""
	Entitled int       // people who could take leads there, as the last found it
	Undone   int       // that it left undone
	Drift    int       // repairs in the last 24 hours of what only a hand in the CRM can have made
	Repeated []string  // employee numbers that were so repaired three times or more
}

// Alarm reports whether somebody should look: the CRM cannot be reached or something was left undone, or somebody there
// grants again what is taken away.
func (h Health) Alarm() bool { return h.Error != "" || h.Undone > 0 || len(h.Repeated) > 0 }

// Repair is one time that the CRM was brought into line.
type Repair struct {
	ID     string
	Number string
	Found  Found
	Error  string // "" for one that worked
	At     time.Time
}

// repeated is how many repairs of one person in a day are no chance.
const repeated = 3

// Health is how it stands now.
func (r *Reconciler) Health(ctx context.Context) (h Health, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) (err error) {
		h, err = r.healthIn(rx)
		return err
	})
	return h, err
}

func (r *Reconciler) healthIn(rx *store.Rx) (h Health, err error) {
	var looked int64
	var reached *int64
	err = rx.Row(`SELECT at_ms, error, entitled, undone FROM crm_run WHERE crm = ? ORDER BY id DESC LIMIT 1`, r.Name()).Scan(&looked, &h.Error, &h.Entitled, &h.Undone)
	if err == store.ErrNoRow {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	h.Looked = store.Time(looked)
	if err := rx.Row(`SELECT max(at_ms) FROM crm_run WHERE crm = ? AND error = ''`, r.Name()).Scan(&reached); err != nil {
		return h, err
	}
	if reached != nil {
		h.Reached = store.Time(*reached)
	}
	return h, rx.Each(`SELECT number, count(*) FROM crm_repair WHERE crm = ? AND found IN ('extra', 'longer') AND error = '' AND at_ms > ? GROUP BY number ORDER BY number`,
		[]any{r.Name(), store.Ms(rx.Now.Add(-24 * time.Hour))}, func(row store.Row) error {
			var number string
			var times int
			err := row.Scan(&number, &times)
			if h.Drift += times; times >= repeated {
				h.Repeated = append(h.Repeated, number)
			}
			return err
		})
}

const page = 50

// Repairs are a page of the repairs, the newest first, with the health beside; next is "" at the end.
func (r *Reconciler) Repairs(ctx context.Context, actor people.Person, after string) (h Health, some []Repair, next string, err error) {
	if !actor.Has(people.Admin) {
		return h, nil, "", fault.New(fault.Forbidden, "push.admin_only")
	}
	err = r.db.Read(ctx, func(rx *store.Rx) (err error) {
		if h, err = r.healthIn(rx); err != nil {
			return err
		}
		where, args := ``, []any{r.Name()}
		if after != "" {
			where, args = ` AND id < ?`, append(args, after)
		}
		some, err = store.All(rx, func(row store.Row) (p Repair, err error) {
			var at int64
			err = row.Scan(&p.ID, &p.Number, &p.Found, &p.Error, &at)
			p.At = store.Time(at)
			return p, err
		}, `SELECT id, number, found, error, at_ms FROM crm_repair WHERE crm = ?`+where+` ORDER BY id DESC LIMIT ?`, append(args, page+1)...)
		return err
	})
	if len(some) > page {
		some, next = some[:page], some[page-1].ID
	}
	return h, some, next, err
}
