package server_test

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/apptest"
	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

const writtenBank = `---
bank: written
title: 書寫
---

# 書寫

## 寫一封信 {#letter type=essay points=5}

| 項目 | 分 | 滿分的樣子 |
|---|---|---|
| 內容 | 3 | 三件事都說到 |
| 語氣 | 2 | 客戶讀得懂 |

## 交出筆記 {#notes type=upload accept=text}

| 項目 | 分 | 滿分的樣子 |
|---|---|---|
| 內容 | 3 | 說清楚 |
`

const writtenExam = `---
exam: written
title: 書寫考核
minutes: 40
pass: 60%
attempts: 1
cooldown: 24h
sections:
  - title: 書寫
    draw: [{bank: written, category: 書寫, count: 2}]
---

須知。
`

// evidenced is a small company in which about everything has happened that leaves evidence, closed and sealed.
type evidenced struct {
	*apptest.World
	witness *ledger.WitnessKey
	live    string // an attempt that goes on
}

func (w *evidenced) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// drain lets time pass and the house do its work.
func (w *evidenced) drain(after time.Duration) {
	w.Helper()
	w.Clock.Add(after)
	w.ok(w.Queue.Drain(w.Ctx))
}

func evidencedCompany(t *testing.T) *evidenced {
	w := &evidenced{World: apptest.New(t, store.SQLite)}
	w.handWork()
	w.drain(time.Minute)
	amy := w.cheats()
	w.decided(amy)
	w.drain(time.Minute)
	w.corrected()
	w.steered()
	w.gated()
	w.drain(time.Minute)
	w.witnessed()
	w.drain(24 * time.Hour)
	w.live = w.Start(w.candidate("Ivy"), w.Sitting("product"))
	w.drain(time.Hour)
	w.drain(time.Hour)
	return w
}

// gated is what people said about the gate of others, and an outage in which it stood open.
func (w *evidenced) gated() {
	for _, name := range []string{"Jo", "Kim"} {
		p := w.NewHire(name)
		w.ok(w.Keeper.Waive(w.Ctx, w.HR, p.ID, "exam:sales", w.Clock.Now().Add(240*time.Hour), "出差在外，下週回來再考"))
		waivers, err := w.Keeper.Waivers(w.Ctx, w.HR, p.ID)
		w.ok(err)
		w.ok(w.Keeper.Withdraw(w.Ctx, w.HR, waivers[0].ID))
		w.ok(w.Keeper.SignOff(w.Ctx, w.Manager, p.ID, "陪訪三次了，可以自己去談"))
		signed, err := w.Keeper.SignOffs(w.Ctx, w.HR, p.ID)
		w.ok(err)
		w.ok(w.Keeper.WithdrawSignOff(w.Ctx, w.HR, signed[0].ID, "其實只陪訪過一次而已"))
	}
	w.Ready("Lee")
	shut, err := w.Shelf.Doc(w.Ctx, gate.PolicyPath)
	w.ok(err)
	for lang, text := range shut.Sources {
		shut.Sources[lang] = strings.Replace(text, "        - employed\n", "        - employed\n        - sign_off: manager\n", 1)
	}
	var chain gate.GlassChain
	log := ""
	for n := range 2 {
		w.ok(w.Keeper.Override(w.Ctx, w.HR, shut, "全公司停業盤點，暫停領取"))
		at := w.Clock.Now().Add(-time.Hour)
		for _, l := range []gate.GlassLine{
			{At: at, Kind: gate.LineBroken, Episode: fmt.Sprint("0190a000-0000-7000-8000-00000000000", n), By: []gate.GlassHolder{{ID: w.HR.ID, Name: w.HR.Name}, {ID: "x", Name: "管理員"}}, Reason: "資料庫停擺", Snapshot: at, Policy: 1, Machine: "spare"},
			{At: at.Add(time.Minute), Kind: gate.LineMended},
		} {
			one, next, err := chain.Next(l)
			w.ok(err)
			log, chain = log+one, next
		}
	}
	whole, err := gate.ReadGlassLog(strings.NewReader(log))
	w.ok(err)
	_, err = w.Keeper.BringHome(w.Ctx, people.System(), whole)
	w.ok(err)
	episodes, err := w.Keeper.Episodes(w.Ctx, w.HR)
	w.ok(err)
	for _, e := range episodes {
		w.ok(w.Keeper.Acknowledge(w.Ctx, w.HR, e.ID))
	}
}

func (w *evidenced) candidate(name string) people.Person {
	p := w.NewHire(name)
	w.Sign(p)
	w.Read(p, "values")
	return p
}

// handWork is an exam of an essay and a file, marked, looked up, appealed on and decided.
func (w *evidenced) handWork() {
	files := fstest.MapFS{}
	w.ok(fs.WalkDir(w.Files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		src, err := fs.ReadFile(w.Files, path)
		files[path] = &fstest.MapFile{Data: src}
		return err
	}))
	files["quizzes/written.bank.md"] = &fstest.MapFile{Data: []byte(writtenBank)}
	files["quizzes/written.exam.md"] = &fstest.MapFile{Data: []byte(writtenExam)}
	_, problems, err := w.Shelf.Load(w.Ctx, files)
	w.ok(err)
	w.ok(problems.Err())
	s := w.Sitting("written")
	second := w.Hire("鄭講師", people.Trainer)
	var sat []people.Person
	for i, name := range []string{"Una", "Vic"} {
		p := w.candidate(name)
		sat = append(sat, p)
		id := w.Start(p, s)
		again, err := w.Room.Replay(w.Ctx, id)
		w.ok(err)
		for n, q := range again.Form.Questions {
			w.Clock.Add(30 * time.Second)
			r := questions.Response{Text: "親愛的客戶，您好。 " + name}
			if q.Item == "notes" {
				content := fmt.Appendf(nil, "筆記 %s\n", name)
				sum := fmt.Sprintf("%x", sha256.Sum256(content))
				f, err := w.Room.BeginFile(w.Ctx, p, id, exams.NewFile{Device: apptest.Device, N: n + 1, Name: "notes.txt", Type: "text/plain", Size: int64(len(content)), Parts: []string{sum}})
				w.ok(err)
				w.ok(w.Room.PutPart(w.Ctx, p, id, f.ID, apptest.Device, 0, content))
				a, err := w.Room.CompleteFile(w.Ctx, p, id, f.ID, apptest.Device)
				w.ok(err)
				r = questions.Response{Files: []questions.Attachment{a}}
			}
			_, err := w.Room.Answer(w.Ctx, p, id, n+1, exams.Save{Device: apptest.Device, Seq: int64(n + 1), Response: r})
			w.ok(err)
		}
		_, err = w.Room.Submit(w.Ctx, p, id)
		w.ok(err)
		if i == 0 {
			w.markAll()
			w.ok(w.Room.AppealMark(w.Ctx, p, id, 1, "我三件事都說到了，請再看一次"))
		}
	}
	open, _, err := w.Room.MarkAppeals(w.Ctx, second)
	w.ok(err)
	w.ok(w.Room.DecideAppeal(w.Ctx, second, open[0].ID, exams.Decision{Answer: "評分沒有錯，少了一件事"}))
	w.markAll()
	for _, p := range sat {
		w.ok(w.Room.GrantAttempt(w.Ctx, w.HR, p.ID, "written", "考場停電"))
	}
	w.Clock.Add(time.Hour)
	w.ok(w.Room.CloseSitting(w.Ctx, w.Trainer, s.ID))
}

// markAll marks what waits, and looks up whose the last one is.
func (w *evidenced) markAll() {
	w.Helper()
	piles, err := w.Room.Queue(w.Ctx, w.Trainer, locale.Hant)
	w.ok(err)
	var last string
	for _, pile := range piles {
		for {
			id, err := w.Room.NextToMark(w.Ctx, w.Trainer, pile, "")
			if err != nil || id == "" {
				break
			}
			points := []int{1000, 1000}
			if pile.Item == "notes" {
				points = points[:1]
			}
			_, err = w.Room.MarkAnswer(w.Ctx, w.Trainer, id, exams.MarkSheet{Points: points, Comment: "少了一件事"})
			w.ok(err)
			last = id
		}
	}
	w.ok(w.Room.Unblind(w.Ctx, w.HR, last, "查對檔案是否為本人所交"))
}

// cheats is a sitting for named people, with a passcode, of whom two hand in the same letters; it returns the first.
func (w *evidenced) cheats() people.Person {
	amy, ben, cleo := w.candidate("Amy"), w.candidate("Ben"), w.candidate("Cleo")
	late := w.candidate("Lee")
	now := w.Clock.Now()
	s, err := w.Room.OpenSitting(w.Ctx, w.Trainer, exams.NewSitting{Exam: "values", People: []string{amy.ID, ben.ID, cleo.ID, late.ID}, OpensAt: now,
		ClosesAt: now.Add(48 * time.Hour), Invigilators: []string{w.Watch.ID, w.Trainer.ID}, Passcode: "SESAME1", LateMinutes: 60})
	w.ok(err)
	for i, p := range []people.Person{amy, ben, cleo} {
		if err := w.Room.Unlock(w.Ctx, p, s.ID, "falsch"); err == nil {
			w.Fatal("a wrong passcode")
		}
		w.ok(w.Room.Unlock(w.Ctx, p, s.ID, "SESAME1"))
		w.Sit(p, s, func(n, right int) int {
			if i == 2 {
				return right
			}
			return (n * n) % 4
		})
		w.Clock.Add(time.Minute)
	}
	w.Clock.Add(time.Hour)
	w.ok(w.Room.Admit(w.Ctx, w.Watch, s.ID, late.ID, "車子在路上拋錨"))
	w.ok(w.Room.Note(w.Ctx, w.Watch, s.ID, amy.ID, "兩人同時看向同一張紙條"))
	_, err = w.Room.Seat(w.Ctx, w.Watch, s.ID, amy.Number+" A1\n"+ben.Number+" A2")
	w.ok(err)
	w.ok(w.Room.CloseSitting(w.Ctx, w.Trainer, s.ID))
	w.drain(time.Minute)
	return amy
}

// decided are the two cases of that: a red line, overturned, and a re-sit.
func (w *evidenced) decided(amy people.Person) {
	heads, err := w.Desk.Cases(w.Ctx, w.Reviewer[0], integrity.Waiting, 0)
	w.ok(err)
	if len(heads) < 2 {
		w.Fatalf("%d cases", len(heads))
	}
	for _, h := range heads {
		n := h.Number
		w.ok(w.Desk.Open(w.Ctx, w.Reviewer[0], n))
		w.Clock.Add(time.Hour)
		for _, text := range []string{"現場收走的紙條，字跡為本人", "通訊軟體的截圖"} {
			w.ok(w.Desk.AddFact(w.Ctx, w.Reviewer[0], n, integrity.Fact{Kind: integrity.Document, Text: text + "，時間在考試當中", Origin: "監考員當場收走"}))
		}
		f, err := w.Desk.Case(w.Ctx, w.Reviewer[0], n, locale.Hant)
		w.ok(err)
		w.ok(w.Desk.RetractFact(w.Ctx, w.Reviewer[0], n, f.Facts[1].ID, "截圖的日期看錯了"))
		w.Heard(n)
		outcome := integrity.Resit
		if h.PersonID == amy.ID {
			outcome = integrity.RedLine
		}
		for _, reviewer := range w.Reviewer[:2] {
			w.Clock.Add(time.Minute)
			_, err := w.Desk.Vote(w.Ctx, reviewer, n, integrity.Ballot{Outcome: outcome, Reason: "紙條與兩份答案一致"})
			w.ok(err)
		}
		w.Clock.Add(time.Hour)
		w.ok(w.Desk.DeclareTie(w.Ctx, w.Reviewer[1], n, "其實是同鄉，結案後才想起"))
		person, _, err := w.personOf(h.PersonID)
		w.ok(err)
		w.ok(w.Desk.Appeal(w.Ctx, person, n, "紙條是前一天上課寫的，有講師可以作證"))
		w.ok(w.Desk.DecideAppeal(w.Ctx, w.Reviewer[2], n, true, "紙條不是考試當天的"))
	}
}

func (w *evidenced) personOf(id string) (p people.Person, found bool, err error) {
	err = w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		p, found, err = people.PersonIn(rx, id)
		return err
	})
	return p, found, err
}

// corrected is a regrade of the sitting before, and one more attempt for somebody.
func (w *evidenced) corrected() {
	doc, err := w.Shelf.Doc(w.Ctx, "quizzes/values.bank.md")
	w.ok(err)
	for lang, text := range doc.Sources {
		doc.Sources[lang] = strings.ReplaceAll(strings.ReplaceAll(text, "- [x] 對的 1\n- [ ] 錯的甲", "- [ ] 對的 1\n- [x] 錯的甲"), "- [x] 對的 2\n- [ ] 錯的甲", "- [ ] 對的 2\n- [x] 錯的甲")
	}
	head, err := w.Shelf.Adopt(w.Ctx, w.Trainer, doc, "更正")
	w.ok(err)
	correction := exams.Correction{Exam: "values", Bank: "values", Version: head.Version, Reason: "正解有誤"}
	diff, err := w.Room.Regrade(w.Ctx, w.Trainer, correction, "")
	w.ok(err)
	digest, err := diff.Digest()
	w.ok(err)
	_, err = w.Room.Regrade(w.Ctx, w.Trainer, correction, digest)
	w.ok(err)
}

// steered is a sitting in which time was given, stopped and taken on again.
func (w *evidenced) steered() {
	s := w.Sitting("sales")
	var papers []string
	for _, name := range []string{"Dan", "Eve"} {
		p := w.candidate(name)
		w.ok(w.Room.Accommodate(w.Ctx, w.HR, p.ID, exams.Accommodation{Label: "閱讀", Multiplier: 1250, ExtraMinutes: 3, Reason: "有診斷證明", Until: w.Clock.Now().Add(1000 * time.Hour)}))
		of, err := w.Room.AccommodationsOf(w.Ctx, w.HR, p.ID)
		w.ok(err)
		id := w.Start(p, s)
		papers = append(papers, id)
		for n := 1; n <= 3; n++ {
			w.Answer(p, id, n, n%4)
		}
		w.ok(w.Room.Extend(w.Ctx, w.Watch, id, 5, "火警演習"))
		w.ok(w.Room.Pause(w.Ctx, w.Watch, id, "停電"))
		w.Clock.Add(time.Minute)
		w.ok(w.Room.Resume(w.Ctx, w.Watch, id))
		w.talks(p, s.ID, id)
		w.ok(w.Room.EndAccommodation(w.Ctx, w.HR, of.Held[0].ID, "期限已到"))
	}
	d, err := w.Room.Sitting(w.Ctx, w.Watch, s.ID)
	w.ok(err)
	_, err = w.Room.ExtendAll(w.Ctx, w.Watch, s.ID, 2, "全場補時", d.LastAdjustment())
	w.ok(err)
	w.drain(time.Minute) // the heads of what is going on
	w.Clock.Add(5 * time.Hour)
	w.ok(w.Room.ExpireDue(w.Ctx))
}

// talks is what the two sides of a sitting say to each other, and a second device that is let in.
func (w *evidenced) talks(p people.Person, sitting, attempt string) {
	w.Helper()
	last := func(table string) (id string) {
		w.ok(w.DB.Read(w.Ctx, func(rx *store.Rx) error { return rx.Row(`SELECT max(id) FROM ` + table).Scan(&id) }))
		return id
	}
	_, err := w.Room.Tell(w.Ctx, w.Watch, sitting, attempt, "請把手機收起來")
	w.ok(err)
	w.ok(w.Room.Observe(w.Ctx, p, attempt, apptest.Device, []exams.Event{{Kind: "focus_lost", AtMs: store.Ms(w.Clock.Now())}}))
	w.ok(w.Room.Look(w.Ctx, w.Watch, attempt))
	w.ok(w.Room.Call(w.Ctx, p, attempt, apptest.Device, "題目看不清楚"))
	w.ok(w.Room.AnswerCall(w.Ctx, w.Watch, last("candidate_call"), "請放大字體"))
	w.Clock.Add(time.Second)
	w.ok(w.Room.Call(w.Ctx, p, attempt, apptest.Device, "電腦快沒電了"))
	w.ok(w.Room.Withdraw(w.Ctx, p, attempt))
	w.ok(w.Room.AskTakeOver(w.Ctx, p, attempt, "device-2", "Firefox"))
	w.ok(w.Room.DecideTakeOver(w.Ctx, w.Watch, last("takeover"), true))
	w.ok(w.Room.Lease(w.Ctx, p, attempt, "device-2", true))
}

// witnessed is a witness's word on the latest checkpoints.
func (w *evidenced) witnessed() {
	private, public, err := ledger.NewWitnessKey(rand.Reader, "audit.example")
	w.ok(err)
	w.witness, err = ledger.ParseWitnessKey(private)
	w.ok(err)
	known, err := ledger.ParseWitness(public)
	w.ok(err)
	for range 2 {
		w.drain(24 * time.Hour)
		c, ok, err := w.Ledger.LatestRoot(w.Ctx)
		w.ok(err)
		if !ok {
			w.Fatal("no root of a day")
		}
		c.Note += w.witness.Cosign(c.Checkpoint, w.Clock.Now())
		w.ok(w.Ledger.Cosigned(w.Ctx, c.Note, []ledger.Witness{known}))
	}
	w.ok(w.DB.Write(w.Ctx, func(tx *store.Tx) error {
		id, err := ledger.EraseIn(tx, ledger.Erasure{Subject: "passcode tries", Scope: ledger.EraseRecords, Reason: "期限已到", By: w.HR.ID})
		if err != nil {
			return err
		}
		var try string
		if err := tx.Row(`SELECT min(id) FROM passcode_try`).Scan(&try); err != nil {
			return err
		}
		if err := ledger.ReleaseIn(tx, id, "passcode try", try); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM passcode_try WHERE id = ?`, try)
		return err
	}))
}
