package leads

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// BenchmarkDraw is a draw from a pool of 100,000, gate included, by one caller and by 64 at once.
func BenchmarkDraw(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprint(engine, "/", callers), func(b *testing.B) {
				db, err := store.Open(ctx, storetest.URL(b, engine, schemas()...), time.Now) // without the watch over nested calls
				if err != nil {
					b.Fatal(err)
				}
				defer db.Close()
				w := furnish(b, db, nil)
				w.drawsPerDay, w.perDay, w.capacity = 100_000, 100_000, 100_000
				w.open()
				for range 10 {
					var file strings.Builder
					file.WriteString("company,phone\n")
					for range 10_000 {
						w.made++
						fmt.Fprintf(&file, "企業%d,02-%08d\n", w.made, w.made)
					}
					_, err := w.Import(ctx, w.hr, strings.NewReader(file.String()), true)
					w.must(err)
				}
				crowd := make([]people.Person, callers)
				for i := range crowd {
					crowd[i] = w.hire(w.manager.ID)
				}
				var next atomic.Int64
				b.ResetTimer()
				for _, err := range together(callers, func(i int) error {
					for next.Add(1) <= int64(b.N) {
						if _, err := w.Draw(ctx, crowd[i], "", ""); err != nil {
							return err
						}
					}
					return nil
				}) {
					if err != nil {
						b.Error(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "draws/s")
			})
		}
	}
}

// BenchmarkCrowd is five hundred people who draw at once, ten leads each, from one pool of a million. Nobody may get what
// another has. Run it with -benchtime 1x.
func BenchmarkCrowd(b *testing.B) {
	const crowd, each, stock = 500, 10, 1_000_000
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(engine.String(), func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				w := benchWorld(b, engine)
				w.drawsPerDay, w.perDay = each, each
				w.open()
				w.bulkStaff("drawer", crowd, people.NewHire, "'"+w.manager.ID+"'")
				w.bulkLeads(0, stock, "pool")
				w.analyse()
				took := make([][]time.Duration, crowd)
				b.StartTimer()
				start := time.Now()
				for _, err := range together(crowd, func(i int) error {
					who := people.Person{ID: fmt.Sprint("drawer", 10_000_000+i)}
					for range each {
						asked := time.Now()
						if _, err := w.Draw(ctx, who, "", ""); err != nil {
							return err
						}
						took[i] = append(took[i], time.Since(asked))
					}
					return nil
				}) {
					if err != nil {
						b.Error(err)
					}
				}
				elapsed := time.Since(start)
				b.StopTimer()
				if n := w.count(`SELECT count(DISTINCT lead_id) FROM tenure WHERE ended_ms IS NULL`); n != crowd*each || w.count(`SELECT count(*) FROM tenure`) != n {
					b.Errorf("%d leads are held, %d were drawn", n, crowd*each)
				}
				all := slices.Concat(took...)
				b.ReportMetric(crowd*each/elapsed.Seconds(), "draws/s")
				b.ReportMetric(quantile(all, 0.5).Seconds()*1000, "ms/draw-p50")
				b.ReportMetric(quantile(all, 0.99).Seconds()*1000, "ms/draw-p99")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}
