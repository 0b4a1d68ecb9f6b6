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
	Pool                                                       string // whose terms it is under
	Stage                                                      string
	State                                                      State
	Access                                                     Access // who may draw it
	Masked                                                     bool
}

// masked is the lead as those see it who do not hold it, by the terms of its pool.
func (l Lead) masked(t Terms) Lead {
	if first, size := utf8.DecodeRuneInString(l.Contact); size > 0 && t.hides("contact") {
		l.Contact = string(first) + "••"
	}
	if t.hides("phone") {
		l.Phone = maskPhone(l.Phone)
	}
	if t.hides("note") {
		l.Note = ""
	}
	l.Masked = true
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
	HandedOver  Ended = "handover" // at a stage from which nothing goes to a pool
	ClosedOff   Ended = "closed"
	SwappedOut  Ended = "swapped"     // given back for one that went into the private pool
	Transferred Ended = "transferred" // to a colleague, by a manager
	Ruled       Ended = "ruled"       // by a ruling on two people with one customer
	Merged      Ended = "merged"      // the lead was another one
)

// Tenure is a person's time with a lead.
type Tenure struct {
	ID, LeadID, HolderID string
	Began                time.Time
	Due                  time.Time // of the next follow-up; the lead is reclaimed after it
	Hard                 time.Time // beyond which no follow-up moves Due
	Paused               time.Time // in trust since; zero while the clock runs
	Pool                 string    // whose terms the clock goes by
	Exempt               bool      // nothing is reclaimed at its lead's stage
	Private              time.Time // in the private pool since; zero outside
	Since                time.Time // what its longest time in the private pool counts from
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
	PersonID string // the holder, or of a lead that nobody held who moved it
	Note     string
	By       string
	At       time.Time
}
