package learn_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"bainian/app/exams"
	"bainian/app/people"
	"bainian/app/web/studio"
)

// hall is a sitting of that many live candidates and its invigilator, with the studio's wing on the site.
func hall(tb testing.TB, base string, n int) (w *examWorld, watcher string, all []*browser, attempts []string) {
	w = openExam(tb, closedBook, base)
	w.ok(studio.Mount(w.app, w.kit, w.shelf, w.library, w.room, w.roster, w.dir, nil))
	eye, watcher := w.person("W-1", people.Invigilator)
	s, err := w.room.OpenSitting(context.Background(), w.trainer, exams.NewSitting{Exam: "red", OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(24 * time.Hour), Invigilators: []string{eye.ID}})
	w.ok(err)
	w.sitting = s
	for i := range n {
		c := w.candidate(fmt.Sprintf("H-%03d", i))
		id, err := w.room.Start(context.Background(), c.person, s.ID, agreed(tb, w.room, s.ID))
		w.ok(err)
		w.ok(w.room.Lease(context.Background(), c.person, id, "tab", false))
		all, attempts = append(all, c), append(attempts, id)
	}
	return w, watcher, all, attempts
}

// BenchmarkBoard is what the board of five hundred asks every second or two, beside a handler that sends as much.
func BenchmarkBoard(b *testing.B) {
	w, token, _, _ := hall(b, examBase, 500)
	at := "/studio/sittings/" + w.sitting.ID + "/board/state"
	eye := &browser{examWorld: w, token: token, lang: "zh-Hant"}
	text := eye.get(at, "Accept-Encoding", "gzip").text
	b.Logf("%d bytes, %d before they are compressed", len(text), len(eye.get(at).text))
	beside(b, "boards/s", w.app, fiber.New(fiber.Config{DisableStartupMessage: true}).Get("/*", func(c *fiber.Ctx) error {
		return c.SendString(text)
	}).(*fiber.App), func(_ int, r *fasthttp.Request) {
		r.SetRequestURI(at)
		r.Header.SetCookie("session", token)
		r.Header.Set("Accept-Encoding", "gzip")
	})
}

// TestBoardStaleness is a study and no test: with BAINIAN_TEST_STALENESS set to a duration such as 60s it has five
// hundred candidates answer, ask how time stands and beat as the room's page does, ten people watch the board as its
// page does, and prints how old the news is when it arrives: on a board after a candidate called or left the page, and
// in a room after it was told something. It holds no time to a bar: that is for who reads it, on a machine at rest.
func TestBoardStaleness(t *testing.T) {
	lasts, err := time.ParseDuration(os.Getenv("BAINIAN_TEST_STALENESS"))
	if err != nil {
		t.Skip("a study: set BAINIAN_TEST_STALENESS=60s")
	}
	const candidates, watchers = 500, 10
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w, token, all, attempts := hall(t, "http://"+listener.Addr().String(), candidates)
	w.app.Handler()
	served := make(chan error, 1)
	go func() { served <- w.app.Server().Serve(listener) }()
	ctx, stop := context.WithTimeout(context.Background(), lasts)
	defer stop()
	s := &staleness{examWorld: w, address: listener.Addr().String(), told: map[string]time.Time{}, asked: map[string]time.Time{}}
	var running sync.WaitGroup
	running.Go(func() {
		for before := time.Now(); ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			now := time.Now()
			w.clock.Add(now.Sub(before))
			before = now
		}
	})
	for i, c := range all {
		running.Go(func() { s.sit(ctx, c, attempts[i]) })
	}
	for range watchers {
		running.Go(func() { s.watch(ctx, token) })
	}
	running.Go(func() { s.poke(ctx, all, attempts) })
	running.Wait()
	listener.Close()
	<-served
	for name, times := range map[string][]time.Duration{"board": s.boards, "room": s.rooms} {
		slices.Sort(times)
		if len(times) == 0 {
			t.Errorf("%s: nothing arrived", name)
			continue
		}
		at := func(share int) time.Duration { return times[len(times)*share/100].Round(time.Millisecond) }
		t.Logf("%s: %d arrivals, median %v, 95 of 100 within %v, 99 within %v, the latest %v", name, len(times), at(50), at(95), at(99), times[len(times)-1].Round(time.Millisecond))
	}
	t.Logf("%d requests, %d refused or failed; a board has %d bytes", s.requests, s.failed, s.bytes)
}

// staleness is what the study keeps.
type staleness struct {
	*examWorld
	address string

	mu               sync.Mutex
	told             map[string]time.Time // when a room was told something, by attempt, until it knows
	asked            map[string]time.Time // when a candidate's pulse changed, by attempt and pulse
	boards, rooms    []time.Duration
	requests, failed int
	bytes            int
}

// client is one kept connection of one person.
type client struct {
	*staleness
	token    string
	conn     net.Conn
	in       *bufio.Reader
	out      *bufio.Writer
	request  fasthttp.Request
	response fasthttp.Response
	sent     int // bytes of the latest answer that came compressed
}

func (s *staleness) client(token string) *client {
	conn, err := net.Dial("tcp", s.address)
	s.ok(err)
	return &client{staleness: s, token: token, conn: conn, in: bufio.NewReaderSize(conn, 64<<10), out: bufio.NewWriter(conn)}
}

// send makes one request and reports whether it was answered well.
func (c *client) send(method, path, body string) bool {
	c.request.Reset()
	c.request.Header.SetMethod(method)
	c.request.SetRequestURI(path)
	c.request.Header.SetHost(c.address)
	c.request.Header.SetCookie("session", c.token)
	c.request.Header.Set("Accept", fiber.MIMEApplicationJSON)
	c.request.Header.Set("Accept-Encoding", "gzip")
	if method != fiber.MethodGet {
		c.request.Header.Set("Origin", "http://"+c.address)
		c.request.Header.SetContentType(fiber.MIMEApplicationJSON)
		c.request.SetBodyString(body)
	}
	err := c.request.Write(c.out)
	if err == nil {
		err = c.out.Flush()
	}
	if err == nil {
		err = c.response.Read(c.in)
	}
	if err == nil && len(c.response.Header.ContentEncoding()) > 0 {
		var plain []byte
		c.sent = len(c.response.Body())
		plain, err = c.response.BodyGunzip()
		c.response.SetBody(plain)
	}
	well := err == nil && c.response.StatusCode() < 400
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	if !well {
		c.failed++
	}
	return well
}

// sit is a room's page: an answer every twenty seconds, a beat every fifteen, and the clock asked after 3.5 quiet ones.
func (s *staleness) sit(ctx context.Context, b *browser, attempt string) {
	c := s.client(b.token)
	defer c.conn.Close()
	path := "/attempts/" + attempt
	spread := func(d time.Duration) time.Time { return time.Now().Add(rand.N(d)) }
	look, beat, answer := spread(3500*time.Millisecond), spread(15*time.Second), spread(20*time.Second)
	known, seq := 0, 0
	for ctx.Err() == nil {
		next := look
		if beat.Before(next) {
			next = beat
		}
		if answer.Before(next) {
			next = answer
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(next)):
		}
		heard := false
		switch next {
		case beat:
			c.send(fiber.MethodPost, path+"/signals", `{"device":"tab","events":[{"kind":"heartbeat","at_ms":1}]}`)
			beat = next.Add(15 * time.Second)
		case answer:
			seq++
			heard = c.send(fiber.MethodPut, path+"/answers/"+fmt.Sprint(b.numberOf(attempt, "single")), fmt.Sprintf(`{"device":"tab","seq":%d,"response":{"choices":[%d]},"elapsed_ms":5}`, seq, seq%4))
			answer = next.Add(20 * time.Second)
		default:
			heard = c.send(fiber.MethodGet, path+"/state", "")
		}
		if !heard {
			continue
		}
		look = time.Now().Add(3500 * time.Millisecond)
		var in struct{ News int }
		if json.Unmarshal(c.response.Body(), &in) != nil || in.News <= known {
			continue
		}
		if c.send(fiber.MethodGet, path+"/news", "") {
			known = in.News
			s.mu.Lock()
			if at, ok := s.told[attempt]; ok {
				s.rooms = append(s.rooms, time.Since(at))
				delete(s.told, attempt)
			}
			s.mu.Unlock()
		}
	}
}

// watch is a board's page.
func (s *staleness) watch(ctx context.Context, token string) {
	c := s.client(token)
	defer c.conn.Close()
	shown := map[string]string{}
	for ctx.Err() == nil {
		var in struct {
			Rows []struct{ ID, Pulse string }
		}
		if c.send(fiber.MethodGet, "/studio/sittings/"+s.sitting.ID+"/board/state", "") && json.Unmarshal(c.response.Body(), &in) == nil {
			arrived := time.Now()
			s.mu.Lock()
			s.bytes = c.sent
			for _, row := range in.Rows {
				if at, ok := s.asked[row.ID+row.Pulse]; ok && shown[row.ID] != row.Pulse {
					s.boards = append(s.boards, arrived.Sub(at))
				}
				shown[row.ID] = row.Pulse
			}
			s.mu.Unlock()
		}
		select {
		case <-ctx.Done():
		case <-time.After(1500 * time.Millisecond):
		}
	}
}

// poke has things happen: every half a second another candidate calls or leaves the page, and another room is told
// something.
func (s *staleness) poke(ctx context.Context, all []*browser, attempts []string) {
	eye, err := s.dir.ByNumber(context.Background(), "W-1")
	s.ok(err)
	for n := 0; n+1 < len(all) && ctx.Err() == nil; n += 2 {
		c := s.client(all[n].token)
		path, body, pulse := "/calls", `{"device":"tab","text":"看不清楚"}`, "calling"
		if n%4 == 0 {
			path, body, pulse = "/signals", `{"device":"tab","events":[{"kind":"hidden","at_ms":1}]}`, "away"
		}
		s.mu.Lock()
		s.asked[attempts[n]+pulse] = time.Now()
		s.mu.Unlock()
		c.send(fiber.MethodPost, "/attempts/"+attempts[n]+path, body)
		c.conn.Close()
		s.mu.Lock()
		s.told[attempts[n+1]] = time.Now()
		s.mu.Unlock()
		if _, err := s.room.Tell(context.Background(), eye, s.sitting.ID, attempts[n+1], strings.Repeat("字", 40)); err != nil {
			s.mu.Lock()
			s.failed++
			s.mu.Unlock()
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}
