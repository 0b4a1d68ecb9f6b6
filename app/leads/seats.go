package leads

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// seatBatch is how many people one statement or one snapshot looks at.
const seatBatch = 200

// Barred says why a plan gives somebody nothing; "" when it may.
type Barred string

const (
	BarredClosed    Barred = "closed"    // the gate
	BarredLeave     Barred = "leave"     // they are on leave that day
	BarredFull      Barred = "full"      // they have taken or hold all that they may
	BarredElsewhere Barred = "elsewhere" // another draft plans for them
)

// sitter is a candidate for a seat: a person with what the day allows them.
type sitter struct {
	person people.Person
	seat   Seat
	limit  int // leads that the policy's limits leave for the day; a seat's room is that or the evening's number
	barred Barred
}

// sittersIn are what a business day allows people, by their order. A manager or somebody of HR whose gate is open, too, has
// no seat: leads are shared out among those who were hired to sell, whose role is new hire for good.
func (p *Pool) sittersIn(rx *store.Rx, team []people.Person, day string, elsewhere map[string]bool) (sitters []sitter, err error) {
	rules, err := p.RulesIn(rx)
	if err != nil {
		return nil, err
	}
	for _, person := range team {
		if !person.Has(people.NewHire) {
			continue
		}
		s := sitter{person: person, seat: Seat{PersonID: person.ID, Rooms: map[string]int{}, Turn: markOf(day + person.ID)}}
		d, err := p.keeper.DecideIn(rx, person.ID)
		switch {
		case err != nil && !fault.HasKey(err, "gate.no_policy"):
			return nil, err
		case err != nil || !d.Allows(gate.Assign):
			s.barred = BarredClosed
		case elsewhere[person.ID]:
			s.barred = BarredElsewhere
		}
		if s.barred == "" {
			s.limit, s.seat.Newcomer = d.PerDay(), d.Newcomer
			s.seat.Room = d.Cap() // less what follows
		}
		sitters = append(sitters, s)
	}
	for some := range slices.Chunk(sitters, seatBatch) {
		if err := p.seatIn(rx, some, rules, day); err != nil {
			return nil, err
		}
	}
	return sitters, nil
}

// seatIn takes off what some people have taken and hold, and adds where they sell and what they wait for.
func (p *Pool) seatIn(rx *store.Rx, some []sitter, rules *Rules, day string) error {
	ids := make([]string, len(some))
	at := make(map[string]*sitter, len(some))
	for i := range some {
		ids[i] = some[i].person.ID
		at[ids[i]] = &some[i]
	}
	these := ` IN (` + places(len(ids)) + `)`
	count := func(into map[string]int, query string, args ...any) error {
		return rx.Each(query, slices.Concat(anys(ids), args), func(row store.Row) error {
			var id string
			n := 0
			err := row.Scan(&id, &n)
			into[id] = n
			return err
		})
	}
	taken, allocated, held, away := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for _, c := range []struct {
		into  map[string]int
		query string
		args  []any
	}{
		{taken, `SELECT person_id, drawn + allocated FROM lead_day WHERE person_id` + these + ` AND day = ?`, []any{day}},
		{allocated, `SELECT person_id, allocated FROM lead_day WHERE person_id` + these + ` AND day = ?`, []any{day}},
		{held, `SELECT holder_id, count(*) FROM tenure WHERE holder_id` + these + ` AND ended_ms IS NULL GROUP BY holder_id`, nil},
		{away, `SELECT person_id, count(*) FROM absence WHERE person_id` + these + ` AND from_day <= ? AND to_day >= ? AND withdrawn_ms IS NULL GROUP BY person_id`, []any{day, day}},
	} {
		if err := count(c.into, c.query, c.args...); err != nil {
			return err
		}
	}
	beats, err := beatsIn(rx, ids)
	if err != nil {
		return err
	}
	for id, s := range at {
		if s.barred != "" {
			continue
		}
		s.limit = max(min(s.limit-taken[id], s.seat.Room-held[id]), 0)
		s.seat.Room = max(min(s.limit, rules.Evening.PerDay-allocated[id]), 0)
		s.seat.Beat = beats[id]
		switch {
		case away[id] > 0:
			s.barred = BarredLeave
		case s.seat.Room == 0:
			s.barred = BarredFull
		}
	}
	for _, terms := range rules.Pools {
		inPool := map[string]int{}
		if terms.Cap > 0 {
			if err := count(inPool, `SELECT holder_id, count(*) FROM tenure WHERE holder_id`+these+` AND pool = ? AND ended_ms IS NULL GROUP BY holder_id`, terms.Slug); err != nil {
				return err
			}
		}
		for id, s := range at {
			if s.barred != "" {
				s.seat.Room = 0
				continue
			}
			room := math.MaxInt
			if terms.Cap > 0 {
				room = max(terms.Cap-inPool[id], 0)
			}
			admits, err := admitsIn(rx, terms, id)
			if err != nil {
				return err
			}
			if admits {
				s.seat.Rooms[terms.Slug] = room
			}
		}
	}
	return coolingIn(rx, at, these, ids)
}

// coolingIn adds what people wait for.
func coolingIn(rx *store.Rx, at map[string]*sitter, these string, ids []string) error {
	err := rx.Each(`SELECT holder_id, lead_id FROM tenure WHERE holder_id`+these+` AND ended_ms IS NOT NULL AND cool_ms > ?`,
		append(anys(ids), store.Ms(rx.Now)), func(row store.Row) error {
			var holder, lead string
			err := row.Scan(&holder, &lead)
			at[holder].seat.Cooling = append(at[holder].seat.Cooling, markOf(lead))
			return err
		})
	for _, s := range at {
		slices.Sort(s.seat.Cooling)
	}
	return err
}

// waitingBatch is how many leads of a pool one snapshot reads.
const waitingBatch = 2000

// fill offers a plan the leads that wait, in the order of their random ranks from that of an allocation on and round to it
// again, until everybody is full: were it always from the first, what comes back would be given again and again before
// anything else is. What another draft has planned is left out.
func (p *Pool) fill(read func(func(*store.Rx) error) error, plan *plan, planned marks, allocation string) error {
	start := rankOf(allocation)
	for _, access := range allocatable {
		if access == AccessNewcomers && !slices.ContainsFunc(plan.seats, func(s Seat) bool { return s.Newcomer && s.Room > 0 }) {
			continue
		}
		var pools []Terms
		if err := read(func(rx *store.Rx) error {
			rules, err := p.RulesIn(rx)
			if err == nil {
				pools = rules.Pools
			}
			return err
		}); err != nil {
			return err
		}
		for _, terms := range pools {
			for _, part := range [][2]int64{{start, math.MaxInt64}, {-1, start}} {
				if err := offer(read, plan, planned, terms.Slug, access, part[0], part[1]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// offer offers a plan the leads of a pool that come after a rank and not after another, until everybody is full.
func offer(read func(func(*store.Rx) error) error, plan *plan, planned marks, pool string, access Access, after, until int64) error {
	for more := true; more && !plan.full(); {
		var some []Offered
		if err := read(func(rx *store.Rx) (err error) {
			some, after, err = waitingIn(rx, pool, access, after, until)
			return err
		}); err != nil {
			return err
		}
		for _, l := range some {
			if !planned.has(l.ID) {
				plan.offer(l)
			}
		}
		more = len(some) == waitingBatch
	}
	return nil
}

// rankOf is the rank at which an allocation begins: as random as its id, and always the same.
func rankOf(allocation string) int64 {
	sum := sha256.Sum256([]byte(allocation))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1)
}

// waitingIn are leads of a pool that come after a rank and not after another, and the rank of the last.
func waitingIn(rx *store.Rx, pool string, access Access, after, until int64) (some []Offered, last int64, err error) {
	last = after
	err = rx.Each(`SELECT l.rank, l.id, l.territory, l.industry FROM lead l WHERE l.state = 'pool' AND l.pool = ? AND l.access = ? AND l.rank > ? AND l.rank <= ? AND `+imported+`
		ORDER BY l.rank LIMIT ?`, []any{pool, access, after, until, waitingBatch}, func(row store.Row) error {
		w := Offered{Pool: pool, Access: access}
		err := row.Scan(&last, &w.ID, &w.Territory, &w.Industry)
		some = append(some, w)
		return err
	})
	return some, last, err
}

// printed is when the route of the day is printed: until then leads are allocated for the same day.
const printed Clock = 8 * 60

// allocationDay is the business day for which leads are allocated at a time: the next one, or early in the morning the
// one that begins.
func (w workdays) allocationDay(now time.Time) time.Time {
	t := now.In(w.Zone)
	if w.Business(t) && t.Before(printed.On(t)) {
		return t
	}
	return w.Next(t)
}
