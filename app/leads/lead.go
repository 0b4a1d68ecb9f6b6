package leads

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// State is where a lead is; it is in exactly one.
type State string

const (
	InPool   State = "pool"     // for anyone with an open gate to take
	Held     State = "held"     // with a person, its clock running
	Private  State = "private"  // in a person's private pool
	InTrust  State = "trust"    // its holder is under a verdict that is not final
	Handover State = "handover" // signed, on its way to whoever serves the customer
	Closed   State = "closed"   // nothing more to do
)

// States are all states in the order of the funnel.
func States() []State { return []State{InPool, Held, Private, InTrust, Handover, Closed} }

// Lead is a potential customer. A masked one shows neither whom to ask for nor the number to call.
type Lead struct {
	ID                                                         string
	Company, Contact, Phone, Industry, Territory, Source, Note string
	State                                                      State
	Masked                                                     bool
}

// masked is the lead as those see it who do not hold it.
func (l Lead) masked() Lead {
	if first, size := utf8.DecodeRuneInString(l.Contact); size > 0 {
		l.Contact = string(first) + "••"
	}
	l.Phone = maskPhone(l.Phone)
	l.Note, l.Masked = "", true
	return l
}

// maskPhone leaves the shape of a number and its last two digits, too little to call or to look it up by.
func maskPhone(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, phone)
	hidden := max(utf8.RuneCountInString(digits)-2, 0)
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) && hidden > 0 {
			hidden--
			return '•'
		}
		return r
	}, phone)
}

// Ended says how a tenure ended.
type Ended string

const (
	Returned    Ended = "returned"
	Reclaimed   Ended = "reclaimed"
	TrustEnded  Ended = "trust" // the verdict on its holder became final
	Deactivated Ended = "deactivated"
	HandedOver  Ended = "handover"
	ClosedOff   Ended = "closed"
)

// Tenure is a person's time with a lead.
type Tenure struct {
	ID, LeadID, HolderID string
	Began                time.Time
	Due                  time.Time // of the next follow-up; the lead is reclaimed after it
	Hard                 time.Time // beyond which no follow-up moves Due
	Paused               time.Time // in trust since; zero while the clock runs
	FollowUps            int       // notes left out
	Ended                time.Time // zero while open
	How                  Ended
}

// Holding is a lead and the tenure that a person has of it.
type Holding struct {
	Lead   Lead
	Tenure Tenure
}

// Kind is how a customer was contacted; a note is what was written down without that.
type Kind string

const (
	Call    Kind = "call"
	Visit   Kind = "visit"
	Message Kind = "message"
	Note    Kind = "note"
)

// Kinds are all kinds of follow-up in the order in which they are offered.
func Kinds() []Kind { return []Kind{Call, Visit, Message, Note} }

// Contact is what a person says about a follow-up; when it was is the server's to say.
type Contact struct {
	Kind    Kind
	Outcome string // what came of it
	Next    string // the next step, may be empty
}

// FollowUp is a recorded contact.
type FollowUp struct {
	Contact
	ID, TenureID, By string
	At, Due          time.Time // Due is where it left the clock
}

// Event is one move of a lead.
type Event struct {
	Kind     string // drawn, assigned, trusted, restored, or how a tenure ended
	PersonID string // the holder
	Note     string
	By       string
	At       time.Time
}
