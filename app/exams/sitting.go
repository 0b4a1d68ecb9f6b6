package exams

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"bainian/app/locale"
)

// Pin is one published version of a document.
type Pin struct {
	Path    string `json:"path"`
	Version int    `json:"version"`
}

// Pins are the versions, and the rules, that every form of a sitting is drawn by, whatever comes later.
type Pins struct {
	Exam  Pin            `json:"exam"`
	Banks map[string]Pin `json:"banks"` // by bank id
	Deal  Dealing        `json:"deal,omitempty"`

	// Facility is the digest of what was known of the items, kept apart since pins are read with every sitting.
	Facility string `json:"facility,omitempty"`

	// Texts is the digest of all texts of what is pinned (textsOf), "" in sittings of the time before there was one.
	Texts string `json:"texts,omitempty"`
}

// Sitting is an exam offered to people in a window.
type Sitting struct {
	ID, Exam     string // Exam is the blueprint's slug
	ExamVersion  int
	Pins         Pins
	Title        map[locale.Lang]string
	Minutes      int    // the time limit
	CohortID     string // "" is everyone, unless it is named
	Named        bool   // for the people that its trainer named, and nobody else
	OpensAt      time.Time
	ClosesAt     time.Time     // the end of the window: no starts after it, and an ordinary limit ends with it (Timing)
	HardEnd      bool          // accommodations end with the window as well
	Late         time.Duration // after the opening, in which one may start; 0 is until the window ends
	Passcoded    bool          // starting takes a passcode; what it is stands nowhere that a candidate's page is made from
	Feedback     Feedback      // phases that differ from the blueprint's; "" is as there
	OpenedBy     string
	OpenedAt     time.Time
	ClosedAt     time.Time // zero until it is closed, by a person or after its window
	SettledAt    time.Time // zero until every attempt has ended and is graded
	Commitment   string    // hex SHA-256 over the secret and the pins, in the ledger since it was opened
	Invigilators []string  // person ids
}

// NewSitting is what a trainer or HR decides when opening one.
type NewSitting struct {
	Exam         string   // slug of a published blueprint
	Minutes      int      // the time limit
	CohortID     string   // "" is everyone, unless people are named
	People       []string // person ids: it is for them alone
	OpensAt      time.Time
	ClosesAt     time.Time // as in Sitting, like the next
	HardEnd      bool
	LateMinutes  int      // 0 is until the window ends; UsualLate is as is usual for the exam
	Passcode     string   // "" is none
	Feedback     Feedback // phases that differ from the blueprint's
	Invigilators []string // person ids
}

// UsualLate stands for a quarter of an hour of late entry where somebody watches, and none of it where nobody does.
const UsualLate = -1

// usualLate is that quarter of an hour, in minutes.
const usualLate = 15

// TitleIn is the title in that language, or in whichever there is.
func (s Sitting) TitleIn(lang locale.Lang) string {
	for _, l := range append([]locale.Lang{lang}, locale.Langs()...) {
		if t := s.Title[l]; t != "" {
			return t
		}
	}
	return s.Exam
}

// LastStart is when starting ends for those whom nobody lets in: with the late entry, or with the window.
func (s Sitting) LastStart() time.Time {
	if last := s.OpensAt.Add(s.Late); s.Late > 0 && last.Before(s.ClosesAt) {
		return last
	}
	return s.ClosesAt
}

// FeedbackBy is when the sitting's candidates see what: as its trainer decided, else as the blueprint has it. What
// markers gave and said follows the answers where neither says otherwise.
func (s Sitting) FeedbackBy(b *Blueprint) Feedback {
	answers := cmp.Or(s.Feedback.Answers, b.Feedback.Answers)
	return Feedback{cmp.Or(s.Feedback.Score, b.Feedback.Score), cmp.Or(s.Feedback.Lessons, b.Feedback.Lessons), answers,
		cmp.Or(s.Feedback.Comments, b.Feedback.Comments, answers)}
}

// commitment binds a sitting to its secret and its pins: SHA-256 over the secret and the JSON of the pins.
func commitment(secret, pins []byte) string {
	return digest(string(secret) + string(pins))
}

// digest is the SHA-256 of a text, in hex.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// seed is what an attempt's form is dealt from.
func seed(secret []byte, attemptID string) [32]byte {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(attemptID))
	return [32]byte(m.Sum(nil))
}
