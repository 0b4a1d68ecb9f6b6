package exams

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/questions"
	"bainian/app/store"
)

// Replayed is an attempt made again from its journal and its sitting's secret.
type Replayed struct {
	Form      Form
	Responses []questions.Response // by place on the form
	Marks     Marks                // by the pinned keys: the result's first revision
	Revisions []Marks              // all of the result, oldest first; none while the attempt is live
}

// records is everything on record of one attempt.
type records struct {
	attempt    Attempt
	sitting    Sitting
	secret     []byte
	pins, form string // as stored
	entries    []ledger.Entry
	before     []Form     // that this one avoids, the oldest first
	agreed     *Agreement // nil for one from before there were notices
	key        []byte     // of the person; nil once it is erased
	erased     bool       // that is on record
	answers    []Answered
	results    []graded
	end        *submission            // nil while it is live
	aside      bool                   // a verdict that holds sets it aside
	given      []HandMark             // what people marked, oldest first
	forged     []string               // marks that are not what the ledger holds of them, by id
	scripts    []Script               // what there is or was to mark
	snapshots  map[string]snapshotRow // pictures of the camera, by id
}

// graded is a revision of a result as stored.
type graded struct {
	revision, score, max int
	marks                string
	passed               bool
	basis                basis
	regrade, mark        string // what brought it about; both empty for the first
}

// submission is how an attempt ended, as stored.
type submission struct {
	cause  string
	head   ledger.Head
	signed string
	leaf   string
	at     time.Time
}

// recordsIn reads everything that is stored of an attempt; NotFound when there is none.
func recordsIn(rx *store.Rx, attemptID string) (rec records, err error) {
	var ok bool
	if rec.attempt, ok, err = AttemptIn(rx, attemptID); err != nil || !ok {
		return rec, orMissing(err)
	}
	a := rec.attempt
	if rec.sitting, _, err = SittingIn(rx, a.SittingID); err != nil {
		return rec, err
	}
	if rec.secret, err = secretIn(rx, a.SittingID); err != nil {
		return rec, err
	}
	if err = rx.Row(`SELECT f.form, s.pins FROM attempt_form f, sitting s WHERE f.attempt_id = ? AND s.id = ?`, a.ID, a.SittingID).Scan(&rec.form, &rec.pins); err != nil {
		return rec, err
	}
	if rec.entries, err = ledger.EntriesIn(rx, a.ID); err != nil {
		return rec, err
	}
	if rec.before, err = avoidedIn(rx, rec.entries); err != nil {
		return rec, err
	}
	if g, ok, err := AgreementIn(rx, a.ID); err != nil {
		return rec, err
	} else if ok {
		rec.agreed = &g
	}
	if rec.key, _, err = ledger.KeyOfIn(rx, a.PersonID); err != nil {
		return rec, err
	}
	if rec.key == nil {
		if rec.erased, err = ledger.ErasedIn(rx, a.PersonID); err != nil {
			return rec, err
		}
	}
	if rec.answers, err = answersIn(rx, a.ID); err != nil {
		return rec, err
	}
	if rec.results, err = store.All(rx, func(row store.Row) (g graded, err error) {
		err = row.Scan(&g.revision, &g.marks, &g.score, &g.max, &g.passed, &g.regrade, &g.mark)
		return g, err
	}, `SELECT revision, marks, score, max_score, passed, coalesce(regrade_id, ''), coalesce(mark_id, '') FROM result WHERE attempt_id = ? ORDER BY revision`, a.ID); err != nil {
		return rec, err
	}
	for n, g := range rec.results {
		if rec.results[n].basis, err = basisIn(rx, a.ID, g.revision); err != nil {
			return rec, err
		}
	}
	if err = rec.handIn(rx); err != nil {
		return rec, err
	}
	if rec.end, err = submissionIn(rx, a.ID); err != nil {
		return rec, err
	}
	if rec.snapshots, err = snapshotRowsIn(rx, a.ID); err != nil {
		return rec, err
	}
	_, rec.aside, err = store.First(rx, scanText, `SELECT id FROM set_aside WHERE attempt_id = ? AND undone_ms IS NULL`, a.ID)
	return rec, err
}

// handIn adds what people marked, and which of it the ledger does not hold so.
func (rec *records) handIn(rx *store.Rx) (err error) {
	if rec.scripts, err = scriptsOfIn(rx, rec.attempt.ID); err != nil {
		return err
	}
	if rec.given, err = handMarksIn(rx, rec.attempt.ID); err != nil {
		return err
	}
	for _, m := range rec.given {
		ok, err := committedIn(rx, m)
		if err != nil {
			return err
		}
		if !ok {
			rec.forged = append(rec.forged, m.ID)
		}
	}
	return nil
}

// committed reports whether the sitting's secret and pins are those that were committed to.
func (rec records) committed() bool {
	return commitment(rec.secret, []byte(rec.pins)) == rec.sitting.Commitment
}

// submissionIn is how an attempt ended, nil while it has not.
func submissionIn(rx *store.Rx, attemptID string) (*submission, error) {
	s, ok, err := store.First(rx, func(row store.Row) (s submission, err error) {
		var seq, at int64
		var hash string
		if err = row.Scan(&s.cause, &seq, &hash, &s.signed, &s.leaf, &at); err != nil {
			return s, err
		}
		s.at = store.Time(at)
		s.head, err = ledger.ParseHead(seq, hash)
		return s, err
	}, `SELECT cause, head_seq, head_hash, receipt, leaf_id, at_ms FROM submission WHERE attempt_id = ?`, attemptID)
	if err != nil || !ok {
		return nil, err
	}
	return &s, nil
}

// Replay makes an attempt again from its journal (E4): the form from the secret and from the earlier forms that it
// avoids, the answers from the entries, the result's first revision from both, and each later one from what is on
// record besides: the marks that people gave, of which the ledger holds the hashes, and the corrections of keys.
// Conflict exams.replay_differs names the first thing that is not what is on record: "journal", "secret", "form",
// "agreement", "answers", "marks", "result" or "attempt".
func (r *Room) Replay(ctx context.Context, attemptID string) (Replayed, error) {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return Replayed{}, err
	}
	var rec records
	if err := r.db.Read(ctx, func(rx *store.Rx) error {
		rec, err = recordsIn(rx, attemptID)
		return err
	}); err != nil {
		return Replayed{}, err
	}
	again, findings := d.paper.replay(rec)
	if len(findings) == 0 && rec.key != nil && rec.attempt.Over() {
		if findings, err = r.verifyRevisions(ctx, d.paper, rec, &again); err != nil {
			return again, err
		}
		findings = append(findings, rec.total()...)
	}
	if len(findings) > 0 {
		return again, fault.Wrap(findings[0], fault.Conflict, "exams.replay_differs", "what", findings[0].Kind)
	}
	return again, nil
}

// The kinds of record that a replay compares.
const (
	ofJournal   = "journal"
	ofSecret    = "secret"
	ofForm      = "form"
	ofAgreement = "agreement"
	ofAnswers   = "answers"
	ofMarks     = "marks"
	ofResult    = "result"
)

// replay makes an attempt again from its records, and says which of them do not follow from the journal and the
// secret. What rests on a record that does not hold is not looked at.
func (p *paper) replay(rec records) (again Replayed, findings []ledger.Finding) {
	a := rec.attempt
	find := func(kind, place, why string) {
		findings = append(findings, ledger.Finding{Kind: kind, Record: "attempt " + a.ID + place, Why: why})
	}
	entries := rec.entries
	if rec.key == nil && rec.erased { // step by step: some words may be left, which nothing proves any more
		entries = slices.Clone(entries)
		for n := range entries {
			entries[n].Payload = nil
		}
	}
	if bad := (*ledger.BadEntry)(nil); errors.As(ledger.VerifyChain(a.ID, entries, a.head, rec.key), &bad) {
		find(ofJournal, fmt.Sprintf(", entry %d", bad.Seq), badEntry(bad.Why))
		return again, findings
	}
	if !rec.committed() {
		find(ofSecret, "", "the sitting's secret and pins are not those that were committed to")
		return again, findings
	}
	if rec.key == nil {
		return again, findings // erased: the chain proves what it can, and the words are gone
	}
	var err error
	if again.Form, err = p.deal(seed(rec.secret, a.ID), rec.before); err != nil {
		find(ofForm, "", "it cannot be dealt again: "+err.Error())
		return again, findings
	}
	doc, err := json.Marshal(again.Form)
	if err != nil || string(doc) != rec.form {
		find(ofForm, "", "it is not what the secret deals")
		return again, findings
	}
	if why := started(rec); why != "" {
		find(ofForm, "", why)
	}
	if why := agreedAtStart(rec); why != "" {
		find(ofAgreement, "", why)
	}
	items, err := p.itemsOf(again.Form)
	if err != nil {
		find(ofForm, "", "its items are not in the pinned banks: "+err.Error())
		return again, findings
	}
	said, why := saidIn(rec.entries, len(items))
	if why != "" {
		find(ofAnswers, "", why)
		return again, findings
	}
	for _, x := range rec.answers {
		if x.N < 1 || x.N > len(items) {
			find(ofAnswers, fmt.Sprintf(", question %d", x.N), "the form has no such question")
		}
	}
	for n := range items {
		if why := said.differs(n+1, rec.answers); why != "" {
			find(ofAnswers, fmt.Sprintf(", question %d", n+1), why)
		}
	}
	again.Responses = responses(len(items), said.last)
	again.Marks = Grade(again.Form, items, again.Responses, nil, p.blueprint)
	if a.Over() && (len(rec.results) == 0 || !rec.results[0].is(1, again.Marks)) {
		find(ofResult, ", revision 1", "it is not what the answers earn by the pinned keys")
	}
	return again, findings
}

// badEntry says what a ledger's one word for a bad entry means.
func badEntry(why string) string {
	switch why {
	case "missing":
		return "it is missing, or not the one that belongs here"
	case "payload":
		return "its content was changed"
	case "hash":
		return "its time, type or place was changed, or it was put in"
	}
	return "the chain does not end where its end is on record"
}

// started is why the first entry of a journal is not the start of this attempt on this form, or "".
func started(rec records) string {
	if len(rec.entries) == 0 || rec.entries[0].Type != entryStart {
		return "its journal does not begin with a start"
	}
	var p startPayload
	switch err := json.Unmarshal(rec.entries[0].Payload, &p); {
	case err != nil:
		return "its start cannot be read"
	case p.Sitting != rec.attempt.SittingID || p.Commitment != rec.sitting.Commitment:
		return "its start names another sitting"
	case p.Form != digest(rec.form):
		return "its start names another form"
	}
	return ""
}

// agreedAtStart is why what is on record of what was agreed to is not what the start holds, or "".
func agreedAtStart(rec records) string {
	var p startPayload
	if len(rec.entries) == 0 || json.Unmarshal(rec.entries[0].Payload, &p) != nil {
		return "" // started says so
	}
	return misagreed(p.Agreed, rec.agreed, rec.attempt.PersonID, rec.entries[0].AtMs)
}

// is reports whether a stored result is that revision with those marks, in its columns as in its document.
func (g graded) is(revision int, m Marks) bool {
	var stored Marks
	return json.Unmarshal([]byte(g.marks), &stored) == nil && sameJSON(stored, m) &&
		g.revision == revision && g.score == m.Score && g.max == m.Max && g.passed == m.Passed
}

// spoken are the answers that a journal leaves, in the order of the form.
type spoken struct{ last []Answered }

// saidIn are the last answers in a journal, or why they cannot be those of a form of that size.
func saidIn(entries []ledger.Entry, total int) (s spoken, why string) {
	said := make([]*Answered, total)
	for _, e := range entries {
		if e.Type != entryAnswer {
			continue
		}
		var p answerPayload
		var raw struct{ Response json.RawMessage }
		if json.Unmarshal(e.Payload, &p) != nil || json.Unmarshal(e.Payload, &raw) != nil {
			return s, fmt.Sprintf("entry %d cannot be read", e.Seq)
		}
		if p.N < 1 || p.N > total {
			return s, fmt.Sprintf("entry %d answers question %d, which is not on the form", e.Seq, p.N)
		}
		x := &Answered{N: p.N, Response: p.Response, Seq: p.Seq, At: store.Time(e.AtMs), Late: p.Late, Hash: hex.EncodeToString(e.Hash[:]), doc: string(raw.Response)}
		if p.Late {
			x.At = store.Time(p.GivenMs)
		}
		if x.FirstAt = x.At; said[p.N-1] != nil {
			x.FirstAt = said[p.N-1].FirstAt
		}
		said[p.N-1] = x
	}
	for _, x := range said {
		if x != nil {
			s.last = append(s.last, *x)
		}
	}
	return s, ""
}

// at is the answer to a question among some.
func at(answers []Answered, n int) (Answered, bool) {
	i := slices.IndexFunc(answers, func(x Answered) bool { return x.N == n })
	if i < 0 {
		return Answered{}, false
	}
	return answers[i], true
}

// differs is why the stored answer to question n is not the journal's, or "".
func (s spoken) differs(n int, stored []Answered) string {
	said, spoke := at(s.last, n)
	kept, is := at(stored, n)
	switch {
	case spoke && !is:
		return "the answer is gone"
	case !spoke && is:
		return "there is an answer that was never given"
	case !is:
		return ""
	case said.doc != kept.doc:
		return "the answer is not the one that was given"
	case said.Hash != kept.Hash || said.Seq != kept.Seq:
		return "the answer names another entry of the journal"
	case !said.At.Equal(kept.At) || !said.FirstAt.Equal(kept.FirstAt) || said.Late != kept.Late:
		return "the answer was not given at that time"
	}
	return ""
}

func sameJSON(a, b any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && string(x) == string(y)
}

// SatPaper is one attempt of a sitting in full, for the comparison of papers.
type SatPaper struct {
	Attempt
	Form      Form
	Items     []questions.Item     // one per question, as pinned
	Responses []questions.Response // one per question, in displayed positions
	Seconds   []float64            // per question, from the save before its first save; 0 for what was never answered
}

// Taught is what the course of each of these items' lessons says, by lesson.
func (r *Room) Taught(ctx context.Context, items []questions.Item) (map[string][]string, error) {
	taught := map[string][]string{}
	for _, item := range items {
		if _, known := taught[item.Lesson]; known || item.Lesson == "" {
			continue
		}
		sources, err := r.library.Taught(ctx, item.Lesson)
		if err != nil {
			return nil, err
		}
		taught[item.Lesson] = sources
	}
	return taught, nil
}

// Papers are all papers of a sitting that have ended and were not set aside, by start.
func (r *Room) Papers(ctx context.Context, sittingID string) ([]SatPaper, error) {
	var attempts []Attempt
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		attempts, err = attemptsAtIn(rx, sittingID)
		return err
	}); err != nil {
		return nil, err
	}
	var papers []SatPaper
	for _, a := range attempts {
		if !a.Over() || a.SetAside {
			continue
		}
		p, err := r.SatPaper(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		papers = append(papers, p)
	}
	return papers, nil
}

// SatPaper is one paper, as it stands, set aside or not.
func (r *Room) SatPaper(ctx context.Context, attemptID string) (SatPaper, error) {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return SatPaper{}, err
	}
	var a Attempt
	var answers []Answered
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		if a, _, err = AttemptIn(rx, attemptID); err != nil {
			return err
		}
		answers, err = answersIn(rx, attemptID)
		return err
	}); err != nil {
		return SatPaper{}, err
	}
	return SatPaper{Attempt: a, Form: d.form, Items: d.items,
		Responses: responses(len(d.items), answers), Seconds: seconds(a.StartedAt, len(d.items), answers)}, nil
}
