package leads

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/gate"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// doomed is a swap that another process makes, to be killed before a statement, or some time after the last one.
type doomed struct {
	URL       string
	Now       time.Time
	Person    people.Person
	In, Out   []string
	Request   string
	Statement int           // 0: none
	After     time.Duration // the last statement that it is known to have
}

// TestMain lets the tests start this program again as another process of the same database.
func TestMain(m *testing.M) {
	task := os.Getenv("LEADS_TEST_CHILD")
	if task == "" {
		os.Exit(m.Run())
	}
	var d doomed
	err := json.Unmarshal([]byte(task), &d)
	if err == nil {
		err = d.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run makes the swap and says, on its last line, how many statements that took.
func (d doomed) run() error {
	db, err := store.Open(ctx, d.URL, func() time.Time { return d.Now })
	if err != nil {
		return err
	}
	n := 0
	db.BeforeEach(func(string) {
		if n++; n != d.Statement {
			return
		}
		if d.After > 0 {
			go func() { time.Sleep(d.After); die() }()
		} else {
			die()
		}
	})
	shelf := documents.New(db)
	pool := New(db, shelf, gate.New(db, shelf, courses.New(db, shelf, fstest.MapFS{}, markdown.New(nil)), taipei))
	if _, err := pool.Swap(ctx, d.Person, d.In, d.Out, d.Request); err != nil {
		return err
	}
	if d.After > 0 { // wait for it
		time.Sleep(time.Second)
	}
	fmt.Println(n)
	return nil
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// start runs it in a process of its own; statements are how many it took, if it lived.
func (d doomed) start(t *testing.T) (statements int, lived bool) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	task, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "LEADS_TEST_CHILD="+string(task))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err == nil {
		if _, err := fmt.Sscan(string(out), &statements); err != nil {
			t.Fatal(err)
		}
		return statements, true
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatal(err)
	}
	return 0, false
}

// TestL3_ASwapSurvivesKill9AtEveryStatement kills the process that swaps before each of its statements, and then at
// moments around its commit: it has happened whole or not at all, and asked for again it happens once.
func TestL3_ASwapSurvivesKill9AtEveryStatement(t *testing.T) {
	t.Parallel()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			url, clock := storetest.URL(t, engine, schemas()...), storetest.NewClock()
			db, err := store.Open(ctx, url, clock.Now)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			w := furnish(t, db, clock)
			w.few(2)
			w.stock(400)
			round := func(statement int, after time.Duration) (statements int, lived bool) {
				p := w.hire(w.manager.ID)
				d := doomed{URL: url, Now: clock.Now(), Person: p, Request: "again", Statement: statement, After: after}
				var ids []string
				for range 5 {
					ids = append(ids, w.draw(p).Lead.ID)
				}
				_, err := w.Swap(ctx, p, ids[:1], ids[1:2], "")
				w.must(err)
				d.In, d.Out = ids[2:4], []string{ids[0], ids[4]} // the private one goes back, of two there is room for one
				before := w.where(ids)
				statements, lived = d.start(t)
				switch now := w.where(ids); {
				case slices.Equal(now, before) && !lived:
				case slices.Equal(now, w.swapped(before, ids, d)) && (lived || after > 0):
				default:
					t.Fatalf("killed before statement %d (%s after it): %v became %v", statement, after, before, now)
				}
				if what := w.broken(); what != "" {
					t.Fatalf("killed before statement %d: %s", statement, what)
				}
				for range 2 {
					if _, err := w.Swap(ctx, p, d.In, d.Out, "again"); err != nil {
						t.Fatalf("killed before statement %d, and then %v", statement, err)
					}
				}
				if now := w.where(ids); !slices.Equal(now, w.swapped(before, ids, d)) || w.count(`SELECT count(*) FROM swap WHERE person_id = ?`, p.ID) != 2 {
					t.Fatalf("asked for again: %v became %v", before, now)
				}
				return statements, lived
			}
			last := 0
			for statement := 1; ; statement++ {
				if n, lived := round(statement, 0); lived {
					last = n
					break
				}
			}
			if last < 20 {
				t.Fatalf("a swap of %d statements: what was killed?", last)
			}
			for n := range 12 {
				round(last, time.Duration(1+n*n)*40*time.Microsecond)
			}
			t.Logf("killed before each of %d statements, and 12 times around the commit", last)
		})
	}
}

// where is the state of each lead, at one moment.
func (w *world) where(ids []string) (states []State) {
	w.t.Helper()
	w.must(w.db.Read(ctx, func(rx *store.Rx) error {
		states = nil
		for _, id := range ids {
			lead, err := leadIn(rx, id)
			if err != nil {
				return err
			}
			states = append(states, lead.State)
		}
		return nil
	}))
	return states
}

// swapped is where leads are after a swap.
func (w *world) swapped(before []State, ids []string, d doomed) []State {
	after := slices.Clone(before)
	for i, id := range ids {
		switch {
		case slices.Contains(d.In, id):
			after[i] = Private
		case slices.Contains(d.Out, id):
			after[i] = InPool
		}
	}
	return after
}
