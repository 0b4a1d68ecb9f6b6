package integrity

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// finalJob ends the time for appeals of the verdicts from before there were clocks.
const finalJob = "integrity/final"

type finalPayload struct {
	Number int `json:"number"`
}

// appealableIn is the fault of a case whose verdict its person cannot appeal: there is none, it is in their favour, it
// was appealed, or it is final.
func appealableIn(rx *store.Rx, c Case) error {
	if c.State != Closed || c.Outcome == NotUpheld || c.Sealed() {
		return fault.New(fault.Conflict, "integrity.nothing_to_appeal")
	}
	appealed, err := happenedIn(rx, c.Number, "appealed")
	if err != nil || appealed {
		return orConflict(err, "integrity.appealed")
	}
	final, err := happenedIn(rx, c.Number, "final")
	if err != nil || final || c.Step == AppealFiling && rx.Now.After(c.Due) {
		return orConflict(err, "integrity.appeal_late")
	}
	return nil
}

// Appeal contests a verdict, within ten business days of it: a reviewer who took no part decides. Until then nothing is
// final.
func (d *Desk) Appeal(ctx context.Context, actor people.Person, number int, text string) error {
	if err := checkStatement(text); err != nil {
		return err
	}
	return d.onMine(ctx, actor, number, func(tx *store.Tx, c Case) error { return d.appealIn(tx, c, text, actor.ID) })
}

// AppealFor puts an appeal on record that reached a reviewer on paper, of somebody who can no longer sign in.
func (d *Desk) AppealFor(ctx context.Context, actor people.Person, number int, text string) error {
	if err := checkStatement(text); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		p, ok, err := people.PersonIn(tx.Rx, c.PersonID)
		if err != nil || ok && p.Active {
			return orForbidden(err, "integrity.appeals_themselves")
		}
		return d.appealIn(tx, c, text, actor.ID)
	})
}

func (d *Desk) appealIn(tx *store.Tx, c Case, text, by string) error {
	if err := appealableIn(tx.Rx, c); err != nil {
		return err
	}
	if err := eventIn(tx, c.Number, "appealed", strings.TrimSpace(text), by); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM case_draft WHERE number = ? AND kind = 'appeal'`, c.Number); err != nil {
		return err
	}
	return d.startIn(tx, c.Number, AppealDecision, by)
}

// DecideAppeal upholds or rejects an appeal, with the reason. A third person decides it: a reviewer who took no part in
// the case. Upheld, it is the only thing that undoes a red line; rejected, the verdict is final.
func (d *Desk) DecideAppeal(ctx context.Context, actor people.Person, number int, upheld bool, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if c.Step != AppealDecision {
			return fault.New(fault.Conflict, "integrity.no_appeal")
		}
		part, err := tookPartIn(tx.Rx, number, actor.ID)
		if err != nil || part {
			return orForbidden(err, "integrity.third_person")
		}
		if !upheld {
			if err := eventIn(tx, number, "rejected", reason, actor.ID); err != nil {
				return err
			}
			return d.finalIn(tx, c)
		}
		if _, err := tx.Exec(`INSERT INTO overturning (number, reason, by_id, at_ms) VALUES (?, ?, ?, ?)`, number, reason, actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		if err := eventIn(tx, number, "overturned", reason, actor.ID); err != nil {
			return err
		}
		v := Verdict{CaseNumber: number, PersonID: c.PersonID, AttemptID: c.AttemptID, Outcome: c.Outcome, Overturned: true, By: []string{actor.ID}}
		if _, err := commitIn(tx, v); err != nil {
			return err
		}
		if err := stopIn(tx, number); err != nil {
			return err
		}
		return d.consequencesIn(tx, v)
	})
}

// finalIn makes a verdict final: nobody can appeal it any more.
func (d *Desk) finalIn(tx *store.Tx, c Case) error {
	if err := eventIn(tx, c.Number, "final", "", people.SystemID); err != nil {
		return err
	}
	if err := stopIn(tx, c.Number); err != nil || c.Outcome != RedLine {
		return err
	}
	return d.consequencesIn(tx, Verdict{CaseNumber: c.Number, PersonID: c.PersonID, AttemptID: c.AttemptID, Outcome: c.Outcome, Final: true, By: []string{people.SystemID}})
}

// finalise makes a verdict from before there were clocks final, once, unless it was appealed in time.
func (d *Desk) finalise(ctx context.Context, payload []byte) error {
	var p finalPayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		c, err := caseIn(tx.Rx, p.Number)
		if err != nil {
			return err
		}
		if appealableIn(tx.Rx, c) != nil {
			return nil
		}
		if err := d.finalIn(tx, c); err != nil {
			return err
		}
		return chainIn(tx, c.Number)
	})
}

// AppealDecided is how an appeal ended.
type AppealDecided struct {
	Upheld     bool
	Reason, By string
	At         time.Time
}
