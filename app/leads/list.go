package leads

import (
	"context"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// listed is how many leads a page of the list has.
const listed = 50

// Filter narrows a list of leads; the zero Filter is all that the actor looks after.
type Filter struct {
	Text      string // part of a company's name, or a whole phone number
	Territory string
	Industry  string
	Pool      string
	State     State
	Holder    string // a person's id

	held bool // leads that somebody holds alone
}

// Line is a lead of a list with who holds it.
type Line struct {
	Lead   Lead
	Holder people.Person // zero when nobody does
	Due    time.Time     // zero when nobody does
	Paused bool
}

// List is a page of leads, the latest first, and the mark after which the next one starts, "" after the last. HR and
// admins see all, managers what nobody holds and what their people hold; masked but for admins and the managers of
// whoever holds it.
func (p *Pool) List(ctx context.Context, actor people.Person, f Filter, after string) (lines []Line, next string, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		lines, next, err = p.pageIn(rx, actor, f, after, listed)
		for i := range lines {
			if l := &lines[i]; err == nil && !actor.Has(people.Admin) && (l.Holder.ID == "" || actor.Has(people.HR)) {
				l.Lead, err = p.maskedIn(rx, l.Lead)
			}
		}
		return err
	})
	return lines, next, err
}

// pageIn is a page of leads as they are, unmasked.
func (p *Pool) pageIn(rx *store.Rx, actor people.Person, f Filter, after string, size int) (lines []Line, next string, err error) {
	where, args, err := f.where(actor)
	if err != nil {
		return nil, "", err
	}
	if after != "" {
		where, args = where+` AND l.id < ?`, append(args, after)
	}
	lines, err = store.All(rx, func(r store.Row) (l Line, err error) {
		var due int64
		err = r.Scan(append(leadDest(&l.Lead), &l.Holder.ID, &due, &l.Paused)...)
		if due > 0 {
			l.Due = store.Time(due)
		}
		return l, err
	}, `SELECT `+leadColumns+`, coalesce(t.holder_id, ''), coalesce(t.due_ms, 0), t.paused_ms IS NOT NULL
		FROM lead l LEFT JOIN tenure t ON t.lead_id = l.id AND t.ended_ms IS NULL WHERE `+imported+where+` ORDER BY l.id DESC LIMIT ?`, append(args, size+1)...)
	if err != nil {
		return nil, "", err
	}
	if len(lines) > size {
		lines = lines[:size]
		next = lines[size-1].Lead.ID
	}
	holders := map[string]people.Person{"": {}}
	for i, l := range lines {
		holder, seen := holders[l.Holder.ID]
		if !seen {
			if holder, _, err = people.PersonIn(rx, l.Holder.ID); err != nil {
				return nil, "", err
			}
			holders[l.Holder.ID] = holder
		}
		lines[i].Holder = holder
	}
	return lines, next, nil
}

// where is the filter as conditions behind others, within what the actor looks after.
func (f Filter) where(actor people.Person) (where string, args []any, err error) {
	switch {
	case actor.Has(people.HR, people.Admin):
	case actor.Has(people.Manager):
		where, args = ` AND (t.holder_id IS NULL OR t.holder_id IN `+people.Below+`)`, []any{actor.ID}
	default:
		return "", nil, fault.New(fault.Forbidden, "leads.managers_only")
	}
	if key := companyKey(f.Text); f.Text != "" {
		condition := ` AND l.company_key LIKE ? ESCAPE '!'`
		if isPhone(f.Text) {
			condition, key = ` AND l.phone_key = ?`, phoneKey(f.Text)
		} else {
			key = "%" + key + "%" // a key has neither % nor _
		}
		where, args = where+condition, append(args, key)
	}
	if f.held {
		where += ` AND t.holder_id IS NOT NULL`
	}
	for _, c := range []struct{ column, value string }{
		{"l.territory", f.Territory}, {"l.industry", f.Industry}, {"l.pool", f.Pool}, {"l.state", string(f.State)}, {"t.holder_id", f.Holder},
	} {
		if value := strings.TrimSpace(c.value); value != "" {
			where, args = where+` AND `+c.column+` = ?`, append(args, value)
		}
	}
	return where, args, nil
}
