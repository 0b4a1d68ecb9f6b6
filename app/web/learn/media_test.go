package learn_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"bainian/app/exams"
	"bainian/app/ledger"
	"bainian/app/store"
	"bainian/app/web/page/pagetest"
)

// seenExam asks for everything that the browser has to be asked for.
const seenExam = `---
exam: seen
title: 鏡頭考
track: values
minutes: 40
pass: 60%
attempts: 2
cooldown: 24h
sections:
  - title: 全部
    draw: [{bank: red, count: 6}]
integrity: {preset: standard, camera: snapshots, camera_need: required, screen: share}
feedback: {score: at-once, lessons: at-once, answers: never}
---

考前須知。
`

// picture is a JPEG of that size.
func picture(t testing.TB, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// consenting are the terms of somebody who consents to all that a sitting asks for.
func consenting(tb testing.TB, room *exams.Room, sittingID string) exams.Terms {
	terms := agreed(tb, room, sittingID)
	if terms.Camera != "" {
		terms.Camera = exams.Consented
	}
	if terms.Screen != "" {
		terms.Screen = exams.Consented
	}
	return terms
}

func TestSnapshotsOverHTTP(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	sit := func(exam string) string {
		s, err := w.room.OpenSitting(context.Background(), w.trainer, exams.NewSitting{Exam: exam, OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(24 * time.Hour)})
		w.ok(err)
		attempt, err := w.room.Start(context.Background(), amy.person, s.ID, consenting(w.TB, w.room, s.ID))
		w.ok(err)
		amy.want(amy.put("/attempts/"+attempt+"/lease", map[string]any{"device": "laptop"}), 204)
		return attempt
	}
	seen, unseen := sit("seen"), sit("red")
	send := func(attempt, query, body string) reply {
		return amy.send(http.MethodPost, "/attempts/"+attempt+"/snapshots?"+query, "application/octet-stream", body, "Accept", "application/json")
	}
	if p := amy.get("/attempts/" + seen).Header.Get("Permissions-Policy"); !strings.HasPrefix(p, "camera=(self), microphone=(), display-capture=(self), ") {
		t.Errorf("the room may use %q", p)
	}
	if p := amy.get("/attempts/" + unseen).Header.Get("Permissions-Policy"); !strings.HasPrefix(p, "camera=(), microphone=(), display-capture=(), ") {
		t.Errorf("a room without a camera may use %q", p)
	}
	good := picture(t, 320, 240)
	amy.want(send(unseen, "device=laptop&faces=1", good), 409, "exams.snapshots_off")
	amy.want(send(seen, "device=phone&faces=1", good), 409, "exams.other_device")
	amy.want(send(seen, "faces=1", good), 422, "exams.device")
	amy.want(send(seen, "device=laptop&faces=9", good), 422, "exams.snapshot_faces")
	amy.want(send(seen, "device=laptop", "GIF89a"), 422, "exams.snapshot_form")
	amy.want(send(seen, "device=laptop", picture(t, 1300, 10)), 422, "exams.snapshot_form", "1280")
	amy.want(send(seen, "device=laptop", good+strings.Repeat("\x00", 200<<10)), 413, "exams.snapshot_large")
	ben := w.candidate("B-1")
	ben.want(ben.send(http.MethodPost, "/attempts/"+seen+"/snapshots?device=laptop", "application/octet-stream", good, "Accept", "application/json"), 404)

	amy.want(send(seen, "device=laptop&faces=2", good), 204)
	amy.want(send(seen, "device=laptop&faces=2", good), 429, "exams.snapshot_soon")
	w.clock.Add(11 * time.Second)
	amy.want(send(seen, "device=laptop", good), 204)

	var kept []exams.Snapshot
	w.ok(w.db.Read(context.Background(), func(rx *store.Rx) (err error) {
		kept, err = exams.SnapshotsIn(rx, seen)
		return err
	}))
	if len(kept) != 2 || kept[0].Faces != 2 || kept[1].Faces != -1 {
		t.Fatalf("kept %+v", kept)
	}
	back, err := w.room.Picture(context.Background(), seen, kept[0].ID)
	if err != nil || string(back) != good {
		t.Errorf("the picture came back as %d bytes, %v", len(back), err)
	}
	if _, err := w.room.Picture(context.Background(), unseen, kept[0].ID); err == nil {
		t.Error("a picture is found under another attempt")
	}
	sum := sha256.Sum256([]byte(good))
	if plain, err := w.blobs.Has(hex.EncodeToString(sum[:])); err != nil || plain {
		t.Errorf("the picture lies there as it came: %v", err)
	}

	// What is stored of them is what the journal says.
	found := func() ledger.Findings {
		t.Helper()
		v, err := w.room.Verify(context.Background(), w.room.PublicKey())
		w.ok(err)
		return v.Findings
	}
	if f := found(); len(f) != 0 {
		t.Errorf("verification finds %v", f)
	}
	for change, back := range map[string]string{
		`UPDATE snapshot SET faces = 1 WHERE id = '` + kept[0].ID + `'`:                     `UPDATE snapshot SET faces = 2 WHERE id = '` + kept[0].ID + `'`,
		`UPDATE snapshot SET attempt_id = '` + unseen + `' WHERE id = '` + kept[0].ID + `'`: `UPDATE snapshot SET attempt_id = '` + seen + `' WHERE id = '` + kept[0].ID + `'`,
	} {
		w.exec(change)
		if f := found(); len(f) != 1 || f[0].Kind != "snapshot" {
			t.Errorf("%s: verification finds %v", change, f)
		}
		w.exec(back)
	}

	// Who did not consent is not asked in the room, and no picture of theirs is kept.
	cleo := w.candidate("C-1")
	sitting, err := w.room.OpenSitting(context.Background(), w.trainer, exams.NewSitting{Exam: "seen", OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(24 * time.Hour), Invigilators: []string{w.trainer.ID}})
	w.ok(err)
	declined, err := w.room.Start(context.Background(), cleo.person, sitting.ID, agreed(w.TB, w.room, sitting.ID))
	w.ok(err)
	cleo.want(cleo.put("/attempts/"+declined+"/lease", map[string]any{"device": "laptop"}), 204)
	cleo.want(cleo.send(http.MethodPost, "/attempts/"+declined+"/snapshots?device=laptop", "application/octet-stream", good, "Accept", "application/json"), 409, "exams.snapshots_off")
	if page := cleo.get("/attempts/" + declined); strings.Contains(page.text, "watching") || strings.HasPrefix(page.Header.Get("Permissions-Policy"), "camera=(self)") {
		t.Error("who declined is asked again in the room")
	}

	// It goes when its time is over, unless it is kept back; what the journal says of it stays.
	amy.want(amy.send(http.MethodPost, "/attempts/"+seen+"/submission", "application/json", "{}", "Accept", "application/json"), 303)
	amy.want(send(seen, "device=laptop", good), 409, "exams.over")
	forget := func(keep bool) int {
		n, err := w.room.ForgetSnapshots(context.Background(), w.clock.Now().Add(time.Hour), func(*store.Rx, string) (bool, error) { return keep, nil })
		w.ok(err)
		return n
	}
	if n := forget(true); n != 0 {
		t.Errorf("%d pictures went although a case keeps them", n)
	}
	asked := 0 // a case that is opened between the two looks
	if n, err := w.room.ForgetSnapshots(context.Background(), w.clock.Now().Add(time.Hour), func(*store.Rx, string) (bool, error) { asked++; return asked == 2, nil }); n != 0 || err != nil {
		t.Errorf("%d pictures went from under a case that was opened meanwhile, %v", n, err)
	}
	if there, err := w.room.Picture(context.Background(), seen, kept[0].ID); err != nil || string(there) != good {
		t.Errorf("the picture that a case keeps: %v", err)
	}
	if n := forget(false); n != 2 {
		t.Errorf("%d pictures went", n)
	}
	w.ok(w.db.Read(context.Background(), func(rx *store.Rx) error {
		return rx.Each(`SELECT sha256 FROM snapshot`, nil, func(row store.Row) error {
			var name string
			err := row.Scan(&name)
			if there, err := w.blobs.Has(name); err != nil || there {
				t.Errorf("the bytes of a picture that went are still there: %v", err)
			}
			return err
		})
	}))
	if n := forget(false); n != 0 {
		t.Errorf("%d pictures went twice", n)
	}
	if _, err := w.room.Picture(context.Background(), seen, kept[0].ID); err == nil {
		t.Error("a picture that went is still there")
	}
	if n := w.entries(seen, "snapshot"); n != 2 {
		t.Errorf("the journal has %d pictures", n)
	}
}

// entries counts the entries of a type in an attempt's journal that hold those words.
func (w *examWorld) entries(attempt, typ string, holding ...string) (n int) {
	w.Helper()
	w.ok(w.db.Read(context.Background(), func(rx *store.Rx) error {
		n = 0
		entries, err := ledger.EntriesIn(rx, attempt)
		for _, e := range entries {
			all := e.Type == typ
			for _, words := range holding {
				all = all && bytes.Contains(e.Payload, []byte(words))
			}
			if all {
				n++
			}
		}
		return err
	}))
	return n
}

func (w *examWorld) exec(statement string) {
	w.Helper()
	w.ok(w.db.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(statement)
		return err
	}))
}

// TestCameraInBrowser says yes to everything, with a camera and a screen that are made up.
func TestCameraInBrowser(t *testing.T) {
	t.Parallel()
	browser := pagetest.Browser(t, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("auto-select-desktop-capture-source", "Entire screen"))
	x := serveExams(t, browser)
	s := x.sit("seen")
	var err error
	x.attempt, err = x.room.Start(context.Background(), x.person, s.ID, consenting(t, x.room, s.ID))
	x.ok(err)
	x.open()
	seen := func(kind string) {
		x.Helper()
		for deadline := time.Now().Add(15 * time.Second); x.entries(x.attempt, "observe", kind) == 0; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				x.Fatalf("the journal never says %s", kind)
			}
		}
	}
	x.until(`document.querySelector("#watching-ask[open]") && document.activeElement.closest("#watching-ask")`)
	x.js(`document.querySelector("#watching-yes").click() || true`)
	seen(`"screen_on"`)
	seen(`"camera_on"`)
	x.until(`document.querySelector("#screen-state").dataset.now === "on"`)
	// The made-up camera shows a pattern and a clock, and nobody.
	x.until(`document.querySelector("#camera-state").dataset.now === "faces0"`)
	seen(`{"kind":"faces","at_ms":`)
	for deadline := time.Now().Add(15 * time.Second); x.entries(x.attempt, "snapshot", `"faces":`) == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			x.Fatal("no picture came")
		}
	}
	x.js(`document.querySelector("#screen-switch").click() || true`)
	seen(`"screen_off"`)
	x.js(`document.querySelector("#camera-switch").click() || true`)
	seen(`"camera_off"`)
	if !x.js(`document.querySelector("#camera-view").hidden && document.querySelector("#camera-state").dataset.now === "off"`) {
		x.Error("the page still shows a camera")
	}

	// Who says no goes on, and the journal has it.
	x.open()
	x.until(`document.querySelector("#watching-ask[open]")`)
	x.js(`document.querySelector("#watching-no").click() || true`)
	seen(`"camera_refused"`)
	seen(`"screen_refused"`)
	// A window instead of the screen is not taken.
	x.js(`(navigator.mediaDevices.getDisplayMedia = async () => { const s = document.createElement("canvas").captureStream(); s.getVideoTracks()[0].getSettings = () => ({ displaySurface: %q }); return s; }, true)`, "window")
	x.js(`document.querySelector("#screen-switch").click() || true`)
	seen(`"screen_wrong"`)
	x.until(`document.querySelector("#screen-state").dataset.now === "wrong"`)
	if text := strings.TrimSpace(x.logs.String()); text != "" {
		x.Errorf("the server complains: %s", text)
	}
}
