package exams

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"bainian/app/ledger"
	"bainian/app/questions"
	"bainian/app/store"
)

const attemptColumns = `a.id, a.sitting_id, a.exam, a.person_id, a.state, a.started_ms, a.deadline_ms, a.due_ms, a.paused_ms, a.ended_ms,
	a.card, a.device, a.last_seq, a.head_seq, a.head_hash, a.contact_ms, a.gap_from_ms, a.gap_to_ms,
	a.revision, a.score, a.max_score, a.passed, a.pending, a.aside, a.news, a.origin`

func scanAttempt(row store.Row) (a Attempt, err error) {
	var started, deadline, due, contactMs, gapFrom, gapTo, headSeq int64
	var paused, ended *int64
	var headHash string
	if err = row.Scan(&a.ID, &a.SittingID, &a.Exam, &a.PersonID, &a.State, &started, &deadline, &due, &paused, &ended,
		&a.card, &a.device, &a.LastSeq, &headSeq, &headHash, &contactMs, &gapFrom, &gapTo,
		&a.Revision, &a.Score, &a.MaxScore, &a.Passed, &a.Pending, &a.SetAside, &a.News, &a.origin); err != nil {
		return a, err
	}
	a.StartedAt, a.Deadline, a.DueAt = store.Time(started), store.Time(deadline), store.Time(due)
	a.PausedAt, a.EndedAt = store.NullTime(paused), store.NullTime(ended)
	a.Answered, a.Total = answered(a.card), len(a.card)
	a.contact = contact{last: store.Time(contactMs), gapFrom: moment(gapFrom), gapTo: moment(gapTo)}
	a.ContactAt = a.contact.last
	a.head, err = ledger.ParseHead(headSeq, headHash)
	return a, err
}

// moment is a time kept as 0 while there is none, and instant its inverse.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return store.Time(ms)
}

func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return store.Ms(t)
}

// AttemptIn is one attempt; false when there is none.
func AttemptIn(rx *store.Rx, id string) (Attempt, bool, error) {
	return store.First(rx, scanAttempt, `SELECT `+attemptColumns+` FROM attempt a WHERE a.id = ?`+rx.ForUpdate(), id)
}

func attemptsOfIn(rx *store.Rx, personID, exam string) ([]Attempt, error) {
	return store.All(rx, scanAttempt, `SELECT `+attemptColumns+` FROM attempt a WHERE a.person_id = ? AND a.exam = ? ORDER BY a.started_ms, a.id`, personID, exam)
}

func attemptsAtIn(rx *store.Rx, sittingID string) ([]Attempt, error) {
	return store.All(rx, scanAttempt, `SELECT `+attemptColumns+` FROM attempt a WHERE a.sitting_id = ? ORDER BY a.started_ms, a.id`, sittingID)
}

const sittingColumns = `s.id, s.exam, s.exam_version, s.pins, s.title, s.minutes, s.cohort_id, s.opens_ms, s.closes_ms, s.commitment, s.by_id, s.at_ms, s.closed_ms, s.settled_ms,
	s.named, s.passcode <> '', s.late_minutes, s.hard_end, s.feedback`

func scanSitting(row store.Row) (s Sitting, err error) {
	var pins, title, feedback string
	var cohort *string
	var opens, closes, at, late int64
	var closed, settled *int64
	if err = row.Scan(&s.ID, &s.Exam, &s.ExamVersion, &pins, &title, &s.Minutes, &cohort, &opens, &closes, &s.Commitment, &s.OpenedBy, &at, &closed, &settled,
		&s.Named, &s.Passcoded, &late, &s.HardEnd, &feedback); err != nil {
		return s, err
	}
	if cohort != nil {
		s.CohortID = *cohort
	}
	s.OpensAt, s.ClosesAt, s.OpenedAt = store.Time(opens), store.Time(closes), store.Time(at)
	s.ClosedAt, s.SettledAt = store.NullTime(closed), store.NullTime(settled)
	s.Late = time.Duration(late) * time.Minute
	if s.Feedback, err = feedbackOf(feedback); err != nil {
		return s, err
	}
	if err = json.Unmarshal([]byte(pins), &s.Pins); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(title), &s.Title)
}

// feedbackOf is what a sitting decided of the phases, none of them when nothing is kept.
func feedbackOf(doc string) (f Feedback, err error) {
	if doc != "" {
		err = json.Unmarshal([]byte(doc), &f)
	}
	return f, err
}

// SittingIn is one sitting; false when there is none.
func SittingIn(rx *store.Rx, id string) (Sitting, bool, error) {
	s, ok, err := store.First(rx, scanSitting, `SELECT `+sittingColumns+` FROM sitting s WHERE s.id = ?`, id)
	if err != nil || !ok {
		return s, ok, err
	}
	s.Invigilators, err = store.All(rx, scanText, `SELECT person_id FROM sitting_invigilator WHERE sitting_id = ? ORDER BY person_id`, id)
	return s, true, err
}

func sittingsIn(rx *store.Rx) ([]Sitting, error) {
	all, err := store.All(rx, scanSitting, `SELECT `+sittingColumns+` FROM sitting s WHERE `+withoutRehearsals("s")+` ORDER BY s.opens_ms DESC, s.id DESC`)
	if err != nil {
		return nil, err
	}
	at := map[string]*Sitting{}
	for n := range all {
		at[all[n].ID] = &all[n]
	}
	return all, rx.Each(`SELECT sitting_id, person_id FROM sitting_invigilator ORDER BY person_id`, nil, func(row store.Row) error {
		var sitting, person string
		err := row.Scan(&sitting, &person)
		if s := at[sitting]; s != nil {
			s.Invigilators = append(s.Invigilators, person)
		}
		return err
	})
}

// namingIn are the ids of the sittings that name a person.
func namingIn(rx *store.Rx, personID string) (map[string]bool, error) {
	ids, err := store.All(rx, scanText, `SELECT sitting_id FROM sitting_person WHERE person_id = ?`, personID)
	named := map[string]bool{}
	for _, id := range ids {
		named[id] = true
	}
	return named, err
}

// mineIn are all attempts of a person, by sitting.
func mineIn(rx *store.Rx, personID string) (map[string][]Attempt, error) {
	all, err := store.All(rx, scanAttempt, `SELECT `+attemptColumns+` FROM attempt a WHERE a.person_id = ? ORDER BY a.started_ms, a.id`, personID)
	mine := map[string][]Attempt{}
	for _, a := range all {
		mine[a.SittingID] = append(mine[a.SittingID], a)
	}
	return mine, err
}

// countsIn are the counts of every sitting.
func countsIn(rx *store.Rx) (map[string]Counts, error) {
	counts := map[string]Counts{}
	return counts, rx.Each(`SELECT sitting_id, count(*) FILTER (WHERE state = 'live'), count(*) FILTER (WHERE state <> 'live'), count(*) FILTER (WHERE passed),
		count(*) FILTER (WHERE pending > 0 AND NOT aside) FROM attempt WHERE `+withoutRehearsals("")+` GROUP BY sitting_id`, nil, func(row store.Row) error {
		var id string
		var c Counts
		err := row.Scan(&id, &c.Live, &c.Ended, &c.Passed, &c.Pending)
		counts[id] = c
		return err
	})
}

func secretIn(rx *store.Rx, sittingID string) ([]byte, error) {
	var s string
	if err := rx.Row(`SELECT secret FROM sitting WHERE id = ?`, sittingID).Scan(&s); err != nil {
		return nil, err
	}
	return hex.DecodeString(s)
}

func scanText(row store.Row) (s string, err error) {
	err = row.Scan(&s)
	return s, err
}

// Answered is one saved answer.
type Answered struct {
	N        int
	Response questions.Response // in displayed positions
	Seq      int64
	FirstAt  time.Time // of the first save
	At       time.Time // of the last, when it was given
	Late     bool
	Hash     string // of its journal entry

	doc string // the response as stored
}

const answerColumns = `n, response, seq, first_ms, at_ms, late, hash`

func scanAnswer(row store.Row) (x Answered, err error) {
	var first, at int64
	if err = row.Scan(&x.N, &x.doc, &x.Seq, &first, &at, &x.Late, &x.Hash); err != nil {
		return x, err
	}
	x.FirstAt, x.At = store.Time(first), store.Time(at)
	return x, json.Unmarshal([]byte(x.doc), &x.Response)
}

func answersIn(rx *store.Rx, attemptID string) ([]Answered, error) {
	return store.All(rx, scanAnswer, `SELECT `+answerColumns+` FROM answer WHERE attempt_id = ? ORDER BY n`, attemptID)
}
