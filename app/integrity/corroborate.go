package integrity

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/people"
	"bainian/app/store"
)

// corroborateJob runs the tests that raise nothing, after the one that does.
const corroborateJob = "integrity/corroborate"

// fewSittings is how many earlier sittings of the exam are asked how alike the essays of strangers are.
const fewSittings = 5

// corroborateClosed runs every test over a compared sitting. It may run twice: what it said first stays.
func (d *Desk) corroborateClosed(ctx context.Context, payload []byte) error {
	var p comparePayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	var done bool
	var found []Pairing
	var s exams.Sitting
	var others []string
	var seats map[string]string
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		if err := rx.Row(`SELECT EXISTS (SELECT 1 FROM corroboration WHERE sitting_id = ?)`, p.Sitting).Scan(&done); err != nil || done {
			return err
		}
		if s, _, err = exams.SittingIn(rx, p.Sitting); err != nil {
			return err
		}
		if found, err = foundIn(rx, p.Sitting); err != nil {
			return err
		}
		if seats, err = exams.SeatsIn(rx, p.Sitting); err != nil {
			return err
		}
		others, err = store.All(rx, scanText, `SELECT id FROM sitting WHERE exam = ? AND id <> ? AND settled_ms IS NOT NULL ORDER BY settled_ms DESC LIMIT ?`, s.Exam, s.ID, fewSittings)
		return err
	})
	if err != nil || done {
		return err
	}
	papers, err := d.room.Papers(ctx, p.Sitting)
	if err != nil {
		return err
	}
	var elsewhere []exams.SatPaper
	var taught map[string][]string
	if essays := essayItems(papers); len(essays) > 0 {
		if taught, err = d.room.Taught(ctx, essays); err != nil {
			return err
		}
		for _, id := range others {
			more, err := d.room.Papers(ctx, id)
			if err != nil {
				return err
			}
			elsewhere = append(elsewhere, more...)
		}
	}
	said, err := corroborate(papers, elsewhere, taught, seats, matchesOf(papers, found), seedOf(s))
	if err != nil {
		return err
	}
	doc, err := json.Marshal(said)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO corroboration (sitting_id, detector, doc, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (sitting_id) DO NOTHING`,
			p.Sitting, detector, string(doc), store.Ms(tx.Now))
		return err
	})
}

// corroborateIn asks for the tests that raise nothing.
func corroborateIn(tx *store.Tx, sittingID string) error {
	return jobs.Add(tx, corroborateJob, comparePayload{sittingID}, tx.Now)
}

// seedOf is the seed of the simulated null: of the sitting's commitment, so that nobody can try seeds.
func seedOf(s exams.Sitting) uint64 {
	b, err := hex.DecodeString(s.Commitment)
	if err != nil || len(b) < 8 {
		return 1
	}
	return binary.BigEndian.Uint64(b)
}

// Pairing is a pair of papers that the declared test found.
type Pairing struct{ A, B string } // attempts

func foundIn(rx *store.Rx, sittingID string) ([]Pairing, error) {
	return store.All(rx, func(r store.Row) (p Pairing, err error) {
		err = r.Scan(&p.A, &p.B)
		return p, err
	}, `SELECT attempt_a, attempt_b FROM finding WHERE sitting_id = ? ORDER BY p, id`, sittingID)
}

func matchesOf(papers []exams.SatPaper, found []Pairing) []match {
	place := func(id string) int {
		return slices.IndexFunc(papers, func(p exams.SatPaper) bool { return p.ID == id })
	}
	var out []match
	for _, f := range found {
		if a, b := place(f.A), place(f.B); a >= 0 && b >= 0 {
			out = append(out, match{a: a, b: b})
		}
	}
	return out
}

// CorroborationIn is what the other tests say of a sitting; false until they have run.
func CorroborationIn(rx *store.Rx, sittingID string) (c Corroboration, ok bool, err error) {
	doc, ok, err := store.First(rx, scanText, `SELECT doc FROM corroboration WHERE sitting_id = ?`, sittingID)
	if err != nil || !ok {
		return c, false, err
	}
	return c, true, json.Unmarshal([]byte(doc), &c)
}

// SittingMap is how alike the papers of a sitting are, for reviewers.
type SittingMap struct {
	Corroboration
	Sitting  exams.Sitting
	Compared Comparison
	Pairings []Pairing
	Cases    map[string]int // of attempts that have a case, its number
}

// Found reports whether the declared test found the pair at those places of the map.
func (m SittingMap) Found(a, b int) bool {
	x, y := m.Map.Attempts[a], m.Map.Attempts[b]
	return slices.ContainsFunc(m.Pairings, func(p Pairing) bool { return p.A == x && p.B == y || p.A == y && p.B == x })
}

// SittingMap is the picture of a closed sitting. Faults: Forbidden but for reviewers, and for one who sat it; NotFound
// for no sitting; Conflict integrity.not_compared until it has been looked at.
func (d *Desk) SittingMap(ctx context.Context, actor people.Person, sittingID string) (m SittingMap, err error) {
	if !actor.Has(people.Reviewer) {
		return m, forbidden("integrity.reviewers_only")
	}
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		var ok bool
		if m.Sitting, ok, err = exams.SittingIn(rx, sittingID); err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotFound, "integrity.no_sitting")
		}
		var sat bool
		if err := rx.Row(`SELECT EXISTS (SELECT 1 FROM attempt WHERE sitting_id = ? AND person_id = ?)`, sittingID, actor.ID).Scan(&sat); err != nil {
			return err
		}
		if sat { // it would tell them of a flag on themselves
			return forbidden("integrity.own_sitting")
		}
		if m.Corroboration, ok, err = CorroborationIn(rx, sittingID); err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "integrity.not_compared")
		}
		if _, m.Compared, err = testIn(rx, sittingID); err != nil {
			return err
		}
		if m.Pairings, err = foundIn(rx, sittingID); err != nil {
			return err
		}
		m.Cases = map[string]int{}
		return rx.Each(`SELECT attempt_id, number FROM integrity_case WHERE sitting_id = ?`, []any{sittingID}, func(r store.Row) error {
			var id string
			var number int
			err := r.Scan(&id, &number)
			m.Cases[id] = number
			return err
		})
	})
	return m, err
}
