package exams

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// Pile is all answers to one question of an exam that people mark.
type Pile struct {
	Exam, Bank, Item string
	ExamTitle        string
	Title            string // of the item
	Total            int
	Waiting          int // for a first mark
	Second           int // for a second marker's
	Disputed         int
	Marked           int
	ForMe            int       // that the actor can mark
	ToSettle         int       // that two others disagree on and the actor can settle
	Mine             int       // that the actor has given a mark
	Begun            int       // that the actor has a draft of
	Oldest           time.Time // when the oldest of those that wait was handed in; zero when none does
}

// Open is how many are not marked yet.
func (p Pile) Open() int { return p.Total - p.Marked }

// forMarker is which scripts a marker can take, toSettle which of those that two disagree on somebody can settle: none
// of their own, none that they gave a mark before, and none whose writer they looked up. The arguments of each are that
// person's id three times.
const (
	forMarker = `s.state IN ('waiting', 'second') AND ` + unknown
	toSettle  = `s.state = 'disputed' AND ` + unknown
	unknown   = `a.person_id <> ?
	AND NOT EXISTS (SELECT 1 FROM hand_mark h WHERE h.script_id = s.id AND h.by_id = ?)
	AND NOT EXISTS (SELECT 1 FROM unblinding u WHERE u.script_id = s.id AND u.by_id = ?)`
)

// Queue is what there is to mark, by exam and question; what is set aside is not. For trainers and HR.
func (r *Room) Queue(ctx context.Context, actor people.Person, lang locale.Lang) ([]Pile, error) {
	if !decides(actor) {
		return nil, errForbidden()
	}
	type sample struct {
		Pile
		attempt string // one that has the question
	}
	var all []sample
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		me := actor.ID
		all, err = store.All(rx, func(row store.Row) (p sample, err error) {
			var oldest *int64
			err = row.Scan(&p.Exam, &p.Bank, &p.Item, &p.Total, &p.Waiting, &p.Second, &p.Disputed, &p.Marked, &p.ForMe, &p.ToSettle, &p.Mine, &p.Begun, &oldest, &p.attempt)
			p.Oldest = store.NullTime(oldest)
			return p, err
		}, `SELECT s.exam, s.bank, s.item, count(*), count(*) FILTER (WHERE s.state = 'waiting'), count(*) FILTER (WHERE s.state = 'second'),
			count(*) FILTER (WHERE s.state = 'disputed'), count(*) FILTER (WHERE s.state = 'marked'),
			count(*) FILTER (WHERE `+forMarker+`), count(*) FILTER (WHERE `+toSettle+`),
			count(*) FILTER (WHERE EXISTS (SELECT 1 FROM hand_mark h WHERE h.script_id = s.id AND h.by_id = ?)),
			count(*) FILTER (WHERE EXISTS (SELECT 1 FROM mark_draft d WHERE d.script_id = s.id AND d.person_id = ?)),
			min(CASE WHEN s.state <> 'marked' THEN s.handed_ms END), min(s.attempt_id)
			FROM script s JOIN attempt a ON a.id = s.attempt_id WHERE NOT a.aside GROUP BY s.exam, s.bank, s.item ORDER BY s.exam, s.bank, s.item`, me, me, me, me, me, me, me, me)
		return err
	})
	if err != nil {
		return nil, err
	}
	piles := make([]Pile, len(all))
	for i, p := range all {
		d, err := r.dealt(ctx, p.attempt)
		if err != nil {
			return nil, err
		}
		if !isMarker(actor) {
			p.ForMe = 0
		}
		p.ExamTitle, p.Title = d.blueprint.TitleIn(lang), p.Item
		for _, item := range d.items {
			if item.ID == p.Item {
				text, _ := item.Localized(lang)
				p.Title = text.Title
			}
		}
		piles[i] = p.Pile
	}
	return piles, nil
}

// NextToMark claims the next answer to a question for a marker: the one they are at, or began and left, and else the
// next in the pile's own order, which tells nothing; after names one to go on from, which is passed over. It is "" when
// nothing is left for them.
func (r *Room) NextToMark(ctx context.Context, actor people.Person, p Pile, after string) (id string, err error) {
	if !isMarker(actor) {
		return "", errForbidden()
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		id = ""
		me, now := actor.ID, store.Ms(tx.Now)
		from := `SELECT ` + scriptColumns + ` FROM script s JOIN attempt a ON a.id = s.attempt_id WHERE s.exam = ? AND s.bank = ? AND s.item = ? AND NOT a.aside AND ` + forMarker + `
			AND (s.claim_by IS NULL OR s.claim_by = ? OR s.claim_ms <= ?)`
		args := []any{p.Exam, p.Bank, p.Item, me, me, me, me, now}
		for _, try := range []struct {
			unless bool
			query  string
			args   []any
		}{
			{after != "", ` AND s.claim_by = ? ORDER BY s.id LIMIT 1`, []any{me}},
			{after != "", ` AND EXISTS (SELECT 1 FROM mark_draft d WHERE d.script_id = s.id AND d.person_id = ?) ORDER BY s.id LIMIT 1`, []any{me}},
			{false, ` AND s.id > ? ORDER BY s.id LIMIT 1`, []any{after}},
			{after == "", ` AND s.id < ? ORDER BY s.id LIMIT 1`, []any{after}},
		} {
			if try.unless {
				continue
			}
			s, ok, err := store.First(tx.Rx, scanScript, from+try.query, append(slices.Clone(args), try.args...)...)
			if err != nil {
				return err
			}
			if ok {
				id = s.ID
				return claimIn(tx, actor, s)
			}
		}
		return nil
	})
	return id, err
}

// ScriptView is one answer to be marked, as a marker or somebody who decides sees it: never whose it is.
type ScriptView struct {
	Script
	ExamTitle   string
	ItemTitle   string
	Question    Question        // with the answer
	Full        []markdown.HTML // per criterion, what full marks look like
	Words       int             // of an essay
	Draft       MarkSheet       // what the actor began; points -1 where nothing is set
	Begun       bool
	Second      bool // the exam has a second marker
	Tolerance   int
	Standing    Standing   // with the marks that the actor may see by now
	History     []HandMark // every mark on record, oldest first; nil until it is marked
	Remarks     []StockComment
	Done, Total int // of the pile: given by the actor or settled without them, and all
	MayMark     bool
	MaySettle   bool
	MayCorrect  bool
	MayUnblind  bool
	WhyNot      error     // why the actor cannot mark or settle it now, nil when they can
	Claimed     time.Time // until when it is the actor's; zero when it is not
	Writer      string    // whose it is, for whoever looked it up
	AttemptID   string    // of the same
	SittingID   string
}

// Script is one answer in full, for trainers and HR. The marks of others are seen by whoever settles them, and by
// all once it is marked.
func (r *Room) Script(ctx context.Context, actor people.Person, id string, lang locale.Lang) (v ScriptView, err error) {
	if !decides(actor) {
		return v, errForbidden()
	}
	l, err := r.look(ctx, id)
	if err != nil {
		return v, err
	}
	if l.d.personID == actor.ID {
		return v, fault.New(fault.Forbidden, "exams.mark_own")
	}
	v = ScriptView{ExamTitle: l.d.blueprint.TitleIn(lang), Second: l.d.blueprint.Marking.Second, Tolerance: l.d.blueprint.Marking.Tolerance}
	var answers []Answered
	var marks []HandMark
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		if v.Script, err = scriptIn(rx, id); err != nil {
			return err
		}
		if answers, err = answersIn(rx, l.attemptID); err != nil {
			return err
		}
		if marks, err = marksOfIn(rx, id); err != nil {
			return err
		}
		if v.Draft, v.Begun, err = draftOfIn(rx, id, actor.ID, len(l.rubric())); err != nil {
			return err
		}
		if v.Remarks, err = stockIn(rx, l.Bank, l.Item); err != nil {
			return err
		}
		if err := rx.Row(`SELECT count(*), count(*) FILTER (WHERE s.state IN ('marked', 'disputed') OR EXISTS (SELECT 1 FROM hand_mark h WHERE h.script_id = s.id AND h.by_id = ?))
			FROM script s JOIN attempt a ON a.id = s.attempt_id WHERE s.exam = ? AND s.bank = ? AND s.item = ? AND NOT a.aside`, actor.ID, l.Exam, l.Bank, l.Item).Scan(&v.Total, &v.Done); err != nil {
			return err
		}
		_, looked, err := store.First(rx, scanText, `SELECT id FROM unblinding WHERE script_id = ? AND by_id = ?`, id, actor.ID)
		if err != nil {
			return err
		}
		if looked {
			v.Writer, v.AttemptID, v.SittingID = l.d.personID, l.attemptID, l.d.sittingID
		}
		return v.allow(rx, actor, l, marks)
	})
	if err != nil {
		return v, err
	}
	says, err := r.voices(ctx)
	if err != nil {
		return v, err
	}
	f, item := l.d.form.Questions[l.n-1], l.d.items[l.n-1]
	text, _ := item.Localized(lang)
	v.ItemTitle = text.Title
	v.Question = r.shown(l.d, answers, lang, says)[l.n-1]
	// Its place and its time tell of the paper, and a file may be named after its owner.
	v.Question.N, v.Question.SavedAt, v.Question.Late = 0, time.Time{}, false
	v.Question.Response.Files = slices.Clone(v.Question.Response.Files)
	for i := range v.Question.Response.Files {
		v.Question.Response.Files[i].Name = ""
	}
	v.Full = r.words(l.d.banks[f.Bank], item, f.Variant, lang, says).full
	if item.Kind == questions.Essay {
		v.Words = questions.CountWords(v.Question.Response.Text)
	}
	return v, nil
}

// allow fills in what the actor may do with the script and see of its marks.
func (v *ScriptView) allow(rx *store.Rx, actor people.Person, l looked, given []HandMark) error {
	whyNot := mayMarkIn(rx, actor, l)
	if whyNot != nil && !fault.Is(whyNot, fault.Forbidden) {
		return whyNot
	}
	gave := slices.ContainsFunc(given, func(m HandMark) bool { return m.By == actor.ID })
	v.Standing = StandingOf(given, l.d.blueprint.Marking)
	v.MayUnblind = actor.Has(people.HR) && v.Writer == ""
	switch v.State {
	case ScriptMarked:
		v.History, v.MayCorrect = given, whyNot == nil
	case ScriptDisputed:
		if gave {
			whyNot = fault.New(fault.Forbidden, "exams.mark_third")
		}
		v.MaySettle, v.WhyNot = whyNot == nil, whyNot
		if v.WhyNot != nil {
			v.keepOwn(actor)
		}
	default:
		switch {
		case whyNot == nil && !isMarker(actor):
			whyNot = fault.New(fault.Forbidden, "exams.mark_trainers")
		case whyNot == nil && v.claimed(actor.ID, rx.Now):
			whyNot = fault.New(fault.Conflict, "exams.mark_claimed")
		}
		v.MayMark, v.WhyNot = whyNot == nil, whyNot
		if v.claimBy == actor.ID && rx.Now.Before(v.claimUntil) {
			v.Claimed = v.claimUntil
		}
		v.keepOwn(actor)
	}
	return nil
}

// keepOwn leaves the actor's own mark in sight, and no other.
func (v *ScriptView) keepOwn(actor people.Person) {
	v.Standing.Given = slices.DeleteFunc(slices.Clone(v.Standing.Given), func(m HandMark) bool { return m.By != actor.ID })
	v.Standing.Apart = 0
}

// draftOfIn is what a person has begun, or an empty sheet.
func draftOfIn(rx *store.Rx, scriptID, personID string, criteria int) (sheet MarkSheet, begun bool, err error) {
	var points string
	err = rx.Row(`SELECT points, comment FROM mark_draft WHERE script_id = ? AND person_id = ?`, scriptID, personID).Scan(&points, &sheet.Comment)
	if err == store.ErrNoRow {
		sheet.Points = slices.Repeat([]int{-1}, criteria)
		return sheet, false, nil
	}
	if err != nil {
		return sheet, false, err
	}
	return sheet, true, json.Unmarshal([]byte(points), &sheet.Points)
}

// NextToSettle is an answer to a question that two others left too far apart, or "" when there is none that the actor
// could settle.
func (r *Room) NextToSettle(ctx context.Context, actor people.Person, p Pile) (id string, err error) {
	if !decides(actor) {
		return "", errForbidden()
	}
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		id, _, err = store.First(rx, scanText, `SELECT s.id FROM script s JOIN attempt a ON a.id = s.attempt_id WHERE s.exam = ? AND s.bank = ? AND s.item = ? AND NOT a.aside AND `+toSettle+` ORDER BY s.id LIMIT 1`,
			p.Exam, p.Bank, p.Item, actor.ID, actor.ID, actor.ID)
		return err
	})
	return id, err
}

// FileOfScript is a file of an answer to be marked, for trainers and HR: by a name that does not tell whose it is.
// Whoever gets it closes its content.
func (r *Room) FileOfScript(ctx context.Context, actor people.Person, scriptID, sha256 string) (StoredFile, error) {
	if !decides(actor) {
		return StoredFile{}, errForbidden()
	}
	l, err := r.look(ctx, scriptID)
	if err != nil {
		return StoredFile{}, err
	}
	f, err := r.fileOf(ctx, l.attemptID, sha256, func(rx *store.Rx) error {
		if l.d.personID == actor.ID {
			return fault.New(fault.Forbidden, "exams.mark_own")
		}
		answers, err := answersIn(rx, l.attemptID)
		if err != nil {
			return err
		}
		said := responses(len(l.d.items), answers)[l.n-1]
		if !slices.ContainsFunc(said.Files, func(a questions.Attachment) bool { return a.SHA256 == sha256 }) {
			return errMissing()
		}
		return nil
	})
	f.Name, f.SaveAs = "", l.Number()+path.Ext(f.SaveAs)
	return f, err
}
