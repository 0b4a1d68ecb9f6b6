package leads

import (
	"slices"
	"testing"
)

func TestSampleIsForThoseToWhomTheGateShowsLeads(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(12)
		taken := w.draw(w.bob)
		w.close() // amy and bob look on
		sample, err := w.Sample(ctx, w.amy)
		w.must(err)
		if len(sample) != sampleSize {
			t.Fatalf("%d leads are shown", len(sample))
		}
		for _, l := range sample {
			if l.Company == "" || !l.Masked || l.Contact+l.Phone+l.Note != "" || l.ID == taken.Lead.ID {
				t.Errorf("%+v", l)
			}
		}
		again, err := w.Sample(ctx, w.amy)
		w.must(err)
		if !slices.Equal(again, sample) {
			t.Error("asking again shows others")
		}
		w.open()
		if sample, err = w.Sample(ctx, w.amy); err != nil || len(sample) != sampleSize {
			t.Errorf("an open gate shows %d leads, %v", len(sample), err)
		}
		w.redLine(w.bob)
		w.close()
		w.must(w.dir.Deactivate(ctx, w.hr, w.amy.ID, "left"))
		if sample, err = w.Sample(ctx, w.amy); err != nil || len(sample) != 0 {
			t.Errorf("whoever has left is shown %d leads, %v", len(sample), err)
		}
		if sample, err = w.Sample(ctx, w.bob); err != nil || len(sample) != 0 {
			t.Errorf("a red line is shown %d leads, %v", len(sample), err)
		}
	})
}
