package leads

import (
	"fmt"
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
