package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// TestMain lets the tests start this program again as another process of the same database.
func TestMain(m *testing.M) {
	child, url, _ := strings.Cut(os.Getenv("STORE_TEST_CHILD"), " ")
	if child == "" {
		os.Exit(m.Run())
	}
	db, err := store.Open(context.Background(), url, time.Now)
	if err == nil {
		switch child {
		case "migrate":
			err = db.Migrate(context.Background(), slowSchema())
		case "write":
			err = writeForever(db)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(t *testing.T, does, url string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "STORE_TEST_CHILD="+does+" "+url)
	cmd.Stderr = os.Stderr
	return cmd
}

func eachURL(t *testing.T, f func(t *testing.T, url string), schemas ...store.Schema) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) { f(t, storetest.URL(t, engine, schemas...)) })
	}
}

func reopen(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// slowSchema takes long enough for the processes to overlap.
func slowSchema() store.Schema {
	return schema("slow", "CREATE TABLE t (n BIGINT)",
		"INSERT INTO t (n) WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200000) SELECT n FROM c",
		"CREATE UNIQUE INDEX t_n ON t (n)")
}

func TestMigrateOnceWhenProcessesStartTogether(t *testing.T) {
	t.Parallel()
	eachURL(t, func(t *testing.T, url string) {
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := child(t, "migrate", url).Run(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		db := reopen(t, url)
		if got := number(t, db, "SELECT COUNT(*) FROM t"); got != 200000 {
			t.Errorf("%d rows", got)
		}
		if got := number(t, db, "SELECT COUNT(*) FROM schema_migration"); got != 3 {
			t.Errorf("%d migrations recorded", got)
		}
	})
}

var ackSchema = schema("ack", "CREATE TABLE ack (id TEXT PRIMARY KEY)")

// writeForever prints every id once its Write has returned.
func writeForever(db *store.DB) error {
	outcome := make(chan error)
	for range 16 {
		go func() {
			for {
				var id string
				err := db.Write(context.Background(), func(tx *store.Tx) error {
					id = tx.NewID()
					_, err := tx.Exec("INSERT INTO ack (id) VALUES (?)", id)
					return err
				})
				if err != nil {
					outcome <- err
					return
				}
				os.Stdout.WriteString(id + "\n")
			}
		}()
	}
	return <-outcome
}

// TestE1_AcknowledgedWritesSurviveKill9 kills a process that is writing as fast as it can; every write that it
// had reported is there.
func TestE1_AcknowledgedWritesSurviveKill9(t *testing.T) {
	t.Parallel()
	eachURL(t, func(t *testing.T, url string) {
		cmd := child(t, "write", url)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		var acknowledged []string
		for len(acknowledged) < 500 {
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			acknowledged = append(acknowledged, line)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(lines)
		if err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		acknowledged = append(acknowledged, strings.SplitAfter(string(rest), "\n")...)

		db := reopen(t, url)
		var kept map[string]bool
		err = db.Read(t.Context(), func(rx *store.Rx) error {
			kept = map[string]bool{}
			return rx.Each("SELECT id FROM ack", nil, func(row store.Row) error {
				var id string
				err := row.Scan(&id)
				kept[id] = true
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range acknowledged {
			if id, whole := strings.CutSuffix(line, "\n"); whole && !kept[id] {
				t.Errorf("%s was acknowledged and is lost", id)
			}
		}
	}, ackSchema)
}

// TestWriteWhileAnotherProcessHoldsTheFile is told that it was busy, rather than anything else, and recovers.
func TestWriteWhileAnotherProcessHoldsTheFile(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, store.SQLite, ackSchema)
	db := reopen(t, url)
	other, err := sql.Open("sqlite3", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	if _, err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	write := func(tx *store.Tx) error {
		_, err := tx.Exec("INSERT INTO ack (id) VALUES ('a')")
		return err
	}
	if err := db.Write(t.Context(), write); !fault.Is(err, fault.Busy) {
		t.Errorf("%v, want busy", err)
	}
	if _, err := other.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), write); err != nil {
		t.Error(err)
	}
}

// TestLostSavepointFailsTheBatch breaks the batch's transaction from inside: nobody may be told that it held.
func TestLostSavepointFailsTheBatch(t *testing.T) {
	t.Parallel()
	db, _ := storetest.SQLite(t, ackSchema)
	inside, release := make(chan struct{}), make(chan struct{})
	go db.Write(context.Background(), func(*store.Tx) error {
		close(inside)
		<-release
		return nil
	})
	<-inside
	var all sync.WaitGroup
	outcomes := make([]error, 3)
	for i := range outcomes {
		all.Go(func() {
			outcomes[i] = db.Write(context.Background(), func(tx *store.Tx) error {
				if _, err := tx.Exec("INSERT INTO ack (id) VALUES (?)", fmt.Sprint(i)); err != nil || i != 1 {
					return err
				}
				_, err := tx.Exec("ROLLBACK")
				return err
			})
		})
	}
	time.Sleep(20 * time.Millisecond)
	close(release)
	all.Wait()
	for i, err := range outcomes {
		if kept := number(t, db, fmt.Sprintf("SELECT COUNT(*) FROM ack WHERE id = '%d'", i)); (err == nil) != (kept == 1) {
			t.Errorf("caller %d was told %v, and %d rows are there", i, err, kept)
		}
	}
	if !fault.Is(outcomes[1], fault.Busy) {
		t.Errorf("the guilty one was told %v", outcomes[1])
	}
}

func TestCloseLeavesOneFileInAnyFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "百年 100% ? #1", "new")
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(folder, "a.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), ackSchema); err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}
