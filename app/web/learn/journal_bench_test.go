package learn_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"bainian/app/ledger"
	"bainian/app/store"
)

// BenchmarkJournalOfAnAnswer is what the logged event adds to an answer save as its candidate meets it: the request
// through a socket, with session, JSON, checks and the durable commit. Beside it, in turns, transactions of the same
// writer that append an entry (the hash and the row), and ones that only look for a person; the
// difference of the two is the event's. It reports what of the processor's time that is, in per cent of the rest of the
// save.
func BenchmarkJournalOfAnAnswer(b *testing.B) {
	const turn = 256
	w := openExam(b, closedBook, examBase)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	w.app.Handler() // builds the routes
	served := make(chan error, 1)
	go func() { served <- w.app.Server().Serve(listener) }()
	defer func() { listener.Close(); <-served }()

	var saves, appends, looks [clients]func() error
	for i := range clients {
		amy := w.candidate(fmt.Sprintf("A-%d", i))
		attempt := amy.start()
		target := fmt.Sprintf("/attempts/%s/answers/%d", attempt, amy.numberOf(attempt, "single"))
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		in, out := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
		var request fasthttp.Request
		var response fasthttp.Response
		seq := 0
		body := func() string {
			return fmt.Sprintf(`{"device":"tab","seq":%d,"response":{"choices":[%d]},"elapsed_ms":900}`, seq, seq%4)
		}
		saves[i] = func() error {
			seq++
			request.Reset()
			request.Header.SetHost("learn.example.com")
			request.Header.SetMethod(fiber.MethodPut)
			request.SetRequestURI(target)
			request.Header.Set("Origin", examBase)
			request.Header.SetContentType(fiber.MIMEApplicationJSON)
			request.Header.SetCookie("session", amy.token)
			request.SetBodyString(body())
			return exchange(&request, &response, in, out)
		}
		chain, head := "bench-"+attempt, ledger.Head{}
		var key []byte // which the seat of an attempt has at hand
		w.ok(w.db.Read(context.Background(), func(rx *store.Rx) (err error) {
			key, _, err = ledger.KeyOfIn(rx, amy.person.ID)
			return err
		}))
		appends[i] = func() error {
			return w.db.Write(context.Background(), func(tx *store.Tx) error {
				var active bool
				if err := tx.Row(`SELECT active FROM employee WHERE id = ?`, amy.person.ID).Scan(&active); err != nil {
					return err
				}
				var err error
				head, err = ledger.AppendIn(tx, chain, head, key, "answer", []byte(body()))
				return err
			})
		}
		looks[i] = func() error {
			return w.db.Write(context.Background(), func(tx *store.Tx) error {
				var active bool
				return tx.Row(`SELECT active FROM employee WHERE id = ?`, amy.person.ID).Scan(&active)
			})
		}
	}
	run := func(calls [clients]func() error, n int) time.Duration {
		var next atomic.Int64
		var all sync.WaitGroup
		before := processorTime(b)
		for i := range clients {
			all.Go(func() {
				for next.Add(1) <= int64(n) {
					if err := calls[i](); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		return processorTime(b) - before
	}
	for _, calls := range [][clients]func() error{saves, appends, looks} {
		run(calls, 4*clients)
	}
	var save, with, without time.Duration
	b.ResetTimer()
	for done := 0; done < b.N; done += turn {
		save += run(saves, turn)
		with += run(appends, turn)
		without += run(looks, turn)
	}
	event := float64(with - without)
	turns := float64((b.N + turn - 1) / turn * turn)
	b.ReportMetric(float64(save.Nanoseconds())/turns/1000, "cpu-µs/save")
	b.ReportMetric(event/turns/1000, "cpu-µs/event")
	b.ReportMetric(100*event/(float64(save)-event), "%-of-the-rest")
}
