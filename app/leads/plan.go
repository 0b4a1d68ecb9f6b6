package leads

import (
	"context"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Anytime is the time of a plan that has none.
const Anytime Clock = -1

// farthest is how many calendar days ahead something may be planned.
const farthest = 90

// Plan is what a person means to do with a lead on a day.
type Plan struct {
	ID, TenureID string
	Kind         Kind   // not a note
	Day          string // calendar day, yyyy-mm-dd
	At           Clock  // Anytime, or the time of day
}

// Zero reports whether nothing is planned.
func (p Plan) Zero() bool { return p.ID == "" }

// parsePlan is a plan as a form says it: a day, and a time of day or "". Today is the first day that it can be for.
func parsePlan(kind Kind, day, clock string, today time.Time) (Plan, error) {
	p := Plan{Kind: kind, At: Anytime}
	if kind == Note || !slices.Contains(Kinds(), kind) {
		return p, fault.New(fault.Invalid, "day.plan_kind", "kind", string(kind)).In("plan")
	}
	on, err := time.ParseInLocation(time.DateOnly, day, today.Location())
	if err != nil {
		return p, fault.New(fault.Invalid, "day.plan_day", "day", day).In("day")
	}
	p.Day = on.Format(time.DateOnly)
	if last := today.AddDate(0, 0, farthest); p.Day < today.Format(time.DateOnly) || on.After(last) {
		return p, fault.New(fault.Invalid, "day.plan_range", "from", today.Format(time.DateOnly), "to", last.Format(time.DateOnly)).In("day")
	}
	if clock == "" {
		return p, nil
	}
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return p, fault.New(fault.Invalid, "day.plan_clock", "clock", clock).In("clock")
	}
	p.At = Clock(at.Hour()*60 + at.Minute())
	return p, nil
}

// Plan puts a call, a visit or a message down for a day, at a time of day if there is one, for a lead that the actor
// holds. Planning the same again only changes its time.
func (d *Diary) Plan(ctx context.Context, actor people.Person, leadID string, kind Kind, day, clock string) (p Plan, err error) {
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := heldIn(tx.Rx, actor, leadID)
		if err != nil {
			return err
		}
		p, err = d.planIn(tx, t, kind, day, clock)
		return err
	})
	return p, err
}

func (d *Diary) planIn(tx *store.Tx, t Tenure, kind Kind, day, clock string) (Plan, error) {
	days, err := d.workdaysIn(tx.Rx)
	if err != nil {
		return Plan{}, err
	}
	p, err := parsePlan(kind, day, clock, tx.Now.In(days.Zone))
	if err != nil {
		return p, err
	}
	p.ID, p.TenureID = tx.NewID(), t.ID
	var minute *int64
	if p.At != Anytime {
		m := int64(p.At)
		minute = &m
	}
	_, err = tx.Exec(`INSERT INTO lead_plan (id, tenure_id, person_id, kind, day, minute, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenure_id, day, kind) WHERE follow_up_id IS NULL AND dropped_ms IS NULL DO UPDATE SET minute = excluded.minute, at_ms = excluded.at_ms`,
		p.ID, t.ID, t.HolderID, p.Kind, p.Day, minute, store.Ms(tx.Now))
	return p, err
}

// DropPlans takes back what the actor had planned with a lead. That nothing was planned is no fault.
func (d *Diary) DropPlans(ctx context.Context, actor people.Person, leadID string) error {
	return d.db.Write(ctx, func(tx *store.Tx) error {
		t, err := heldIn(tx.Rx, actor, leadID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE lead_plan SET dropped_ms = ? WHERE tenure_id = ? AND follow_up_id IS NULL AND dropped_ms IS NULL`, store.Ms(tx.Now), t.ID)
		return err
	})
}

// keepPlansIn is what a follow-up makes of the plans of its lead: those of its kind whose day has come are done.
func keepPlansIn(tx *store.Tx, t Tenure, kind Kind, followUpID, today string) error {
	_, err := tx.Exec(`UPDATE lead_plan SET follow_up_id = ? WHERE tenure_id = ? AND kind = ? AND day <= ? AND follow_up_id IS NULL AND dropped_ms IS NULL`,
		followUpID, t.ID, kind, today)
	return err
}

// plansIn is what a person has planned next with each lead that they hold, by tenure.
func plansIn(rx *store.Rx, personID string) (map[string]Plan, error) {
	all, err := store.All(rx, scanPlan, `SELECT p.id, p.tenure_id, p.kind, p.day, p.minute FROM tenure t JOIN lead_plan p ON p.tenure_id = t.id
		WHERE t.holder_id = ? AND t.ended_ms IS NULL AND p.follow_up_id IS NULL AND p.dropped_ms IS NULL ORDER BY p.day DESC, p.minute DESC, p.id DESC`, personID)
	plans := map[string]Plan{}
	for _, p := range all { // the earliest comes last and stays
		plans[p.TenureID] = p
	}
	return plans, err
}

func scanPlan(row store.Row) (p Plan, err error) {
	var minute *int64
	err = row.Scan(&p.ID, &p.TenureID, &p.Kind, &p.Day, &minute)
	p.At = clockOf(minute)
	return p, err
}

func clockOf(minute *int64) Clock {
	if minute == nil {
		return Anytime
	}
	return Clock(*minute)
}
