package learn_test

import (
	"testing"

	"github.com/valyala/fasthttp"
)

// BenchmarkLesson reads a shipped lesson as a new hire who has begun it, through the whole handler but the socket.
func BenchmarkLesson(b *testing.B) {
	s := open(b, school())
	amy := s.as(s.newHire("林予安"))
	amy.get("/lessons/values/line")
	benchmark(b, amy, "/lessons/values/line")
}

// BenchmarkHome is the busiest of the pages that read many things.
func BenchmarkHome(b *testing.B) {
	s := open(b, school())
	s.sitting("values")
	benchmark(b, s.as(s.ready("林予安")), "/")
}

func benchmark(b *testing.B, v *visitor, target string) {
	handler := v.app.Handler()
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var c fasthttp.RequestCtx // the server too keeps its buffers for the next request
		for pb.Next() {
			c.Request.Reset()
			c.Response.Reset()
			c.Request.Header.SetMethod("GET")
			c.Request.SetRequestURI(target)
			c.Request.Header.SetHost("learn.example.com")
			c.Request.Header.Set("Cookie", v.cookie)
			handler(&c)
			if c.Response.StatusCode() != 200 {
				b.Fatal(c.Response.StatusCode())
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}
