package exams

import (
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
}

// Sitting is an exam offered to people in a window.
type Sitting struct {
	ID, Exam     string // Exam is the blueprint's slug
	ExamVersion  int
	Pins         Pins
	Title        map[locale.Lang]string
	Minutes      int    // the time limit
	CohortID     string // "" is everyone
	OpensAt      time.Time
	ClosesAt     time.Time // the end of the window: no starts after it, and an ordinary limit ends with it (Timing)
	OpenedBy     string
	OpenedAt     time.Time
	ClosedAt     time.Time // zero until it is closed, by a person or after its window
	SettledAt    time.Time // zero until every attempt has ended and is graded
	Commitment   string    // hex SHA-256 over the secret and the pins, in the ledger since it was opened
	Invigilators []string  // person ids
}

// NewSitting is what a trainer or HR decides when opening one.
type NewSitting struct {
	Exam         string // slug of a published blueprint
	Minutes      int    // the time limit
	CohortID     string // "" is everyone
	OpensAt      time.Time
	ClosesAt     time.Time // as in Sitting
	Invigilators []string  // person ids
}

// TitleIn is the title in that language, or in whichever there is.
func (s Sitting) TitleIn(lang locale.Lang) string {
	for _, l := range append([]locale.Lang{lang}, locale.Langs()...) {
		if t := s.Title[l]; t != "" {
			return t
		}
	}
	return s.Exam
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
