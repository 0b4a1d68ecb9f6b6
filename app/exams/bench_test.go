package exams

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// benchWorld is a world on a SQLite database as the program opens it.
func benchWorld(b *testing.B) *world {
	b.Helper()
	clock := storetest.NewClock()
	db, err := store.Open(context.Background(), storetest.URL(b, store.SQLite, schemas()...), clock.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return newWorld(b, db, clock, usual())
}

// candidates are people who have each started an attempt, when start is set.
func (w *world) candidates(n int, start bool) (all []people.Person, attempts []string) {
	for i := range n {
		p := w.candidate(fmt.Sprintf("B%06d", i))
		all = append(all, p)
		if start {
			attempts = append(attempts, w.start(p))
		}
	}
	return all, attempts
}

// each spreads b.N calls over that many callers.
func each(b *testing.B, callers int, call func(caller, n int) error) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	before := processorTime(b)
	for caller := range callers {
		all.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= b.N {
					return
				}
				if err := call(caller, n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N)/1000, "cpu-µs/op")
}

// processorTime is what the process has used so far: on a machine that others use as well it says more than the time on
// the clock.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkAnswer is a durable save, each caller a candidate of their own.
func BenchmarkAnswer(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			w := benchWorld(b)
			all, attempts := w.candidates(callers, true)
			responses := make([][]questions.Response, callers)
			for i, id := range attempts {
				for n := range 10 {
					responses[i] = append(responses[i], w.right(id, n+1))
				}
			}
			seqs := make([]int64, callers)
			each(b, callers, func(i, _ int) error {
				seqs[i]++
				n := int(seqs[i]) % 10
				_, err := w.room.Answer(context.Background(), all[i], attempts[i], n+1, Save{Device: "laptop", Seq: seqs[i], Response: responses[i][n]})
				return err
			})
		})
	}
}

// BenchmarkStart deals and stores a form, each call another candidate's.
func BenchmarkStart(b *testing.B) {
	w := benchWorld(b)
	all, _ := w.candidates(b.N, false)
	each(b, 64, func(_, n int) error {
		_, err := w.room.Start(context.Background(), all[n], w.sitting.ID, w.terms(w.sitting.ID))
		return err
	})
}

// BenchmarkSubmit grades, signs and commits a paper of ten answers.
func BenchmarkSubmit(b *testing.B) {
	w := benchWorld(b)
	all, attempts := w.candidates(b.N, true)
	for i, id := range attempts {
		for n := 1; n <= 10; n++ {
			w.save(all[i], id, n, int64(n), w.right(id, n))
		}
	}
	each(b, 64, func(_, n int) error {
		_, err := w.room.Submit(context.Background(), all[n], attempts[n])
		return err
	})
}

// BenchmarkClock is what every room asks when it has heard nothing for four seconds.
func BenchmarkClock(b *testing.B) {
	w := benchWorld(b)
	all, attempts := w.candidates(64, true)
	each(b, 64, func(i, _ int) error {
		_, err := w.room.Clock(context.Background(), all[i], attempts[i])
		return err
	})
}

// BenchmarkExtendAll gives everybody more time, per attempt.
func BenchmarkExtendAll(b *testing.B) {
	w := benchWorld(b)
	const live = 500
	w.candidates(live, true)
	seen := ""
	b.ResetTimer()
	for range b.N {
		n, err := w.room.ExtendAll(context.Background(), w.trainer, w.sitting.ID, 1, "停電", seen)
		if err != nil || n != live {
			b.Fatal(n, err)
		}
		d, err := w.room.Sitting(context.Background(), w.trainer, w.sitting.ID)
		if err != nil {
			b.Fatal(err)
		}
		seen = d.LastAdjustment()
	}
	b.ReportMetric(float64(b.N*live)/b.Elapsed().Seconds(), "attempts/s")
}

// BenchmarkBoard is what the board of five hundred asks every second or two for each of its watchers, ten at once, beside
// the bare reading of those rows.
func BenchmarkBoard(b *testing.B) {
	const watchers = 10
	w := benchWorld(b)
	eye := w.watch()
	all, ids := w.seats(500)
	for i, id := range ids {
		if i%4 == 0 {
			if err := w.room.Observe(context.Background(), all[i], id, "d", []Event{{Kind: "focus_lost"}, {Kind: "focus_back"}}); err != nil {
				b.Fatal(err)
			}
		}
	}
	if _, err := w.room.Tell(context.Background(), eye, w.sitting.ID, "", "還有十分鐘"); err != nil {
		b.Fatal(err)
	}
	b.Run("board", func(b *testing.B) {
		each(b, watchers, func(_, _ int) error {
			_, err := w.room.Board(context.Background(), eye, w.sitting.ID)
			return err
		})
	})
	b.Run("rows", func(b *testing.B) {
		each(b, watchers, func(_, _ int) error {
			return w.db.Read(context.Background(), func(rx *store.Rx) error {
				rows := 0
				err := rx.Each(`SELECT id, person_id, state, card, deadline_ms, contact_ms FROM attempt WHERE sitting_id = ?`, []any{w.sitting.ID}, func(row store.Row) error {
					var id, person, state, card string
					var deadline, contact int64
					rows++
					return row.Scan(&id, &person, &state, &card, &deadline, &contact)
				})
				if err == nil && rows != 501 {
					err = fmt.Errorf("%d rows", rows)
				}
				return err
			})
		})
	})
}
