package integrity

import (
	"context"
	"math"

	"bainian/app/exams"
	"bainian/app/integrity/stats"
	"bainian/app/store"
)

// Beside is what the tests that raise nothing say of one case.
type Beside struct {
	Detector string
	Why      string // the word for what keeps Pairs empty
	Pairs    []BesidePair
	Paper    PaperSays
	Essays   []BesideEssay
}

// BesidePair is a pair of one of the case's findings.
type BesidePair struct {
	PairSays
	OtherID string // person
}

// hide takes away whose the other paper is.
func (p *BesidePair) hide(own string) {
	if p.OtherID = ""; p.A != own {
		p.A = ""
	} else {
		p.B = ""
	}
}

// BesideEssay is a question that the case's person, who is A, and another answered in part in the same words.
type BesideEssay struct {
	EssaySays
	OtherID string
	Said    []string // the shared passages as A wrote them
}

// Residuals are those of the times, by question; NaN where one is absent.
func (p PaperSays) Residuals() []float64 {
	out := make([]float64, len(p.Residual))
	for i, z := range p.Residual {
		if out[i] = float64(z); z == noTime {
			out[i] = math.NaN()
		}
	}
	return out
}

// CanaryP is the chance of so many planted answers for somebody who has not seen the planted key.
func (p PaperSays) CanaryP() float64 { return stats.CanaryP(p.Picked, p.Seen) }

// besideIn is what the other tests say of a case with these findings, nil until they have run.
func besideIn(rx *store.Rx, of Case, findings []Finding) (*Beside, error) {
	c, ok, err := CorroborationIn(rx, of.SittingID)
	if err != nil || !ok {
		return nil, err
	}
	b := &Beside{Detector: c.Detector, Why: c.Why}
	b.Paper, _ = c.Of(of.AttemptID)
	for _, x := range findings {
		if p, ok := c.Pair(of.AttemptID, x.other); ok {
			b.Pairs = append(b.Pairs, BesidePair{p, x.OtherID})
		}
	}
	for _, e := range c.Essays {
		if e.B == of.AttemptID {
			e = e.turned()
		}
		if e.A != of.AttemptID {
			continue
		}
		other, found, err := exams.AttemptIn(rx, e.B)
		if err != nil {
			return nil, err
		}
		if found {
			b.Essays = append(b.Essays, BesideEssay{EssaySays: e, OtherID: other.PersonID})
		}
	}
	return b, nil
}

// turned is the same pair of essays from the other side.
func (e EssaySays) turned() EssaySays {
	t := e
	t.A, t.B, t.NA, t.NB = e.B, e.A, e.NB, e.NA
	t.Passages = make([]Passage, len(e.Passages))
	for i, p := range e.Passages {
		t.Passages[i] = Passage{p.BFrom, p.BTo, p.AFrom, p.ATo}
	}
	return t
}

// quoteEssays fills in the shared passages from the person's paper.
func (d *Desk) quoteEssays(ctx context.Context, attemptID string, b *Beside) error {
	if b == nil || len(b.Essays) == 0 {
		return nil
	}
	own, err := d.room.SatPaper(ctx, attemptID)
	if err != nil {
		return err
	}
	for n, e := range b.Essays {
		if e.NA < 1 || e.NA > len(own.Responses) {
			continue
		}
		text := []rune(own.Responses[e.NA-1].Text)
		for _, p := range e.Passages {
			if 0 <= p.AFrom && p.AFrom < p.ATo && p.ATo <= len(text) {
				b.Essays[n].Said = append(b.Essays[n].Said, string(text[p.AFrom:p.ATo]))
			}
		}
	}
	return nil
}
