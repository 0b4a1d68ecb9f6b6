package gate

import (
	"context"
	"slices"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Episode is one breaking of the glass, brought home.
type Episode struct {
	ID            string
	At, Until     time.Time // from the breaking to its last line
	Mended        bool      // it ended in order, and not with its machine
	Snapshot      time.Time
	PolicyVersion int
	By            []string // names of the two, as they were then
	Reason        string
	Machine       string // where it ran
	ImportedAt    time.Time
	ImportedBy    string

	Allowed, Denied, Wrong int  // decisions; wrong: allowed by the glass, and the gate itself would have said no
	Read                   bool // by whoever asks
}

// GlassDecision is one decision of a broken glass. Reasons are, of one that was Wrong, what the gate had against it when
// the log was brought home, as others may know them.
type GlassDecision struct {
	At       time.Time
	Way      Way
	PersonID string
	Number   string
	Action   Action
	Allowed  bool
	Machine  string
	Wrong    bool
	Reasons  []string
}

// OnBroughtHome adds what must happen in the transaction that puts an episode, or what is new of it, on record.
func (k *Keeper) OnBroughtHome(f func(tx *store.Tx, e Episode) error) {
	k.onBroughtHome = append(k.onBroughtHome, f)
}

// BringHome puts everything that a log tells on record, and returns how many lines were new. What was brought home
// before is passed over, so that a log may come again, longer or not. Of what the glass allowed, the gate is asked what
// it says now: nothing could change while the database was away, so whoever is denied now was let through by a snapshot
// that was older than the change, or by what has run out since.
func (k *Keeper) BringHome(ctx context.Context, actor people.Person, log GlassLog) (lines int, err error) {
	if err := mayHold(actor); err != nil {
		return 0, err
	}
	var starts []int
	for i, l := range log.Lines {
		if l.Kind == LineBroken {
			starts = append(starts, i)
		}
	}
	for i, start := range starts {
		end := len(log.Lines)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		n, err := k.bringEpisode(ctx, actor, log.Lines[start:end])
		if lines += n; err != nil {
			return lines, err
		}
	}
	return lines, nil
}

func (k *Keeper) bringEpisode(ctx context.Context, actor people.Person, lines []GlassLine) (fresh int, err error) {
	first := lines[0]
	for {
		n := 0
		err := k.db.Write(ctx, func(tx *store.Tx) error {
			seen, _, err := store.First(tx.Rx, func(r store.Row) (n int, err error) { return n, r.Scan(&n) }, `SELECT last_line FROM break_glass WHERE id = ?`, first.Episode)
			if err != nil {
				return err
			}
			begin := slices.IndexFunc(lines, func(l GlassLine) bool { return l.N > seen })
			if begin < 0 {
				n = 0
				return nil
			}
			some := lines[begin:min(begin+takenAtOnce, len(lines))]
			n = len(some)
			return k.bringIn(tx, actor, first, some, begin+n == len(lines))
		})
		if fresh += n; err != nil || n == 0 {
			return fresh, err
		}
	}
}

// bringIn puts some lines of an episode on record; with the last, whoever must hear of it does.
func (k *Keeper) bringIn(tx *store.Tx, actor people.Person, first GlassLine, some []GlassLine, whole bool) error {
	last := some[len(some)-1]
	var ids, names []string
	for _, by := range first.By {
		ids, names = append(ids, by.ID), append(names, by.Name)
	}
	if _, err := tx.Exec(`INSERT INTO break_glass (id, at_ms, ended_ms, mended, snapshot_ms, digest, policy_version, by_ids, by_names, reason, machine, last_line, imported_ms, imported_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET ended_ms = excluded.ended_ms, mended = excluded.mended, last_line = excluded.last_line`,
		first.Episode, store.Ms(first.At), store.Ms(last.At), last.Kind == LineMended, store.Ms(first.Snapshot), first.Digest, first.Policy, strings.Join(ids, " "),
		strings.Join(names, "\n"), first.Reason, first.Machine, last.N, store.Ms(tx.Now), actor.ID); err != nil {
		return err
	}
	var entries []Entry
	for _, l := range some {
		if l.Kind != LineDecision {
			continue
		}
		d, err := k.judgedIn(tx.Rx, l)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO break_glass_decision (glass_id, line, at_ms, way, person_id, number, action, allowed, machine, now_denied, reasons)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, first.Episode, l.N, store.Ms(l.At), string(l.Way), l.Person, l.Number, string(l.Action), l.Allowed, l.Machine,
			d.Wrong, strings.Join(d.Reasons, " ")); err != nil {
			return err
		}
		entries = append(entries, Entry{At: l.At, Way: ByGlass, PersonID: l.Person, Number: l.Number, Action: l.Action, Allowed: l.Allowed, Level: l.Level,
			Reasons: l.Reasons, PolicyVersion: first.Policy, Actor: l.Machine, Count: 1})
	}
	if len(entries) > 0 {
		if err := enterIn(tx, entries); err != nil {
			return err
		}
	}
	if !whole {
		return nil
	}
	e, err := episodeIn(tx.Rx, "", first.Episode)
	if err != nil {
		return err
	}
	for _, f := range k.onBroughtHome {
		if err := f(tx, e); err != nil {
			return err
		}
	}
	return nil
}

// judgedIn holds what a line allowed against what the gate says now.
func (k *Keeper) judgedIn(rx *store.Rx, l GlassLine) (d GlassDecision, err error) {
	if !l.Allowed {
		return d, nil
	}
	now, err := k.DecideIn(rx, l.Person)
	switch {
	case fault.HasKey(err, "gate.no_person"), fault.HasKey(err, "gate.no_policy") && !now.Allows(l.Action):
		d.Wrong, d.Reasons = true, []string{fault.KeyOf(err)}
	case err != nil && !fault.HasKey(err, "gate.no_policy"):
		return d, err
	case !now.Allows(l.Action):
		d.Wrong, d.Reasons = true, EntryOf(now, ByGlass, l.Action, "").Reasons
	}
	return d, nil
}

const episodeColumns = `b.id, b.at_ms, b.ended_ms, b.mended, b.snapshot_ms, b.policy_version, b.by_names, b.reason, b.machine, b.imported_ms, b.imported_by,
	(SELECT count(*) FROM break_glass_decision d WHERE d.glass_id = b.id AND d.allowed), (SELECT count(*) FROM break_glass_decision d WHERE d.glass_id = b.id AND NOT d.allowed),
	(SELECT count(*) FROM break_glass_decision d WHERE d.glass_id = b.id AND d.now_denied), EXISTS (SELECT 1 FROM break_glass_reading r WHERE r.glass_id = b.id AND r.person_id = ?)`

func scanEpisode(r store.Row) (e Episode, err error) {
	var at, until, snapshot, imported int64
	var names string
	err = r.Scan(&e.ID, &at, &until, &e.Mended, &snapshot, &e.PolicyVersion, &names, &e.Reason, &e.Machine, &imported, &e.ImportedBy, &e.Allowed, &e.Denied, &e.Wrong, &e.Read)
	e.At, e.Until, e.Snapshot, e.ImportedAt, e.By = store.Time(at), store.Time(until), store.Time(snapshot), store.Time(imported), strings.Split(names, "\n")
	return e, err
}

func episodeIn(rx *store.Rx, readerID, id string) (Episode, error) {
	e, found, err := store.First(rx, scanEpisode, `SELECT `+episodeColumns+` FROM break_glass b WHERE b.id = ?`, readerID, id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "glass.no_episode")
	}
	return e, err
}

// Episodes are the latest fifty breakings of the glass, the latest first, for HR and admins.
func (k *Keeper) Episodes(ctx context.Context, actor people.Person) (all []Episode, err error) {
	if err := mayHold(actor); err != nil {
		return nil, err
	}
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		all, err = store.All(rx, scanEpisode, `SELECT `+episodeColumns+` FROM break_glass b ORDER BY b.at_ms DESC, b.id DESC LIMIT 50`, actor.ID)
		return err
	})
	return all, err
}

// Unread is how many breakings of the glass the actor has not read about.
func (k *Keeper) Unread(ctx context.Context, actor people.Person) (n int, err error) {
	if err := mayHold(actor); err != nil {
		return 0, err
	}
	err = k.db.ReadOne(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT count(*) FROM break_glass b WHERE NOT EXISTS (SELECT 1 FROM break_glass_reading r WHERE r.glass_id = b.id AND r.person_id = ?)`, actor.ID).Scan(&n)
	})
	return n, err
}

// Episode is one breaking of the glass, with a page of its decisions by line: the wrong ones alone, or all. The mark is
// that after which the next page starts, 0 after the last.
func (k *Keeper) Episode(ctx context.Context, actor people.Person, id string, wrong bool, after int) (e Episode, page []GlassDecision, next int, err error) {
	if err := mayHold(actor); err != nil {
		return e, nil, 0, err
	}
	query := `SELECT line, at_ms, way, person_id, number, action, allowed, machine, now_denied, reasons FROM break_glass_decision WHERE glass_id = ? AND line > ?`
	if wrong {
		query += ` AND now_denied`
	}
	var lines []int
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		if e, err = episodeIn(rx, actor.ID, id); err != nil {
			return err
		}
		page, lines = nil, nil
		return rx.Each(query+` ORDER BY line LIMIT ?`, []any{id, after, decisionsPage + 1}, func(r store.Row) error {
			var d GlassDecision
			var line int
			var at int64
			var reasons string
			err := r.Scan(&line, &at, &d.Way, &d.PersonID, &d.Number, &d.Action, &d.Allowed, &d.Machine, &d.Wrong, &reasons)
			d.At, d.Reasons = store.Time(at), strings.Fields(reasons)
			page, lines = append(page, d), append(lines, line)
			return err
		})
	})
	if err != nil || len(page) <= decisionsPage {
		return e, page, 0, err
	}
	return e, page[:decisionsPage], lines[decisionsPage-1], nil
}

// Acknowledge puts on record that the actor has read about a breaking of the glass.
func (k *Keeper) Acknowledge(ctx context.Context, actor people.Person, id string) error {
	if err := mayHold(actor); err != nil {
		return err
	}
	return k.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := episodeIn(tx.Rx, actor.ID, id); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO break_glass_reading (glass_id, person_id, at_ms) VALUES (?, ?, ?) ON CONFLICT (glass_id, person_id) DO NOTHING`, id, actor.ID, store.Ms(tx.Now))
		return err
	})
}
