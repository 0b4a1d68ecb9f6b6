package post_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"bainian/app/jobs"
	"bainian/app/post"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// BenchmarkRevocationToArrival is the time from the commit of one revocation to its arrival at a receiver on this
// machine, the queue running as it does in the program, while nothing else waits.
func BenchmarkRevocationToArrival(b *testing.B) {
	clock := storetest.NewClock()
	db, err := store.Open(context.Background(), storetest.URL(b, store.SQLite, pushSchemas()...), clock.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	networks, err := post.ParseNetworks("127.0.0.0/8")
	if err != nil {
		b.Fatal(err)
	}
	queue := jobs.New(db, slog.New(slog.DiscardHandler))
	o := post.New(db, queue, nil, nil, post.Push{Source: "https://training.example.com", Networks: networks, Kinds: kinds()})
	arrived := make(chan time.Time, 1)
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- time.Now() }))
	defer site.Close()
	ctx, cancel := context.WithCancel(context.Background())
	if _, _, err := o.Subscribe(ctx, admin, post.Terms{URL: site.URL, Description: "CRM", Kinds: []string{"door.opened", "door.shut"}}, post.V1); err != nil {
		b.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { _ = queue.Run(ctx) })
	defer running.Wait()
	defer cancel()
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		if err := db.Write(ctx, func(tx *store.Tx) error {
			return o.HookIn(tx, post.Hook{Kind: "door.shut", Topic: fmt.Sprint(n), Subject: fmt.Sprint(n), Sequence: 1, Urgent: true})
		}); err != nil {
			b.Fatal(err)
		}
		committed := time.Now()
		took = append(took, max(0, (<-arrived).Sub(committed)))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
