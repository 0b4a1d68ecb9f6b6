package exams

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

func TestLiveInvigilation(t *testing.T) {
	watched := usual()
	watched.watched = true
	inOneWorld(t,
		part{name: "Pulses", run: boardPulses, rules: watched},
		part{name: "Messages", run: messagesAreKept, rules: watched},
		part{name: "Calls", run: callsAreAnswered, rules: watched},
		part{name: "FiveHundred", run: boardOfFiveHundred})
}

func TestE5_TakingOverIsApproved(t *testing.T) {
	watched := usual()
	watched.watched = true
	inOneWorld(t,
		part{name: "Approved", run: takeOverApproved, rules: watched},
		part{name: "Refused", run: takeOverRefused, rules: watched},
		part{name: "Crashed", run: takeOverAfterCrash, rules: watched},
		part{name: "NobodyToAsk", run: takeOverUnwatched})
}

// watch opens a sitting for the cohort that an invigilator watches, and makes it the world's.
func (w *world) watch() (invigilator people.Person) {
	w.Helper()
	invigilator = w.person("W001", people.Invigilator)
	s, err := w.room.OpenSitting(context.Background(), w.trainer, NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(24 * time.Hour), Invigilators: []string{invigilator.ID}})
	w.ok(err)
	w.sitting = s
	return invigilator
}

// board is what the board says of a person.
func (w *world) board(who, of people.Person) Watched {
	w.Helper()
	b, err := w.room.Board(context.Background(), who, w.sitting.ID)
	w.ok(err)
	n := slices.IndexFunc(b.Rows, func(r Watched) bool { return r.PersonID == of.ID })
	if n < 0 {
		w.Fatalf("%s is not on the board", of.Name)
	}
	return b.Rows[n]
}

func (w *world) pulses(who, of people.Person, want Pulse) Watched {
	w.Helper()
	row := w.board(who, of)
	if row.Pulse != want {
		w.Errorf("%s is %s, want %s", of.Name, row.Pulse, want)
	}
	return row
}

func (w *world) journal(id, typ string) (payloads []string) {
	w.Helper()
	for _, e := range w.verified(id) {
		if e.Type == typ {
			payloads = append(payloads, string(e.Payload))
		}
	}
	return payloads
}

func boardPulses(t *testing.T, w *world) {
	ctx := context.Background()
	eye := w.watch()
	amy, ben := w.candidate("A001"), w.candidate("B001")
	other := w.person("W002", people.Invigilator)
	if _, err := w.room.Board(ctx, other, w.sitting.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger sees the board: %v", err)
	}
	w.refused(w.room.Look(ctx, other, w.start(ben)), fault.Forbidden, "exams.forbidden")
	if row := w.pulses(eye, amy, NotStarted); row.AttemptID != "" || row.Name != amy.Name {
		t.Errorf("%+v", row)
	}
	id := w.start(amy)
	w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
	w.save(amy, id, 1, 1, w.right(id, 1))
	if row := w.pulses(eye, amy, Answering); row.Answered != 1 || row.Total != 10 || row.AttemptID != id {
		t.Errorf("%+v", row)
	}
	see := func(kinds ...string) {
		w.Helper()
		var events []Event
		for _, k := range kinds {
			events = append(events, Event{Kind: k, AtMs: 1})
		}
		w.ok(w.room.Observe(ctx, amy, id, "laptop", events))
	}
	see("focus_lost", "hidden")
	w.pulses(eye, amy, Away)
	w.ok(w.room.Lease(ctx, amy, id, "laptop", false)) // opened again
	w.pulses(eye, amy, Answering)
	for range 3 {
		see("hidden")
		w.clock.Add(6 * time.Second)
		see("visible", Heartbeat)
	}
	if row := w.pulses(eye, amy, Flagged); fmt.Sprint(row.Signals) != "[{absences 3}]" {
		t.Errorf("%v", row.Signals)
	}
	w.ok(w.room.Look(ctx, eye, id))
	w.pulses(eye, amy, Answering)
	w.clock.Add(silence)
	if row := w.pulses(eye, amy, OffLine); !row.Since.Equal(w.attempt(id).ContactAt) {
		t.Errorf("since %v", row.Since)
	}
	see(Heartbeat)
	w.ok(w.room.Pause(ctx, eye, id, "火警演習"))
	w.pulses(eye, amy, Held)
	w.ok(w.room.Resume(ctx, eye, id))
	w.ok(w.room.Note(ctx, eye, w.sitting.ID, amy.ID, "離座"))
	got, err := w.room.Watching(ctx, eye, w.sitting.ID, id)
	w.ok(err)
	if got.Claims[Absences] != 3 || got.Claims["hidden"] != 4 || got.Notes != 1 || len(got.Happenings) != 2 || got.Happenings[0].Kind != "note" || got.Happenings[1].Kind != "look" || got.Happenings[1].By != eye.ID {
		t.Errorf("%+v", got)
	}
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	w.pulses(eye, amy, Finished)
	b, err := w.room.Board(ctx, w.hr, w.sitting.ID)
	w.ok(err)
	if counts := b.Counts(); counts[Finished] != 1 || counts[OffLine]+counts[Answering] != 1 {
		t.Errorf("%v", counts)
	}
}

func messagesAreKept(t *testing.T, w *world) {
	ctx := context.Background()
	eye := w.watch()
	all, ids := w.candidates(stride+3, true)
	amy, id := all[0], ids[0]
	w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
	tell := func(to, text string) (int, error) { return w.room.Tell(ctx, eye, w.sitting.ID, to, text) }
	for text, key := range map[string]string{" \n ": "exams.text_missing", strings.Repeat("長", maxMessage+1): "exams.text_long"} {
		if _, err := tell("", text); !fault.HasKey(err, key) {
			t.Errorf("got %v, want %s", err, key)
		}
	}
	if _, err := w.room.Tell(ctx, amy, w.sitting.ID, "", "大家好"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a candidate tells all: %v", err)
	}
	for range 2 { // sent twice, it comes once
		if n, err := tell("", "十點半收卷。\n請準備"); err != nil || n != len(all) {
			t.Fatalf("it came to %d of %d: %v", n, len(all), err)
		}
		if n, err := tell(id, "請把手機收起來"); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	}
	late := w.candidate("L001")
	if news, err := w.room.News(ctx, late, w.start(late)); err != nil || news.N != 0 || len(news.Messages) != 0 || !news.Watched {
		t.Errorf("who started after it: %+v %v", news, err)
	}
	clock, err := w.room.Clock(ctx, amy, id)
	w.ok(err)
	saved := w.save(amy, id, 1, 1, w.right(id, 1))
	if clock.News != 2 || saved.News != 2 {
		t.Errorf("the clock tells of %d and a save of %d, want 2", clock.News, saved.News)
	}
	w.build(w.key) // as after a kill: all of it is on the disk
	news, err := w.room.News(ctx, amy, id)
	w.ok(err)
	if len(news.Messages) != 2 || !news.Messages[0].All || news.Messages[1].Text != "請把手機收起來" || news.Messages[1].By != eye.Name || !news.Messages[1].SeenAt.IsZero() {
		t.Fatalf("%+v", news)
	}
	if row := w.board(eye, amy); row.Unseen != 2 {
		t.Errorf("%d unseen", row.Unseen)
	}
	w.refused(w.room.See(ctx, all[1], id, news.Messages[0].ID, "laptop"), fault.NotFound, "exams.missing")
	w.refused(w.room.See(ctx, amy, id, "none", "laptop"), fault.NotFound, "exams.missing")
	for range 2 {
		w.ok(w.room.See(ctx, amy, id, news.Messages[0].ID, "laptop"))
	}
	b, err := w.room.Board(ctx, eye, w.sitting.ID)
	w.ok(err)
	if n := len(b.Messages); n != 2 || b.Messages[0].To != id || b.Messages[0].Seen != 0 || b.Messages[1].Copies != len(all) || b.Messages[1].Seen != 1 {
		t.Errorf("%+v", b.Messages)
	}
	if got := w.journal(id, entryMessage); len(got) != 3 || !strings.Contains(got[0], `"all":true`) || !strings.Contains(got[1], `"by":"`+eye.ID+`"`) || !strings.Contains(got[2], `"what":"seen"`) {
		t.Errorf("journal %q", got)
	}
	// One to all that a crash cut off is brought to the rest by its job, once to each.
	w.tamper(`INSERT INTO sitting_message (id, sitting_id, to_id, text, by_id, at_ms, upto, copies) VALUES ('zz', ?, '', '補', ?, ?, ?, 1)`, w.sitting.ID, eye.ID, store.Ms(w.clock.Now()), slices.Sorted(slices.Values(ids))[0])
	w.ok(w.room.finishMessages(ctx, []byte(`"`+w.sitting.ID+`"`)))
	w.ok(w.room.finishMessages(ctx, []byte(`"`+w.sitting.ID+`"`)))
	b, err = w.room.Board(ctx, eye, w.sitting.ID)
	w.ok(err)
	if b.Messages[0].ID != "zz" || b.Messages[0].Copies != len(all)+1 { // the late one is there by now
		t.Errorf("%+v", b.Messages[0])
	}
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	if _, err := tell(id, "還在嗎"); !fault.HasKey(err, "exams.over") {
		t.Error(err)
	}
	w.refused(w.room.See(ctx, amy, id, news.Messages[1].ID, "laptop"), fault.Conflict, "exams.over")
}

func callsAreAnswered(t *testing.T, w *world) {
	ctx := context.Background()
	alone := w.candidate("C009")
	w.refused(w.room.Call(ctx, alone, w.start(alone), "laptop", ""), fault.Conflict, "exams.nobody_watches")
	eye := w.watch()
	amy := w.candidate("C001")
	id := w.start(amy)
	w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
	w.refused(w.room.Call(ctx, amy, id, "laptop", strings.Repeat("字", maxMessage+1)), fault.TooLarge, "exams.text_long")
	w.refused(w.room.Call(ctx, alone, id, "laptop", ""), fault.NotFound, "exams.missing")
	w.ok(w.room.Call(ctx, amy, id, "laptop", "圖看不清楚"))
	w.refused(w.room.Call(ctx, amy, id, "laptop", "快"), fault.Conflict, "exams.call_open")
	row := w.pulses(eye, amy, Calling)
	if row.Call == nil || row.Call.Text != "圖看不清楚" {
		t.Fatalf("%+v", row)
	}
	w.build(w.key) // as after a kill
	w.refused(w.room.AnswerCall(ctx, amy, row.Call.ID, ""), fault.Forbidden, "exams.forbidden")
	w.clock.Add(2 * time.Second)
	w.ok(w.room.AnswerCall(ctx, eye, row.Call.ID, "馬上過去"))
	w.refused(w.room.AnswerCall(ctx, w.trainer, row.Call.ID, ""), fault.Conflict, "exams.call_closed")
	row = w.pulses(eye, amy, Answering)
	if row.Call == nil || row.Call.AnsweredBy != eye.ID || !row.Call.AnsweredAt.Equal(w.clock.Now()) {
		t.Errorf("%+v", row.Call)
	}
	news, err := w.room.News(ctx, amy, id)
	w.ok(err)
	if news.N != 1 || news.Call == nil || news.Call.Name != eye.Name || len(news.Messages) != 1 || news.Messages[0].Text != "馬上過去" {
		t.Errorf("%+v", news)
	}
	w.ok(w.room.Call(ctx, amy, id, "laptop", ""))
	w.ok(w.room.Withdraw(ctx, amy, id))
	w.ok(w.room.Withdraw(ctx, amy, id))
	w.pulses(eye, amy, Answering)
	if got := w.journal(id, entryCall); len(got) != 4 || !strings.Contains(got[0], "圖看不清楚") || !strings.Contains(got[1], eye.ID) || !strings.Contains(got[3], "withdrawn") {
		t.Errorf("journal %q", got)
	}
	for range maxCalls - 2 {
		w.ok(w.room.Call(ctx, amy, id, "laptop", ""))
		w.ok(w.room.Withdraw(ctx, amy, id))
	}
	w.refused(w.room.Call(ctx, amy, id, "laptop", ""), fault.TooMany, "exams.calls")
}

// onTwo is an attempt on a laptop, in a sitting that is watched.
func (w *world) onTwo() (eye, amy people.Person, id string) {
	w.Helper()
	eye, amy = w.watch(), w.candidate("T001")
	id = w.start(amy)
	w.ok(w.room.Lease(context.Background(), amy, id, "laptop", false))
	w.save(amy, id, 1, 1, w.right(id, 1))
	return eye, amy, id
}

func takeOverApproved(t *testing.T, w *world) {
	ctx := context.Background()
	eye, amy, id := w.onTwo()
	w.refused(w.room.Lease(ctx, amy, id, "phone", false), fault.Conflict, "exams.other_device")
	w.refused(w.room.Lease(ctx, amy, id, "phone", true), fault.Conflict, "exams.takeover_needed")
	w.ok(w.room.AskTakeOver(ctx, amy, id, "laptop", "Firefox")) // which has the paper
	w.ok(w.room.AskTakeOver(ctx, amy, id, "tablet", "Safari"))
	for range 2 {
		w.ok(w.room.AskTakeOver(ctx, amy, id, "phone", strings.Repeat("瀏", 200)))
	}
	w.refused(w.room.Lease(ctx, amy, id, "phone", true), fault.Conflict, "exams.takeover_waiting")
	w.refused(w.room.Lease(ctx, amy, id, "tablet", true), fault.Conflict, "exams.takeover_needed") // dropped
	row := w.pulses(eye, amy, Asking)
	if row.TakeOver == nil || row.TakeOver.Device != "phone" || len(row.TakeOver.Browser) > maxBrowser {
		t.Fatalf("%+v", row.TakeOver)
	}
	w.save(amy, id, 2, 2, w.right(id, 2)) // the laptop keeps the paper
	w.refused(w.room.DecideTakeOver(ctx, amy, row.TakeOver.ID, true), fault.Forbidden, "exams.forbidden")
	w.ok(w.room.DecideTakeOver(ctx, eye, row.TakeOver.ID, true))
	w.refused(w.room.DecideTakeOver(ctx, w.trainer, row.TakeOver.ID, false), fault.Conflict, "exams.takeover_decided")
	w.save(amy, id, 3, 3, w.right(id, 3)) // until the phone takes it
	w.ok(w.room.Lease(ctx, amy, id, "phone", true))
	w.pulses(eye, amy, Answering)
	_, err := w.room.Answer(ctx, amy, id, 4, Save{Device: "laptop", Seq: 4, Response: w.right(id, 4)})
	w.refused(err, fault.Conflict, "exams.other_device")
	w.refused(w.room.Lease(ctx, amy, id, "laptop", true), fault.Conflict, "exams.takeover_needed") // an approval is for one device, once
	if got := w.journal(id, entryDevice); len(got) != 2 || !strings.Contains(got[1], `"ground":"approved"`) || !strings.Contains(got[1], row.TakeOver.ID) {
		t.Errorf("journal %q", got)
	}
	if got := w.journal(id, entryTakeOver); len(got) != 4 || !strings.Contains(got[3], eye.ID) {
		t.Errorf("journal %q", got)
	}
}

func takeOverRefused(t *testing.T, w *world) {
	ctx := context.Background()
	eye, amy, id := w.onTwo()
	for n := range maxTakeOvers {
		w.ok(w.room.AskTakeOver(ctx, amy, id, "phone", "Chrome"))
		w.ok(w.room.DecideTakeOver(ctx, eye, w.board(eye, amy).TakeOver.ID, false))
		if n == 0 {
			w.refused(w.room.Lease(ctx, amy, id, "phone", true), fault.Conflict, "exams.takeover_refused")
		}
	}
	w.refused(w.room.AskTakeOver(ctx, amy, id, "phone", "Chrome"), fault.TooMany, "exams.takeovers")
	w.save(amy, id, 2, 2, w.right(id, 2))
}

func takeOverAfterCrash(t *testing.T, w *world) {
	ctx := context.Background()
	eye, amy, id := w.onTwo()
	w.ok(w.room.AskTakeOver(ctx, amy, id, "phone", "Chrome"))
	w.clock.Add(crashed - time.Millisecond)
	w.refused(w.room.Lease(ctx, amy, id, "phone", true), fault.Conflict, "exams.takeover_waiting")
	w.clock.Add(time.Millisecond)
	w.ok(w.room.Lease(ctx, amy, id, "phone", true))
	if row := w.pulses(eye, amy, Answering); row.TakeOver != nil {
		t.Error("it still waits")
	}
	w.clock.Add(crashed)
	w.ok(w.room.Lease(ctx, amy, id, "laptop", true)) // without having asked
	if got := w.journal(id, entryDevice); len(got) != 3 || !strings.Contains(got[1], `"ground":"silent"`) || !strings.Contains(got[2], `"ground":"silent"`) {
		t.Errorf("journal %q", got)
	}
	if got := w.journal(id, entryTakeOver); len(got) != 2 || !strings.Contains(got[1], `"what":"silent"`) {
		t.Errorf("journal %q", got)
	}

	// While one waits for the laptop another takes over from it: the first asks that one now.
	w.ok(w.room.AskTakeOver(ctx, amy, id, "phone", "\xffChrome")) // a header can hold what is no text
	w.clock.Add(crashed)
	w.ok(w.room.Lease(ctx, amy, id, "tablet", true))
	w.refused(w.room.Lease(ctx, amy, id, "phone", true), fault.Conflict, "exams.takeover_needed")
	w.ok(w.room.AskTakeOver(ctx, amy, id, "phone", "Chrome"))
	w.refused(w.room.Lease(ctx, amy, id, "phone", true), fault.Conflict, "exams.takeover_waiting")
	w.ok(w.room.DecideTakeOver(ctx, eye, w.board(eye, amy).TakeOver.ID, true))
	w.ok(w.room.Lease(ctx, amy, id, "phone", true))
}

// Where nobody is there to ask, taking over is as it always was.
func takeOverUnwatched(t *testing.T, w *world) {
	ctx := context.Background()
	w.watch() // of an exam that is not invigilated
	amy := w.candidate("U001")
	id := w.start(amy)
	w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
	w.ok(w.room.AskTakeOver(ctx, amy, id, "phone", ""))
	w.ok(w.room.Lease(ctx, amy, id, "phone", true))
	if got := w.journal(id, entryDevice); len(got) != 2 || strings.Contains(got[1], "ground") {
		t.Errorf("journal %q", got)
	}
}

// The board of five hundred says at once what changed of one.
func boardOfFiveHundred(t *testing.T, w *world) {
	ctx := context.Background()
	eye := w.watch()
	all, ids := w.seats(500)
	b, err := w.room.Board(ctx, eye, w.sitting.ID)
	w.ok(err)
	if len(b.Rows) != 501 || b.Counts()[Answering] != 500 {
		t.Fatalf("%d rows, %v", len(b.Rows), b.Counts())
	}
	w.ok(w.room.Observe(ctx, all[321], ids[321], "d", []Event{{Kind: "hidden", AtMs: 1}}))
	w.ok(w.room.Call(ctx, all[123], ids[123], "d", "卡住了"))
	b, err = w.room.Board(ctx, eye, w.sitting.ID)
	w.ok(err)
	if c := b.Counts(); c[Away] != 1 || c[Calling] != 1 || c[Answering] != 498 || b.Rows[124].PersonID != all[123].ID || b.Rows[124].Call.Text != "卡住了" {
		t.Errorf("%v", b.Counts())
	}
}

// seats are candidates with a live attempt each, written as rows: what a board reads, without the dealing of forms.
func (w *world) seats(n int) (all []people.Person, ids []string) {
	w.Helper()
	ctx := context.Background()
	model := w.attempt(w.start(w.candidate("S000")))
	_, err := w.room.Submit(ctx, people.Person{ID: model.PersonID}, model.ID)
	w.ok(err)
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
		for i := range n {
			p := people.Person{ID: tx.NewID(), Number: fmt.Sprintf("S%03d%s", i+1, w.suffix), Active: true, Roles: []people.Role{people.NewHire}}
			p.Name = "考生" + p.Number
			if _, err := tx.Exec(`INSERT INTO employee (id, number, number_key, name, email, email_key, search, roles, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, 'new_hire', 0)`,
				p.ID, p.Number, p.Number, p.Name, p.Number, p.Number, p.Number); err != nil {
				return err
			}
			id := tx.NewID()
			if _, err := tx.Exec(`INSERT INTO attempt (id, sitting_id, exam, person_id, state, started_ms, deadline_ms, due_ms, card, device, head_seq, head_hash, contact_ms)
				VALUES (?, ?, ?, ?, 'live', ?, ?, ?, ?, 'd', 0, ?, ?)`, id, w.sitting.ID, model.Exam, p.ID, store.Ms(tx.Now), store.Ms(model.Deadline), store.Ms(model.DueAt), model.card,
				strings.Repeat("0", 64), store.Ms(tx.Now)); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO attempt_form (attempt_id, form) VALUES (?, '{}')`, id); err != nil {
				return err
			}
			all, ids = append(all, p), append(ids, id)
		}
		return nil
	}))
	return all, ids
}
