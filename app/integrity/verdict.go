package integrity

import (
	"slices"
	"time"
)

// Outcome is what a vote asks for and what a verdict decides.
type Outcome string

const (
	NotUpheld Outcome = "not_upheld" // nothing stands; visibly cleared
	Resit     Outcome = "resit"      // the attempt no longer counts; one more on a fresh form
	RedLine   Outcome = "red_line"   // a confirmed breach: closes the gate for good
)

// Valid reports whether it is one of the three.
func (o Outcome) Valid() bool { return o == NotUpheld || o == Resit || o == RedLine }

// milder is the outcome that weighs less on the person.
func milder(a, b Outcome) Outcome {
	order := []Outcome{NotUpheld, Resit, RedLine}
	return order[min(slices.Index(order, a), slices.Index(order, b))]
}

// FactKind is what sort of evidence a fact is.
type FactKind string

const (
	InvigilatorNote    FactKind = "invigilator_note"    // made at the time, while the sitting was open
	Document           FactKind = "document"            // of known origin
	ConcurrentSessions FactKind = "concurrent_sessions" // proved by the server
	Admission          FactKind = "admission"           // written; may be retracted for 24 hours
	Statistical        FactKind = "statistical"
	Telemetry          FactKind = "telemetry"
	Other              FactKind = "other"
)

// FactKinds are the kinds that a reviewer may put on file. An invigilator's note comes from the sitting by itself,
// for it counts only because it was made at the time, and concurrent sessions are the server's to prove.
func FactKinds() []FactKind { return []FactKind{Document, Admission, Other} }

// Fact is one piece of evidence on a case's file.
type Fact struct {
	ID        string
	Kind      FactKind
	Text      string
	Origin    string
	By        string
	At        time.Time
	Retracted time.Time // zero unless retracted
}

// admissionRest is how long an admission may be taken back before it can carry a red line.
const admissionRest = 24 * time.Hour

// Rests reports whether it is an admission that its person can still take back.
func (f Fact) Rests(now time.Time) bool {
	return f.Kind == Admission && f.Retracted.IsZero() && now.Before(f.At.Add(admissionRest))
}

// Carries reports whether the fact is a second channel that can carry a red line: neither statistical nor
// telemetry. Focus, pastes, timing, gaps and canaries never are.
func (f Fact) Carries(now time.Time) bool {
	if !f.Retracted.IsZero() {
		return false
	}
	switch f.Kind {
	case InvigilatorNote, Document, ConcurrentSessions:
		return true
	case Admission:
		return !f.Rests(now)
	}
	return false
}

// carried reports whether any fact can carry a red line now.
func carried(facts []Fact, now time.Time) bool {
	return slices.ContainsFunc(facts, func(f Fact) bool { return f.Carries(now) })
}

// Vote is one reviewer's opinion.
type Vote struct {
	Reviewer string
	Outcome  Outcome
	Reason   string
	At       time.Time
	Tied     bool // the reviewer has declared a tie; before the verdict the vote then does not count
}

// tally is what the votes so far amount to: an outcome once there are two, of which the milder holds.
func tally(votes []Vote) (outcome Outcome, closed bool) {
	if len(votes) < 2 {
		return "", false
	}
	return milder(votes[0].Outcome, votes[1].Outcome), true
}
