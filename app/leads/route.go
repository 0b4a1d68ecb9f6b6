package leads

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Move says how the order of a route changes.
type Move string

const (
	Up          Move = "up"
	Down        Move = "down"
	First       Move = "first"
	ByTime      Move = "time"      // the whole of it: what has a time by that, the rest by when it is due
	ByTerritory Move = "territory" // the whole of it: one part of the town after the other
)

// ordered are the stops in an order of lead ids; those that it does not know come behind, what has a time first.
func ordered(stops []Stop, order []string) []Stop {
	stops = slices.Clone(stops)
	place := map[string]int{}
	for i, id := range order {
		place[id] = i + 1
	}
	at := func(s Stop) int {
		if n := place[s.Lead.ID]; n > 0 {
			return n
		}
		return len(order) + 1
	}
	slices.SortStableFunc(stops, func(a, b Stop) int { return cmp.Or(cmp.Compare(at(a), at(b)), byTime(a, b)) })
	return stops
}

// byTime compares stops by the time of day at which they are planned; those without one come later, as they are due.
func byTime(a, b Stop) int {
	minute := func(s Stop) int {
		if s.Plan.ID == "" || s.Plan.At < 0 {
			return 24 * 60
		}
		return int(s.Plan.At)
	}
	return cmp.Or(cmp.Compare(minute(a), minute(b)), a.Tenure.Due.Compare(b.Tenure.Due))
}

// moved is the order of the stops after a move of one of them. A stop that is not among them, or at the end already,
// changes nothing.
func moved(stops []Stop, leadID string, m Move) []string {
	switch m {
	case ByTime:
		stops = ordered(stops, nil)
	case ByTerritory:
		stops = slices.Clone(stops)
		slices.SortStableFunc(stops, func(a, b Stop) int {
			if (a.Lead.Territory == "") != (b.Lead.Territory == "") { // nobody knows where: last
				return cmp.Compare(b.Lead.Territory, a.Lead.Territory)
			}
			return cmp.Or(cmp.Compare(a.Lead.Territory, b.Lead.Territory), byTime(a, b))
		})
	}
	ids := make([]string, len(stops))
	for i, s := range stops {
		ids[i] = s.Lead.ID
	}
	from := slices.Index(ids, leadID)
	to := from
	switch m {
	case Up:
		to = from - 1
	case Down:
		to = from + 1
	case First:
		to = 0
	}
	if from < 0 || to < 0 || to >= len(ids) || to == from {
		return ids
	}
	return slices.Insert(slices.Delete(ids, from, from+1), to, leadID)
}

// MoveStop changes the order of the actor's route of today; leadID is "" for a move of the whole of it.
func (d *Diary) MoveStop(ctx context.Context, actor people.Person, leadID string, m Move) error {
	if !slices.Contains([]Move{Up, Down, First, ByTime, ByTerritory}, m) {
		return fault.New(fault.Invalid, "day.move_unknown", "move", string(m)).In("move")
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		a, err := d.agendaIn(tx.Rx, actor.ID)
		if err != nil {
			return err
		}
		doc, err := json.Marshal(moved(a.Route, leadID, m))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO lead_route (person_id, day, leads, at_ms) VALUES (?, ?, ?, ?)
			ON CONFLICT (person_id, day) DO UPDATE SET leads = excluded.leads, at_ms = excluded.at_ms`, actor.ID, a.Day, string(doc), store.Ms(tx.Now))
		return err
	})
}

// routeIn is the order that a person gave a day, as ids of leads.
func routeIn(rx *store.Rx, personID, day string) (ids []string, err error) {
	doc, found, err := store.First(rx, scanText, `SELECT leads FROM lead_route WHERE person_id = ? AND day = ?`, personID, day)
	if err != nil || !found {
		return nil, err
	}
	return ids, json.Unmarshal([]byte(doc), &ids)
}
