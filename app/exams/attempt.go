package exams

import (
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/ledger"
)

// State is where an attempt stands.
type State string

const (
	Live      State = "live"
	Submitted State = "submitted" // by the candidate, or by closing the sitting
	Expired   State = "expired"   // graded at its deadline and the off-line grace, since nobody submitted it
)

// Attempt is one person's one go at a sitting.
type Attempt struct {
	ID, SittingID, Exam, PersonID string
	State                         State
	StartedAt                     time.Time
	Deadline                      time.Time
	DueAt                         time.Time // when it is graded unasked: the deadline and the off-line grace
	PausedAt                      time.Time // zero unless it is paused
	EndedAt                       time.Time // zero while it is live
	ContactAt                     time.Time // when the server last heard of the candidate
	Answered, Total               int
	LastSeq                       int64 // the candidate's own count of saves
	Revision                      int   // of the result that counts, 0 before grading
	Score, MaxScore               int   // thousandths of a point
	Passed                        bool
	Pending                       int  // answers that wait to be marked by a person: until there are none it is neither passed nor failed
	SetAside                      bool // by a verdict: it no longer counts
	News                          int  // how often those who watch had something for the candidate (news.go)

	device  string
	card    string // the answer card: a character per question, '1' answered and '0' not
	head    ledger.Head
	contact contact
	origin  string   // codes of the network and the browser that it is sat from, "" before the first call
	before  []string // of one that starts, the attempts whose forms it avoids; afterwards the journal has them
}

// Over reports whether the attempt has ended.
func (a Attempt) Over() bool { return a.State != Live }

// holds reports the reason why this device may not act in the attempt now, or nil.
func (a Attempt) holds(device string) error {
	switch {
	case a.Over():
		return fault.New(fault.Conflict, "exams.over")
	case a.device != "" && a.device != device:
		return fault.New(fault.Conflict, "exams.other_device")
	}
	return nil
}

// tick is the answer card after question n was answered, or taken back.
func tick(card string, n int, answered bool) string {
	b := []byte(card)
	b[n-1] = '0'
	if answered {
		b[n-1] = '1'
	}
	return string(b)
}

func answered(card string) int { return strings.Count(card, "1") }
