package main

import (
	"container/heap"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// worker is one connection with the candidates who share it.
type worker struct {
	tally
	line                  *line
	base, cookie, sitting string
	notice                string // the digest of what candidates agree to, once a briefing told it
	crew                  []*candidate
	body                  []byte
}

// timed measures what f takes; what fails is counted by its kind and not measured.
func (w *worker) timed(s step, f func() error) error {
	began := time.Now()
	err := f()
	if err != nil {
		w.trouble(s.String() + ": " + kindOf(err))
		return err
	}
	w.times[s].add(time.Since(began))
	return nil
}

// simulation is a run under way.
type simulation struct {
	plan
	say        io.Writer
	rehearsal  *rehearsal
	workers    []*worker
	candidates []*candidate
	took       [steps]time.Duration // of the phases in which steps are taken by all at once
	worked     [steps]time.Duration // the server's processor time in them, where it can be read
	server     func() time.Duration // that time so far; nil for a server that is not ours
	lost       []loss
	unchecked  int
	acked      int64
}

// begin asks for a rehearsal and seats its candidates.
func begin(ctx context.Context, p plan, say io.Writer) (*simulation, error) {
	r, err := askRehearsal(ctx, p)
	if err != nil {
		return nil, err
	}
	s := &simulation{plan: p, say: say, rehearsal: r}
	for i := range p.workers {
		l, err := lineTo(p.url)
		if err != nil {
			return nil, err
		}
		w := &worker{line: l, base: p.url, cookie: "session", sitting: r.Sitting}
		if strings.HasPrefix(p.url, "https:") {
			w.cookie = "__Host-session"
		}
		for n := i; n < len(r.Candidates); n += p.workers {
			c := newCandidate(n, r.Candidates[n].Number, r.Candidates[n].Session, p.seed)
			if n < p.passwords {
				c.password = r.Password
			}
			w.crew = append(w.crew, c)
			s.candidates = append(s.candidates, c)
		}
		s.workers = append(s.workers, w)
	}
	return s, nil
}

// act is the exam day: everybody signs in, starts and opens the paper, then they answer, and at the end they hand in.
// Each of the first and the last is done by all at once, as fast as they can, and so gives a rate of its own.
func (s *simulation) act(ctx context.Context) error {
	defer func() {
		for _, w := range s.workers {
			w.line.close()
		}
	}()
	s.phase(ctx, "sign in", signIn, (*worker).signIn)
	s.phase(ctx, "start", start, (*worker).start)
	s.phase(ctx, "open the paper", openPaper, func(w *worker, c *candidate) error {
		if c.attempt == "" {
			return nil
		}
		return w.open(c)
	})
	seated := 0
	for _, c := range s.candidates {
		if len(c.kinds) > 0 {
			seated++
		}
	}
	if seated == 0 {
		return fmt.Errorf("nobody could start: %v", s.merged().errors)
	}
	fmt.Fprintf(s.say, "  %d candidates answer for %s\n", seated, s.lasts())
	done := s.clock(save)
	end := time.Now().Add(s.lasts())
	s.together(func(w *worker) { w.answerUntil(ctx, s.plan, end) })
	done()
	s.took[look] = s.took[save]
	after := context.WithoutCancel(ctx)
	s.phase(after, "", save, func(w *worker, c *candidate) error { // who was off-line comes back
		if c.offline = 0; len(c.kinds) > 0 {
			w.deliver(c, time.Now())
		}
		return nil
	})
	s.phase(after, "hand in", submit, func(w *worker, c *candidate) (err error) {
		for range 3 {
			if c.attempt == "" || c.handed {
				break
			}
			err = w.submit(c)
		}
		return err
	})
	return nil
}

// phase has every candidate take one step, as fast as the workers can.
func (s *simulation) phase(ctx context.Context, name string, of step, do func(*worker, *candidate) error) {
	done := func() {}
	if name != "" {
		done = s.clock(of)
	}
	s.together(func(w *worker) {
		for _, c := range w.crew {
			if ctx.Err() != nil {
				return
			}
			_ = do(w, c) // counted where it failed
		}
	})
	if done(); name != "" {
		fmt.Fprintf(s.say, "  %s: %s\n", name, s.took[of].Round(time.Millisecond))
	}
}

// clock begins to measure a phase; what it returns ends it.
func (s *simulation) clock(of step) (done func()) {
	worked := func() time.Duration {
		if s.server == nil {
			return 0
		}
		return s.server()
	}
	began, before := time.Now(), worked()
	return func() { s.took[of], s.worked[of] = time.Since(began), worked()-before }
}

func (s *simulation) together(do func(*worker)) {
	var all sync.WaitGroup
	for _, w := range s.workers {
		all.Go(func() { do(w) })
	}
	all.Wait()
}

// answerUntil has the worker's candidates answer until the time is over.
func (w *worker) answerUntil(ctx context.Context, p plan, end time.Time) {
	if p.every == 0 {
		for n := 0; ; n++ {
			now := time.Now()
			if ctx.Err() != nil || !now.Before(end) {
				return
			}
			c := w.crew[n%len(w.crew)]
			if len(c.kinds) > 0 && !c.over {
				w.act(c, p.lossy, now)
			} else if len(w.crew) == 1 {
				return
			}
		}
	}
	var queue agenda
	now := time.Now()
	for _, c := range w.crew {
		if len(c.kinds) == 0 {
			continue
		}
		// Nobody starts on the same second: the first answer and the first look come somewhere in the first interval.
		queue = append(queue, task{now.Add(time.Duration(c.chance.Int64N(int64(p.every)))), c, false})
		if p.poll > 0 {
			queue = append(queue, task{now.Add(time.Duration(c.chance.Int64N(int64(p.poll)))), c, true})
		}
	}
	heap.Init(&queue)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for len(queue) > 0 && queue[0].at.Before(end) {
		next := queue[0]
		if wait := time.Until(next.at); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
		}
		if next.look {
			_ = w.look(next.c)
			queue[0].at = next.at.Add(p.poll)
		} else {
			if !next.c.over {
				w.act(next.c, p.lossy, next.at)
			}
			// They think longer and shorter: from half to one and a half of the interval.
			queue[0].at = next.at.Add(p.every/2 + time.Duration(next.c.chance.Int64N(int64(p.every))))
		}
		heap.Fix(&queue, 0)
	}
}

// task is what a candidate does next, and when.
type task struct {
	at   time.Time
	c    *candidate
	look bool // at the clock; else an answer
}

type agenda []task

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at.Before(a[j].at) }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(task)) }
func (a *agenda) Pop() any          { panic("nothing leaves the agenda") }

func (s *simulation) merged() *tally {
	all := &tally{}
	for _, w := range s.workers {
		all.merge(&w.tally)
	}
	return all
}
