package exams

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// Script is one answer that a person marks. Its id is random: it tells neither who gave the answer nor when, and
// the queue goes by it.
type Script struct {
	ID         string
	Exam       string
	Bank, Item string
	State      ScriptState
	HandedAt   time.Time // when the paper was handed in
	MarkedAt   time.Time // when it was marked first; zero until then

	attemptID  string
	n          int // 1-based place on the form
	claimBy    string
	claimUntil time.Time
}

// Number is what markers call a script by.
func (s Script) Number() string {
	n, err := strconv.ParseUint(s.ID[:min(len(s.ID), 8)], 16, 64)
	if err != nil {
		return s.ID
	}
	text := strconv.FormatUint(1_000_000+n%1_000_000, 10)[1:]
	return text[:3] + "-" + text[3:]
}

// claimed reports whether somebody other than that person is marking the script at present.
func (s Script) claimed(by string, now time.Time) bool {
	return s.claimBy != "" && s.claimBy != by && now.Before(s.claimUntil)
}

const scriptColumns = `s.id, s.attempt_id, s.n, s.exam, s.bank, s.item, s.state, s.handed_ms, s.claim_by, s.claim_ms, s.marked_ms`

func scanScript(row store.Row) (s Script, err error) {
	var handed int64
	var by *string
	var until, marked *int64
	if err = row.Scan(&s.ID, &s.attemptID, &s.n, &s.Exam, &s.Bank, &s.Item, &s.State, &handed, &by, &until, &marked); err != nil {
		return s, err
	}
	if by != nil {
		s.claimBy = *by
	}
	s.HandedAt, s.claimUntil, s.MarkedAt = store.Time(handed), store.NullTime(until), store.NullTime(marked)
	return s, nil
}

// scriptIn is one script; missing when there is none.
func scriptIn(rx *store.Rx, id string) (Script, error) {
	s, ok, err := store.First(rx, scanScript, `SELECT `+scriptColumns+` FROM script s WHERE s.id = ?`+rx.ForUpdate(), id)
	if err == nil && !ok {
		err = errMissing()
	}
	return s, err
}

func scriptsOfIn(rx *store.Rx, attemptID string) ([]Script, error) {
	return store.All(rx, scanScript, `SELECT `+scriptColumns+` FROM script s WHERE s.attempt_id = ? ORDER BY s.n`, attemptID)
}

// handInIn lays what a person has to mark of a paper into the queue.
func handInIn(tx *store.Tx, a *Attempt, marks Marks) error {
	for n, mark := range marks.Questions {
		if !mark.Pending {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO script (id, attempt_id, n, exam, bank, item, state, handed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			hex.EncodeToString(tx.Secret(12)), a.ID, n+1, a.Exam, mark.Bank, mark.Item, string(ScriptWaiting), store.Ms(tx.Now)); err != nil {
			return err
		}
	}
	return pendIn(tx, a, marks.Pending)
}

// pendIn keeps how many answers of an attempt wait in its row.
func pendIn(tx *store.Tx, a *Attempt, pending int) error {
	a.Pending = pending
	_, err := tx.Exec(`UPDATE attempt SET pending = ? WHERE id = ?`, pending, a.ID)
	return err
}

const handMarkColumns = `h.id, h.script_id, h.kind, h.points, h.score, h.comment, h.reason, h.by_id, h.at_ms, h.leaf_id`

func scanHandMark(row store.Row) (m HandMark, err error) {
	var points string
	var at int64
	if err = row.Scan(&m.ID, &m.ScriptID, &m.Kind, &points, &m.Score, &m.Comment, &m.Reason, &m.By, &at, &m.leaf); err != nil {
		return m, err
	}
	m.At = store.Time(at)
	return m, json.Unmarshal([]byte(points), &m.Points)
}

// handMarksIn are all marks that people gave an attempt, oldest first.
func handMarksIn(rx *store.Rx, attemptID string) ([]HandMark, error) {
	return store.All(rx, scanHandMark, `SELECT `+handMarkColumns+` FROM hand_mark h JOIN script s ON s.id = h.script_id WHERE s.attempt_id = ? ORDER BY h.at_ms, h.id`, attemptID)
}

// marksOfIn are the marks of one script, oldest first.
func marksOfIn(rx *store.Rx, scriptID string) ([]HandMark, error) {
	return store.All(rx, scanHandMark, `SELECT `+handMarkColumns+` FROM hand_mark h WHERE h.script_id = ? ORDER BY h.at_ms, h.id`, scriptID)
}

// giveIn adds a mark to the record and commits its hash to the ledger.
func giveIn(tx *store.Tx, m HandMark) (HandMark, error) {
	m.ID, m.At, m.Score = tx.NewID(), tx.Now, sumOf(m.Points)
	hash, err := m.hash()
	if err != nil {
		return m, err
	}
	if m.leaf, err = ledger.CommitIn(tx, "mark", hash); err != nil {
		return m, err
	}
	points, err := json.Marshal(m.Points)
	if err != nil {
		return m, err
	}
	_, err = tx.Exec(`INSERT INTO hand_mark (id, script_id, kind, points, score, comment, reason, by_id, at_ms, leaf_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, m.ScriptID, string(m.Kind), string(points), m.Score, m.Comment, m.Reason, m.By, store.Ms(m.At), m.leaf)
	return m, err
}

// committedIn reports whether a mark is still what the ledger holds of it, and its score the sum of its points.
func committedIn(rx *store.Rx, m HandMark) (bool, error) {
	hash, err := m.hash()
	if err != nil {
		return false, err
	}
	data, ok, err := store.First(rx, scanText, `SELECT data FROM leaf WHERE id = ?`, m.leaf)
	return ok && data == hash && m.Score == sumOf(m.Points), err
}

// isMarker reports whether the person may mark: trainers do. HR settles, decides appeals and may look up whose answer
// it is, and for that very reason does not mark; invigilators know who sat where.
func isMarker(p people.Person) bool { return p.Has(people.Trainer) }

// decides reports whether the person may settle what markers leave open.
func decides(p people.Person) bool { return p.Has(people.Trainer, people.HR) }
