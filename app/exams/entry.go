package exams

import (
	"encoding/json"

	"bainian/app/ledger"
	"bainian/app/questions"
	"bainian/app/store"
)

// The types of a journal entry; what each payload holds stands beside its struct.
const (
	entryStart   = "start"
	entryAnswer  = "answer"
	entryDevice  = "device"
	entryObserve = "observe"
	entrySilence = "silence"
	entryAdjust  = "adjust"
	entryFile    = "file"
	entrySeb     = "seb"
	entryEnd     = "end"
	entryOrigin  = "origin"

	entryMessage  = "message"
	entryCall     = "call"
	entryTakeOver = "takeover"
	entrySnapshot = "snapshot"
)

// answerPayload is what answerEntry writes, to be read back.
type answerPayload struct {
	N             int                `json:"n"`
	Seq           int64              `json:"seq"`
	Response      questions.Response `json:"response"`
	ElapsedMs     int64              `json:"elapsed_ms,omitempty"`
	Late          bool               `json:"late,omitempty"`
	GivenMs       int64              `json:"given_ms,omitempty"`
	SilentSinceMs int64              `json:"silent_since_ms,omitempty"`
}

// appendIn journals what is not an answer and keeps the head in the attempt's row, with what else the caller
// changed of the attempt: the head belongs to whoever wrote last.
func appendIn(tx *store.Tx, a *Attempt, typ string, payload any) error {
	doc, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	key, err := ledger.SubjectKeyIn(tx, a.PersonID)
	if err != nil {
		return err
	}
	a.head, err = ledger.AppendIn(tx, a.ID, a.head, key, typ, doc)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE attempt SET head_seq = ?, head_hash = ? WHERE id = ?`, a.head.Seq, a.head.Hex(), a.ID)
	return err
}
