package exams

import (
	"context"
	"testing"

	"bainian/app/fault"
	"bainian/app/questions"
	"bainian/app/store"
)

func TestE4_Replay(t *testing.T) {
	inOneWorld(t,
		part{name: "GivesTheSamePaper", run: replayGivesTheSamePaper},
		part{name: "NamesWhatWasChanged", run: replayNamesWhatWasChanged})
}

func replayGivesTheSamePaper(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	for n := 1; n <= 8; n++ {
		w.save(amy, id, n, int64(n), w.response(id, n, n%3 > 0))
	}
	w.save(amy, id, 2, 9, w.wrong(id, 2))
	w.save(amy, id, 5, 10, questions.Response{})
	if _, err := w.room.Replay(ctx, id); err != nil {
		t.Fatalf("a live attempt: %v", err)
	}
	_, err := w.room.Submit(ctx, amy, id)
	w.ok(err)

	// Another process, with nothing cached, and new versions published since.
	w.publish("quizzes/red.bank.md", "[x] 當場婉拒1", "[x] 當場收下1")
	w.build(t.TempDir() + "/other.key")
	again, err := w.room.Replay(ctx, id)
	w.ok(err)
	if a := w.attempt(id); again.Marks.Score != a.Score || again.Marks.Passed != a.Passed {
		t.Errorf("replayed %+v, on record %d", again.Marks, a.Score)
	}
}

func replayNamesWhatWasChanged(t *testing.T, w *world) {
	ctx := context.Background()
	for what, statement := range map[string]string{
		"answers": `UPDATE answer SET response = '{"choices":[]}' WHERE n = 1 AND attempt_id = ?`,
		"result":  `UPDATE result SET marks = '{}' WHERE attempt_id = ?`,
		"form":    `UPDATE attempt_form SET form = '{}' WHERE attempt_id = ?`,
		"secret":  `UPDATE sitting SET secret = '00' WHERE id = (SELECT sitting_id FROM attempt WHERE id = ?)`,
		"journal": `UPDATE journal SET payload = '{"n":2}' WHERE type = 'answer' AND chain = ?`,
	} {
		w.sitting = w.open()
		amy := w.candidate(what)
		id := w.start(amy)
		w.save(amy, id, 1, 1, w.right(id, 1))
		_, err := w.room.Submit(ctx, amy, id)
		w.ok(err)
		w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(statement, id)
			return err
		}))
		_, err = w.room.Replay(ctx, id)
		w.refused(err, fault.Conflict, "exams.replay_differs")
		if f := err.(*fault.Error); f.Args[1] != what {
			t.Errorf("named %v, want %s", f.Args[1], what)
		}
	}
}
