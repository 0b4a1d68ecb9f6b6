package integrity

import (
	"context"
	"errors"
	"time"

	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// Keeper keeps something that is to be kept for a time only. Sweep removes what is past its time and says how much of
// it there was, and of how many records: attempts, pictures.
type Keeper struct {
	Name  string
	Sweep func(ctx context.Context) (removed, records int, err error)
}

// Keep adds a keeper to the daily round.
func (d *Desk) Keep(k Keeper) { d.keepers = append(d.keepers, k) }

// How long what an attempt's browser claimed is kept, and the pictures of its camera: so long after the end of what they
// could matter for, calendar days.
const (
	keepEvents   = 90 * day
	keepPictures = 30 * day
	keepRedLine  = 2 * year // after the employment has ended
)

// Daily is the desk's round of a day: it takes cases of an older version into the ledger and gives them their clocks,
// and removes what is past its time, each on record.
func (d *Desk) Daily(ctx context.Context) error {
	if err := d.adopt(ctx); err != nil {
		return err
	}
	var failed error // one keeper's trouble is no reason for another to keep what it must not
	for _, k := range d.keepers {
		removed, records, err := k.Sweep(ctx)
		if failed = errors.Join(failed, err); removed == 0 {
			continue
		}
		if err := d.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO retention_run (id, keeper, removed, records, at_ms) VALUES (?, ?, ?, ?, ?)`, tx.NewID(), k.Name, removed, records, store.Ms(tx.Now))
			return err
		}); err != nil {
			return errors.Join(failed, err)
		}
	}
	return failed
}

// adopt takes in the cases from before there were chains and clocks, a case a transaction.
func (d *Desk) adopt(ctx context.Context) error {
	var cases []Case
	if err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		cases, err = store.All(rx, scanCase, `SELECT `+caseColumns+` FROM integrity_case WHERE head_seq = 0 ORDER BY number`)
		return err
	}); err != nil {
		return err
	}
	for _, c := range cases {
		if err := d.db.Write(ctx, func(tx *store.Tx) error {
			step := map[State]Step{Flagged: Triage, Open: Notice, Second: Decision}[c.State]
			if step != "" && c.Step == "" {
				if err := d.startIn(tx, c.Number, step, people.SystemID); err != nil {
					return err
				}
			}
			return chainIn(tx, c.Number)
		}); err != nil {
			return err
		}
	}
	return nil
}

// standing is what decides how long the events of an attempt are kept.
type standing struct {
	ended   time.Time // of the attempt
	open    bool      // a case about it is not closed, or its verdict not final
	settled time.Time // when the case about it came to its end; zero without one
	red     bool      // the verdict is a red line that stands
	left    time.Time // when the person's employment ended; zero while it has not
}

// pictured reports whether pictures are still kept: 30 days after the attempt, or after its case has come to its end. An
// open case freezes it, and a red line that stands keeps them as long as its file.
func (s standing) pictured(now time.Time) bool {
	if s.open || s.red {
		return !s.past(now)
	}
	last := s.ended
	if s.settled.After(last) {
		last = s.settled
	}
	return !now.After(last.Add(keepPictures))
}

// past reports whether the time is over: 90 days after the attempt, or after its case has come to its end; for a red
// line that stands two years after the employment. An open case freezes it.
func (s standing) past(now time.Time) bool {
	switch {
	case s.open:
		return false
	case s.red:
		return !s.left.IsZero() && now.After(s.left.Add(keepRedLine))
	}
	last := s.ended
	if s.settled.After(last) {
		last = s.settled
	}
	return now.After(last.Add(keepEvents))
}

// atOnce is how many entries one transaction removes.
const atOnce = 200

// sweepEvents removes what browsers claimed in attempts whose time is over; the journal's hashes stay, and the removal
// is in the ledger. It looks for them beside the writer, since it passes over every attempt that there ever was.
func (d *Desk) sweepEvents(ctx context.Context) (removed, records int, err error) {
	for after := ""; ; {
		var some []string
		if err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
			some, err = store.All(rx, scanText, `SELECT a.id FROM attempt a WHERE a.id > ? AND a.ended_ms < ?
				AND NOT EXISTS (SELECT 1 FROM rehearsal h WHERE h.sitting_id = a.sitting_id)
				AND EXISTS (SELECT 1 FROM journal j WHERE j.chain = a.id AND j.type = 'observe' AND j.payload IS NOT NULL) ORDER BY a.id LIMIT ?`,
				after, store.Ms(rx.Now.Add(-keepEvents)), atOnce)
			return err
		}); err != nil {
			return removed, records, err
		}
		for _, id := range some {
			gone, err := d.removeClaims(ctx, id)
			removed, records = removed+gone, records+boolean(gone > 0)
			if err != nil {
				return removed, records, err
			}
			after = id
		}
		if len(some) < atOnce {
			return removed, records, nil
		}
	}
}

// removeClaims removes all claims of an attempt, if their time is over, some at a time.
func (d *Desk) removeClaims(ctx context.Context, attemptID string) (gone int, err error) {
	for some := atOnce; some == atOnce; gone += some {
		if err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
			some, err = removeIn(tx, attemptID)
			return err
		}); err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// removeIn removes some of an attempt's claims, if their time is over.
func removeIn(tx *store.Tx, attemptID string) (int, error) {
	s, err := standingOfIn(tx.Rx, attemptID)
	if err != nil || !s.past(tx.Now) {
		return 0, err
	}
	seqs, err := store.All(tx.Rx, func(r store.Row) (seq int64, err error) {
		err = r.Scan(&seq)
		return seq, err
	}, `SELECT seq FROM journal WHERE chain = ? AND type = 'observe' AND payload IS NOT NULL ORDER BY seq LIMIT ?`, attemptID, atOnce)
	if err != nil {
		return 0, err
	}
	return ledger.RemoveIn(tx, attemptID, seqs)
}

func standingOfIn(rx *store.Rx, attemptID string) (s standing, err error) {
	var ended, settled, left int64
	err = rx.Row(`SELECT coalesce(a.ended_ms, 0),
		EXISTS (SELECT 1 FROM integrity_case c WHERE c.attempt_id = a.id AND (c.state <> 'closed' OR c.step <> '')),
		coalesce((SELECT max(e.at_ms) FROM case_event e JOIN integrity_case c ON c.number = e.number WHERE c.attempt_id = a.id AND e.kind IN ('dismissed', 'closed', 'overturned', 'final')), 0),
		EXISTS (SELECT 1 FROM verdict v WHERE v.attempt_id = a.id AND v.outcome = 'red_line' AND NOT EXISTS (SELECT 1 FROM overturning o WHERE o.number = v.number)),
		coalesce((SELECT max(x.at_ms) FROM employee_change x JOIN employee p ON p.id = x.employee_id WHERE p.id = a.person_id AND NOT p.active AND x.kind = 'deactivated'), 0)
		FROM attempt a WHERE a.id = ?`, attemptID).Scan(&ended, &s.open, &settled, &s.red, &left)
	s.ended, s.settled, s.left = moment(ended), moment(settled), moment(left)
	return s, err
}

// sweepPictures removes the pictures of cameras whose time is over.
func (d *Desk) sweepPictures(ctx context.Context) (removed, records int, err error) {
	var before time.Time
	if err := d.db.Read(ctx, func(rx *store.Rx) error {
		before = rx.Now.Add(-keepPictures)
		return nil
	}); err != nil {
		return 0, 0, err
	}
	for {
		n, err := d.room.ForgetSnapshots(ctx, before, func(rx *store.Rx, attemptID string) (bool, error) {
			s, err := standingOfIn(rx, attemptID)
			return err == nil && s.pictured(rx.Now), err
		})
		if removed, records = removed+n, records+n; err != nil || n == 0 {
			return removed, records, err
		}
	}
}
