package gate_test

import (
	"fmt"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// BenchmarkNote is what taking a decision down adds to a request: nothing waits for the database.
func BenchmarkNote(b *testing.B) {
	w := apptest.New(b, store.SQLite)
	book := w.Keeper.Logbook()
	entries := make([]gate.Entry, 10_000)
	for i := range entries {
		entries[i] = gate.Refusal(w.Clock.Now(), gate.ByEvaluation, fmt.Sprint("E", i), gate.Draw, "CRM", "gate.no_person")
	}
	b.RunParallel(func(pb *testing.PB) {
		for n := 0; pb.Next(); n++ {
			book.Note(entries[n%len(entries)])
		}
	})
}

// BenchmarkFlush is how fast decisions come on record, in rows a second.
func BenchmarkFlush(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(engine.String(), func(b *testing.B) {
			w := apptest.New(b, engine)
			book := w.Keeper.Logbook()
			rows := 0
			for b.Loop() {
				for n := range 2000 {
					book.Note(gate.Entry{At: w.Clock.Now(), Way: gate.ByEvaluation, PersonID: fmt.Sprint(n), Action: gate.Draw, Reasons: []string{"pledge", "exam:values"}})
				}
				if err := book.Flush(w.Ctx); err != nil {
					b.Fatal(err)
				}
				rows += 2000
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkSnapshot is a snapshot of a thousand people, of whom nobody takes leads yet.
func BenchmarkSnapshot(b *testing.B) {
	w := apptest.New(b, store.SQLite)
	for n := range 1000 {
		if _, err := w.Directory.Create(w.Ctx, people.System(), people.NewPerson{Number: fmt.Sprint("B", n), Name: "員工", Email: fmt.Sprint("b", n, "@test.example")}); err != nil {
			b.Fatal(err)
		}
	}
	size := 0
	began := time.Now()
	for b.Loop() {
		s, err := w.Keeper.TakeSnapshot(w.Ctx)
		if err != nil {
			b.Fatal(err)
		}
		file, err := s.Sign(w.Signer)
		if err != nil {
			b.Fatal(err)
		}
		size = len(file)
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/float64(b.N)/1000, "µs/person")
	b.ReportMetric(float64(size)/1000, "bytes/person")
}
