package leads

import "testing"

// However somebody would have come by a lead, what the gate said is on record.
func TestWhateverAsksTheGateIsOnRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(4)
		a, b := w.draw(w.amy).Lead.ID, w.draw(w.amy).Lead.ID
		id, _ := w.drafts(w.manager)
		w.close()
		_, err := w.Transfer(ctx, w.manager, a, w.bob.ID, "換人")
		w.closed(err)
		_, err = w.Swap(ctx, w.amy, []string{a}, []string{b}, "")
		w.closed(err)
		w.publishes(w.manager, id)
		w.open()
		_, err = w.Swap(ctx, w.amy, []string{a}, []string{b}, "")
		w.must(err)
		w.must(w.keeper.Logbook().Flush(ctx))
		for what, want := range map[string]int{
			`way = 'draw' AND allowed`: 2,
			`way = 'assign' AND NOT allowed AND person_id = '` + w.bob.ID + `'`: 2, // the transfer and the share
			`way = 'assign' AND NOT allowed AND person_id = '` + w.amy.ID + `'`: 1,
			`way = 'swap' AND NOT allowed AND actor = '` + w.amy.ID + `'`:       1,
			`way = 'swap' AND allowed`:                                          1,
			`NOT allowed AND reasons <> 'pledge'`:                               0,
		} {
			if n := w.count(`SELECT count(*) FROM gate_decision WHERE ` + what); n != want {
				t.Errorf("%s: %d, want %d", what, n, want)
			}
		}
	})
}
