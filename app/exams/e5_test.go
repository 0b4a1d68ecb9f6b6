package exams

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/store"
)

func TestE5_OneAttemptOneDevice(t *testing.T) {
	inOneWorld(t,
		part{name: "OneLiveAttempt", run: oneLiveAttempt},
		part{name: "SixtyFourCandidatesStartAtOnce", run: sixtyFourCandidatesStartAtOnce},
		part{name: "TakingOverIsLogged", run: oneDeviceAndTakingOverIsLogged},
		part{name: "SubmissionBesideExpiryGivesOneResult", run: submissionBesideExpiryGivesOneResult})
}

func oneLiveAttempt(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	second := w.open()
	var mu sync.Mutex
	var all sync.WaitGroup
	started := map[string]int{}
	for i := range 64 {
		sitting := []Sitting{w.sitting, second}[i%2]
		all.Go(func() {
			id, err := w.room.Start(ctx, amy, sitting.ID, w.terms(sitting.ID))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				started[id]++
			} else if !fault.HasKey(err, "exams.live_elsewhere") {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(started) != 1 {
		t.Errorf("64 starts at once made %v", started)
	}
	var live int
	w.ok(w.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT count(*) FROM attempt WHERE person_id = ?`, amy.ID).Scan(&live)
	}))
	if live != 1 {
		t.Errorf("%d attempts on record, want 1", live)
	}
}

func sixtyFourCandidatesStartAtOnce(t *testing.T, w *world) {
	people, _ := w.candidates(64, false)
	ids := make([]string, len(people))
	var all sync.WaitGroup
	for i, p := range people {
		all.Go(func() {
			var err error
			if ids[i], err = w.room.Start(context.Background(), p, w.sitting.ID, w.terms(w.sitting.ID)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	forms := map[string]bool{}
	for _, id := range ids {
		d, err := w.room.dealt(context.Background(), id)
		w.ok(err)
		forms[fmt.Sprint(d.form)] = true
	}
	if len(forms) < 60 {
		t.Errorf("64 candidates have %d different forms", len(forms))
	}
}

func oneDeviceAndTakingOverIsLogged(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	for _, nameless := range []string{"", strings.Repeat("x", 65)} { // also while no device has the lease
		w.refused(w.room.Observe(ctx, amy, id, nameless, []Event{{Kind: "focus_lost"}}), fault.Invalid, "exams.device")
	}
	w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
	w.save(amy, id, 1, 1, w.right(id, 1))
	_, err := w.room.Answer(ctx, amy, id, 2, Save{Device: "phone", Seq: 2, Response: w.right(id, 2)})
	w.refused(err, fault.Conflict, "exams.other_device")
	w.refused(w.room.Observe(ctx, amy, id, "phone", []Event{{Kind: "focus_lost"}}), fault.Conflict, "exams.other_device")
	w.ok(w.room.Lease(ctx, amy, id, "phone", true))
	_, err = w.room.Answer(ctx, amy, id, 2, Save{Device: "laptop", Seq: 2, Response: w.right(id, 2)})
	w.refused(err, fault.Conflict, "exams.other_device")
	saved, err := w.room.Answer(ctx, amy, id, 2, Save{Device: "phone", Seq: 2, Response: w.right(id, 2)})
	w.ok(err)
	if saved.Answered != 2 {
		t.Errorf("%d answered, want 2", saved.Answered)
	}
	w.ok(w.room.Observe(ctx, amy, id, "phone", []Event{{Kind: Heartbeat}, {Kind: "focus_lost", AtMs: 5}}))
	w.clock.Add(time.Minute)
	w.ok(w.room.Observe(ctx, amy, id, "phone", []Event{{Kind: Heartbeat}}))
	want := []string{entryStart, entryDevice, entryAnswer, entryDevice, entryAnswer, entryObserve, entrySilence}
	if got := typesOf(w.verified(id)); !slices.Equal(got, want) {
		t.Errorf("journal %v, want %v", got, want)
	}
}

func typesOf(entries []ledger.Entry) (types []string) {
	for _, e := range entries {
		types = append(types, e.Type)
	}
	return types
}

func submissionBesideExpiryGivesOneResult(t *testing.T, w *world) {
	ctx := context.Background()
	people, ids := w.candidates(16, true)
	w.clock.Set(w.attempt(ids[0]).DueAt.Add(time.Second))
	var all sync.WaitGroup
	for i, p := range people {
		for range 2 {
			all.Go(func() {
				if _, err := w.room.Submit(ctx, p, ids[i]); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Go(func() {
		if err := w.room.ExpireDue(ctx); err != nil {
			t.Error(err)
		}
	})
	all.Wait()
	var results, submissions int
	w.ok(w.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT (SELECT count(*) FROM result r JOIN attempt a ON a.id = r.attempt_id WHERE a.sitting_id = ?),
			(SELECT count(*) FROM submission s JOIN attempt a ON a.id = s.attempt_id WHERE a.sitting_id = ?)`, w.sitting.ID, w.sitting.ID).Scan(&results, &submissions)
	}))
	if results != 16 || submissions != 16 {
		t.Errorf("%d results and %d submissions, want 16 each", results, submissions)
	}
	for i, p := range people {
		first, err := w.room.Submit(ctx, p, ids[i])
		w.ok(err)
		again, err := w.room.Receipt(ctx, p, ids[i])
		w.ok(err)
		if first.Signed != again.Signed || first.Hash != w.attempt(ids[i]).head.Hex() {
			t.Error("the receipt changed")
		}
		if text, err := w.signer.Open(first.Signed); err != nil || text != first.text() {
			t.Errorf("the receipt's signature: %v", err)
		}
		w.verified(ids[i])
	}
}
