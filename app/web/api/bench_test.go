package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"bainian/app/apptest"
	"bainian/app/store"
)

// connections are kept alive by as many callers at once.
const connections = 64

// BenchmarkHTTP asks over real loopback sockets, the load generator in the same process: a decision with its token
// checked, beside a bare handler of the same framework that says the same, and one that does a single read.
func BenchmarkHTTP(b *testing.B) {
	m := mount(apptest.New(b, store.SQLite))
	amy := m.Ready("Amy")
	question := []byte(object(subject(amy), draw, pool))
	answer := []byte(m.send("POST", "/access/v1/evaluation", string(question)).body)
	bare := fiber.New(fiber.Config{DisableStartupMessage: true})
	say := func(f *fiber.Ctx) error {
		f.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return f.Send(answer)
	}
	bare.Post("/bare", say)
	bare.Post("/one-read", func(f *fiber.Ctx) error {
		if _, err := m.Directory.ByNumber(m.Ctx, amy.Number); err != nil {
			return err
		}
		return say(f)
	})
	bareAt, _ := listen(b, bare)
	wingAt, _ := listen(b, m.app)
	for _, c := range []struct{ name, address string }{
		{"bare", bareAt + "/bare"}, {"one-read", bareAt + "/one-read"}, {"evaluation", wingAt + "/access/v1/evaluation"},
	} {
		b.Run(c.name, func(b *testing.B) {
			client := &fasthttp.Client{MaxConnsPerHost: connections}
			defer client.CloseIdleConnections()
			b.SetParallelism((connections + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
			b.ReportAllocs()
			before := processorTime(b)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := post(client, c.address, m.token, question, answer); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
			b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// listen serves on a free port until stopped, or the test ends, and returns its address.
func listen(tb testing.TB, app *fiber.App) (address string, stop func()) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Listener(listener) }()
	stop = sync.OnceFunc(func() {
		if err := errors.Join(app.Shutdown(), <-served); err != nil {
			tb.Error(err)
		}
	})
	tb.Cleanup(stop)
	return "http://" + listener.Addr().String(), stop
}

func post(client *fasthttp.Client, address, token string, question, want []byte) error {
	q, a := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(q)
	defer fasthttp.ReleaseResponse(a)
	q.Header.SetMethod(fasthttp.MethodPost)
	q.SetRequestURI(address)
	q.Header.SetContentType(fiber.MIMEApplicationJSON)
	q.Header.Set(fiber.HeaderAuthorization, "Bearer "+token)
	q.SetBodyRaw(question)
	if err := client.Do(q, a); err != nil {
		return err
	}
	if !bytes.Equal(a.Body(), want) {
		return fmt.Errorf("%d %s", a.StatusCode(), a.Body())
	}
	return nil
}

// processorTime is what the process has used so far, the load generator included: on a machine that others use as
// well it says more than the time on the clock.
func processorTime(b testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
