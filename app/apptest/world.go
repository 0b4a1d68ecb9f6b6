// Package apptest is a furnished world for tests: every domain wired as the program wires it, on a real fresh
// database with a clock that the test moves, and people at the stages that tests ask for.
package apptest

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/cohorts"
	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/server"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// World is one company in one test. Its verbs fail the test instead of returning errors.
type World struct {
	testing.TB
	*server.House
	Clock    *storetest.Clock
	Ctx      context.Context
	Trainer  people.Person
	HR       people.Person
	Manager  people.Person
	Reviewer [3]people.Person
	Watch    people.Person // invigilator
	Cohort   cohorts.Cohort
	hired    int
	config   server.Config
	files    fstest.MapFS // content and quizzes
	ended    bool
}

// Each runs f as a subtest in a fresh world on every engine that there is.
func Each(t *testing.T, f func(t *testing.T, w *World)) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) { f(t, New(t, engine)) })
	}
}

// New is a fresh world on one engine: the small company's content is loaded and its staff are hired.
func New(tb testing.TB, engine store.Engine) *World {
	tb.Helper()
	w := &World{TB: tb, Clock: storetest.NewClock(), Ctx: context.Background(), files: content()}
	config := server.Config{DB: storetest.URL(tb, engine, server.Schemas()...), Zone: "Asia/Taipei", Key: filepath.Join(tb.TempDir(), "key"), Blobs: filepath.Join(tb.TempDir(), "blobs"), URL: "http://localhost", WebhookNetworks: "127.0.0.0/8"}
	w.config = config
	w.open()
	tb.Cleanup(w.End)
	_, problems, err := w.Load(w.Ctx)
	w.must(err)
	w.must(problems.Err())
	w.Trainer = w.Hire("蔡講師", people.Trainer)
	w.HR = w.Hire("許人資", people.HR)
	w.Manager = w.Hire("羅主管", people.Manager)
	w.Watch = w.Hire("簡監考", people.Invigilator)
	for i := range w.Reviewer {
		w.Reviewer[i] = w.Hire(fmt.Sprintf("審查%d", i), people.Reviewer)
	}
	w.Cohort, err = w.Roster.Create(w.Ctx, w.HR, cohorts.Cohort{Number: 1, Name: "第 1 期", StartsOn: "2026-11-23", EndsOn: "2026-12-11"})
	w.must(err)
	return w
}

// End closes the house, which else the end of the test does: a test that founds many would run out of connections.
func (w *World) End() {
	if w.ended {
		return
	}
	w.ended = true
	if err := w.Close(); err != nil {
		w.Error(err)
	}
}

// open wires the house over the database as it is.
func (w *World) open() {
	w.Helper()
	h, err := server.OpenHouse(w.Ctx, w.config, w.files, w.Clock.Now, slog.New(slog.DiscardHandler))
	w.must(err)
	w.House = h
	if _, measures := w.TB.(*testing.B); !measures { // the watch costs more than a read
		h.DB.RefuseNesting()
	}
}

// Publish puts another text of a document on the shelf.
func (w *World) Publish(path, source string) {
	w.Helper()
	w.files[path] = text(source)
	_, problems, err := w.Load(w.Ctx)
	w.must(err)
	w.must(problems.Err())
}

// Restart ends the house and opens it again over the same database, as a restart of the program does.
func (w *World) Restart() {
	w.Helper()
	w.must(w.Close())
	w.open()
}

func (w *World) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Hire enters an employee with roles.
func (w *World) Hire(name string, roles ...people.Role) people.Person {
	w.Helper()
	w.hired++
	number := fmt.Sprintf("E%03d", w.hired)
	p, err := w.Directory.Create(w.Ctx, people.System(), people.NewPerson{Number: number, Name: name, Email: number + "@test.example", Roles: roles})
	w.must(err)
	return p
}

// NewHire enters a new hire below the manager, in the cohort.
func (w *World) NewHire(name string) people.Person {
	w.Helper()
	w.hired++
	number := fmt.Sprintf("E%03d", w.hired)
	p, err := w.Directory.Create(w.Ctx, people.System(), people.NewPerson{Number: number, Name: name, Email: number + "@test.example",
		Roles: []people.Role{people.NewHire}, ManagerID: w.Manager.ID})
	w.must(err)
	w.must(w.Roster.Enrol(w.Ctx, w.HR, w.Cohort.ID, p.ID))
	return p
}

// Sign has a person sign the pledge in force.
func (w *World) Sign(p people.Person) {
	w.Helper()
	pledge, err := w.Library.Pledge(w.Ctx, locale.Hant)
	w.must(err)
	w.must(w.Library.SignPledge(w.Ctx, p, pledge.Version, locale.Hant))
}

// Read has a person read the lesson of a track.
func (w *World) Read(p people.Person, track string) {
	w.Helper()
	_, err := w.Library.Lesson(w.Ctx, p, track+"/first", locale.Hant)
	w.must(err)
	w.must(w.Library.Complete(w.Ctx, p, track+"/first"))
}

// Sitting opens an exam for the cohort, for a week from now.
func (w *World) Sitting(exam string) exams.Sitting {
	w.Helper()
	now := w.Clock.Now()
	s, err := w.Room.OpenSitting(w.Ctx, w.Trainer, exams.NewSitting{Exam: exam, CohortID: w.Cohort.ID, OpensAt: now, ClosesAt: now.Add(7 * 24 * time.Hour), Invigilators: []string{w.Watch.ID}})
	w.must(err)
	return s
}

// Device is the lease that World's candidates hold.
const Device = "device-1"

// Terms are those of somebody who agrees to all that a sitting needs.
func (w *World) Terms(sittingID string) exams.Terms {
	w.Helper()
	notice, err := w.Room.Notice(w.Ctx, sittingID, locale.Hant)
	w.must(err)
	return notice.Agree()
}

// Start begins an attempt and takes its lease.
func (w *World) Start(p people.Person, s exams.Sitting) string {
	w.Helper()
	attempt, err := w.Room.Start(w.Ctx, p, s.ID, w.Terms(s.ID))
	w.must(err)
	w.must(w.Room.Lease(w.Ctx, p, attempt, Device, false))
	return attempt
}

// Answer answers question n with a displayed choice, half a minute after the last.
func (w *World) Answer(p people.Person, attempt string, n, choice int) {
	w.Helper()
	w.Clock.Add(30 * time.Second)
	_, err := w.Room.Answer(w.Ctx, p, attempt, n, exams.Save{Device: Device, Seq: int64(n), Response: questions.Response{Choices: []int{choice}}})
	w.must(err)
}

// Sit starts an attempt, answers every question by say and submits. say gets the question's number from 1 and the
// displayed position of its right choice.
func (w *World) Sit(p people.Person, s exams.Sitting, say func(n, right int) int) string {
	w.Helper()
	attempt := w.Start(p, s)
	again, err := w.Room.Replay(w.Ctx, attempt)
	w.must(err)
	for i, q := range again.Form.Questions {
		right := 0
		for displayed, canonical := range q.Layout.Order {
			if canonical == 0 {
				right = displayed
			}
		}
		w.Answer(p, attempt, i+1, say(i+1, right))
	}
	_, err = w.Room.Submit(w.Ctx, p, attempt)
	w.must(err)
	return attempt
}

// Knows answers everything right.
func Knows(_, right int) int { return right }

// Ready hires somebody who has done everything that the policy asks for.
func (w *World) Ready(name string) people.Person {
	w.Helper()
	p := w.NewHire(name)
	w.Sign(p)
	for _, t := range tracks {
		w.Read(p, t.name)
		w.Sit(p, w.Sitting(t.name), Knows)
	}
	return p
}

// Leads puts so many leads into the pool.
func (w *World) Leads(n int) {
	w.Helper()
	var csv strings.Builder
	csv.WriteString("company,contact,phone,industry,territory,source,note\n")
	for i := range n {
		fmt.Fprintf(&csv, "公司%d,王先生,02-%04d-%04d,五金,台北,展會,\n", i, i/10000, i%10000)
	}
	report, err := w.Pool.Import(w.Ctx, people.System(), strings.NewReader(csv.String()), true)
	w.must(err)
	w.must(report.Problems.Err())
}
