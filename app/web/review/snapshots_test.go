package review_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/store"
)

// TestPicturesAreSeenInACaseAlone: nobody looks for a mere flag, every look is on file, and only those who may work on the case look.
func TestPicturesAreSeenInACaseAlone(t *testing.T) {
	s := open(t)
	s.republish("quizzes/values.exam.md", "camera: off", "camera: snapshots")
	sitting := s.Sitting("values")
	ben := s.NewHire("Ben")
	s.Sign(ben)
	s.Read(ben, "values")
	notice, err := s.Room.Notice(s.Ctx, sitting.ID, locale.Hant)
	if err != nil {
		t.Fatal(err)
	}
	terms := notice.Agree()
	terms.Camera = exams.Consented
	attempt, err := s.Room.Start(s.Ctx, ben, sitting.ID, terms)
	if err != nil {
		t.Fatal(err)
	}
	s.Answer(ben, attempt, 1, 0)
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 320, 240)), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Room.TakeSnapshot(s.Ctx, ben, attempt, "device-1", 2, picture.Bytes()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Room.Submit(s.Ctx, ben, attempt); err != nil {
		t.Fatal(err)
	}
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
