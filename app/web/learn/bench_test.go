package learn_test

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

// The benchmarks here go through a real socket of this machine, over as many kept connections as there are clients,
// and share its cores with them. Each stands beside the same exchange with a handler that does nothing, in the same
// run: the share of that is worth more than the figure, which is the machine's.
const clients = 64

// database is watched for nesting in tests; in a benchmark the watch would be most of what it measures.
func database(tb testing.TB, schemas ...store.Schema) (*store.DB, *storetest.Clock) {
	if _, measured := tb.(*testing.B); measured {
		return storetest.Unwatched(tb, store.SQLite, schemas...)
	}
	return storetest.SQLite(tb, schemas...)
}

// BenchmarkAnswer is the hot path: 64 candidates save at once, each waiting for the durable reply.
func BenchmarkAnswer(b *testing.B) {
	w := openExam(b, closedBook, examBase)
	var saves [clients]func(r *fasthttp.Request)
	for i := range saves {
		amy := w.candidate(fmt.Sprintf("A-%d", i))
		attempt := amy.start()
		target := fmt.Sprintf("/attempts/%s/answers/%d", attempt, amy.numberOf(attempt, "single"))
		seq := 0
		saves[i] = func(r *fasthttp.Request) {
			seq++
			r.Header.SetMethod(fiber.MethodPut)
			r.SetRequestURI(target)
			r.Header.Set("Origin", examBase)
			r.Header.SetContentType(fiber.MIMEApplicationJSON)
			r.Header.SetCookie("session", amy.token)
			r.SetBodyString(fmt.Sprintf(`{"device":"tab","seq":%d,"response":{"choices":[%d]},"elapsed_ms":900}`, seq, seq%4))
		}
	}
	beside(b, "saves/s", w.app, fiber.New(fiber.Config{DisableStartupMessage: true}).Put("/*", func(c *fiber.Ctx) error {
		return c.JSON(fiber.Map{"saved": len(c.Body()) > 0})
	}).(*fiber.App), func(client int, r *fasthttp.Request) { saves[client](r) })
}

// BenchmarkState is what every room asks when nothing has told it for a few seconds how time stands: beside saves it is
// the most frequent of all requests.
func BenchmarkState(b *testing.B) {
	w := openExam(b, closedBook, examBase)
	var ask [clients]func(r *fasthttp.Request)
	for i := range ask {
		amy := w.candidate(fmt.Sprintf("A-%d", i))
		target := "/attempts/" + amy.start() + "/state"
		ask[i] = func(r *fasthttp.Request) {
			r.SetRequestURI(target)
			r.Header.Set("Accept", fiber.MIMEApplicationJSON)
			r.Header.SetCookie("session", amy.token)
		}
	}
	beside(b, "answers/s", w.app, fiber.New(fiber.Config{DisableStartupMessage: true}).Get("/*", func(c *fiber.Ctx) error {
		return c.JSON(fiber.Map{"paused": false})
	}).(*fiber.App), func(client int, r *fasthttp.Request) { ask[client](r) })
}

// BenchmarkLesson is a lesson of the size of those that we ship, with a check of each kind, as a new hire who has
// begun it sees it.
func BenchmarkLesson(b *testing.B) {
	files := school()
	files["content/values/culture/01-line.md"].Data = []byte(lessonText + strings.Repeat("\n高壓線不是罰則的清單，而是一家公司對客戶的保證。沒有發生的事，一筆也不能寫。\n", 150))
	s := open(b, files)
	benchmarkPage(b, s.as(s.newHire("林予安")), "/lessons/values/line")
}

// BenchmarkHome is the busiest of the pages that read many things.
func BenchmarkHome(b *testing.B) {
	s := open(b, school())
	s.sitting("values")
	benchmarkPage(b, s.as(s.ready("林予安")), "/")
}

func benchmarkPage(b *testing.B, v *visitor, target string) {
	text := v.get(target)
	beside(b, "pages/s", v.app, fiber.New(fiber.Config{DisableStartupMessage: true}).Get("/*", func(c *fiber.Ctx) error {
		return c.SendString(text)
	}).(*fiber.App), func(_ int, r *fasthttp.Request) {
		r.SetRequestURI(target)
		r.Header.Set("Cookie", v.cookie)
	})
}

// beside measures the app, and the bare one that does nothing with the same requests.
func beside(b *testing.B, unit string, app, bare *fiber.App, ask func(client int, r *fasthttp.Request)) {
	b.Run("app", func(b *testing.B) { throughSocket(b, unit, app, ask) })
	b.Run("bare", func(b *testing.B) { throughSocket(b, unit, bare, ask) })
}

// throughSocket has every client ask for the next of b.N on a connection of its own, and reports how many were
// answered a second and the time that 99 of 100 took at most.
func throughSocket(b *testing.B, unit string, app *fiber.App, ask func(client int, r *fasthttp.Request)) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	app.Handler() // builds the routes
	served := make(chan error, 1)
	go func() { served <- app.Server().Serve(listener) }()
	var left atomic.Int64
	left.Store(int64(b.N))
	var took [clients][]time.Duration
	var all sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	for i := range clients {
		all.Go(func() {
			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			in, out := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
			var request fasthttp.Request
			var response fasthttp.Response
			for left.Add(-1) >= 0 {
				request.Reset()
				request.Header.SetHost("learn.example.com")
				ask(i, &request)
				began := time.Now()
				if err := exchange(&request, &response, in, out); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(began))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N)/1000, "cpu-µs/op")
	listener.Close()
	<-served
	times := slices.Sorted(slices.Values(slices.Concat(took[:]...)))
	if len(times) == 0 {
		return
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
}

// processorTime is what the process has used so far, the clients included: on a machine that others use as well it says
// more than the time on the clock.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func exchange(request *fasthttp.Request, response *fasthttp.Response, in *bufio.Reader, out *bufio.Writer) error {
	if err := request.Write(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := response.Read(in); err != nil {
		return err
	}
	if response.StatusCode() != fiber.StatusOK {
		return fmt.Errorf("%d %s", response.StatusCode(), response.Body())
	}
	return nil
}
