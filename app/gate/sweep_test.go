package gate_test

import (
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/gate"
	"bainian/app/store"
)

// A record of one person that cannot be read is told of, and the others' changes all the same.
func TestASweepGoesOnBehindSomebodyWhoCannotBeDecidedAbout(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	amy, ben := w.Ready("Amy"), w.Ready("Ben")
	must(t, w.Keeper.Sweep(w.Ctx))
	must(t, w.Keeper.Waive(w.Ctx, w.HR, amy.ID, "exam:sales", w.Clock.Now().Add(time.Hour), "出差在外，下週回來再考"))
	must(t, w.DB.Write(w.Ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE waiver SET until_ms = 'x' WHERE person_id = ?`, amy.ID)
		return err
	}))
	w.Publish(gate.PolicyPath, strings.Replace(source(t, w, gate.PolicyPath), "        - employed\n", "        - employed\n        - sign_off: manager\n", 1))
	w.Clock.Add(time.Minute)
	if err := w.Keeper.Sweep(w.Ctx); err == nil || !strings.Contains(err.Error(), amy.ID) || strings.Contains(err.Error(), ben.ID) {
		t.Errorf("%v, must be about Amy alone", err)
	}
	var told string
	must(t, w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT standing FROM gate_change WHERE person_id = ? ORDER BY sequence DESC LIMIT 1`, ben.ID).Scan(&told)
	}))
	if gate.Standing(told).Takes() {
		t.Errorf("Ben's gate was last told to be %s", told)
	}
}
