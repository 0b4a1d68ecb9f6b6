package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"bainian"
	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/server"
)

// beside is what to measure a save by, from the same run on the same machine.
type beside struct {
	StoreSaves   float64 `json:"store_saves_per_s"` // the verbs themselves, without a network
	StoreStarts  float64 `json:"store_starts_per_s"`
	StoreSubmits float64 `json:"store_submissions_per_s"`
	Bare         float64 `json:"bare_requests_per_s"` // a Fiber handler that does nothing, by the same client
	OfStore      float64 `json:"share_of_store"`
	OfBare       float64 `json:"share_of_bare"`
}

// besideFor is how long each of the two is measured, and besideStarts how many start and hand in.
const (
	besideFor    = 5 * time.Second
	besideStarts = 1000
)

func compare(ctx context.Context, p plan, r *report, say io.Writer) (*beside, error) {
	fmt.Fprintln(say, "  the store alone, and a bare handler")
	b := &beside{}
	if err := storeAlone(ctx, p, b); err != nil {
		return nil, err
	}
	if err := bareHandler(p, b); err != nil {
		return nil, err
	}
	b.OfStore, b.OfBare = r.SavesPerS/b.StoreSaves, r.SavesPerS/b.Bare
	return b, nil
}

// storeAlone calls the room's verbs on a fresh SQLite database from as many callers as there were connections.
func storeAlone(ctx context.Context, p plan, b *beside) (err error) {
	folder, err := os.MkdirTemp("", "bainian-load-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	p.db = ""
	h, err := server.OpenHouse(ctx, p.serverConfig(folder), bainian.Files, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	begun, err := h.Rehearsals.Begin(ctx, "load", exams.NewRehearsal{Candidates: besideStarts, Minutes: 60})
	if err != nil {
		return err
	}
	sitters := make([]sitter, besideStarts)
	for i, c := range begun.Candidates {
		sitters[i].p = people.Person{ID: c.PersonID, Number: c.Number, Roles: []people.Role{people.Rehearser}, Active: true}
	}
	notice, err := h.Room.Notice(ctx, begun.SittingID, locale.Hant)
	if err != nil {
		return err
	}
	if b.StoreStarts, err = rate(p.workers, besideStarts, func(i int) (err error) {
		sitters[i].attempt, err = h.Room.Start(ctx, sitters[i].p, begun.SittingID, notice.Agree())
		return err
	}); err != nil {
		return err
	}
	for i := range sitters[:p.workers] {
		if err := sitters[i].open(ctx, h.Room); err != nil {
			return err
		}
	}
	if b.StoreSaves, err = rateFor(p.workers, besideFor, func(i int) error { return sitters[i].save(ctx, h.Room) }); err != nil {
		return err
	}
	for i := range sitters[p.workers:] { // those who hand in have said something to everything
		s := &sitters[p.workers+i]
		if err := s.open(ctx, h.Room); err != nil {
			return err
		}
	}
	if _, err := rate(p.workers, besideStarts, func(i int) error {
		for range sitters[i].kinds {
			if err := sitters[i].save(ctx, h.Room); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	b.StoreSubmits, err = rate(p.workers, besideStarts, func(i int) error {
		_, err := h.Room.Submit(ctx, sitters[i].p, sitters[i].attempt)
		return err
	})
	return err
}

// sitter is a candidate without a network.
type sitter struct {
	p       people.Person
	attempt string
	kinds   []string
	chance  *rand.Rand
	seq     int64
}

func (s *sitter) open(ctx context.Context, room *exams.Room) error {
	paper, err := room.Paper(ctx, s.p, s.attempt, locale.Hant)
	for _, q := range paper.Questions {
		s.kinds = append(s.kinds, string(q.Kind))
	}
	s.chance = rand.New(rand.NewPCG(1, uint64(len(s.attempt))))
	return err
}

func (s *sitter) save(ctx context.Context, room *exams.Room) error {
	n := int(s.seq) % len(s.kinds)
	s.seq++
	var r questions.Response
	if err := json.Unmarshal([]byte(respond(s.kinds[n], s.chance)), &r); err != nil {
		return err
	}
	_, err := room.Answer(ctx, s.p, s.attempt, n+1, exams.Save{Device: "load", Seq: s.seq, Response: r})
	return err
}

// rate is how often a second so many calls are done by so many callers.
func rate(callers, calls int, call func(i int) error) (float64, error) {
	var next atomic.Int64
	began := time.Now()
	err := crowd(callers, func(int) error {
		for {
			i := int(next.Add(1)) - 1
			if i >= calls {
				return nil
			}
			if err := call(i); err != nil {
				return err
			}
		}
	})
	return float64(calls) / time.Since(began).Seconds(), err
}

// rateFor is how often a second callers do that for so long, each the call of its own number.
func rateFor(callers int, long time.Duration, call func(caller int) error) (float64, error) {
	var done atomic.Int64
	began := time.Now()
	err := crowd(callers, func(caller int) error {
		for time.Since(began) < long {
			if err := call(caller); err != nil {
				return err
			}
			done.Add(1)
		}
		return nil
	})
	return float64(done.Load()) / time.Since(began).Seconds(), err
}

func crowd(callers int, do func(caller int) error) error {
	var all sync.WaitGroup
	failed := make([]error, callers)
	for caller := range callers {
		all.Go(func() { failed[caller] = do(caller) })
	}
	all.Wait()
	return errors.Join(failed...)
}

// bareHandler sends the requests of a save to a handler that does nothing.
func bareHandler(p plan, b *beside) (err error) {
	c, err := spawn(io.Discard, nil, childBare)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	workers := make([]*worker, p.workers)
	crew := make([]*candidate, p.workers)
	for i := range workers {
		l, err := lineTo(c.said.URL)
		if err != nil {
			return err
		}
		defer l.close()
		workers[i] = &worker{line: l, base: c.said.URL, cookie: "session"}
		crew[i] = newCandidate(i, "", "0123456789012345678901234567890123456789012", 1)
		crew[i].attempt, crew[i].contact = "01234567-89ab-7def-8123-456789abcdef", time.Now()
		for range 40 {
			crew[i].kinds = append(crew[i].kinds, "single")
		}
		crew[i].acked, crew[i].sent = make([]ack, 40), make([][]int64, 40)
	}
	b.Bare, err = rateFor(p.workers, besideFor, func(i int) error {
		workers[i].act(crew[i], 0, time.Now())
		if n := len(workers[i].errors); n > 0 {
			return fmt.Errorf("the bare handler: %v", workers[i].errors)
		}
		return nil
	})
	return err
}
