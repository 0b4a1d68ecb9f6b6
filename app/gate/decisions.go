package gate

import (
	"context"
	"strconv"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	decisionsPage  = 50
	decisionsKept  = 90 * 24 * time.Hour
	decisionsSwept = 200
)

// Asking narrows a person's page of the logbook; the zero Asking is everything.
type Asking struct {
	Denied bool   // denials alone
	Action Action // this action alone
}

// Decisions is a page of what the gate was asked about a person, the latest first, and the mark after which the next
// page starts, "" after the last. It is HR's to read. What is not written yet is not there: a second at most.
func (k *Keeper) Decisions(ctx context.Context, actor people.Person, personID string, a Asking, after string) (entries []Entry, next string, err error) {
	if !actor.Has(people.HR) {
		return nil, "", fault.New(fault.Forbidden, "gate.may_not_see")
	}
	query, args := `SELECT at_ms, id, way, person_id, number, action, allowed, level, reasons, policy_version, actor, entries FROM gate_decision WHERE person_id = ?`, []any{personID}
	if a.Denied {
		query += ` AND NOT allowed`
	}
	if a.Action != "" {
		query, args = query+` AND action = ?`, append(args, string(a.Action))
	}
	if at, id, marked := strings.Cut(after, "."); marked {
		ms, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return nil, "", fault.New(fault.NotFound, "page.not_found")
		}
		query, args = query+` AND (at_ms < ? OR at_ms = ? AND id < ?)`, append(args, ms, ms, id)
	}
	query, args = query+` ORDER BY at_ms DESC, id DESC LIMIT ?`, append(args, decisionsPage+1)
	var marks []string
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		entries, marks = nil, nil
		return rx.Each(query, args, func(r store.Row) error {
			var e Entry
			var at int64
			var id, reasons string
			if err := r.Scan(&at, &id, &e.Way, &e.PersonID, &e.Number, &e.Action, &e.Allowed, &e.Level, &reasons, &e.PolicyVersion, &e.Actor, &e.Count); err != nil {
				return err
			}
			e.At, e.Reasons = store.Time(at), strings.Fields(reasons)
			entries, marks = append(entries, e), append(marks, strconv.FormatInt(at, 10)+"."+id)
			return nil
		})
	})
	if err != nil || len(entries) <= decisionsPage {
		return entries, "", err
	}
	return entries[:decisionsPage], marks[decisionsPage-1], nil
}

// SweepDecisions removes entries of more than 90 days ago, but for the latest about each person.
func (k *Keeper) SweepDecisions(ctx context.Context) error {
	var at int64
	id := ""
	for {
		var seen int
		err := k.db.Write(ctx, func(tx *store.Tx) error {
			var ids []any
			seen = 0
			lastAt, lastID := at, id
			if err := tx.Each(`SELECT d.id, d.at_ms, d.person_id = '' OR EXISTS (SELECT 1 FROM gate_decision n WHERE n.person_id = d.person_id AND (n.at_ms > d.at_ms OR n.at_ms = d.at_ms AND n.id > d.id))
				FROM gate_decision d WHERE d.at_ms < ? AND (d.at_ms > ? OR d.at_ms = ? AND d.id > ?) ORDER BY d.at_ms, d.id LIMIT ?`,
				[]any{store.Ms(tx.Now.Add(-decisionsKept)), at, at, id, decisionsSwept}, func(r store.Row) error {
					var old bool
					if err := r.Scan(&lastID, &lastAt, &old); err != nil {
						return err
					}
					seen++
					if old {
						ids = append(ids, lastID)
					}
					return nil
				}); err != nil {
				return err
			}
			tx.After(func() { at, id = lastAt, lastID })
			if len(ids) == 0 {
				return nil
			}
			_, err := tx.Exec(`DELETE FROM gate_decision WHERE id IN (?`+strings.Repeat(`, ?`, len(ids)-1)+`)`, ids...)
			return err
		})
		if err != nil || seen < decisionsSwept {
			return err
		}
	}
}
