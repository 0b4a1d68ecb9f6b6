package leads

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// group are people for whom one allocation is made.
type group struct {
	id, teamOf string
	people     []people.Person
}

// groups are all people who work here by their manager; "" are those whose manager does not, or who have none.
func (p *Pool) groups(ctx context.Context) (map[string][]people.Person, error) {
	var all []people.Person
	for after, more := "", true; more; more = after != "" {
		if err := p.db.Read(ctx, func(rx *store.Rx) error {
			some, next, err := people.ActiveIn(rx, after, 10*seatBatch)
			if err != nil {
				return err
			}
			all, after = append(all, some...), next
			return nil
		}); err != nil {
			return nil, err
		}
	}
	here := make(map[string]bool, len(all))
	for _, person := range all {
		here[person.ID] = true
	}
	groups := map[string][]people.Person{}
	for _, person := range all {
		manager := person.ManagerID
		if !here[manager] {
			manager = ""
		}
		groups[manager] = append(groups[manager], person)
	}
	return groups, nil
}

// planned is what other allocations hold back.
type planned struct {
	people map[string]bool // who have a share that is not given
	leads  marks
	teams  map[string]bool // that have an allocation of the day
	served map[string]bool // who have a share of the day, given or not
}

// plannedIn is what allocations of a day and later hold back, without the drafts that are about to be replaced.
func (p *Pool) plannedIn(rx *store.Rx, day string, replaced map[string]bool) (planned, error) {
	open := planned{people: map[string]bool{}, teams: map[string]bool{}, served: map[string]bool{}}
	days, err := p.workdaysIn(rx)
	if err != nil {
		return open, err
	}
	err = rx.Each(`SELECT a.team_of, a.day, a.published_ms, s.person_id, s.planned, s.given_ms, s.leads FROM allocation a JOIN allocation_share s ON s.allocation_id = a.id
		WHERE a.day >= ? AND a.ready_ms IS NOT NULL AND a.discarded_ms IS NULL`, []any{min(day, days.day(rx.Now))}, func(row store.Row) error {
		var team, of, person, leads string
		n := 0
		var published, given *int64
		if err := row.Scan(&team, &of, &published, &person, &n, &given, &leads); err != nil {
			return err
		}
		if of == day {
			open.teams[team] = true
			open.served[person] = open.served[person] || n > 0
		}
		if given != nil || n == 0 || published == nil && replaced[team] {
			return nil
		}
		open.people[person] = true
		var ids []string
		if err := decode(leads, &ids); err != nil {
			return err
		}
		for _, id := range ids {
			open.leads = append(open.leads, markOf(id))
		}
		return nil
	})
	slices.Sort(open.leads)
	return open, err
}

// drafting is how allocations are made.
type drafting struct {
	day, by string
	publish bool // at once
	filled  bool // only those that give something
}

// drafted plans one business day for all people of some groups together, so that nobody is ahead because their manager
// is, and writes an allocation for each group.
func (p *Pool) drafted(ctx context.Context, d drafting, groups []group) error {
	if len(groups) == 0 {
		return nil
	}
	read := func(f func(*store.Rx) error) error { return p.db.Read(ctx, f) }
	replaced := map[string]bool{}
	for _, g := range groups {
		replaced[g.teamOf] = true
	}
	var open planned
	if err := read(func(rx *store.Rx) (err error) {
		open, err = p.plannedIn(rx, d.day, replaced)
		return err
	}); err != nil {
		return err
	}
	var sitters []sitter
	ends := make([]int, len(groups)) // in sitters
	for i, g := range groups {
		for some := range slices.Chunk(g.people, seatBatch) {
			if err := read(func(rx *store.Rx) error {
				seated, err := p.sittersIn(rx, some, d.day, open.people)
				if err == nil {
					sitters = append(sitters, seated...)
				}
				return err
			}); err != nil {
				return err
			}
		}
		ends[i] = len(sitters)
	}
	seats := make([]Seat, len(sitters))
	for i, s := range sitters {
		seats[i] = s.seat
	}
	plan := newPlan(seats)
	if err := p.fill(read, plan, open.leads, groups[0].id); err != nil {
		return err
	}
	var pieces []piece
	from := 0
	for i, g := range groups {
		given := plan.given[from:ends[i]]
		if !d.filled || slices.ContainsFunc(given, func(ids []string) bool { return len(ids) > 0 }) {
			pieces = append(pieces, piecesOf(g, sitters[from:ends[i]], given)...)
		}
		from = ends[i]
	}
	return p.layDown(ctx, d, pieces)
}

// piece is a part of an allocation that fits into a transaction.
type piece struct {
	group       group
	rows        [][]any
	first, last bool
}

// shareBatch is how many shares one transaction writes.
const shareBatch = 100

// piecesOf are an allocation in pieces.
func piecesOf(g group, sitters []sitter, given [][]string) (pieces []piece) {
	var rows [][]any
	for i, s := range sitters {
		ids := given[i]
		if ids == nil {
			ids = []string{}
		}
		rows = append(rows, []any{g.id, i, s.person.ID, s.limit, string(s.barred), encode(ids), len(ids)})
	}
	for some := range slices.Chunk(rows, shareBatch) {
		pieces = append(pieces, piece{group: g, rows: some})
	}
	if len(pieces) == 0 {
		pieces = []piece{{group: g}}
	}
	pieces[0].first, pieces[len(pieces)-1].last = true, true
	return pieces
}

// layDown writes pieces, several small ones in one transaction.
func (p *Pool) layDown(ctx context.Context, d drafting, pieces []piece) error {
	for len(pieces) > 0 {
		n, rows := 1, len(pieces[0].rows)
		for n < len(pieces) && rows+len(pieces[n].rows) <= shareBatch {
			rows += len(pieces[n].rows)
			n++
		}
		some := pieces[:n]
		pieces = pieces[n:]
		if err := p.db.Write(ctx, func(tx *store.Tx) error {
			for _, piece := range some {
				if err := piece.layDownIn(tx, d); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// layDownIn writes a piece; with the last one the allocation is there, and replaces the draft that its team had.
func (q piece) layDownIn(tx *store.Tx, d drafting) error {
	id, now := q.group.id, store.Ms(tx.Now)
	if q.first {
		if _, err := tx.Exec(`INSERT INTO allocation (id, day, team_of, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, id, d.day, q.group.teamOf, d.by, now); err != nil {
			return err
		}
	}
	if err := insertRows(tx, `INSERT INTO allocation_share (allocation_id, place, person_id, room, barred, leads, planned)`, q.rows); err != nil || !q.last {
		return err
	}
	if _, err := tx.Exec(`UPDATE allocation SET discarded_ms = ?, discarded_by = ? WHERE team_of = ? AND id <> ? AND published_ms IS NULL AND discarded_ms IS NULL`,
		now, d.by, q.group.teamOf, id); err != nil {
		return err
	}
	n, err := tx.Exec(`UPDATE allocation SET ready_ms = ? WHERE id = ? AND discarded_ms IS NULL`, now, id)
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, "allocation.superseded")
	}
	if d.publish {
		return publishIn(tx, id, d.by)
	}
	return nil
}

// leadsIn are leads by their ids, in no order; those that are none are missing.
func leadsIn(rx *store.Rx, ids []string) (found []Lead, err error) {
	for some := range slices.Chunk(ids, 100) {
		part, err := store.All(rx, scanLead, `SELECT `+leadColumns+` FROM lead l WHERE l.id IN (`+places(len(some))+`) AND `+imported, anys(some)...)
		if err != nil {
			return nil, err
		}
		found = append(found, part...)
	}
	return found, nil
}

// byPlace sorts leads as somebody would visit them.
func byPlace(a, b Lead) int {
	return cmp.Or(strings.Compare(a.Territory, b.Territory), strings.Compare(a.Industry, b.Industry), strings.Compare(a.Company, b.Company), strings.Compare(a.ID, b.ID))
}
