package learn_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/valyala/fasthttp"
)

// BenchmarkAnswer is the hot path as 64 candidates walk it at once, from the request to the durable reply.
func BenchmarkAnswer(b *testing.B) {
	const candidates = 64
	w := openExam(b, closedBook, examBase)
	handle := w.app.Handler()
	type desk struct{ token, attempt, choice string }
	desks := make([]desk, candidates)
	for i := range desks {
		amy := w.candidate(fmt.Sprintf("A-%d", i))
		id := amy.start()
		desks[i] = desk{amy.token, id, fmt.Sprintf("/attempts/%s/answers/%d", id, amy.numberOf(id, "single"))}
	}
	var left, failed atomic.Int64
	left.Store(int64(b.N))
	b.ReportAllocs()
	b.ResetTimer()
	var all sync.WaitGroup
	for _, d := range desks {
		all.Go(func() {
			var ctx fasthttp.RequestCtx
			for seq := 1; left.Add(-1) >= 0; seq++ {
				ctx.Request.Reset()
				ctx.Response.Reset()
				ctx.Request.Header.SetMethod("PUT")
				ctx.Request.SetRequestURI(d.choice)
				ctx.Request.Header.SetHost("learn.example.com")
				ctx.Request.Header.Set("Origin", examBase)
				ctx.Request.Header.SetContentType("application/json")
				ctx.Request.Header.SetCookie("session", d.token)
				ctx.Request.SetBodyString(fmt.Sprintf(`{"device":"tab","seq":%d,"response":{"choices":[%d]},"elapsed_ms":900}`, seq, seq%4))
				handle(&ctx)
				if ctx.Response.StatusCode() != 200 {
					failed.Add(1)
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "saves/s")
	if n := failed.Load(); n > 0 {
		b.Fatalf("%d saves failed", n)
	}
}
