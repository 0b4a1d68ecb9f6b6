package integrity

import (
	"context"
	"encoding/json"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

// finalJob ends the time for appeals against a red line.
const finalJob = "integrity/final"

// appealTime is how long a red line can be appealed before it is final: ten business days to file and ten to
// decide, as the four calendar weeks that hold them.
const appealTime = 28 * 24 * time.Hour

type finalPayload struct {
	Number int `json:"number"`
}

// finalise makes a red line final, once, unless an appeal was upheld in time.
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
		var settled bool
		if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM overturning WHERE number = ?)
			OR EXISTS (SELECT 1 FROM case_event WHERE number = ? AND kind = 'final')`, p.Number, p.Number).Scan(&settled); err != nil || settled {
			return err
		}
		if err := eventIn(tx, p.Number, "final", "", people.SystemID); err != nil {
			return err
		}
		return d.consequencesIn(tx, Verdict{CaseNumber: c.Number, PersonID: c.PersonID, AttemptID: c.AttemptID, Outcome: c.Outcome, Final: true, By: []string{people.SystemID}})
	})
}
