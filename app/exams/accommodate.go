package exams

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	maxMultiplier = 3000
	maxLabel      = 40   // runes
	maxAtOnce     = 2000 // people
)

// Accommodate is AccommodateAll for one person.
func (r *Room) Accommodate(ctx context.Context, actor people.Person, personID string, a Accommodation) error {
	_, err := r.AccommodateAll(ctx, actor, []string{personID}, a)
	return err
}

// AccommodateAll gives people another limit from now on, in attempts that are live as well, and returns how many
// people. It takes the place of what they had under the same label. HR and trainers may.
func (r *Room) AccommodateAll(ctx context.Context, actor people.Person, personIDs []string, a Accommodation) (int, error) {
	if !mayAccommodate(actor) {
		return 0, errForbidden()
	}
	personIDs = slices.Compact(slices.Sorted(slices.Values(personIDs)))
	a.Explains = slices.Compact(slices.Sorted(slices.Values(a.Explains)))
	a.Label, a.By = strings.Join(strings.Fields(a.Label), " "), actor.ID
	err := r.db.Read(ctx, func(rx *store.Rx) error {
		var wrong []*fault.Error
		refuse := func(field, key string, args ...any) {
			wrong = append(wrong, fault.New(fault.Invalid, key, args...).In(field))
		}
		switch {
		case len(personIDs) == 0:
			refuse("people", "exams.accommodate_whom")
		case len(personIDs) > maxAtOnce:
			refuse("people", "exams.named_many", "max", maxAtOnce)
		}
		switch size := utf8.RuneCountInString(a.Label); {
		case size == 0:
			refuse("label", "exams.label_missing")
		case size > maxLabel:
			refuse("label", "exams.label_long", "max", maxLabel)
		}
		switch {
		case a.Multiplier < 1000 || a.Multiplier > maxMultiplier || a.ExtraMinutes < 0 || a.ExtraMinutes > maxMinutes:
			refuse("multiplier", "exams.accommodation_range", "percent", maxMultiplier/10, "minutes", maxMinutes)
		case a.Multiplier == 1000 && a.ExtraMinutes == 0 && len(a.Explains) == 0:
			refuse("multiplier", "exams.accommodation_nothing")
		}
		for _, what := range a.Explains {
			if !slices.Contains(Watchable(), what) {
				refuse("explains", "exams.explains_unknown", "what", what)
			}
		}
		if !a.Until.IsZero() && !rx.Now.Before(a.Until) {
			refuse("until", "exams.accommodation_past")
		}
		reason, err := reasonable(a.Reason, "reason")
		if a.Reason = reason; err != nil {
			wrong = append(wrong, err.(*fault.Error))
		}
		if err := allWrong(wrong); err != nil {
			return err
		}
		known, err := people.NamesIn(rx, personIDs)
		if err != nil || len(known) < len(personIDs) {
			return orMissing(err)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(personIDs, stride) {
		if err := r.db.Write(ctx, func(tx *store.Tx) error {
			for _, id := range some {
				if err := accommodateIn(tx, id, a); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return 0, err
		}
	}
	return len(personIDs), nil
}

func accommodateIn(tx *store.Tx, personID string, a Accommodation) error {
	id := tx.NewID()
	if _, err := tx.Exec(`INSERT INTO accommodation (id, person_id, label, multiplier, extra_minutes, until_ms, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, personID, a.Label, a.Multiplier, a.ExtraMinutes, store.NullMs(a.Until), a.Reason, a.By, store.Ms(tx.Now)); err != nil {
		return err
	}
	for _, what := range a.Explains {
		if _, err := tx.Exec(`INSERT INTO accommodation_signal (accommodation_id, signal) VALUES (?, ?)`, id, what); err != nil {
			return err
		}
	}
	live, err := store.All(tx.Rx, scanAttempt, `SELECT `+attemptColumns+` FROM attempt a WHERE a.person_id = ? AND a.state = 'live'`, personID)
	if err != nil {
		return err
	}
	for _, attempt := range live {
		s, ok, err := SittingIn(tx.Rx, attempt.SittingID)
		if err != nil || !ok {
			return orMissing(err)
		}
		if err := retimeIn(tx, attempt, s, adjustPayload{What: accommodated, By: a.By}); err != nil {
			return err
		}
	}
	return nil
}

// EndAccommodation ends one from now on, on record: exams that start from now on do without it, and those under way
// keep the time that they were told. HR and trainers may.
func (r *Room) EndAccommodation(ctx context.Context, actor people.Person, id, reason string) error {
	if !mayAccommodate(actor) {
		return errForbidden()
	}
	reason, err := reasonable(reason, "reason")
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		g, ok, err := store.First(tx.Rx, scanGranted, grantedQuery+` WHERE a.id = ?`, id)
		if err != nil || !ok {
			return orMissing(err)
		}
		all, err := grantedIn(tx.Rx, g.PersonID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(holding(all, tx.Now), func(held Granted) bool { return held.ID == id }) {
			return fault.New(fault.Conflict, "exams.accommodation_over")
		}
		_, err = tx.Exec(`INSERT INTO accommodation_end (accommodation_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?)`, id, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// PersonAccommodations are what one person has or had, oldest first.
type PersonAccommodations struct {
	PersonID string
	Held     []Granted // in force
	Past     []Granted // ended, run out, or replaced by a later one of the same label
}

// Accommodations are everybody's, by the latest record, the newest first. For HR and trainers: a label may tell of
// somebody's health, and is nobody else's business.
func (r *Room) Accommodations(ctx context.Context, actor people.Person) ([]PersonAccommodations, error) {
	if !mayAccommodate(actor) {
		return nil, errForbidden()
	}
	var all []PersonAccommodations
	err := r.db.Read(ctx, func(rx *store.Rx) error {
		of, order, err := grantedToAllIn(rx)
		if err != nil {
			return err
		}
		all = make([]PersonAccommodations, len(order))
		for n, id := range order {
			if err := explainIn(rx, of[id]); err != nil {
				return err
			}
			all[n] = divide(id, of[id], rx)
		}
		return nil
	})
	return all, err
}

// divide tells what is in force of a person's accommodations from what is not.
func divide(personID string, granted []Granted, rx *store.Rx) PersonAccommodations {
	p := PersonAccommodations{PersonID: personID, Held: holding(granted, rx.Now)}
	for _, g := range granted {
		if !slices.ContainsFunc(p.Held, func(held Granted) bool { return held.ID == g.ID }) {
			p.Past = append(p.Past, g)
		}
	}
	return p
}

// AccommodationsOf are those of one person, for HR and trainers and for the person.
func (r *Room) AccommodationsOf(ctx context.Context, actor people.Person, personID string) (p PersonAccommodations, err error) {
	if !mayAccommodate(actor) && actor.ID != personID {
		return p, errForbidden()
	}
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		granted, err := grantedIn(rx, personID)
		if err != nil {
			return err
		}
		err = explainIn(rx, granted)
		p = divide(personID, granted, rx)
		return err
	})
	return p, err
}

func mayAccommodate(p people.Person) bool { return p.Has(people.HR, people.Trainer) }

const grantedQuery = `SELECT a.id, a.person_id, a.label, a.multiplier, a.extra_minutes, a.until_ms, a.reason, a.by_id, a.at_ms,
	e.at_ms, coalesce(e.by_id, ''), coalesce(e.reason, '') FROM accommodation a LEFT JOIN accommodation_end e ON e.accommodation_id = a.id`

func scanGranted(row store.Row) (g Granted, err error) {
	var at int64
	var until, ended *int64
	err = row.Scan(&g.ID, &g.PersonID, &g.Label, &g.Multiplier, &g.ExtraMinutes, &until, &g.Reason, &g.By, &at, &ended, &g.EndedBy, &g.EndReason)
	g.Until, g.At, g.EndedAt = store.NullTime(until), store.Time(at), store.NullTime(ended)
	return g, err
}

// grantedIn are all accommodations of a person, oldest first.
func grantedIn(rx *store.Rx, personID string) ([]Granted, error) {
	return store.All(rx, scanGranted, grantedQuery+` WHERE a.person_id = ? ORDER BY a.at_ms, a.id`, personID)
}

// explainIn adds which signals accommodations explain.
func explainIn(rx *store.Rx, granted []Granted) error {
	if len(granted) == 0 {
		return nil
	}
	explains := map[string][]string{}
	if err := rx.Each(`SELECT x.accommodation_id, x.signal FROM accommodation_signal x JOIN accommodation a ON a.id = x.accommodation_id
		WHERE a.person_id = ?`, []any{granted[0].PersonID}, func(row store.Row) error {
		var id, what string
		err := row.Scan(&id, &what)
		explains[id] = append(explains[id], what)
		return err
	}); err != nil {
		return err
	}
	for n, g := range granted {
		granted[n].Explains = inOrder(explains[g.ID])
	}
	return nil
}

// inOrder is what may be watched of these, in the order in which it is said.
func inOrder(some []string) (ordered []string) {
	for _, what := range Watchable() {
		if slices.Contains(some, what) {
			ordered = append(ordered, what)
		}
	}
	return ordered
}

// grantedToAllIn are everybody's, oldest first, and the people by their latest, the newest first.
func grantedToAllIn(rx *store.Rx) (of map[string][]Granted, order []string, err error) {
	all, err := store.All(rx, scanGranted, grantedQuery+` ORDER BY a.at_ms, a.id`)
	of = map[string][]Granted{}
	for _, g := range all {
		of[g.PersonID] = append(of[g.PersonID], g)
	}
	for _, g := range slices.Backward(all) {
		if last := of[g.PersonID]; last[len(last)-1].ID == g.ID {
			order = append(order, g.PersonID)
		}
	}
	return of, order, err
}

// HeldIn are the accommodations that count for an attempt of a person that started then, with what they explain.
func HeldIn(rx *store.Rx, personID string, start time.Time) ([]Granted, error) {
	all, err := grantedIn(rx, personID)
	if err != nil {
		return nil, err
	}
	held := holding(all, start)
	return held, explainIn(rx, held)
}
