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
	"bainian/app/store/storetest"
)

// model is what one attempt should be, kept in the simplest terms.
type model struct {
	rt       *rapid.T
	w        *world
	amy      people.Person
	id, dir  string
	deadline time.Time
	contacts []time.Time // every moment the server heard of the candidate
	device   string
	seq      int64
	answers  map[int]questions.Response
	last     *repeatable // the last save that was acknowledged
	over     bool
}

type repeatable struct {
	n     int
	save  Save
	saved Saved
}

// counts reports whether a save that arrives now counts: in time, or given off-line across the deadline.
func (m *model) counts(now time.Time, elapsed time.Duration) bool {
	if !now.After(m.deadline) {
		return true
	}
	if now.After(m.deadline.Add(10 * time.Minute)) {
		return false
	}
	contacts := append(m.contacts[:len(m.contacts):len(m.contacts)], now)
	for i := 1; i < len(contacts); i++ {
		from, to := contacts[i-1], contacts[i]
		if !from.After(m.deadline) && to.After(m.deadline) && to.Sub(from) >= 30*time.Second {
			return elapsed >= 0 && !from.Add(elapsed).After(m.deadline)
		}
	}
	return false
}

func (m *model) want(err error, key string) {
	m.rt.Helper()
	if key == "" && err != nil || key != "" && !fault.HasKey(err, key) {
		m.rt.Fatalf("got %v, want %q", err, key)
	}
}

func (m *model) save(rt *rapid.T) {
	n := rapid.IntRange(1, 10).Draw(rt, "n")
	s := Save{Device: rapid.SampledFrom([]string{"laptop", "phone"}).Draw(rt, "device"), Seq: m.seq + int64(rapid.IntRange(0, 2).Draw(rt, "ahead")),
		ElapsedMs: int64(rapid.SampledFrom([]int{0, 10, 40, 300, 1200}).Draw(rt, "elapsed")) * 1000}
	switch rapid.IntRange(0, 2).Draw(rt, "response") {
	case 0:
		s.Response = m.w.right(m.id, n)
	case 1:
		s.Response = m.w.wrong(m.id, n)
	}
	saved, err := m.w.room.Answer(context.Background(), m.amy, m.id, n, s)
	now := m.w.clock.Now()
	counts := m.counts(now, time.Duration(s.ElapsedMs)*time.Millisecond)
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
	case m.over:
		m.want(err, "exams.over")
	case m.device != "" && m.device != s.Device:
		m.want(err, "exams.other_device")
	case !counts:
		m.want(err, "exams.over")
	default:
		m.want(err, "")
		m.seq, m.device, m.answers[n] = s.Seq, s.Device, s.Response
		m.last = &repeatable{n, s, saved}
	}
}

// heard notes a word from the candidate, whatever comes of it.
func (m *model) heard(device string) {
	if !m.over && (m.device == "" || m.device == device) {
		m.contacts = append(m.contacts, m.w.clock.Now())
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
	if again != m.last.saved {
		rt.Fatalf("repeated: %+v, first %+v", again, m.last.saved)
	}
}

func (m *model) lease(rt *rapid.T) {
	device, take := rapid.SampledFrom([]string{"laptop", "phone"}).Draw(rt, "device"), rapid.Bool().Draw(rt, "take")
	err := m.w.room.Lease(context.Background(), m.amy, m.id, device, take)
	switch {
	case m.over:
		m.want(err, "exams.over")
	case m.device != "" && m.device != device && !take:
		m.want(err, "exams.other_device")
	default:
		m.want(err, "")
		m.device = device
		m.heard(device)
	}
}

func (m *model) advance(rt *rapid.T) {
	m.w.clock.Add(time.Duration(rapid.SampledFrom([]int{1, 29, 30, 120, 540, 1200}).Draw(rt, "seconds")) * time.Second)
}

func (m *model) expire(*rapid.T) {
	m.want(m.w.room.ExpireDue(context.Background()), "")
	m.over = m.over || m.w.clock.Now().After(m.deadline.Add(10*time.Minute))
}

func (m *model) submit(rt *rapid.T) {
	if rapid.IntRange(0, 3).Draw(rt, "really") > 0 {
		rt.Skip("not yet")
	}
	_, err := m.w.room.Submit(context.Background(), m.amy, m.id)
	m.want(err, "")
	m.over = true
}

// restart is another process over the same database, which can replay what the first one did.
func (m *model) restart(rt *rapid.T) {
	m.w.build(m.dir + "/signing.key")
	if _, err := m.w.room.Replay(context.Background(), m.id); err != nil {
		rt.Fatalf("replay: %v", err)
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
	if p.Answered != given || p.LastSeq != m.seq || (p.State != Live) != m.over {
		rt.Fatalf("paper %d answered, seq %d, %s; want %d, %d, over %v", p.Answered, p.LastSeq, p.State, given, m.seq, m.over)
	}
	if a := m.w.attempt(m.id); m.over && (a.Score != points || a.Revision != 1) {
		rt.Fatalf("score %d in revision %d, want %d", a.Score, a.Revision, points)
	}
}

func TestAttemptIsLikeItsModel(t *testing.T) {
	t.Parallel()
	db, clock := storetest.SQLite(t, schemas()...)
	dir := t.TempDir()
	w := newWorldIn(t, db, clock, usual(), dir)
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		number++
		m := &model{rt: rt, w: w, dir: dir, amy: w.candidate(fmt.Sprintf("M%05d", number)), answers: map[int]questions.Response{}}
		w.sitting = w.open()
		m.id = w.start(m.amy)
		m.deadline, m.contacts = clock.Now().Add(40*time.Minute), []time.Time{clock.Now()}
		rt.Repeat(map[string]func(*rapid.T){"save": m.save, "repeat": m.repeat, "lease": m.lease, "advance": m.advance,
			"expire": m.expire, "submit": m.submit, "restart": m.restart, "": m.check})
	})
}
