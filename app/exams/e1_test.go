package exams

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestE1_WhatWasAcknowledgedStays(t *testing.T) {
	inOneWorld(t,
		part{name: "ReloadAndSecondDeviceLoseNothing", run: reloadAndSecondDeviceLoseNothing},
		part{name: "ConcurrentSaves", run: concurrentSaves})
}

func reloadAndSecondDeviceLoseNothing(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
	for n := 1; n <= 10; n++ {
		if got := w.save(amy, id, n, int64(n), w.right(id, n)); got.Answered != n || got.Total != 10 {
			t.Fatalf("after %d saves: %d of %d", n, got.Answered, got.Total)
		}
	}
	w.save(amy, id, 3, 11, w.wrong(id, 3))
	if got := w.save(amy, id, 4, 12, questions.Response{}); got.Answered != 9 {
		t.Fatalf("an answer taken back leaves %d, want 9", got.Answered)
	}

	w.ok(w.room.Lease(ctx, amy, id, "laptop", false)) // a reload
	w.refused(w.room.Lease(ctx, amy, id, "phone", false), fault.Conflict, "exams.other_device")
	w.ok(w.room.Lease(ctx, amy, id, "phone", true))

	paper, err := w.room.Paper(ctx, amy, id, locale.Hant)
	w.ok(err)
	if paper.LastSeq != 12 || paper.Answered != 9 {
		t.Fatalf("the second device sees seq %d and %d answers, want 12 and 9", paper.LastSeq, paper.Answered)
	}
	for n := 1; n <= 10; n++ {
		want := w.right(id, n)
		switch n {
		case 3:
			want = w.wrong(id, 3)
		case 4:
			want = questions.Response{}
		}
		if got := paper.Questions[n-1].Response; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("question %d: %v, want %v", n, got, want)
		}
	}
	w.verified(id)
}

func concurrentSaves(t *testing.T, w *world) {
	var all sync.WaitGroup
	for i := range 8 {
		p := w.candidate(fmt.Sprintf("C%03d", i))
		id := w.start(p)
		responses := make([]questions.Response, 10)
		for n := range responses {
			responses[n] = w.right(id, n+1)
		}
		all.Go(func() {
			for n, r := range responses {
				if _, err := w.room.Answer(context.Background(), p, id, n+1, Save{Device: "laptop", Seq: int64(n + 1), Response: r}); err != nil {
					t.Error(err)
				}
			}
		})
		// A second tab of the same device sends what the first one sends: nothing is lost, nothing doubled.
		all.Go(func() {
			for n, r := range responses {
				_, err := w.room.Answer(context.Background(), p, id, n+1, Save{Device: "laptop", Seq: int64(n + 1), Response: r})
				if err != nil && !fault.HasKey(err, "exams.stale") {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	var ids []string
	w.ok(w.db.Read(context.Background(), func(rx *store.Rx) (err error) {
		ids, err = store.All(rx, scanText, `SELECT id FROM attempt WHERE sitting_id = ?`, w.sitting.ID)
		return err
	}))
	for _, id := range ids {
		if a := w.attempt(id); a.Answered != 10 {
			t.Errorf("attempt has %d answers, want 10", a.Answered)
		}
		w.verified(id)
	}
}

const crashVariable = "BAINIAN_TEST_EXAMS_CRASH"

// TestE1_KillInMidSave kills a process with signal 9 while it saves, and looks for every answer that it had
// said was saved.
func TestE1_KillInMidSave(t *testing.T) {
	if dir := os.Getenv(crashVariable); dir != "" {
		saveUntilKilled(t, dir)
		return
	}
	ctx, dir := context.Background(), t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestE1_KillInMidSave$")
	cmd.Env = append(os.Environ(), crashVariable+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[string]string{} // per attempt and question, the last hash said to be durable
	lines := bufio.NewScanner(out)
	for count := 0; lines.Scan(); {
		key, hash, ok := strings.Cut(lines.Text(), " saved ")
		if !ok {
			continue
		}
		acknowledged[key] = hash
		if count++; count == 300 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(acknowledged) == 0 {
		t.Fatalf("the child ended by itself (%v) after %d answers", err, len(acknowledged))
	}

	clock := storetest.NewClock()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "exams.db"), clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := &world{TB: t, db: db, clock: clock}
	w.build(filepath.Join(dir, "signing.key"))
	checked := map[string]bool{}
	for key, hash := range acknowledged {
		id, n, _ := strings.Cut(key, "/")
		if !checked[id] {
			checked[id] = true
			w.verified(id)
		}
		// A later save of the same question may have become durable before it was acknowledged; the journal
		// holds every one.
		found := false
		w.ok(db.Read(ctx, func(rx *store.Rx) (err error) {
			_, found, err = store.First(rx, scanText, `SELECT hash FROM journal WHERE chain = ? AND hash = ?`, id, hash)
			return err
		}))
		if !found {
			t.Errorf("attempt %s question %s: the acknowledged answer is gone", id, n)
		}
	}
}

func saveUntilKilled(t *testing.T, dir string) {
	clock := storetest.NewClock()
	db, err := store.Open(context.Background(), "sqlite:"+filepath.Join(dir, "exams.db"), clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(context.Background(), schemas()...); err != nil {
		t.Fatal(err)
	}
	w := newWorldIn(t, db, clock, usual(), dir)
	var mu sync.Mutex
	for i := range 8 {
		p := w.candidate(fmt.Sprintf("K%03d", i))
		id := w.start(p)
		responses := make([]questions.Response, 10)
		for n := range responses {
			responses[n] = w.right(id, n+1)
		}
		go func() {
			for seq := int64(1); ; seq++ {
				n := int(seq)%10 + 1
				saved, err := w.room.Answer(context.Background(), p, id, n, Save{Device: "laptop", Seq: seq, Response: responses[n-1]})
				if err != nil {
					return
				}
				mu.Lock()
				fmt.Printf("%s/%d saved %s\n", id, n, saved.Hash)
				mu.Unlock()
			}
		}()
	}
	time.Sleep(time.Minute) // the parent kills this process long before
}
