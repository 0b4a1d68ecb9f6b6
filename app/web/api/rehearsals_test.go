package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// rehearsing is a reply about a rehearsal as a caller reads it.
type rehearsing struct {
	ID, Sitting, By, Password string
	Count                     int
	Ended, Erased             int64
	AttemptsErased            int `json:"attempts_erased"`
	Candidates                []struct{ Number, Session string }
}

func (m *machines) rehearsal(status int, method, path, body string, headers ...string) (r rehearsing) {
	m.Helper()
	reply := m.send(method, path, body, headers...)
	if reply.StatusCode != status {
		m.Fatalf("%s %s: %d %s", method, path, reply.StatusCode, reply.body)
	}
	if err := json.Unmarshal([]byte(reply.body), &r); err != nil {
		m.Fatal(err)
	}
	return r
}

func (m *machines) count(query string, args ...any) (n int) {
	m.Helper()
	if err := m.DB.Read(m.Ctx, func(rx *store.Rx) error { return rx.Row(query, args...).Scan(&n) }); err != nil {
		m.Fatal(err)
	}
	return n
}

func TestRehearsal(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := mount(w)
		decisions := m.token
		var err error
		if m.token, err = w.Directory.NewTokenFor(w.Ctx, people.System(), "load test", people.Rehearsals); err != nil {
			t.Fatal(err)
		}
		const path = "/api/v1/rehearsals"
		ask := `{"candidates":3,"minutes":5,"passwords":1}`

		m.refused(m.send("POST", path, ask, "Authorization", ""), 401, "page.token_missing")
		m.refused(m.send("POST", path, ask, "Authorization", "Bearer "+decisions), 403, "people.token_scope")
		m.refused(m.send("POST", "/access/v1/evaluation", object(subject(w.HR), draw, pool)), 403, "people.token_scope")
		m.refused(m.send("POST", path, `{"candidates":20001,"minutes":0}`), 422, "page.problems")
		m.refused(m.send("GET", path+"/nothing", ""), 404, "exams.rehearsal_missing")

		amy := w.Ready("Amy")
		before := m.count(`SELECT count(*) FROM employee`)
		r := m.rehearsal(201, "POST", path, ask)
		if r.Count != 3 || len(r.Candidates) != 3 || r.By != "load test" || r.Password == "" || r.Sitting == "" {
			t.Fatalf("begun %+v", r)
		}
		m.refused(m.send("POST", path, ask), 409, "exams.rehearsal_open")
		if token, _, err := w.Directory.SignIn(w.Ctx, r.Candidates[0].Number, r.Password); err != nil || token == "" {
			t.Errorf("the first cannot sign in by the password: %v", err)
		}
		if _, _, err := w.Directory.SignIn(w.Ctx, r.Candidates[1].Number, r.Password); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the second signs in by a password: %v", err)
		}

		var first people.Person
		for _, c := range r.Candidates {
			p, err := w.Directory.Session(w.Ctx, c.Session)
			if err != nil || !p.Has(people.Rehearser) || p.Has(people.Roles()...) {
				t.Fatalf("%+v: %v", p, err)
			}
			first = p
			id, err := w.Room.Start(w.Ctx, p, r.Sitting, w.Terms(r.Sitting))
			if err != nil {
				t.Fatal(err)
			}
			for seq := range int64(200) { // more entries than are erased in one transaction
				if _, err := w.Room.Answer(w.Ctx, p, id, 1, exams.Save{Device: "d", Seq: seq + 1, Response: questions.Response{}}); err != nil {
					t.Fatal(err)
				}
			}
			if c == r.Candidates[0] {
				if _, err := w.Room.Submit(w.Ctx, p, id); err != nil {
					t.Fatal(err)
				}
			}
		}

		// Nobody meets them, and they meet nobody.
		if _, err := w.Room.Start(w.Ctx, amy, r.Sitting, w.Terms(r.Sitting)); !fault.HasKey(err, "exams.not_invited") {
			t.Errorf("a real person starts in a rehearsal: %v", err)
		}
		real, err := w.Room.OpenSitting(w.Ctx, w.Trainer, exams.NewSitting{Exam: "values", OpensAt: w.Clock.Now(), ClosesAt: w.Clock.Now().Add(24 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Room.Start(w.Ctx, first, real.ID, w.Terms(real.ID)); !fault.HasKey(err, "exams.not_invited") {
			t.Errorf("one of a rehearsal starts a real exam: %v", err)
		}
		if list, err := w.Room.Sittings(w.Ctx, w.Trainer); err != nil || len(list) == 0 {
			t.Errorf("sittings %v, %v", list, err)
		} else {
			for _, s := range list {
				if s.ID == r.Sitting {
					t.Error("a trainer's list holds the rehearsal's sitting")
				}
			}
		}
		// Nobody watches it either: what they wrote there could not be erased with it.
		for _, p := range []people.Person{w.Trainer, w.HR} {
			if _, err := w.Room.Sitting(w.Ctx, p, r.Sitting); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s watches a rehearsal: %v", p.Name, err)
			}
			if err := w.Room.Note(w.Ctx, p, r.Sitting, first.ID, "看手機"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s notes something of a rehearsal: %v", p.Name, err)
			}
			if _, err := w.Room.ExtendAll(w.Ctx, p, r.Sitting, 5, "火警", ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s gives a rehearsal more time: %v", p.Name, err)
			}
		}
		for _, f := range []people.Filter{{}, {Text: "rehearsal"}, {Inactive: true}} {
			if list, _, err := w.Directory.People(w.Ctx, w.HR, f, ""); err != nil {
				t.Error(err)
			} else {
				for _, p := range list {
					if p.Has(people.Rehearser) {
						t.Errorf("the directory lists %s", p.Number)
					}
				}
			}
		}
		m.token = decisions
		m.decides(false, "evaluation", object(subject(first), draw, pool))
		if m.token, err = w.Directory.NewTokenFor(w.Ctx, people.System(), "load test", people.Rehearsals); err != nil {
			t.Fatal(err)
		}

		gone := m.rehearsal(202, "DELETE", path+"/"+r.ID, "")
		if gone.Ended == 0 || gone.Candidates != nil || gone.Password != "" {
			t.Errorf("ended %+v", gone)
		}
		// Half erased, it is no false alarm of a verification.
		if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`DELETE FROM journal WHERE seq <= 150 AND chain IN (SELECT id FROM attempt WHERE sitting_id = ?)`, r.Sitting)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if v, err := w.Room.Verify(w.Ctx, w.Room.PublicKey()); err != nil || len(v.Findings) > 0 {
			t.Errorf("while a rehearsal is erased: %+v, %v", v.Findings, err)
		}
		if err := w.Queue.Drain(w.Ctx); err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Candidates {
			if _, err := w.Directory.Session(w.Ctx, c.Session); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("a session outlives its rehearsal: %v", err)
			}
		}
		gone = m.rehearsal(200, "GET", path+"/"+r.ID, "")
		if gone.Erased == 0 || gone.AttemptsErased != 3 {
			t.Errorf("erased %+v", gone)
		}
		for table, column := range map[string]string{"attempt": "sitting_id", "sitting": "id"} {
			if n := m.count(`SELECT count(*) FROM `+table+` WHERE `+column+` = ?`, r.Sitting); n > 0 {
				t.Errorf("%d rows left in %s", n, table)
			}
		}
		for table, column := range map[string]string{"journal": "chain", "answer": "attempt_id", "attempt_form": "attempt_id", "submission": "attempt_id", "result": "attempt_id"} {
			if n := m.count(`SELECT count(*) FROM ` + table + ` WHERE ` + column + ` NOT IN (SELECT id FROM attempt)`); n > 0 {
				t.Errorf("%d rows left in %s", n, table)
			}
		}
		if n := m.count(`SELECT count(*) FROM credential c JOIN employee e ON e.id = c.employee_id WHERE e.roles = 'rehearser'`); n > 0 {
			t.Errorf("%d passwords are left", n)
		}

		// The next one has the same people; its time being over ends and erases it as well.
		r = m.rehearsal(201, "POST", path, `{"candidates":4,"minutes":1}`)
		if r.Password != "" {
			t.Error("a password that nobody has")
		}
		if n := m.count(`SELECT count(*) FROM employee`) - before; n != 4 {
			t.Errorf("%d made-up people after two rehearsals of 3 and 4", n)
		}
		w.Clock.Add(17 * time.Minute)
		if err := w.Queue.Drain(w.Ctx); err != nil {
			t.Fatal(err)
		}
		if gone = m.rehearsal(200, "GET", path+"/"+r.ID, ""); gone.Erased == 0 {
			t.Errorf("after its time %+v", gone)
		}
		if _, err := w.Directory.ByNumber(w.Ctx, r.Candidates[0].Number); err != nil {
			t.Error(err)
		}
		if n := m.count(`SELECT count(*) FROM employee WHERE roles = 'rehearser' AND active`); n > 0 {
			t.Errorf("%d made-up people are active after all rehearsals", n)
		}
	})
}
