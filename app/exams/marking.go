package exams

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// claimFor is how long a marker has an answer to themselves after the last sign of life. It is long enough for an
// essay of 400 words and short enough that an answer somebody walked away from is back before the coffee is cold.
const claimFor = 15 * time.Minute

// MarkSheet is what a person fills in for one answer.
type MarkSheet struct {
	Points  []int  // thousandths per criterion; in a draft -1 where nothing is set
	Comment string // to the candidate, markdown
	Reason  string // of a settlement, of a correction, and where a marker changes what they gave before
}

// looked is a script with all that its marking goes by, read before the transaction that changes it.
type looked struct {
	Script
	d *dealt
}

// look reads a script and warms what its grading needs.
func (r *Room) look(ctx context.Context, id string) (l looked, err error) {
	var b basis
	if err = r.db.Read(ctx, func(rx *store.Rx) error {
		if l.Script, err = scriptIn(rx, id); err != nil {
			return err
		}
		a, ok, err := AttemptIn(rx, l.attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		b, err = basisIn(rx, a.ID, a.Revision)
		return err
	}); err != nil {
		return l, err
	}
	if l.d, err = r.dealt(ctx, l.attemptID); err != nil {
		return l, err
	}
	_, err = r.corrected(ctx, b.Keys) // kept from then on: correctedIn finds them parsed
	return l, err
}

func (l looked) rubric() []int { return l.d.items[l.n-1].Rubric }

// mayMarkIn is why the person cannot mark the answer, or nil: nobody marks their own paper, nor one whose writer
// they looked up.
func mayMarkIn(rx *store.Rx, actor people.Person, l looked) error {
	if !decides(actor) {
		return errForbidden()
	}
	if l.d.personID == actor.ID {
		return fault.New(fault.Forbidden, "exams.mark_own")
	}
	_, seen, err := store.First(rx, scanText, `SELECT id FROM unblinding WHERE script_id = ? AND by_id = ?`, l.ID, actor.ID)
	if err != nil {
		return err
	}
	if seen {
		return fault.New(fault.Forbidden, "exams.mark_unblinded")
	}
	return nil
}

// filled is a sheet with its text trimmed, or every problem of it at once.
func (l looked) filled(sheet MarkSheet, reason bool) (MarkSheet, error) {
	sheet.Comment = strings.TrimSpace(sheet.Comment)
	err := fitsRubric(sheet.Points, l.rubric())
	if utf8.RuneCountInString(sheet.Comment) > maxText {
		err = fault.New(fault.TooLarge, "exams.text_long", "max", maxText).In("comment")
	}
	if err == nil && (reason || strings.TrimSpace(sheet.Reason) != "") {
		sheet.Reason, err = reasonable(sheet.Reason, "reason")
	}
	return sheet, err
}

// KeepDraft keeps what a marker has begun, and the answer theirs for another while. Who has given it a mark thinks again
// without keeping the second marker from it; and a draft that comes in behind its own mark says nothing.
func (r *Room) KeepDraft(ctx context.Context, actor people.Person, scriptID string, sheet MarkSheet) error {
	l, err := r.look(ctx, scriptID)
	if err != nil {
		return err
	}
	sheet.Comment = strings.TrimSpace(sheet.Comment)
	if len(sheet.Points) != len(l.rubric()) || utf8.RuneCountInString(sheet.Comment) > maxText {
		_, err := l.filled(sheet, false)
		return err
	}
	for c, p := range sheet.Points {
		if p < 0 || p > l.rubric()[c] {
			sheet.Points[c] = -1
		}
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		s, err := r.freeIn(tx, actor, l)
		if err != nil {
			return err
		}
		before, err := marksOfIn(tx.Rx, scriptID)
		if err != nil {
			return err
		}
		given := StandingOf(before, l.d.blueprint.Marking).Given
		own := slices.IndexFunc(given, func(m HandMark) bool { return m.By == actor.ID })
		switch {
		case own < 0:
			if err := claimIn(tx, actor, s); err != nil {
				return err
			}
		case slices.Equal(given[own].Points, sheet.Points) && given[own].Comment == sheet.Comment:
			return nil
		}
		return draftIn(tx, actor.ID, scriptID, sheet)
	})
}

func draftIn(tx *store.Tx, by, scriptID string, sheet MarkSheet) error {
	points, err := json.Marshal(sheet.Points)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO mark_draft (script_id, person_id, points, comment, at_ms) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (script_id, person_id) DO UPDATE SET points = excluded.points, comment = excluded.comment, at_ms = excluded.at_ms`,
		scriptID, by, string(points), sheet.Comment, store.Ms(tx.Now))
	return err
}

// freeIn is the script as it is now, if this marker can give it a mark: it is still to be marked, by somebody else
// than before where two are to mark it, and nobody else is at it.
func (r *Room) freeIn(tx *store.Tx, actor people.Person, l looked) (Script, error) {
	s, err := scriptIn(tx.Rx, l.ID)
	if err != nil {
		return s, err
	}
	if !isMarker(actor) {
		return s, errForbidden()
	}
	if err := mayMarkIn(tx.Rx, actor, l); err != nil {
		return s, err
	}
	switch {
	case s.State == ScriptMarked || s.State == ScriptDisputed:
		return s, fault.New(fault.Conflict, "exams.mark_done")
	case s.claimed(actor.ID, tx.Now):
		return s, fault.New(fault.Conflict, "exams.mark_claimed")
	}
	return s, nil
}

// claimIn gives a script to a marker for a while, and back what they held before: one answer at a time.
func claimIn(tx *store.Tx, actor people.Person, s Script) error {
	if _, err := tx.Exec(`UPDATE script SET claim_by = NULL, claim_ms = NULL WHERE claim_by = ? AND id <> ?`, actor.ID, s.ID); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE script SET claim_by = ?, claim_ms = ? WHERE id = ?`, actor.ID, store.Ms(tx.Now.Add(claimFor)), s.ID)
	return err
}

// MarkAnswer gives an answer a mark, as its first or its second marker; who marked it before and gives again says
// why. With the last mark that its paper waited for, the result is made anew and all that follows from it follows,
// in this transaction. Conflict exams.mark_claimed while somebody else is at it, exams.mark_done once it is marked.
func (r *Room) MarkAnswer(ctx context.Context, actor people.Person, scriptID string, sheet MarkSheet) (Standing, error) {
	l, err := r.look(ctx, scriptID)
	if err != nil {
		return Standing{}, err
	}
	if sheet, err = l.filled(sheet, false); err != nil {
		return Standing{}, err
	}
	var s Standing
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := r.freeIn(tx, actor, l); err != nil {
			return err
		}
		before, err := marksOfIn(tx.Rx, scriptID)
		if err != nil {
			return err
		}
		again := slices.ContainsFunc(before, func(m HandMark) bool { return m.By == actor.ID })
		if again && sheet.Reason == "" {
			return fault.New(fault.Invalid, "exams.text_missing").In("reason")
		}
		s, _, err = r.giveAndCountIn(tx, l, HandMark{Kind: Given, By: actor.ID}, sheet)
		return err
	})
	return s, err
}

// Settle decides an answer that two markers left too far apart: a trainer or HR who is neither of the two.
func (r *Room) Settle(ctx context.Context, actor people.Person, scriptID string, sheet MarkSheet) error {
	l, err := r.look(ctx, scriptID)
	if err != nil {
		return err
	}
	if sheet, err = l.filled(sheet, true); err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		s, err := scriptIn(tx.Rx, scriptID)
		if err != nil {
			return err
		}
		if err := mayMarkIn(tx.Rx, actor, l); err != nil {
			return err
		}
		if s.State != ScriptDisputed {
			return fault.New(fault.Conflict, "exams.mark_settled")
		}
		before, err := marksOfIn(tx.Rx, scriptID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(before, func(m HandMark) bool { return m.By == actor.ID }) {
			return fault.New(fault.Forbidden, "exams.mark_third")
		}
		_, _, err = r.giveAndCountIn(tx, l, HandMark{Kind: Settled, By: actor.ID}, sheet)
		return err
	})
}

// Correct puts a mark that counts right: a new record with its reason, and with it a new revision of the result.
func (r *Room) Correct(ctx context.Context, actor people.Person, scriptID string, sheet MarkSheet) error {
	l, err := r.look(ctx, scriptID)
	if err != nil {
		return err
	}
	if sheet, err = l.filled(sheet, true); err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		_, err := r.correctMarkIn(tx, actor, l, sheet)
		return err
	})
}

func (r *Room) correctMarkIn(tx *store.Tx, actor people.Person, l looked, sheet MarkSheet) (HandMark, error) {
	s, err := scriptIn(tx.Rx, l.ID)
	if err != nil {
		return HandMark{}, err
	}
	if err := mayMarkIn(tx.Rx, actor, l); err != nil {
		return HandMark{}, err
	}
	if s.State != ScriptMarked {
		return HandMark{}, fault.New(fault.Conflict, "exams.mark_not_yet")
	}
	_, mark, err := r.giveAndCountIn(tx, l, HandMark{Kind: Corrected, By: actor.ID}, sheet)
	return mark, err
}

// giveAndCountIn puts a mark on record and makes the script, the attempt and its result what follows from it.
func (r *Room) giveAndCountIn(tx *store.Tx, l looked, m HandMark, sheet MarkSheet) (s Standing, given HandMark, err error) {
	m.ScriptID, m.Points, m.Comment, m.Reason = l.ID, sheet.Points, sheet.Comment, sheet.Reason
	if m, err = giveIn(tx, m); err != nil {
		return s, m, err
	}
	if _, err = tx.Exec(`DELETE FROM mark_draft WHERE script_id = ? AND person_id = ?`, l.ID, m.By); err != nil {
		return s, m, err
	}
	all, err := marksOfIn(tx.Rx, l.ID)
	if err != nil {
		return s, m, err
	}
	s = StandingOf(all, l.d.blueprint.Marking)
	var marked *int64
	if s.State == ScriptMarked {
		now := store.Ms(tx.Now)
		marked = &now
	}
	if _, err = tx.Exec(`UPDATE script SET state = ?, marked_ms = coalesce(marked_ms, ?), claim_by = NULL, claim_ms = NULL WHERE id = ?`, string(s.State), marked, l.ID); err != nil {
		return s, m, err
	}
	if s.State == ScriptMarked {
		err = r.completeIn(tx, l, m)
	}
	return s, m, err
}

// completeIn counts what an attempt still waits for and, when that is nothing, grades it with everything.
func (r *Room) completeIn(tx *store.Tx, l looked, last HandMark) error {
	a, ok, err := AttemptIn(tx.Rx, l.attemptID)
	if err != nil || !ok {
		return orMissing(err)
	}
	scripts, err := scriptsOfIn(tx.Rx, a.ID)
	if err != nil {
		return err
	}
	pending := 0
	for _, s := range scripts {
		if s.State != ScriptMarked {
			pending++
		}
	}
	if err := pendIn(tx, &a, pending); err != nil || pending > 0 {
		return err
	}
	from, err := basisIn(tx.Rx, a.ID, a.Revision)
	if err != nil {
		return err
	}
	given, err := handMarksIn(tx.Rx, a.ID)
	if err != nil {
		return err
	}
	from.Hand = counting(scripts, given, l.d.blueprint.Marking)
	answers, err := answersIn(tx.Rx, a.ID)
	if err != nil {
		return err
	}
	banks, err := r.correctedIn(tx.Rx, from.Keys)
	if err != nil {
		return err
	}
	marks := l.d.gradeBy(responses(len(l.d.items), answers), from.hand(given), banks)
	if err := resultIn(tx, &a, marks, why{markID: last.ID, basis: from}, last.By); err != nil {
		return err
	}
	return r.gradedIn(tx, a)
}

// counting are the marks that count, by number of the question.
func counting(scripts []Script, given []HandMark, m Marking) map[int][]string {
	hand := map[int][]string{}
	for _, s := range scripts {
		own := slices.DeleteFunc(slices.Clone(given), func(g HandMark) bool { return g.ScriptID != s.ID })
		for _, g := range StandingOf(own, m).Counts {
			hand[s.n] = append(hand[s.n], g.ID)
		}
	}
	return hand
}

// GiveBack lets others have an answer that the marker has claimed; what they began is kept.
func (r *Room) GiveBack(ctx context.Context, actor people.Person, scriptID string) error {
	return r.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE script SET claim_by = NULL, claim_ms = NULL WHERE id = ? AND claim_by = ?`, scriptID, actor.ID)
		return err
	})
}

// Unblind tells HR whose answer it is, which is on record with its reason. Who has looked does not mark it.
func (r *Room) Unblind(ctx context.Context, actor people.Person, scriptID, reason string) error {
	reason, err := reasonable(reason, "unblinding")
	switch {
	case err != nil:
		return err
	case !actor.Has(people.HR):
		return errForbidden()
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := scriptIn(tx.Rx, scriptID); err != nil {
			return err
		}
		id := tx.NewID()
		if _, err := ledger.CommitIn(tx, ofUnblinding, unblindingDigest(id, scriptID, reason, actor.ID)); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO unblinding (id, script_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, id, scriptID, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}
