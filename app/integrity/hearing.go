package integrity

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// maxStatement is the longest statement or appeal, in characters.
const maxStatement = 20000

func checkStatement(text string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(text)); {
	case n > maxStatement:
		return fault.New(fault.TooLarge, "integrity.text_long", "n", maxStatement).In("text")
	case n < minReason:
		return fault.New(fault.Invalid, "integrity.statement_needed", "n", minReason).In("text")
	}
	return nil
}

// Notify tells the person what the case is about and asks for their statement: from now on they see the evidence, and
// have five business days. It is the opener's to do.
func (d *Desk) Notify(ctx context.Context, actor people.Person, number int, text string) error {
	if err := checkText("text", text); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if err := c.undecided(); err != nil {
			return err
		}
		if noticed, err := happenedIn(tx.Rx, number, "noticed"); err != nil || noticed {
			return orConflict(err, "integrity.noticed")
		}
		if turn, err := stepsInIn(tx.Rx, c, actor.ID); err != nil || !turn {
			return orForbidden(err, "integrity.openers_task")
		}
		if err := eventIn(tx, number, "noticed", strings.TrimSpace(text), actor.ID); err != nil {
			return err
		}
		return d.startIn(tx, number, Statement, actor.ID)
	})
}

func orConflict(err error, key string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, key)
}

func orForbidden(err error, key string) error {
	if err != nil {
		return err
	}
	return forbidden(key)
}

// happenedIn reports whether a kind of event is on a case's record.
func happenedIn(rx *store.Rx, number int, kind string) (yes bool, err error) {
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM case_event WHERE number = ? AND kind = ?)`, number, kind).Scan(&yes)
	return yes, err
}

// DraftKind is what a person is writing.
type DraftKind string

const (
	StatementDraft DraftKind = "statement"
	AppealDraft    DraftKind = "appeal"
)

// SaveDraft keeps what a person has written so far; nobody else reads it.
func (d *Desk) SaveDraft(ctx context.Context, actor people.Person, number int, kind DraftKind, text string) error {
	if n := utf8.RuneCountInString(text); n > maxStatement {
		return fault.New(fault.TooLarge, "integrity.text_long", "n", maxStatement).In("text")
	}
	return d.onMine(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if err := writableIn(tx.Rx, c, kind); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO case_draft (number, kind, text, at_ms) VALUES (?, ?, ?, ?)
			ON CONFLICT (number, kind) DO UPDATE SET text = excluded.text, at_ms = excluded.at_ms`, number, kind, text, store.Ms(tx.Now))
		return err
	})
}

// writableIn is the fault of a text that the person cannot hand in now.
func writableIn(rx *store.Rx, c Case, kind DraftKind) error {
	if kind == AppealDraft {
		return appealableIn(rx, c)
	}
	if err := c.undecided(); err != nil {
		return err
	}
	noticed, err := happenedIn(rx, c.Number, "noticed")
	if err != nil || !noticed {
		return orConflict(err, "integrity.not_noticed")
	}
	stated, err := happenedIn(rx, c.Number, "statement")
	if err != nil || stated {
		return orConflict(err, "integrity.stated")
	}
	return nil
}

// State hands in the person's statement, once. A late one counts as long as the case is undecided.
func (d *Desk) State(ctx context.Context, actor people.Person, number int, text string) error {
	if err := checkStatement(text); err != nil {
		return err
	}
	return d.onMine(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if err := writableIn(tx.Rx, c, StatementDraft); err != nil {
			return err
		}
		if err := eventIn(tx, number, "statement", strings.TrimSpace(text), actor.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM case_draft WHERE number = ? AND kind = 'statement'`, number); err != nil {
			return err
		}
		if c.Step != Statement {
			return nil
		}
		return d.startIn(tx, number, Decision, actor.ID)
	})
}

// heardIn reports whether the person was heard: their statement is in, or the time for it has passed.
func heardIn(rx *store.Rx, c Case) (bool, error) {
	if c.Step == Statement && rx.Now.After(c.Due) {
		return true, nil
	}
	var heard bool
	err := rx.Row(`SELECT EXISTS (SELECT 1 FROM case_event WHERE number = ? AND kind IN ('statement', 'unheard'))`, c.Number).Scan(&heard)
	return heard, err
}

// Inquire asks for more investigation: the case goes back to who opened it, with what is needed, and nobody votes until
// they have answered.
func (d *Desk) Inquire(ctx context.Context, actor people.Person, number int, needs string) error {
	if err := checkText("needs", needs); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if err := c.undecided(); err != nil {
			return err
		}
		if c.Step == Inquiry {
			return fault.New(fault.Conflict, "integrity.inquiry_open")
		}
		heard, err := heardIn(tx.Rx, c)
		if err != nil || !heard {
			return orConflict(err, "integrity.not_heard")
		}
		if err := eventIn(tx, number, "inquiry", strings.TrimSpace(needs), actor.ID); err != nil {
			return err
		}
		return d.startIn(tx, number, Inquiry, actor.ID)
	})
}

// Answer says what was found out for an inquiry; the evidence itself goes on file as facts. From now on the reviewers
// have their time for the decision again.
func (d *Desk) Answer(ctx context.Context, actor people.Person, number int, text string) error {
	if err := checkText("text", text); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if c.Step != Inquiry {
			return fault.New(fault.Conflict, "integrity.no_inquiry")
		}
		if turn, err := stepsInIn(tx.Rx, c, actor.ID); err != nil || !turn {
			return orForbidden(err, "integrity.openers_task")
		}
		if err := eventIn(tx, number, "answered", strings.TrimSpace(text), actor.ID); err != nil {
			return err
		}
		return d.startIn(tx, number, Decision, actor.ID)
	})
}

// Draft is what a person has begun to write.
type Draft struct {
	Text string
	At   time.Time
}

func draftIn(rx *store.Rx, number int, kind DraftKind) (Draft, error) {
	d, _, err := store.First(rx, func(r store.Row) (d Draft, err error) {
		var at int64
		err = r.Scan(&d.Text, &at)
		d.At = store.Time(at)
		return d, err
	}, `SELECT text, at_ms FROM case_draft WHERE number = ? AND kind = ?`, number, kind)
	return d, err
}
