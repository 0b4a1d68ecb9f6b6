package exams

import (
	"context"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// markAppealFor is how long a candidate has to appeal on a mark, from when its score could first be seen. Seven
// calendar days take in a weekend and two working days at either end, and end before the next cohort's exam is
// marked by the same people; a case of integrity, where more hangs on it, has ten business days.
const markAppealFor = 7 * 24 * time.Hour

// AppealState is where an appeal on a mark stands.
type AppealState string

const (
	AppealOpen     AppealState = "open"
	AppealUpheld   AppealState = "upheld"
	AppealDeclined AppealState = "declined"
)

// MarkAppeal is a candidate's appeal on the mark of one question.
type MarkAppeal struct {
	ID    string
	N     int // number of the question
	Text  string
	At    time.Time
	State AppealState
	// What was decided, and why; the candidate reads it.
	Answer    string
	DecidedAt time.Time

	Exam, Bank, Item string
	ScriptID         string // of an answer that a person marked; "" where the program did
	attemptID        string
	decidedBy        string
}

const appealColumns = `p.id, p.attempt_id, p.n, p.text, p.at_ms, p.state, p.answer, p.decided_by, p.decided_ms, a.exam, coalesce(s.id, '')`
const appealTables = `mark_appeal p JOIN attempt a ON a.id = p.attempt_id LEFT JOIN script s ON s.attempt_id = p.attempt_id AND s.n = p.n`

func scanAppeal(row store.Row) (p MarkAppeal, err error) {
	var at int64
	var by *string
	var decided *int64
	if err = row.Scan(&p.ID, &p.attemptID, &p.N, &p.Text, &at, &p.State, &p.Answer, &by, &decided, &p.Exam, &p.ScriptID); err != nil {
		return p, err
	}
	if by != nil {
		p.decidedBy = *by
	}
	p.At, p.DecidedAt = store.Time(at), store.NullTime(decided)
	return p, nil
}

// appealing is what was appealed on an attempt, and until when it can be; zero where it cannot.
type appealing struct {
	filed []MarkAppeal
	until time.Time
}

// appealsOfIn reads the appeals on an attempt. The time to file one runs from when its score could first be seen;
// while it cannot be seen, and for what was set aside, nothing can be appealed.
func appealsOfIn(rx *store.Rx, a Attempt, s Sitting, score Phase, waiting int) (p appealing, err error) {
	if p.filed, err = store.All(rx, scanAppeal, `SELECT `+appealColumns+` FROM `+appealTables+` WHERE p.attempt_id = ? ORDER BY p.n`, a.ID); err != nil {
		return p, err
	}
	if !score.told(a, s, waiting) || a.SetAside {
		return p, nil
	}
	seen := a.EndedAt
	later := func(query string, id string) error {
		var ms *int64
		err := rx.Row(query, id).Scan(&ms)
		if t := store.NullTime(ms); t.After(seen) {
			seen = t
		}
		return err
	}
	if err := later(`SELECT max(marked_ms) FROM script WHERE attempt_id = ?`, a.ID); err != nil {
		return p, err
	}
	if score == WhenClosed {
		if s.SettledAt.After(seen) {
			seen = s.SettledAt
		}
		if err := later(`SELECT max(s.marked_ms) FROM script s JOIN attempt a ON a.id = s.attempt_id WHERE a.sitting_id = ?`, a.SittingID); err != nil {
			return p, err
		}
	}
	if until := seen.Add(markAppealFor); rx.Now.Before(until) {
		p.until = until
	}
	return p, nil
}

// AppealMark has the actor contest the mark of one question of their own attempt, once, while there is time.
func (r *Room) AppealMark(ctx context.Context, actor people.Person, attemptID string, n int, text string) error {
	text, err := reasonable(text, "text")
	if err != nil {
		return err
	}
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return err
	}
	if d.personID != actor.ID {
		return errMissing()
	}
	if n < 1 || n > len(d.items) || !d.items[n-1].Kind.Scored() { // one on a canary is taken like any other: a refusal would tell which it is
		return fault.New(fault.Invalid, "exams.appeal_question").In("n")
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, ok, err := AttemptIn(tx.Rx, attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		s, _, err := SittingIn(tx.Rx, a.SittingID)
		if err != nil {
			return err
		}
		waiting, err := waitingAtIn(tx.Rx, a.SittingID)
		if err != nil {
			return err
		}
		so, err := appealsOfIn(tx.Rx, a, s, s.FeedbackBy(d.blueprint).Score, waiting)
		if err != nil {
			return err
		}
		switch {
		case !a.Over():
			return fault.New(fault.Conflict, "exams.result_waits")
		case slices.ContainsFunc(so.filed, func(p MarkAppeal) bool { return p.N == n }):
			return fault.New(fault.Conflict, "exams.appeal_twice", "n", n)
		case so.until.IsZero():
			return fault.New(fault.Conflict, "exams.appeal_closed", "days", int(markAppealFor.Hours()/24))
		}
		_, err = tx.Exec(`INSERT INTO mark_appeal (id, attempt_id, n, text, at_ms, state) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), attemptID, n, text, store.Ms(tx.Now), string(AppealOpen))
		return err
	})
}

// MarkAppeals are the open appeals on marks, oldest first, and the latest that were decided. For trainers and HR;
// nobody is named, and one's own is not among them.
func (r *Room) MarkAppeals(ctx context.Context, actor people.Person) (open, decided []MarkAppeal, err error) {
	if !decides(actor) {
		return nil, nil, errForbidden()
	}
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		if open, err = store.All(rx, scanAppeal, `SELECT `+appealColumns+` FROM `+appealTables+` WHERE p.state = 'open' AND a.person_id <> ? ORDER BY p.id`, actor.ID); err != nil {
			return err
		}
		decided, err = store.All(rx, scanAppeal, `SELECT `+appealColumns+` FROM `+appealTables+` WHERE p.state <> 'open' AND a.person_id <> ? ORDER BY p.decided_ms DESC, p.id DESC LIMIT 20`, actor.ID)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	for _, list := range [][]MarkAppeal{open, decided} {
		for i := range list {
			d, err := r.dealt(ctx, list[i].attemptID)
			if err != nil {
				return nil, nil, err
			}
			q := d.form.Questions[list[i].N-1]
			list[i].Bank, list[i].Item = q.Bank, q.Item
		}
	}
	return open, decided, nil
}

// AppealView is an appeal in full: the question with what was said and what is right, and of an answer that a person
// marked all that its marking page has. It does not tell whose it is.
type AppealView struct {
	MarkAppeal
	ExamTitle, ItemTitle string
	Asked                AnswerView
	Script               *ScriptView // nil where the program marked
	WhyNot               error       // why the actor cannot decide it, nil when they can
}

// Appeal is one appeal, for trainers and HR.
func (r *Room) Appeal(ctx context.Context, actor people.Person, id string, lang locale.Lang) (v AppealView, err error) {
	if !decides(actor) {
		return v, errForbidden()
	}
	if v.MarkAppeal, err = r.appeal(ctx, id); err != nil {
		return v, err
	}
	d, err := r.dealt(ctx, v.attemptID)
	if err != nil {
		return v, err
	}
	if d.personID == actor.ID {
		return v, fault.New(fault.Forbidden, "exams.mark_own")
	}
	q, item := d.form.Questions[v.N-1], d.items[v.N-1]
	text, _ := item.Localized(lang)
	v.Bank, v.Item, v.ExamTitle, v.ItemTitle = q.Bank, q.Item, d.blueprint.TitleIn(lang), text.Title
	var answers []Answered
	var marks Marks
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		a, ok, err := AttemptIn(rx, v.attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		if answers, err = answersIn(rx, a.ID); err != nil {
			return err
		}
		if marks, err = marksIn(rx, a.ID, a.Revision); err != nil {
			return err
		}
		if v.State != AppealOpen {
			v.WhyNot = fault.New(fault.Conflict, "exams.appeal_decided")
		} else if v.ScriptID != "" {
			if v.WhyNot = othersDecideIn(rx, actor, d.personID, v.ScriptID); v.WhyNot != nil && !fault.Is(v.WhyNot, fault.Forbidden) {
				return v.WhyNot
			}
		}
		return nil
	})
	if err != nil {
		return v, err
	}
	says, err := r.voices(ctx)
	if err != nil {
		return v, err
	}
	v.Asked = r.explained(d, answers, marks, lang, says)[v.N-1]
	v.Asked.SavedAt, v.Asked.Late = time.Time{}, false
	if v.ScriptID != "" {
		script, err := r.Script(ctx, actor, v.ScriptID, lang)
		if err != nil {
			return v, err
		}
		v.Script, v.Asked.Response = &script, script.Question.Response
		if v.WhyNot == nil && !script.MayCorrect {
			v.WhyNot = fault.New(fault.Forbidden, "exams.mark_unblinded")
		}
	}
	return v, nil
}

// Decision is what becomes of an appeal on a mark.
type Decision struct {
	Uphold bool
	Sheet  MarkSheet // of an upheld one on what a person marked: the new mark
	Answer string    // why, to the candidate
}

// DecideAppeal answers an appeal: a trainer or HR, but not whoever looked up whose it is, nor whoever gave the mark
// while another could. What is upheld of a mark by hand becomes a new mark, and with it a new revision of the result,
// in this transaction. What the program marked is right or wrong for everybody: it is upheld once the key was
// corrected by a regrade.
func (r *Room) DecideAppeal(ctx context.Context, actor people.Person, appealID string, by Decision) error {
	answer, err := reasonable(by.Answer, "answer")
	if err != nil {
		return err
	}
	if !decides(actor) {
		return errForbidden()
	}
	p, err := r.appeal(ctx, appealID)
	if err != nil {
		return err
	}
	d, err := r.dealt(ctx, p.attemptID)
	if err != nil {
		return err
	}
	var l looked
	sheet := by.Sheet
	if p.ScriptID != "" {
		if l, err = r.look(ctx, p.ScriptID); err != nil {
			return err
		}
		if by.Uphold {
			sheet.Reason = answer
			if sheet, err = l.filled(sheet, true); err != nil {
				return err
			}
		}
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		p, ok, err := store.First(tx.Rx, scanAppeal, `SELECT `+appealColumns+` FROM `+appealTables+` WHERE p.id = ?`, appealID)
		switch {
		case err != nil || !ok:
			return orMissing(err)
		case p.State != AppealOpen:
			return fault.New(fault.Conflict, "exams.appeal_decided")
		case d.personID == actor.ID:
			return fault.New(fault.Forbidden, "exams.mark_own")
		}
		if p.ScriptID != "" {
			if err := othersDecideIn(tx.Rx, actor, d.personID, p.ScriptID); err != nil {
				return err
			}
			if err := mayMarkIn(tx.Rx, actor, l); err != nil { // to decline takes as blind an eye as to uphold
				return err
			}
		}
		state, mark := AppealDeclined, ""
		switch {
		case by.Uphold && p.ScriptID != "":
			given, err := r.correctMarkIn(tx, actor, l, sheet)
			if err != nil {
				return err
			}
			state, mark = AppealUpheld, given.ID
		case by.Uphold:
			_, regraded, err := store.First(tx.Rx, scanText, `SELECT regrade_id FROM result WHERE attempt_id = ? AND regrade_id IS NOT NULL AND at_ms >= ?`, p.attemptID, store.Ms(p.At))
			if err != nil {
				return err
			}
			if !regraded {
				return fault.New(fault.Conflict, "exams.appeal_regrade_first")
			}
			state = AppealUpheld
		}
		leaf, err := ledger.CommitIn(tx, ofAppeal, appealDigest(p.ID, p.attemptID, state, answer, mark, actor.ID))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE mark_appeal SET state = ?, answer = ?, mark_id = ?, decided_by = ?, decided_ms = ?, leaf_id = ? WHERE id = ?`,
			string(state), answer, orNull(mark), actor.ID, store.Ms(tx.Now), leaf, p.ID)
		return err
	})
}

func (r *Room) appeal(ctx context.Context, id string) (p MarkAppeal, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		var ok bool
		if p, ok, err = store.First(rx, scanAppeal, `SELECT `+appealColumns+` FROM `+appealTables+` WHERE p.id = ?`, id); err == nil && !ok {
			err = errMissing()
		}
		return err
	})
	return p, err
}

// othersDecideIn refuses whoever gave one of the marks, as long as somebody else could decide.
func othersDecideIn(rx *store.Rx, actor people.Person, candidate, scriptID string) error {
	marks, err := marksOfIn(rx, scriptID)
	if err != nil {
		return err
	}
	gave := map[string]bool{candidate: true}
	for _, m := range marks {
		gave[m.By] = true
	}
	if !gave[actor.ID] {
		return nil
	}
	looked, err := store.All(rx, scanText, `SELECT by_id FROM unblinding WHERE script_id = ?`, scriptID) // they cannot either
	if err != nil {
		return err
	}
	for _, id := range looked {
		gave[id] = true
	}
	others, err := people.HoldersIn(rx, people.Trainer, people.HR)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(others, func(id string) bool { return !gave[id] }) {
		return fault.New(fault.Forbidden, "exams.appeal_own_mark")
	}
	return nil
}
