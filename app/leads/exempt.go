package leads

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// mostListed is how many leads a list for managers shows at once.
const mostListed = 200

// Exemption is a held lead whose clock stands still because of its stage, and what was said for that: managers look
// whether it is so.
type Exemption struct {
	Holding
	Holder   people.Person
	Since    time.Time // when it came to the stage, or the tenure began with it
	Note, By string    // of who took it there
	Contacts int       // calls and visits since
}

// Exempt are the leads of the actor's team whose clocks stand still because of their stage, for HR and admins those of
// the whole company; those longest there first, at most 200. HR sees them masked.
func (p *Pool) Exempt(ctx context.Context, actor people.Person) (all []Exemption, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		all = nil
		sees, err := oversightIn(rx, actor, "t.holder_id")
		if err != nil {
			return err
		}
		all, err = store.All(rx, scanExemption, `SELECT `+leadColumns+`, `+tenureColumns+`, coalesce(s.at_ms, t.began_ms), coalesce(s.note, ''), coalesce(s.by_id, t.by_id),
			(SELECT count(*) FROM follow_up f WHERE f.tenure_id = t.id AND f.kind IN ('call', 'visit') AND f.at_ms >= coalesce(s.at_ms, t.began_ms))
			FROM tenure t JOIN lead l ON l.id = t.lead_id
			LEFT JOIN lead_stage s ON s.id = (SELECT max(x.id) FROM lead_stage x WHERE x.tenure_id = t.id AND x.due_ms IS NOT NULL)
			WHERE t.ended_ms IS NULL AND t.exempt`+sees.where+` ORDER BY coalesce(s.at_ms, t.began_ms), t.id LIMIT ?`, append(sees.args, mostListed)...)
		if err != nil {
			return err
		}
		for i, e := range all {
			if all[i].Holder, _, err = people.PersonIn(rx, e.Tenure.HolderID); err != nil {
				return err
			}
			if sees.masked {
				if all[i].Lead, err = p.maskedIn(rx, e.Lead); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return all, err
}

func scanExemption(r store.Row) (e Exemption, err error) {
	var c clockRow
	var since int64
	err = r.Scan(append(append(leadDest(&e.Lead), tenureDest(&e.Tenure, &c)...), &since, &e.Note, &e.By, &e.Contacts)...)
	c.into(&e.Tenure)
	e.Since = store.Time(since)
	return e, err
}

// oversight is which people's leads an actor looks after.
type oversight struct {
	where  string // a condition to put behind others
	args   []any
	masked bool // of the leads the actor sees no more than anybody
}

// oversightIn is that of a person, who is in a column of a query: managers look after everybody below them, HR and admins
// after all.
func oversightIn(rx *store.Rx, actor people.Person, person string) (o oversight, err error) {
	switch {
	case actor.Has(people.Admin):
		return oversight{}, nil
	case actor.Has(people.HR):
		return oversight{masked: true}, nil
	case !actor.Has(people.Manager):
		return o, fault.New(fault.Forbidden, "leads.managers_only")
	}
	return oversight{where: ` AND ` + person + ` IN ` + people.Below, args: []any{actor.ID}}, nil
}
