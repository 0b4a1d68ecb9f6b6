package jobs

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"bainian/app/store"
)

//go:embed schema
var files embed.FS

// Schema is the table of jobs.
func Schema() store.Schema { return store.Schema{Domain: "jobs", Files: files} }

// bell wakes the queue of this process for a job that was just added.
const bell = "jobs"

// Add promises a job: its kind's handler gets payload as JSON, once the transaction is durable and the time
// after has come (the zero time: at once).
func Add(tx *store.Tx, kind string, payload any, after time.Time) error {
	body, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("jobs: payload of %s: %w", kind, err)
	}
	if after.Before(tx.Now) {
		after = tx.Now
	}
	_, err = tx.Exec(`INSERT INTO job (id, kind, payload, added_ms, ready_ms, tries, last_error) VALUES (?, ?, ?, ?, ?, 0, '')`,
		tx.NewID(), kind, string(body), store.Ms(tx.Now), store.Ms(after))
	tx.Ring(bell)
	return err
}

// plan puts a schedule into the table, or brings forward one that used to be rarer.
func plan(tx *store.Tx, s schedule) error {
	_, err := tx.Exec(`INSERT INTO job (id, kind, payload, added_ms, ready_ms, tries, last_error) VALUES (?, ?, '', ?, ?, 0, '')
		ON CONFLICT (id) DO NOTHING`, s.id(), s.id(), store.Ms(tx.Now), store.Ms(tx.Now))
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE job SET ready_ms = ? WHERE id = ? AND tries = 0 AND ready_ms > ?`,
		store.Ms(tx.Now.Add(s.every)), s.id(), store.Ms(tx.Now.Add(s.every)))
	return err
}

// ready are a few jobs of these kinds that may be taken now, and how long until the next one may be.
func ready(rx *store.Rx, kinds []string) (ids []string, wait time.Duration, err error) {
	wait = poll
	if len(kinds) == 0 {
		return nil, wait, nil
	}
	args := make([]any, len(kinds))
	for i, kind := range kinds {
		args[i] = kind
	}
	err = rx.Each(`SELECT id, ready_ms FROM job WHERE failed_ms IS NULL AND kind IN (?`+strings.Repeat(", ?", len(kinds)-1)+`)
		ORDER BY ready_ms LIMIT 64`, args, func(row store.Row) error {
		var id string
		var ms int64
		if err := row.Scan(&id, &ms); err != nil {
			return err
		}
		if in := store.Time(ms).Sub(rx.Now); in > 0 {
			wait = min(wait, in)
		} else {
			ids = append(ids, id)
		}
		return nil
	})
	return ids, wait, err
}

// take leases one of the jobs, or none when others were quicker. It starts anywhere among them, so that
// several processes do not all want the first.
func take(tx *store.Tx, ids []string) (job, bool, error) {
	start := int(tx.Secret(1)[0])
	for i := range ids {
		id := ids[(start+i)%len(ids)]
		j, found, err := store.First(tx.Rx, scan, `UPDATE job SET ready_ms = ?, tries = tries + 1
			WHERE id = ? AND failed_ms IS NULL AND ready_ms <= ? RETURNING id, kind, payload, tries`,
			store.Ms(tx.Now.Add(lease)), id, store.Ms(tx.Now))
		if found || err != nil {
			return j, found, err
		}
	}
	return job{}, false, nil
}

func scan(row store.Row) (j job, err error) {
	err = row.Scan(&j.id, &j.kind, &j.payload, &j.tries)
	return j, err
}

// The rest change nothing when the lease was lost meanwhile: another process has the job now.

func renew(tx *store.Tx, j job) error {
	_, err := tx.Exec(`UPDATE job SET ready_ms = ? WHERE id = ? AND tries = ?`, store.Ms(tx.Now.Add(lease)), j.id, j.tries)
	return err
}

func remove(tx *store.Tx, j job) error {
	_, err := tx.Exec(`DELETE FROM job WHERE id = ? AND tries = ?`, j.id, j.tries)
	return err
}

func putBack(tx *store.Tx, j job, tries int, next time.Time, lastError string) error {
	_, err := tx.Exec(`UPDATE job SET ready_ms = ?, tries = ?, last_error = ? WHERE id = ? AND tries = ?`,
		store.Ms(next), tries, lastError, j.id, j.tries)
	return err
}

func giveUp(tx *store.Tx, j job, lastError string) error {
	_, err := tx.Exec(`UPDATE job SET failed_ms = ?, last_error = ? WHERE id = ? AND tries = ?`,
		store.Ms(tx.Now), lastError, j.id, j.tries)
	return err
}
