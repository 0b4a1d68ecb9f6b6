package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/valyala/fasthttp"
)

// loss is an answer that was acknowledged and is not there.
type loss struct {
	Candidate string `json:"candidate"`
	Attempt   string `json:"attempt"`
	Question  int    `json:"question"` // 0: of the journal as a whole
	Seq       int64  `json:"seq"`
	Why       string `json:"why"`
}

// stored is what the server says that it has of an attempt.
type stored struct {
	answers map[int]ack // as its rows are now
	receipt map[int]ack // as the receipt of the submission signs for
	entries int64       // of the journal, by the receipt
}

// check reads back what was acknowledged, through the server and not from memory.
func (s *simulation) check(ctx context.Context) {
	var mu sync.Mutex
	s.phase(ctx, "read back", readBack, func(w *worker, c *candidate) error {
		if c.attempt == "" || len(c.kinds) == 0 {
			return nil
		}
		var kept stored
		err := w.timed(readBack, func() (err error) {
			kept, err = w.readBack(c)
			return err
		})
		mu.Lock()
		defer mu.Unlock()
		s.acked += c.acks
		if err != nil {
			s.unchecked++
			return err
		}
		s.lost = append(s.lost, c.missing(kept)...)
		return nil
	})
	for _, w := range s.workers {
		w.line.close()
	}
	slices.SortFunc(s.lost, func(a, b loss) int { return strings.Compare(a.Candidate, b.Candidate) })
}

func (w *worker) readBack(c *candidate) (stored, error) {
	kept := stored{answers: map[int]ack{}, receipt: map[int]ack{}}
	if err := w.call(c, fasthttp.MethodGet, "/attempts/"+c.attempt+"/answers", "", "", 200); err != nil {
		return kept, err
	}
	var rows struct {
		Answers []struct {
			N    int
			Seq  int64
			Hash string
		}
	}
	if err := json.Unmarshal(w.line.res.Body(), &rows); err != nil {
		return kept, err
	}
	for _, a := range rows.Answers {
		kept.answers[a.N] = ack{a.Seq, a.Hash}
	}
	if err := w.call(c, fasthttp.MethodGet, "/attempts/"+c.attempt+"/receipt?file", "", "", 200); err != nil {
		return kept, err
	}
	return kept, kept.read(string(w.line.res.Body()))
}

// read takes the answers and the length of the journal from a receipt's text.
func (k *stored) read(receipt string) error {
	for line := range strings.Lines(receipt) {
		words := strings.Fields(line)
		switch {
		case len(words) >= 4 && words[0] == "answer":
			n, err := strconv.Atoi(words[1])
			seq, err2 := strconv.ParseInt(words[2], 10, 64)
			if err := errors.Join(err, err2); err != nil {
				return fmt.Errorf("receipt: %q: %w", line, err)
			}
			k.receipt[n] = ack{seq, words[3]}
		case len(words) >= 3 && words[0] == "journal":
			var err error
			if k.entries, err = strconv.ParseInt(words[1], 10, 64); err != nil {
				return fmt.Errorf("receipt: %q: %w", line, err)
			}
		}
	}
	if k.entries == 0 {
		return errors.New("a receipt without a journal")
	}
	return nil
}

// missing is what the candidate was told is safe and is not: an answer that is gone, one that is older than what was
// acknowledged, one whose hash is another; and of those that were changed later, entries of the journal. A newer
// answer is right only if the candidate sent it, its reply lost.
func (c *candidate) missing(kept stored) []loss {
	var all []loss
	for i, told := range c.acked {
		if told.seq == 0 {
			continue
		}
		lose := func(why string) {
			all = append(all, loss{c.number, c.attempt, i + 1, told.seq, why})
		}
		for _, at := range []struct {
			place string
			has   ack
		}{{"answers", kept.answers[i+1]}, {"receipt", kept.receipt[i+1]}} {
			switch has := at.has; {
			case has.seq == 0:
				lose("not among the " + at.place)
			case has.seq < told.seq:
				lose(fmt.Sprintf("the %s have an older one, %d", at.place, has.seq))
			case has.seq == told.seq && has.hash != told.hash:
				lose("another hash in the " + at.place)
			case has.seq > told.seq && !slices.Contains(c.sent[i], has.seq):
				lose(fmt.Sprintf("the %s have one that was never sent, %d", at.place, has.seq))
			default:
				continue
			}
			break // one loss is one, wherever it shows
		}
	}
	// Beside the answers the journal has its start, the device and the end.
	if short := c.acks + 3 - kept.entries; short > 0 {
		all = append(all, loss{c.number, c.attempt, 0, 0, fmt.Sprintf("the journal has %d entries, %d too few", kept.entries, short)})
	}
	return all
}
