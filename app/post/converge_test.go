package post_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/post"
	"bainian/app/store/storetest"
)

// However deliveries are lost, doubled and reordered, a receiver that keeps the highest sequence of each subject ends
// with the last that was told, without anybody's help.
func TestAReceiverThatKeepsTheHighestSequenceEndsRight(t *testing.T) {
	db, clock := storetest.SQLite(t, pushSchemas()...)
	o, site := pusher(t, db, clock), newReceiver(t)
	var mu sync.Mutex
	var luck []int // how the next calls go, fewer than a delivery has tries
	believes, stray := map[string]int64{}, []string(nil)
	take := func(body string) {
		var e struct {
			Subject string
			Data    struct{ N int64 }
		}
		if json.Unmarshal([]byte(body), &e) == nil {
			believes[e.Subject] = max(believes[e.Subject], e.Data.N)
		}
	}
	site.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		luckless := 0
		if len(luck) > 0 {
			luckless, luck = luck[0], luck[1:]
		}
		if stray = append(stray, string(body)); luckless != 1 { // 1: lost; 2: taken, but the answer is lost
			take(string(body))
		}
		if luckless > 0 {
			w.WriteHeader(503)
		}
	})
	o.subscribe(site.URL, post.V1)
	last := map[string]int64{}
	rapid.Check(t, func(t *rapid.T) {
		mu.Lock()
		luck = rapid.SliceOfN(rapid.IntRange(0, 2), 0, 9).Draw(t, "luck")
		mu.Unlock()
		for range rapid.IntRange(1, 15).Draw(t, "events") {
			door := fmt.Sprint("door ", rapid.IntRange(1, 3).Draw(t, "door"))
			last[door]++
			o.tell(door, last[door], rapid.SampledFrom([]string{"door.opened", "door.shut"}).Draw(t, "kind"))
			if rapid.Bool().Draw(t, "send") {
				o.drain()
			}
			clock.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "seconds")) * time.Second)
		}
		for range 10 {
			clock.Add(30 * time.Hour)
			o.drain()
		}
		mu.Lock()
		defer mu.Unlock()
		for _, body := range rapid.Permutation(stray).Draw(t, "order") { // what lay about in the network all the while
			take(body)
		}
		stray = nil
		for door, n := range last {
			if believes[door] != n {
				t.Fatalf("%s: the receiver believes %d of %d", door, believes[door], n)
			}
		}
		if b, err := o.Unsent(context.Background()); err != nil || b.Waiting+b.Failed > 0 {
			t.Fatalf("%+v %v", b, err)
		}
	})
}
