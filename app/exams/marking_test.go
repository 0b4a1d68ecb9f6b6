package exams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

const handBank = `---
bank: hand
title: 手評題庫
---

# 選擇

## 單選 {#pick points=2}

- [x] 對
- [ ] 錯

# 書寫

## 寫一封信 {#letter type=essay points=5}

| 項目 | 分 | 滿分的樣子 |
|---|---|---|
| 內容 | 3 | 秘語：三件事都說到 |
| 語氣 | 2 | 秘語：客戶讀得懂 |

## 寫一份通報 {#report type=essay points=3}

| 項目 | 分 | 滿分的樣子 |
|---|---|---|
| 事實 | 3 | 秘語：人時地 |
`

const handExam = `---
exam: hand
title: 書寫考核
minutes: 40
pass: 60%
attempts: 2
cooldown: 24h
sections:
  - title: 選擇
    draw: [{bank: hand, category: 選擇, count: 1}]
  - title: 書寫
    draw: [{bank: hand, category: 書寫, count: 2}]
MARKING
---

須知。
`

// hands is a world with an exam of one choice (2 points), a letter (3 + 2) and a report (3), and two more trainers.
type hands struct {
	*world
	name     string // of its exam and its bank
	ann, ben people.Person
}

// byHand opens a sitting of the exam with these lines in its front matter.
func (w *world) byHand(lines string) *hands {
	w.Helper()
	ctx := context.Background()
	files := usual().files()
	name := "hand" + strings.TrimPrefix(w.suffix, ".") // a pile of its own, whatever the parts before left
	own := strings.NewReplacer("MARKING", lines, "exam: hand", "exam: "+name, "bank: hand", "bank: "+name)
	files["quizzes/"+name+".bank.md"] = &fstest.MapFile{Data: []byte(own.Replace(handBank))}
	files["quizzes/"+name+".exam.md"] = &fstest.MapFile{Data: []byte(own.Replace(handExam))}
	_, problems, err := w.shelf.Load(ctx, files)
	w.ok(err)
	w.ok(problems.Err())
	h := &hands{world: w, name: name, ann: w.person("ann", people.Trainer), ben: w.person("ben", people.Trainer)}
	h.sitting = h.openHand()
	return h
}

func (h *hands) openHand() Sitting {
	h.Helper()
	s, err := h.room.OpenSitting(context.Background(), h.trainer, NewSitting{Exam: h.name, CohortID: h.cohort, OpensAt: h.clock.Now(), ClosesAt: h.clock.Now().Add(24 * time.Hour)})
	h.ok(err)
	return s
}

// hand gives in a paper with the choice right and these answers written; "" leaves one blank.
func (h *hands) hand(p people.Person, letter, report string) string {
	h.Helper()
	id := h.start(p)
	seq := int64(0)
	for _, item := range []string{"pick", "letter", "report"} {
		n := h.itemAt(id, item)
		r := questions.Response{Text: map[string]string{"letter": letter, "report": report}[item]}
		if item == "pick" {
			r = h.right(id, n)
		}
		if item != "pick" && r.Text == "" {
			continue
		}
		seq++
		h.save(p, id, n, seq, r)
	}
	_, err := h.room.Submit(context.Background(), p, id)
	h.ok(err)
	return id
}

// letters are all answers to the letter.
func (h *hands) letters() Pile { return Pile{Exam: h.name, Bank: h.name, Item: "letter"} }

// script is the id of the answer to that item.
func (h *hands) script(attempt, item string) (id string) {
	h.Helper()
	h.ok(h.db.Read(context.Background(), func(rx *store.Rx) error {
		return rx.Row(`SELECT id FROM script WHERE attempt_id = ? AND item = ?`, attempt, item).Scan(&id)
	}))
	return id
}

func (h *hands) mark(by people.Person, attempt, item string, points ...int) Standing {
	h.Helper()
	s, err := h.room.MarkAnswer(context.Background(), by, h.script(attempt, item), MarkSheet{Points: points})
	h.ok(err)
	return s
}

func (h *hands) result(as people.Person, attempt string) ResultView {
	h.Helper()
	v, err := h.room.Result(context.Background(), as, attempt, locale.Hant)
	h.ok(err)
	return v
}

func (h *hands) passes(p people.Person) (n int) {
	h.Helper()
	h.ok(h.db.Read(context.Background(), func(rx *store.Rx) error {
		all, err := PassesIn(rx, p.ID)
		n = len(all)
		return err
	}))
	return n
}

// replayed fails unless every revision is made again, and returns how many there are.
func (h *hands) replayed(attempt string) int {
	h.Helper()
	again, err := h.room.Replay(context.Background(), attempt)
	h.ok(err)
	return len(again.Revisions)
}

func TestMarking(t *testing.T) {
	inOneWorld(t,
		part{name: "LastMarkCompletesTheResult", run: lastMarkCompletes},
		part{name: "ScoresOfASittingComeTogether", run: scoresComeTogether},
		part{name: "WhoMayMark", run: whoMayMark},
		part{name: "OneMarkerAtATime", run: oneMarkerAtATime},
		part{name: "TwoMarkersRace", run: twoMarkersRace},
		part{name: "SecondMarker", run: secondMarker},
		part{name: "Blind", run: blind},
		part{name: "CommentBank", run: commentBank},
		part{name: "RecordingIsBlind", run: recordingIsBlind, rules: filing()})
}

func lastMarkCompletes(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("feedback: {score: at-once, lessons: at-once, answers: never, comments: at-once}")
	amy, bob := h.candidate("A001"), h.candidate("B001")
	id := h.hand(amy, "三件事。", "昨天下午。")
	blank := h.hand(bob, "只寫了信。", "")

	a := h.attempt(id)
	if a.Pending != 2 || a.Passed || a.Score != 2000 || a.Revision != 1 {
		t.Fatalf("handed in: %+v", a)
	}
	if h.attempt(blank).Pending != 1 {
		t.Error("a blank answer waits to be marked")
	}
	v := h.result(amy, id)
	if v.Scored || v.Pending != 2 || v.Auto != 2000 || v.AutoMax != 2000 || v.Passed || v.Sections != nil || v.Marked != nil {
		t.Errorf("what the candidate sees while it waits: %+v", v)
	}
	h.refused(v.Next.WhyNot, fault.Conflict, "exams.retry_marking")
	if d, err := h.room.Sitting(ctx, h.trainer, h.sitting.ID); err != nil || d.Counts != (Counts{Ended: 2, Pending: 2}) || d.Counts.Decided() != 0 {
		t.Errorf("%+v, %v", d.Counts, err)
	}
	if h.passes(amy) != 0 {
		t.Error("a pass before it is marked")
	}
	// Whoever may know whose paper it is does not read the answer on it yet; the candidate does not need to be told it.
	for _, x := range h.result(h.trainer, id).Answers {
		if x.Kind == questions.Essay && (x.Response.Text != "" || !x.Hidden) {
			t.Errorf("a trainer reads %q with a name beside it", x.Response.Text)
		}
	}

	if s := h.mark(h.ann, id, "letter", 3000, 1500); s.State != ScriptMarked {
		t.Errorf("%+v", s)
	}
	if a := h.attempt(id); a.Pending != 1 || a.Revision != 1 || h.passes(amy) != 0 {
		t.Errorf("after one of two: %+v", a)
	}
	// The last mark and what follows from it are one: when a consequence fails, the mark was not given.
	gone := errors.New("the consequence failed")
	fails := true
	h.room.OnGraded(func(tx *store.Tx, g Graded) error {
		if fails {
			return gone
		}
		if passes, err := PassesIn(tx.Rx, amy.ID); err != nil || len(passes) != 1 || g.Revision < 2 {
			t.Errorf("in the transaction of the last mark: %d passes, revision %d, %v", len(passes), g.Revision, err)
		}
		return nil
	})
	report := h.script(id, "report")
	if _, err := h.room.MarkAnswer(ctx, h.ben, report, MarkSheet{Points: []int{2000}, Comment: "**清楚**"}); !errors.Is(err, gone) {
		t.Fatalf("got %v", err)
	}
	if a := h.attempt(id); a.Pending != 1 || a.Revision != 1 {
		t.Errorf("a mark without its consequence: %+v", a)
	}
	fails = false
	_, err := h.room.MarkAnswer(ctx, h.ben, report, MarkSheet{Points: []int{2000}, Comment: "**清楚**<script>x</script>"})
	h.ok(err)
	if a := h.attempt(id); a.Pending != 0 || a.Revision != 2 || a.Score != 8500 || a.MaxScore != 10000 || !a.Passed || h.passes(amy) != 1 {
		t.Errorf("complete: %+v", a)
	}
	v = h.result(amy, id)
	if !v.Scored || !v.Passed || v.Score != 8500 || len(v.Revisions) != 2 || v.Revisions[1].Kind != AfterMarking || v.Answers != nil || len(v.Marked) != 2 {
		t.Fatalf("%+v", v)
	}
	for _, x := range v.Marked {
		if x.Full != nil || x.Explanation != "" {
			t.Error("what full marks look like is told before the answers are")
		}
		if x.N == h.itemAt(id, "letter") && !slices.Equal(x.Given, []int{3000, 1500}) || x.N == h.itemAt(id, "report") && (len(x.Remarks) != 1 || !strings.Contains(string(x.Remarks[0]), "<strong>清楚</strong>") || strings.Contains(string(x.Remarks[0]), "<script")) {
			t.Errorf("%+v", x)
		}
	}
	h.refused(v.Next.WhyNot, fault.Conflict, "exams.retry_passed")
	if h.replayed(id) != 2 || h.replayed(blank) != 1 {
		t.Error("not all revisions were made again")
	}

	// A correction is a record of its own and a revision; what was before stays.
	h.refused(h.room.Correct(ctx, h.ann, h.script(blank, "letter"), MarkSheet{Points: []int{0, 0}, Reason: "太早"}), fault.Conflict, "exams.mark_not_yet")
	if err := h.room.Correct(ctx, h.ann, report, MarkSheet{Points: []int{0}}); !fault.HasKey(err, "exams.text_missing") {
		t.Errorf("a correction without a reason: %v", err)
	}
	h.ok(h.room.Correct(ctx, h.ann, report, MarkSheet{Points: []int{1000}, Reason: "少了地點"}))
	v = h.result(amy, id)
	if v.Score != 7500 || len(v.Revisions) != 3 || v.Revisions[2].Kind != AfterRemark || v.Revisions[2].Reason != "少了地點" || v.Revisions[1].Score != 8500 || h.replayed(id) != 3 {
		t.Errorf("%+v", v.Revisions)
	}
}

// Scores that come when the sitting closes come for all at once, when everything is marked; the closing itself, and
// the answers, wait for no marker.
func scoresComeTogether(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("feedback: {score: when-sitting-closes, lessons: at-once, answers: when-sitting-closes}")
	amy, bob := h.candidate("A001"), h.candidate("B001")
	first, second := h.hand(amy, "信", "報"), h.hand(bob, "信", "")
	closed := 0
	h.room.OnClosed(func(*store.Tx, Sitting) error { closed++; return nil })
	h.ok(h.room.CloseSitting(ctx, h.trainer, h.sitting.ID))
	if closed != 1 {
		t.Error("closing waited for markers")
	}
	if v := h.result(amy, first); v.Scored || v.AutoMax != 0 || len(v.Answers) != 3 || v.Answers[h.itemAt(first, "letter")-1].Response.Text != "信" {
		t.Errorf("closed, not marked: %+v", v)
	}
	h.mark(h.ann, first, "letter", 3000, 2000)
	h.mark(h.ann, first, "report", 3000)
	if v := h.result(amy, first); v.Scored || v.Pending != 0 || v.Marked != nil || !v.AppealUntil.IsZero() {
		t.Errorf("told before the others' papers are marked: %+v", v)
	} else if letter := v.Answers[h.itemAt(first, "letter")-1]; letter.Score != 0 || letter.Given != nil || !letter.Pending {
		t.Errorf("the answers tell what the score must not: %+v", letter)
	}
	if letter := h.result(h.trainer, first).Answers[h.itemAt(first, "letter")-1]; letter.Score != 5000 || letter.Pending {
		t.Errorf("trainers read %+v", letter)
	}
	next := h.result(amy, first).Next
	h.refused(next.WhyNot, fault.Conflict, "exams.retry_awaited")
	h.clock.Add(time.Hour)
	h.mark(h.ann, second, "letter", 0, 0)
	v := h.result(amy, first)
	if !v.Scored || !v.Passed || len(v.Marked) != 2 || v.Marked[0].Full == nil {
		t.Errorf("all marked: %+v", v)
	}
	if want := h.clock.Now().Add(markAppealFor); !v.AppealUntil.Equal(want) {
		t.Errorf("appeals until %v, want %v", v.AppealUntil, want)
	}
}

func whoMayMark(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	amy := h.candidate("A001")
	id := h.hand(amy, "信", "報")
	script := h.script(id, "letter")
	full := MarkSheet{Points: []int{3000, 2000}}
	watcher, err := h.dir.Create(ctx, people.System(), people.NewPerson{Number: "W1" + h.suffix, Name: "簡監考", Email: "w1" + h.suffix + "@example.com", Roles: []people.Role{people.Invigilator}})
	h.ok(err)
	for _, p := range []people.Person{amy, watcher, h.hr} {
		_, err := h.room.MarkAnswer(ctx, p, script, full)
		h.refused(err, fault.Forbidden, "exams.forbidden")
		_, err = h.room.NextToMark(ctx, p, h.letters(), "")
		h.refused(err, fault.Forbidden, "exams.forbidden")
	}
	_, err = h.room.Queue(ctx, watcher, locale.Hant)
	h.refused(err, fault.Forbidden, "exams.forbidden")
	_, err = h.room.Script(ctx, amy, script, locale.Hant)
	h.refused(err, fault.Forbidden, "exams.forbidden")
	if v, err := h.room.Script(ctx, h.hr, script, locale.Hant); err != nil || v.MayMark || !fault.HasKey(v.WhyNot, "exams.mark_trainers") {
		t.Errorf("HR may mark: %v, %v", v.WhyNot, err)
	}

	// A trainer who sat the exam does not mark their own paper, and does not find it in the queue.
	own := h.person("both", people.Trainer, people.NewHire)
	h.ok(h.roster.Enrol(ctx, people.System(), h.cohort, own.ID))
	mine := h.hand(own, "我的信", "")
	_, err = h.room.MarkAnswer(ctx, own, h.script(mine, "letter"), full)
	h.refused(err, fault.Forbidden, "exams.mark_own")
	_, err = h.room.Script(ctx, own, h.script(mine, "letter"), locale.Hant)
	h.refused(err, fault.Forbidden, "exams.mark_own")
	next, err := h.room.NextToMark(ctx, own, h.letters(), "")
	h.ok(err)
	if next != script {
		t.Errorf("own paper claimed: %s", next)
	}
	h.ok(h.room.GiveBack(ctx, own, script))
	piles, err := h.room.Queue(ctx, own, locale.Hant)
	h.ok(err)
	piles = slices.DeleteFunc(piles, func(p Pile) bool { return p.Exam != h.name })
	if len(piles) != 2 || piles[0].Item != "letter" || piles[0].Total != 2 || piles[0].ForMe != 1 || piles[0].Title != "寫一封信" || piles[0].ExamTitle != "書寫考核" {
		t.Errorf("%+v", piles)
	}

	for name, bad := range map[string]MarkSheet{
		"exams.mark_criteria": {Points: []int{3000}},
		"exams.text_long":     {Points: []int{3000, 2000}, Comment: strings.Repeat("長", maxText+1)},
	} {
		if _, err := h.room.MarkAnswer(ctx, h.ann, script, bad); !fault.HasKey(err, name) {
			t.Errorf("want %s, got %v", name, err)
		}
	}
	h.mark(h.ann, id, "letter", 3000, 2000)
	_, err = h.room.MarkAnswer(ctx, h.ben, script, full)
	h.refused(err, fault.Conflict, "exams.mark_done")
	_, err = h.room.MarkAnswer(ctx, h.ann, strings.Repeat("0", 24), full)
	h.refused(err, fault.NotFound, "exams.missing")
}

func oneMarkerAtATime(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	pile := h.letters()
	var ids []string
	for _, number := range []string{"A001", "B001", "C001"} {
		ids = append(ids, h.script(h.hand(h.candidate(number), "信"+number, ""), "letter"))
	}
	slices.Sort(ids) // the pile's own order
	next := func(p people.Person, after string) string {
		t.Helper()
		id, err := h.room.NextToMark(ctx, p, pile, after)
		h.ok(err)
		return id
	}
	if got := next(h.ann, ""); got != ids[0] {
		t.Fatalf("ann begins with %s", got)
	}
	if next(h.ann, "") != ids[0] {
		t.Error("ann lost her place")
	}
	if next(h.ben, "") != ids[1] {
		t.Error("ben is not at the next")
	}
	_, err := h.room.MarkAnswer(ctx, h.ben, ids[0], MarkSheet{Points: []int{0, 0}})
	h.refused(err, fault.Conflict, "exams.mark_claimed")
	h.refused(h.room.KeepDraft(ctx, h.ben, ids[0], MarkSheet{Points: []int{0, 0}}), fault.Conflict, "exams.mark_claimed")
	if v, err := h.room.Script(ctx, h.ben, ids[0], locale.Hant); err != nil || v.MayMark || !fault.HasKey(v.WhyNot, "exams.mark_claimed") {
		t.Errorf("%v, %v", v.WhyNot, err)
	}

	// What she begins is kept, and hers for another while; then it is everybody's, but the draft stays hers.
	h.clock.Add(claimFor - time.Minute)
	h.ok(h.room.KeepDraft(ctx, h.ann, ids[0], MarkSheet{Points: []int{2000, -1}, Comment: "第二段"}))
	h.clock.Add(claimFor - time.Minute)
	_, err = h.room.MarkAnswer(ctx, h.ben, ids[0], MarkSheet{Points: []int{0, 0}})
	h.refused(err, fault.Conflict, "exams.mark_claimed")
	h.clock.Add(time.Minute)
	if next(h.ben, ids[2]) != ids[0] { // on from the last to the first
		t.Error("a lease that ran out holds on")
	}
	if next(h.ann, "") != ids[1] { // ben gave it back when he took the other
		t.Error("ann has no other place")
	}
	h.ok(h.room.GiveBack(ctx, h.ben, ids[0]))
	h.ok(h.room.GiveBack(ctx, h.ann, ids[1]))
	if next(h.ann, "") != ids[0] {
		t.Error("ann does not come back to what she began")
	}
	v, err := h.room.Script(ctx, h.ann, ids[0], locale.Hant)
	h.ok(err)
	if !v.Begun || !slices.Equal(v.Draft.Points, []int{2000, -1}) || v.Draft.Comment != "第二段" || v.Claimed.IsZero() || v.Done != 0 || v.Total != 3 {
		t.Errorf("%+v", v)
	}
	if v, err := h.room.Script(ctx, h.ben, ids[0], locale.Hant); err != nil || v.Begun {
		t.Errorf("ben sees ann's draft: %+v, %v", v.Draft, err)
	}
	if next(h.ann, ids[0]) != ids[1] {
		t.Error("skipping does not go on")
	}
	for _, id := range ids {
		_, err := h.room.MarkAnswer(ctx, h.ann, id, MarkSheet{Points: []int{3000, 2000}})
		h.ok(err)
	}
	if next(h.ann, "") != "" || next(h.ben, "") != "" {
		t.Error("something is left of a marked pile")
	}
}

// twoMarkersRace: everybody claims and marks at the same time; each answer is marked once.
func twoMarkersRace(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	const papers = 6
	var attempts []string
	for i := range papers {
		attempts = append(attempts, h.hand(h.candidate("R"+string(rune('0'+i))), "信", ""))
	}
	pile := h.letters()
	var wg sync.WaitGroup
	var mu sync.Mutex
	claims := map[string]int{}
	for _, p := range []people.Person{h.ann, h.ben, h.trainer} {
		wg.Go(func() {
			for {
				id, err := h.room.NextToMark(ctx, p, pile, "")
				if err != nil {
					t.Error(err)
					return
				}
				if id == "" {
					return
				}
				mu.Lock()
				claims[id]++
				mu.Unlock()
				if _, err := h.room.MarkAnswer(ctx, p, id, MarkSheet{Points: []int{3000, 2000}}); err != nil {
					t.Errorf("%s holds %s and may not mark it: %v", p.Name, id, err)
					return
				}
			}
		})
	}
	wg.Wait()
	for id, n := range claims {
		if n != 1 {
			t.Errorf("%s was claimed %d times", id, n)
		}
	}
	for _, id := range attempts {
		if a := h.attempt(id); a.Pending != 0 || a.Revision != 2 || h.replayed(id) != 2 {
			t.Errorf("%+v", a)
		}
	}
	// Without a claim, of two who mark the same answer at once one is told.
	last := h.script(h.hand(h.candidate("R9"), "信", ""), "letter")
	outcomes := make([]error, 2)
	for i, p := range []people.Person{h.ann, h.ben} {
		wg.Go(func() { _, outcomes[i] = h.room.MarkAnswer(ctx, p, last, MarkSheet{Points: []int{0, 0}}) })
	}
	wg.Wait()
	if (outcomes[0] == nil) == (outcomes[1] == nil) || !fault.HasKey(errors.Join(outcomes...), "exams.mark_done") {
		t.Errorf("%v", outcomes)
	}
}

func secondMarker(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("marking: {second: true, tolerance: 1}")
	amy := h.candidate("A001")
	id := h.hand(amy, "信", "報")
	letter, report := h.script(id, "letter"), h.script(id, "report")
	if s := h.mark(h.ann, id, "letter", 3000, 1000); s.State != ScriptSecond {
		t.Fatalf("%+v", s)
	}
	// The first cannot be the second; what they give again needs a reason and takes the place of the first.
	if next, err := h.room.NextToMark(ctx, h.ann, h.letters(), ""); err != nil || next != "" {
		t.Errorf("ann is offered %q again, %v", next, err)
	}
	_, err := h.room.MarkAnswer(ctx, h.ann, letter, MarkSheet{Points: []int{2500, 500}})
	h.refused(err, fault.Invalid, "exams.text_missing")
	_, err = h.room.MarkAnswer(ctx, h.ann, letter, MarkSheet{Points: []int{2500, 500}, Reason: "看漏一段"})
	h.ok(err)
	// Her page's draft comes in behind her mark: it neither keeps the second marker waiting nor stays as begun.
	h.ok(h.room.KeepDraft(ctx, h.ann, letter, MarkSheet{Points: []int{2500, 500}}))
	if v, err := h.room.Script(ctx, h.ann, letter, locale.Hant); err != nil || v.Begun || !v.Claimed.IsZero() {
		t.Errorf("behind the mark: begun %v, claimed until %v, %v", v.Begun, v.Claimed, err)
	}
	h.ok(h.room.KeepDraft(ctx, h.ann, letter, MarkSheet{Points: []int{2500, 1000}}))
	if v, err := h.room.Script(ctx, h.ben, letter, locale.Hant); err != nil || !v.MayMark {
		t.Errorf("who thinks again keeps the second marker waiting: %v, %v", v.WhyNot, err)
	}
	v, err := h.room.Script(ctx, h.ben, letter, locale.Hant)
	h.ok(err)
	if doc, err := json.Marshal(v); err != nil || len(v.Standing.Given) != 0 || v.History != nil || v.Standing.Apart != 0 || strings.Contains(string(doc), h.ann.ID) {
		t.Errorf("the second marker sees the first: %s, %v", doc, err)
	}
	// 3000 and 4000 are just within a point of each other: their mean counts.
	if s := h.mark(h.ben, id, "letter", 2000, 2000); s.State != ScriptMarked || s.Apart != 1000 {
		t.Errorf("%+v", s)
	}
	// 1000 and 2001 are not.
	h.mark(h.ben, id, "report", 1000)
	if s := h.mark(h.ann, id, "report", 2001); s.State != ScriptDisputed {
		t.Errorf("%+v", s)
	}
	if s, next := h.settles(h.ann); s != 0 || next != "" {
		t.Errorf("one of the two is offered %d to settle, %q", s, next)
	}
	if s, next := h.settles(h.hr); s != 1 || next != report {
		t.Errorf("the third is offered %d to settle, %q", s, next)
	}
	if h.attempt(id).Pending != 1 {
		t.Error("a disagreement does not wait")
	}
	h.refused(h.room.Settle(ctx, h.ann, report, MarkSheet{Points: []int{2000}, Reason: "我說的對"}), fault.Forbidden, "exams.mark_third")
	if v, err := h.room.Script(ctx, h.ann, report, locale.Hant); err != nil || v.MaySettle || len(v.Standing.Given) != 1 {
		t.Errorf("one of the two sees the other: %+v, %v", v.Standing, err)
	}
	if v, err := h.room.Script(ctx, h.hr, report, locale.Hant); err != nil || !v.MaySettle || len(v.Standing.Given) != 2 || v.Standing.Apart != 1001 {
		t.Errorf("the third sees %+v, %v", v.Standing, err)
	}
	h.refused(h.room.Settle(ctx, h.hr, letter, MarkSheet{Points: []int{0, 0}, Reason: "沒有分歧"}), fault.Conflict, "exams.mark_settled")
	if err := h.room.Settle(ctx, h.hr, report, MarkSheet{Points: []int{1500}}); !fault.HasKey(err, "exams.text_missing") {
		t.Errorf("settled without a reason: %v", err)
	}
	h.ok(h.room.Settle(ctx, h.hr, report, MarkSheet{Points: []int{1500}, Reason: "有人有時，沒有地點"}))
	if a := h.attempt(id); a.Score != 2000+3500+1500 || a.Pending != 0 || a.Revision != 2 || h.replayed(id) != 2 {
		t.Errorf("%+v", a)
	}
	if given := h.result(h.trainer, id).Answers[h.itemAt(id, "letter")-1].Given; !slices.Equal(given, []int{2250, 1250}) {
		t.Errorf("the mean per criterion is %v", given)
	}
	if v, err := h.room.Script(ctx, h.trainer, letter, locale.Hant); err != nil || len(v.History) != 3 {
		t.Errorf("of three records %d are left, %v", len(v.History), err)
	}
}

// settles is how many reports a person can settle, and the first of them.
func (h *hands) settles(p people.Person) (n int, next string) {
	h.Helper()
	piles, err := h.room.Queue(context.Background(), p, locale.Hant)
	h.ok(err)
	for _, pile := range piles {
		if pile.Exam == h.name && pile.Item == "report" {
			n = pile.ToSettle
		}
	}
	next, err = h.room.NextToSettle(context.Background(), p, Pile{Exam: h.name, Bank: h.name, Item: "report"})
	h.ok(err)
	return n, next
}

// blind: nothing that a marker gets tells whose answer it is, and in which order they were handed in.
func blind(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	amy := h.candidate("A001")
	id := h.hand(amy, "信", "報")
	script := h.script(id, "letter")
	v, err := h.room.Script(ctx, h.ann, script, locale.Hant)
	h.ok(err)
	doc, err := json.Marshal(v)
	h.ok(err)
	for _, tells := range []string{id, amy.ID, amy.Name, amy.Number, h.sitting.ID, h.cohort} {
		if strings.Contains(string(doc), tells) {
			t.Errorf("a marker reads %q in %s", tells, doc)
		}
	}
	if v.Question.N != 0 || !v.Question.SavedAt.IsZero() || v.Question.Response.Text != "信" || len(v.Full) != 2 || v.Words != 1 {
		t.Errorf("%+v", v.Question)
	}
	h.refused(h.room.Unblind(ctx, h.ann, script, "好奇"), fault.Forbidden, "exams.forbidden")
	h.refused(h.room.Unblind(ctx, h.hr, script, " "), fault.Invalid, "exams.text_missing")
	h.ok(h.room.Unblind(ctx, h.hr, script, "答案裡有人求救"))
	if v, err := h.room.Script(ctx, h.hr, script, locale.Hant); err != nil || v.Writer != amy.ID || v.MayUnblind {
		t.Errorf("%+v, %v", v.Writer, err)
	}
	if v, err := h.room.Script(ctx, h.ann, script, locale.Hant); err != nil || v.Writer != "" {
		t.Error("what HR looked up, ann sees too")
	}
	h.whole(ofUnblinding, `UPDATE unblinding SET reason = reason || '?'`, `UPDATE unblinding SET reason = substr(reason, 1, length(reason) - 1)`)
	h.mark(h.ann, id, "letter", 0, 0)
	h.refused(h.room.Correct(ctx, h.hr, script, MarkSheet{Points: []int{3000, 2000}, Reason: "認識他"}), fault.Forbidden, "exams.mark_unblinded")
	h.ok(h.db.Read(ctx, func(rx *store.Rx) error {
		var n int
		err := rx.Row(`SELECT count(*) FROM unblinding u, leaf l WHERE u.script_id = ? AND l.kind = 'unblinding'`, script).Scan(&n)
		if n != 1 {
			t.Errorf("%d unblindings on record", n)
		}
		return err
	}))
}

func commentBank(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	id := h.hand(h.candidate("A001"), "信", "報")
	letter := h.script(id, "letter")
	h.refused(h.room.AddComment(ctx, h.candidate("B001"), letter, "寫得好"), fault.Forbidden, "exams.forbidden")
	h.ok(h.room.AddComment(ctx, h.ann, letter, " 說清楚日期 "))
	h.ok(h.room.AddComment(ctx, h.ben, letter, "說清楚日期"))
	h.ok(h.room.AddComment(ctx, h.ben, h.script(id, "report"), "只寫事實"))
	v, err := h.room.Script(ctx, h.ben, letter, locale.Hant)
	h.ok(err)
	if len(v.Remarks) != 1 || v.Remarks[0].Text != "說清楚日期" {
		t.Fatalf("%+v", v.Remarks)
	}
	h.ok(h.room.RetireComment(ctx, h.ben, v.Remarks[0].ID))
	h.refused(h.room.RetireComment(ctx, h.ben, v.Remarks[0].ID), fault.NotFound, "exams.missing")
	if v, err := h.room.Script(ctx, h.ben, letter, locale.Hant); err != nil || len(v.Remarks) != 0 {
		t.Errorf("%+v, %v", v.Remarks, err)
	}
	for i := range maxStock {
		h.ok(h.room.AddComment(ctx, h.ann, letter, strings.Repeat("好", i+1)))
	}
	h.refused(h.room.AddComment(ctx, h.ann, letter, "多一則"), fault.Conflict, "exams.stock_full")
}

// recordingIsBlind: a marker hears a recording by the script's number; what its owner called the file is not told.
func recordingIsBlind(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	content := webm(3000)
	n := w.file(id, "pitch", "王小明的開場.webm", content)
	named := w.handIn(amy, id, n, content)
	w.save(amy, id, n.N, 1, questions.Response{Files: []questions.Attachment{named}})
	_, err := w.room.Submit(ctx, amy, id)
	w.ok(err)
	h := &hands{world: w}
	script := h.script(id, "pitch")
	v, err := w.room.Script(ctx, w.trainer, script, locale.Hant)
	w.ok(err)
	if doc, err := json.Marshal(v); err != nil || strings.Contains(string(doc), "王小明") || len(v.Question.Response.Files) != 1 || v.Question.Response.Files[0].SHA256 != named.SHA256 {
		t.Errorf("%s, %v", doc, err)
	}
	f, err := w.room.FileOfScript(ctx, w.trainer, script, named.SHA256)
	w.ok(err)
	got, err := io.ReadAll(f.Content)
	w.ok(errors.Join(err, f.Content.Close()))
	if !bytes.Equal(got, content) || f.Name != "" || f.SaveAs != v.Number()+".webm" || !f.Inline {
		t.Errorf("%d bytes, %+v", len(got), f.Attachment)
	}
	// Nor is it found under the attempts of named people before it is marked, which would tell as well.
	for _, p := range []people.Person{w.trainer, w.hr} {
		_, err = w.room.FileOf(ctx, p, id, named.SHA256)
		w.refused(err, fault.NotFound, "exams.missing")
	}
	w.content(amy, id, named.SHA256)
	_, err = w.room.FileOfScript(ctx, w.trainer, script, digest("other"))
	w.refused(err, fault.NotFound, "exams.missing")
	_, err = w.room.FileOfScript(ctx, amy, script, named.SHA256)
	w.refused(err, fault.Forbidden, "exams.forbidden")
}
