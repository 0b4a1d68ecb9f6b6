package review_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// TestPicturesAreSeenInACaseAlone: nobody looks for a mere flag, every look is on file, and only those who may work on the case look.
func TestPicturesAreSeenInACaseAlone(t *testing.T) {
	s := open(t)
	s.republish("quizzes/values.exam.md", "camera: off", "camera: snapshots")
	sitting := s.Sitting("values")
	ben := s.NewHire("Ben")
	attempt, alone := s.pictured(ben, sitting), s.pictured(s.NewHire("Dora"), sitting)
	number, err := s.Desk.Report(s.Ctx, s.Watch, attempt, because)
	if err != nil {
		t.Fatal(err)
	}
	var shots []exams.Snapshot
	if err := s.DB.Read(s.Ctx, func(rx *store.Rx) (err error) {
		shots, err = exams.SnapshotsIn(rx, attempt)
		return err
	}); err != nil || len(shots) != 1 {
		t.Fatal(shots, err)
	}
	list := fmt.Sprintf("/cases/%d/snapshots", number)
	look := list + "/" + shots[0].ID + "/views"
	reviewer, other, own := s.as(s.Reviewer[0]), s.as(s.HR), s.as(ben)

	reviewer.get(list, 409)
	reviewer.post(look, 409)
	own.get(list, 404)
	if err := s.Desk.Open(s.Ctx, s.Reviewer[0], number); err != nil {
		t.Fatal(err)
	}
	other.get(list, 403)
	other.post(look, 403)
	s.as(s.NewHire("Cleo")).post(look, 403)
	for _, lang := range locale.Langs() {
		html := reviewer.in(lang).get(list, 200)
		lacks(t, html, "data:image", "media.")
		has(t, html, look)
	}
	looks := func() (n int) {
		file, err := s.Desk.Case(s.Ctx, s.Reviewer[0], number, locale.Hant)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range file.Events {
			if e.Kind == "picture" && e.Text == shots[0].ID {
				n++
			}
		}
		return n
	}
	if n := looks(); n != 0 {
		t.Errorf("%d looks before anybody looked", n)
	}
	html, _ := reviewer.post(look, 200)
	has(t, html, "data:image/jpeg;base64,", "不只一張臉")
	own.post(look, 404) // nobody has told Ben yet
	if err := s.Desk.Notify(s.Ctx, s.Reviewer[0], number, because); err != nil {
		t.Fatal(err)
	}
	html, _ = own.post(look, 200)
	has(t, html, "data:image/jpeg;base64,")
	if n := looks(); n != 2 {
		t.Errorf("%d looks on file, want the reviewer's and Ben's", n)
	}
	has(t, reviewer.get(fmt.Sprintf("/cases/%d", number), 200), list, "看了一張鏡頭照片")
	reviewer.post(list+"/"+attempt+"/views", 404)

	if err := s.Ledger.Integrate(s.Ctx); err != nil {
		t.Fatal(err)
	}
	if pack := reviewer.get(fmt.Sprintf("/cases/%d/pack", number), 200); !strings.HasPrefix(pack, "PK") {
		t.Errorf("the pack is %.40q", pack)
	}
	other.get(fmt.Sprintf("/cases/%d/pack", number), 403)
	own.get(fmt.Sprintf("/cases/%d/pack", number), 403)

	// After 30 days pictures go, but not while a case is open; what the journal says of them stays.
	s.Clock.Add(31 * 24 * time.Hour)
	if err := s.Desk.Daily(s.Ctx); err != nil {
		t.Fatal(err)
	}
	for name, there := range map[string]bool{attempt: true, alone: false} {
		if err := s.DB.Read(s.Ctx, func(rx *store.Rx) (err error) {
			shots, err = exams.SnapshotsIn(rx, name)
			return err
		}); err != nil || len(shots) != 1 || shots[0].Gone.IsZero() != there {
			t.Errorf("the picture of %s (with a case: %t): %+v %v", name, there, shots, err)
		}
	}
	if v, err := s.Room.Verify(s.Ctx, s.Signer.Public()); err != nil || len(v.Findings) != 0 {
		t.Errorf("after the removal verification finds %v %v", v.Findings, err)
	}
}

// pictured is an attempt of somebody who consented to the camera, with one picture, handed in.
func (s *site) pictured(p people.Person, sitting exams.Sitting) string {
	s.Helper()
	must := func(err error) {
		s.Helper()
		if err != nil {
			s.Fatal(err)
		}
	}
	s.Sign(p)
	s.Read(p, "values")
	terms := s.Terms(sitting.ID)
	terms.Camera = exams.Consented
	attempt, err := s.Room.Start(s.Ctx, p, sitting.ID, terms)
	must(err)
	s.Answer(p, attempt, 1, 0)
	var picture bytes.Buffer
	must(jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 320, 240)), nil))
	must(s.Room.TakeSnapshot(s.Ctx, p, attempt, apptest.Device, 2, picture.Bytes()))
	_, err = s.Room.Submit(s.Ctx, p, attempt)
	must(err)
	return attempt
}

// republish publishes a file again with one stretch of it changed.
func (s *site) republish(path, old, new string) {
	s.Helper()
	doc, err := s.Shelf.Doc(s.Ctx, path)
	if err != nil {
		s.Fatal(err)
	}
	text := doc.Sources[locale.Hant]
	if !strings.Contains(text, old) {
		s.Fatalf("%s lacks %q", path, old)
	}
	if err := s.Shelf.SaveDraft(s.Ctx, s.Trainer, path, locale.Hant, strings.Replace(text, old, new, 1), doc.Version); err != nil {
		s.Fatal(err)
	}
	if _, err := s.Shelf.Publish(s.Ctx, s.Trainer, path, "改考試設定", doc.Version); err != nil {
		s.Fatal(err)
	}
}
