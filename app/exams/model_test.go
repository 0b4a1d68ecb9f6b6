package exams

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// model is what one attempt should be, kept in the simplest terms.
type model struct {
	rt       *rapid.T
	w        *world
	amy      people.Person
	id, dir  string
	start    time.Time
	extra    time.Duration // granted: extensions
	needs    int           // the accommodation in force, by its place in accommodations
	pauses   []Pause
	contacts []heardAt // every moment the server heard of the candidate
	device   string
	seq      int64
	answers  map[int]questions.Response
	last     *repeatable // the last save that was acknowledged
	over     State       // Live until it is over
}

// heardAt is a contact, and what the deadline was then.
type heardAt struct{ at, deadline time.Time }

type repeatable struct {
	n     int
	save  Save
	saved Saved
}

// accommodations are given in this order, each at least as much time as the one before.
var accommodations = [...]Accommodation{{}, {Multiplier: 1000, ExtraMinutes: 5}, {Multiplier: 1250, ExtraMinutes: 5}, {Multiplier: 2000}}

// deadline is the limit of forty minutes with the accommodation, what was granted, and every pause that began before
// the time was up.
func (m *model) deadline() time.Time {
	d := m.start.Add(40*time.Minute + m.extra)
	if a := accommodations[m.needs]; m.needs > 0 {
		d = d.Add(time.Duration(a.Multiplier-1000)*40*time.Minute/1000 + time.Duration(a.ExtraMinutes)*time.Minute)
	}
	for _, p := range m.pauses {
		if !p.To.IsZero() && p.From.Before(d) {
			d = d.Add(p.To.Sub(p.From))
		}
	}
	return d
}

func (m *model) due() time.Time { return m.deadline().Add(10 * time.Minute) }

func (m *model) paused() bool {
	return len(m.pauses) > 0 && m.pauses[len(m.pauses)-1].To.IsZero()
}

// counts is when a save that arrives now was given, and whether it counts: in time, or given off-line across the
// deadline.
func (m *model) counts(now time.Time, elapsed time.Duration) (at time.Time, late, ok bool) {
	deadline := m.deadline()
	if !now.After(deadline) {
		return now, false, true
	}
	if now.After(deadline.Add(10 * time.Minute)) {
		return at, true, false
	}
	contacts := append(m.contacts[:len(m.contacts):len(m.contacts)], heardAt{now, deadline})
	for i := 1; i < len(contacts); i++ {
		from, to := contacts[i-1].at, contacts[i].at
		if !from.After(contacts[i].deadline) && !from.After(deadline) && to.After(deadline) && to.Sub(from) >= 30*time.Second {
			at = from.Add(elapsed)
			return at, true, elapsed >= 0 && !at.After(deadline)
		}
	}
	return at, true, false
}

func (m *model) want(err error, key string) {
	m.rt.Helper()
	if key == "" && err != nil || key != "" && !fault.HasKey(err, key) {
		m.rt.Fatalf("got %v, want %q", err, key)
	}
}

// response is some answer to question n.
func (m *model) response(rt *rapid.T, n int) (r questions.Response) {
	switch rapid.IntRange(0, 2).Draw(rt, "response") {
	case 0:
		r = m.w.right(m.id, n)
	case 1:
		r = m.w.wrong(m.id, n)
	}
	return r
}

func (m *model) save(rt *rapid.T) {
	n := rapid.IntRange(1, 10).Draw(rt, "n")
	m.send(n, Save{Device: rapid.SampledFrom([]string{"laptop", "phone"}).Draw(rt, "device"), Seq: m.seq + int64(rapid.IntRange(0, 2).Draw(rt, "ahead")),
		ElapsedMs: int64(rapid.SampledFrom([]int{0, 10, 40, 300, 1200}).Draw(rt, "elapsed")) * 1000, Response: m.response(rt, n)})
}

// offline is a page without a network: answers queue up while the time goes on, each with how long after the last
// contact it was given, and all come in once the line is back.
func (m *model) offline(rt *rapid.T) {
	device := m.device
	if device == "" {
		device = "laptop"
	}
	since := m.contacts[len(m.contacts)-1].at
	type queued struct {
		n int
		Save
	}
	var queue []queued
	for range rapid.IntRange(1, 3).Draw(rt, "queued") {
		m.advance(rt)
		n := rapid.IntRange(1, 10).Draw(rt, "n")
		queue = append(queue, queued{n, Save{Device: device, ElapsedMs: m.w.clock.Now().Sub(since).Milliseconds(), Response: m.response(rt, n)}})
	}
	m.advance(rt)
	for _, q := range queue {
		q.Seq = m.seq + 1
		m.send(q.n, q.Save)
	}
}

// send sends a save and compares what comes of it.
func (m *model) send(n int, s Save) {
	saved, err := m.w.room.Answer(context.Background(), m.amy, m.id, n, s)
	at, late, counts := m.counts(m.w.clock.Now(), time.Duration(s.ElapsedMs)*time.Millisecond)
	m.heard(s.Device)
	switch {
	case s.Seq < 1:
		m.want(err, "exams.sequence")
	case s.Seq <= m.seq:
		if m.last != nil && m.last.n == n && m.last.save.Seq == s.Seq && sameJSON(m.last.save.Response, s.Response) {
			m.want(err, "")
		} else {
			m.want(err, "exams.stale")
		}
	case m.over != Live:
		m.want(err, "exams.over")
	case m.device != "" && m.device != s.Device:
		m.want(err, "exams.other_device")
	case m.paused():
		m.want(err, "exams.paused")
	case !counts:
		m.want(err, "exams.over")
	default:
		m.want(err, "")
		if saved.Late != late || !saved.At.Equal(at) {
			m.rt.Fatalf("saved at %v, late %v; want %v, %v", saved.At, saved.Late, at, late)
		}
		m.seq, m.device, m.answers[n] = s.Seq, s.Device, s.Response
		m.last = &repeatable{n, s, saved}
	}
}

// heard notes a word from the candidate, whatever comes of it.
func (m *model) heard(device string) {
	if m.over == Live && (m.device == "" || m.device == device) {
		m.contacts = append(m.contacts, heardAt{m.w.clock.Now(), m.deadline()})
	}
}

// repeat sends the last save again: the receipt must be the one that was given.
func (m *model) repeat(rt *rapid.T) {
	if m.last == nil {
		rt.Skip("nothing saved yet")
	}
	again, err := m.w.room.Answer(context.Background(), m.amy, m.id, m.last.n, m.last.save)
	m.want(err, "")
	m.heard(m.last.save.Device)
	if first := m.last.saved; again.Seq != first.Seq || again.Hash != first.Hash || !again.At.Equal(first.At) || again.Late != first.Late {
		rt.Fatalf("repeated: %+v, first %+v", again, first)
	}
	if m.over == Live && (!again.Deadline.Equal(m.deadline()) || again.Paused != m.paused()) { // how time stands is of now
		rt.Fatalf("told %v, paused %v; want %v, %v", again.Deadline, again.Paused, m.deadline(), m.paused())
	}
}

// lease is a reload, another tab, or a device that takes over.
func (m *model) lease(rt *rapid.T) {
	device, take := rapid.SampledFrom([]string{"laptop", "phone"}).Draw(rt, "device"), rapid.Bool().Draw(rt, "take")
	err := m.w.room.Lease(context.Background(), m.amy, m.id, device, take)
	switch {
	case m.over != Live:
		m.want(err, "exams.over")
	case m.device != "" && m.device != device && !take:
		m.want(err, "exams.other_device")
	default:
		m.want(err, "")
		m.device = device
		m.heard(device)
	}
}

// advance lets some time pass, or goes to a moment about the deadline, where it matters most.
func (m *model) advance(rt *rapid.T) {
	if to := m.deadline().Add(rapid.SampledFrom([]time.Duration{-20 * time.Second, 0, time.Millisecond, 10 * time.Minute, 10*time.Minute + time.Millisecond}).Draw(rt, "moment")); rapid.Bool().Draw(rt, "there") && to.After(m.w.clock.Now()) {
		m.w.clock.Set(to)
		return
	}
	m.w.clock.Add(time.Duration(rapid.SampledFrom([]int{1, 29, 30, 120, 540, 1200}).Draw(rt, "seconds")) * time.Second)
}

// steered is what must come of a change of the time: nothing any more once it is over.
func (m *model) steered(err error, otherwise string) bool {
	if m.over != Live {
		otherwise = "exams.over"
	}
	m.want(err, otherwise)
	return otherwise == ""
}

func (m *model) pause(*rapid.T) {
	err, already := m.w.room.Pause(context.Background(), m.w.trainer, m.id, "停電"), ""
	if m.paused() {
		already = "exams.paused"
	}
	if m.steered(err, already) {
		m.pauses = append(m.pauses, Pause{From: m.w.clock.Now()})
	}
}

func (m *model) resume(*rapid.T) {
	err, not := m.w.room.Resume(context.Background(), m.w.trainer, m.id), ""
	if !m.paused() {
		not = "exams.not_paused"
	}
	if m.steered(err, not) {
		m.pauses[len(m.pauses)-1].To = m.w.clock.Now()
	}
}

func (m *model) extend(rt *rapid.T) {
	minutes := rapid.SampledFrom([]int{1, 10}).Draw(rt, "minutes")
	if m.steered(m.w.room.Extend(context.Background(), m.w.trainer, m.id, minutes, "火警演習"), "") {
		m.extra += time.Duration(minutes) * time.Minute
	}
}

func (m *model) accommodate(rt *rapid.T) {
	if m.needs+1 == len(accommodations) {
		rt.Skip("nobody has more")
	}
	a := accommodations[m.needs+1]
	a.Label, a.Reason = "放大字體", "視力"
	m.want(m.w.room.Accommodate(context.Background(), m.w.trainer, m.amy.ID, a), "")
	if m.over == Live {
		m.needs++
	}
}

func (m *model) expire(*rapid.T) {
	m.want(m.w.room.ExpireDue(context.Background()), "")
	if m.over == Live && !m.paused() && m.w.clock.Now().After(m.due()) {
		m.over = Expired
	}
}

func (m *model) submit(rt *rapid.T) {
	if rapid.IntRange(0, 3).Draw(rt, "really") > 0 {
		rt.Skip("not yet")
	}
	_, err := m.w.room.Submit(context.Background(), m.amy, m.id)
	m.want(err, "")
	if m.over == Live {
		m.over = Submitted
	}
}

// crash is another process over the same database, with nothing in its memory. It can replay what the first one did,
// and a save that was sent again, since its reply was lost, gets the receipt that the first one gave.
func (m *model) crash(rt *rapid.T) {
	m.w.build(m.dir + "/signing.key")
	m.verify(rt)
	if m.last != nil {
		m.repeat(rt)
	}
}

func (m *model) verify(rt *rapid.T) {
	if f := m.w.found(m.id); len(f) > 0 {
		rt.Fatalf("found %v", f)
	}
}

// check compares everything that can be read with what should be there.
func (m *model) check(rt *rapid.T) {
	ctx := context.Background()
	p, err := m.w.room.Paper(ctx, m.amy, m.id, locale.Hant)
	m.want(err, "")
	given, points := 0, 0
	d, err := m.w.room.dealt(ctx, m.id)
	m.want(err, "")
	for i, q := range p.Questions {
		want := m.answers[i+1]
		if !sameJSON(q.Response, want) {
			rt.Fatalf("question %d: %+v, want %+v", i+1, q.Response, want)
		}
		if !d.items[i].Blank(want) {
			given++
		}
		points += d.items[i].Grade(d.form.Questions[i].Layout, want)
	}
	if p.Answered != given || p.LastSeq != m.seq || p.State != m.over {
		rt.Fatalf("paper %d answered, seq %d, %s; want %d, %d, %s", p.Answered, p.LastSeq, p.State, given, m.seq, m.over)
	}
	if !p.Deadline.Equal(m.deadline()) || m.over == Live && p.PausedAt.IsZero() == m.paused() {
		rt.Fatalf("deadline %v, paused at %v; want %v, %v", p.Deadline, p.PausedAt, m.deadline(), m.paused())
	}
	if a := m.w.attempt(m.id); m.over != Live && (a.Score != points || a.Revision != 1) {
		rt.Fatalf("score %d in revision %d, want %d", a.Score, a.Revision, points)
	}
}

// TestAttemptIsLikeItsModel drives attempts at random on both engines, and what they should be beside them. PostgreSQL
// has one run in four: it takes its time, and what is compared is the same.
func TestAttemptIsLikeItsModel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, clock := storetest.SQLite(t, schemas()...)
	worlds := []*world{newWorldIn(t, db, clock, usual(), dir)}
	t.Run(store.Postgres.String(), func(sub *testing.T) { // skipped, and said to be, without a server
		if storetest.URL(sub, store.Postgres); sub.Skipped() {
			return
		}
		db, clock := storetest.Open(t, store.Postgres, schemas()...)
		worlds = append(worlds, newWorldIn(t, db, clock, usual(), dir))
	})
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		number++
		w := worlds[0]
		if rapid.IntRange(0, 3).Draw(rt, "engine") == 3 {
			w = worlds[len(worlds)-1]
		}
		m := &model{rt: rt, w: w, dir: dir, amy: w.candidate(fmt.Sprintf("M%05d", number)), answers: map[int]questions.Response{}, over: Live}
		w.sitting = w.open()
		m.id = w.start(m.amy)
		m.start = w.clock.Now()
		m.contacts = []heardAt{{m.start, m.deadline()}}
		rt.Repeat(map[string]func(*rapid.T){"save": m.save, "save again": m.repeat, "lease": m.lease, "advance": m.advance, "offline": m.offline,
			"pause": m.pause, "resume": m.resume, "extend": m.extend, "accommodate": m.accommodate,
			"expire": m.expire, "submit": m.submit, "crash": m.crash, "": m.check})
		m.verify(rt)
	})
}
