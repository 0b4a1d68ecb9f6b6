package exams

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

const rubric = "\n\n| 項目 | 分 | 滿分的樣子 |\n|---|---|---|\n| 內容 | 3 | 說清楚 |\n\n"

// withUploads adds four questions that take files.
func withUploads(bank, exam string) (string, string) {
	return strings.Replace(bank, "# 其他\n", "# 檔案\n\n## 錄一段開場 {#pitch type=recording accept=\"audio video\" max=3m}"+rubric+
			"## 拍下名片 {#card type=upload accept=\"image pdf\"}"+rubric+"## 交出筆記 {#notes type=upload accept=text}"+rubric+
			"## 交出任何檔案 {#any type=upload}"+rubric+"# 其他\n", 1),
		strings.Replace(exam, "  - title: 其他\n", "  - title: 檔案\n    draw: [{bank: red, category: 檔案, count: 4}]\n  - title: 其他\n", 1)
}

func filing() rules {
	k := usual()
	k.uploads = true
	return k
}

// webm is what a recorder writes, of that many bytes.
func webm(size int) []byte {
	head := "\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x16\x54\xae\x6bV_VP8 A_OPUS"
	return append([]byte(head), bytes.Repeat([]byte("\x00\x9dframe"), size/7+1)...)[:size]
}

func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func cut(content []byte) (parts [][]byte, seals []string) {
	for len(content) > 0 {
		n := min(PartSize, len(content))
		parts, seals, content = append(parts, content[:n]), append(seals, digest(string(content[:n]))), content[n:]
	}
	return parts, seals
}

// file announces a file for the question with that item, sealed.
func (w *world) file(attempt, item, name string, content []byte) NewFile {
	w.Helper()
	_, seals := cut(content)
	return NewFile{Device: "laptop", N: w.itemAt(attempt, item), Name: name, Type: "application/x-claimed", Size: int64(len(content)), Parts: seals}
}

// handIn hands a whole file in.
func (w *world) handIn(p people.Person, attempt string, n NewFile, content []byte) questions.Attachment {
	w.Helper()
	named, err := w.tryHandIn(p, attempt, n, content)
	w.ok(err)
	return named
}

func (w *world) tryHandIn(p people.Person, attempt string, n NewFile, content []byte) (questions.Attachment, error) {
	ctx := context.Background()
	f, err := w.room.BeginFile(ctx, p, attempt, n)
	if err != nil {
		return questions.Attachment{}, err
	}
	parts, _ := cut(content)
	for k, part := range parts {
		if err := w.room.PutPart(ctx, p, attempt, f.ID, n.Device, k, part); err != nil {
			return questions.Attachment{}, err
		}
	}
	return w.room.CompleteFile(ctx, p, attempt, f.ID, n.Device)
}

func (w *world) content(p people.Person, attempt, sha256 string) []byte {
	w.Helper()
	f, err := w.room.FileOf(context.Background(), p, attempt, sha256)
	w.ok(err)
	defer f.Content.Close()
	got, err := io.ReadAll(f.Content)
	w.ok(err)
	return got
}

func TestFiles(t *testing.T) {
	inOneWorld(t,
		part{name: "CutInTheMiddleAndResumed", run: cutAndResumed, rules: filing()},
		part{name: "WhatIsRefused", run: filesRefused, rules: filing()},
		part{name: "SeenByWhoMaySeeThePaper", run: filesSeen, rules: filing()},
		part{name: "TwoTabs", run: filesOfTwoTabs, rules: filing()},
		part{name: "AnswersNameOnlyWhatWasHandedIn", run: filesNamed, rules: filing()},
		part{name: "OrphansAreSwept", run: orphansSwept, rules: filing()},
		part{name: "NobodyLosesSharedBytes", run: sharedBytes, rules: filing()},
		part{name: "Forgotten", run: filesForgotten, rules: filing()})
}

func TestE2_Files(t *testing.T) {
	inOneWorld(t,
		part{name: "SealedInTimeArrivesWithinTheGrace", run: sealedArrives, rules: filing()},
		part{name: "PausedAndOver", run: filesPausedAndOver, rules: filing()},
		part{name: "MadeOffline", run: fileMadeOffline, rules: filing()})
}

// cutAndResumed hands a file in over a line that is cut, with a program that starts anew in between.
func cutAndResumed(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	content := webm(2*PartSize + 100)
	announced := w.file(id, "pitch", "../../開場.webm", content)
	announced.Seconds = 42
	parts, _ := cut(content)
	f, err := w.room.BeginFile(ctx, amy, id, announced)
	w.ok(err)
	if f.Name != "開場.webm" || f.Total != 3 || len(f.Have) != 0 {
		t.Fatalf("%+v", f)
	}
	w.ok(w.room.PutPart(ctx, amy, id, f.ID, "laptop", 2, parts[2]))
	_, err = w.room.CompleteFile(ctx, amy, id, f.ID, "laptop")
	w.refused(err, fault.Conflict, "exams.file_parts")

	w.build(w.key) // as after a crash
	again, err := w.room.BeginFile(ctx, amy, id, announced)
	w.ok(err)
	if again.ID != f.ID || len(again.Have) != 1 || again.Have[0] != 2 {
		t.Fatalf("announced again it is %+v", again)
	}
	w.ok(w.room.PutPart(ctx, amy, id, f.ID, "laptop", 0, parts[0]))
	w.ok(w.room.PutPart(ctx, amy, id, f.ID, "laptop", 2, parts[2])) // its reply was lost
	state, err := w.room.FileState(ctx, amy, id, f.ID)
	w.ok(err)
	if fmt.Sprint(state.Have) != "[0 2]" || !state.StoredAt.IsZero() {
		t.Fatalf("%+v", state)
	}
	w.ok(w.room.PutPart(ctx, amy, id, f.ID, "laptop", 1, parts[1]))
	named, err := w.room.CompleteFile(ctx, amy, id, f.ID, "laptop")
	w.ok(err)
	if want := (questions.Attachment{SHA256: digest(string(content)), Name: "開場.webm", Type: "video/webm", Size: int64(len(content)), Seconds: 42}); named != want {
		t.Fatalf("%+v, want %+v", named, want)
	}
	if once, err := w.room.CompleteFile(ctx, amy, id, f.ID, "laptop"); err != nil || once != named {
		t.Errorf("completed again: %+v %v", once, err)
	}
	w.ok(w.room.PutPart(ctx, amy, id, f.ID, "laptop", 1, parts[1]))
	if trays, err := w.blobs.Trays(); err != nil || len(trays) != 0 {
		t.Errorf("parts are left: %v %v", trays, err)
	}
	saved := w.save(amy, id, announced.N, 1, questions.Response{Files: []questions.Attachment{named}})
	if saved.Answered != 1 {
		t.Errorf("%+v", saved)
	}
	if !bytes.Equal(w.content(amy, id, named.SHA256), content) {
		t.Error("other bytes came back")
	}
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	replayed, err := w.room.Replay(ctx, id)
	w.ok(err)
	if replayed.Responses[announced.N-1].Files[0] != named {
		t.Error("the journal names another file")
	}
	var kinds []string
	for _, e := range w.verified(id) {
		kinds = append(kinds, e.Type)
	}
	if got := strings.Join(kinds, " "); got != "start file file answer end" {
		t.Errorf("the journal holds %s", got)
	}
}

func filesRefused(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob := w.candidate("A001"), w.candidate("B001")
	id := w.start(amy)
	w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
	small := webm(1000)

	for name, c := range map[string]struct {
		change func(*NewFile)
		kind   fault.Kind
		key    string
	}{
		"of 500 MB":             {func(f *NewFile) { f.Size, f.Parts = 500<<20, nil }, fault.TooLarge, "exams.file_large"},
		"of nothing":            {func(f *NewFile) { f.Size = 0 }, fault.Invalid, "exams.file_empty"},
		"of less than nothing":  {func(f *NewFile) { f.Size = -1 }, fault.Invalid, "exams.file_empty"},
		"of four minutes":       {func(f *NewFile) { f.Seconds = 240 }, fault.Invalid, "exams.file_long"},
		"for no question":       {func(f *NewFile) { f.N = 99 }, fault.Invalid, "exams.not_on_form"},
		"for a single choice":   {func(f *NewFile) { f.N = w.itemAt(id, w.firstSingle(id)) }, fault.Invalid, "exams.file_question"},
		"from another device":   {func(f *NewFile) { f.Device = "phone" }, fault.Conflict, "exams.other_device"},
		"from no device":        {func(f *NewFile) { f.Device = "" }, fault.Invalid, "exams.device"},
		"sealed by too little":  {func(f *NewFile) { f.Size = PartSize + 1 }, fault.Invalid, "exams.file_part"},
		"sealed by what is not": {func(f *NewFile) { f.Parts = []string{"../../x"} }, fault.Invalid, "exams.file_part"},
	} {
		announced := w.file(id, "pitch", "a.webm", small)
		c.change(&announced)
		if _, err := w.room.BeginFile(ctx, amy, id, announced); !fault.Is(err, c.kind) || !fault.HasKey(err, c.key) {
			t.Errorf("a file %s: %v", name, err)
		}
	}
	for name, p := range map[string]people.Person{"another candidate": bob, "the trainer": w.trainer} {
		if _, err := w.room.BeginFile(ctx, p, id, w.file(id, "pitch", "a.webm", small)); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s begins a file: %v", name, err)
		}
	}

	// By what it holds, whatever it is called; and before the rest is sent.
	bomb := append([]byte("PK\x03\x04\x14\x00\x00\x00\x08\x00"), bytes.Repeat([]byte("\xed\xc1"), PartSize)...)
	for name, c := range map[string]struct {
		item, called string
		content      []byte
		key          string
	}{
		"a zip bomb":                {"any", "簡報.pdf", bomb, "exams.file_archive"},
		"a program":                 {"any", "a.png", append([]byte("MZ\x90\x00\x03\x00\x00\x00"), make([]byte, 2*PartSize)...), "exams.file_kind"},
		"a film of a card":          {"card", "card.png", webm(2 * PartSize), "exams.file_kind"},
		"a photo of a phone":        {"card", "card.jpg", append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 2*PartSize)...), "exams.file_heic"},
		"a picture instead of talk": {"pitch", "pitch.webm", picture(t, 8, 8), "exams.file_kind"},
		"a picture as notes":        {"notes", "notes.txt", picture(t, 8, 8), "exams.file_kind"},
	} {
		n := w.file(id, c.item, c.called, c.content)
		f, err := w.room.BeginFile(ctx, amy, id, n)
		w.ok(err)
		parts, _ := cut(c.content)
		if err := w.room.PutPart(ctx, amy, id, f.ID, "laptop", 0, parts[0]); !fault.HasKey(err, c.key) {
			t.Errorf("%s: %v", name, err)
		}
		if state, _ := w.room.FileState(ctx, amy, id, f.ID); len(state.Have) > 0 {
			t.Errorf("%s is kept", name)
		}
	}
	// What only the whole file tells.
	for name, c := range map[string]struct {
		item    string
		content []byte
		key     string
		kind    fault.Kind
	}{
		"a text with a bell":  {"notes", append([]byte(strings.Repeat("a", 600)), 7), "exams.file_kind", fault.Invalid},
		"half a picture":      {"card", []byte("\x89PNG\r\n\x1a\nIHDR"), "exams.file_kind", fault.Invalid},
		"a book of two":       {"any", bytes.Repeat([]byte("回款。\n"), 120_000), "exams.file_large", fault.TooLarge},
		"a webm of nothing":   {"pitch", []byte("\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + strings.Repeat("\x00", 100)), "exams.file_kind", fault.Invalid},
		"a picture that huge": {"card", picture(t, mostSide+1, 1), "exams.file_picture", fault.Invalid},
	} {
		if _, err := w.tryHandIn(amy, id, w.file(id, c.item, "x", c.content), c.content); !fault.Is(err, c.kind) || !fault.HasKey(err, c.key) {
			t.Errorf("%s: %v", name, err)
		}
	}

	// More, less or other than was announced.
	n := w.file(id, "pitch", "b.webm", webm(PartSize+10))
	f, err := w.room.BeginFile(ctx, amy, id, n)
	w.ok(err)
	parts, _ := cut(webm(PartSize + 10))
	other := bytes.Clone(parts[0])
	other[PartSize-1]++
	for name, c := range map[string]struct {
		k       int
		content []byte
	}{
		"longer": {1, append(bytes.Clone(parts[1]), 1)}, "shorter": {0, parts[0][:100]}, "other": {0, other},
		"one too many": {2, parts[1]}, "before the first": {-1, parts[0]}, "empty": {1, nil},
	} {
		if err := w.room.PutPart(ctx, amy, id, f.ID, "laptop", c.k, c.content); !fault.HasKey(err, "exams.file_part") {
			t.Errorf("a part that is %s: %v", name, err)
		}
	}
	w.refused(w.room.PutPart(ctx, amy, id, f.ID, "phone", 0, parts[0]), fault.Conflict, "exams.other_device")
	w.refused(w.room.PutPart(ctx, bob, id, f.ID, "laptop", 0, parts[0]), fault.NotFound, "exams.missing")
	w.refused(w.room.PutPart(ctx, amy, id, "0190", "laptop", 0, parts[0]), fault.NotFound, "exams.missing")
	_, err = w.room.FileState(ctx, bob, id, f.ID)
	w.refused(err, fault.NotFound, "exams.missing")

	// And not without end.
	full := w.file(id, "pitch", "c.webm", small)
	full.Size, full.Parts = mostMedia, nil
	for err == nil || fault.HasKey(err, "exams.missing") {
		_, err = w.room.BeginFile(ctx, amy, id, full)
	}
	w.refused(err, fault.TooLarge, "exams.file_sum")
	full.Size = 1
	for range mostUploads {
		if _, err = w.room.BeginFile(ctx, amy, id, full); err != nil {
			break
		}
	}
	w.refused(err, fault.Conflict, "exams.file_many")
}

func filesSeen(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob, watcher := w.candidate("A001"), w.candidate("B001"), w.person("I001", people.Invigilator)
	id := w.start(amy)
	named := w.handIn(amy, id, w.file(id, "notes", "index.html", []byte("<script>alert(1)</script>")), []byte("<script>alert(1)</script>"))
	for _, p := range []people.Person{amy, w.trainer, w.hr} {
		f, err := w.room.FileOf(ctx, p, id, named.SHA256)
		w.ok(err)
		f.Content.Close()
		if f.Type != "text/plain; charset=utf-8" || f.Inline || f.SaveAs != "index.html.txt" || f.N != w.itemAt(id, "notes") {
			t.Errorf("%+v", f)
		}
	}
	for _, p := range []people.Person{bob, watcher, w.person("M001", people.Manager)} {
		_, err := w.room.FileOf(ctx, p, id, named.SHA256)
		w.refused(err, fault.NotFound, "exams.missing")
	}
	bobs := w.start(bob)
	for _, name := range []string{digest("other"), "../../x", ""} {
		_, err := w.room.FileOf(ctx, amy, id, name)
		w.refused(err, fault.NotFound, "exams.missing")
	}
	_, err := w.room.FileOf(ctx, bob, bobs, named.SHA256) // there, but in another's attempt
	w.refused(err, fault.NotFound, "exams.missing")
	w.ok(w.blobs.Remove(named.SHA256))
	_, err = w.room.FileOf(ctx, amy, id, named.SHA256)
	w.refused(err, fault.Internal, "exams.file_lost")
}

// filesOfTwoTabs has two tabs of one device hand in the same file side by side, and completes it in both.
func filesOfTwoTabs(t *testing.T, w *world) {
	amy := w.candidate("A001")
	id := w.start(amy)
	content := webm(3*PartSize - 5)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			named, err := w.tryHandIn(amy, id, w.file(id, "pitch", "a.webm", content), content)
			if err != nil && !fault.Is(err, fault.Busy) && !fault.HasKey(err, "exams.file_parts") {
				t.Error(err)
			} else if err == nil && named.SHA256 != digest(string(content)) {
				t.Errorf("%+v", named)
			}
		})
	}
	all.Wait()
	named := w.handIn(amy, id, w.file(id, "pitch", "a.webm", content), content)
	if !bytes.Equal(w.content(amy, id, named.SHA256), content) {
		t.Error("other bytes came back")
	}
	w.verified(id)
}

func filesNamed(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob := w.candidate("A001"), w.candidate("B001")
	id, bobs := w.start(amy), w.start(bob)
	card, pitch := w.itemAt(id, "card"), w.itemAt(id, "pitch")
	mine := w.handIn(amy, id, w.file(id, "card", "a.png", picture(t, 4, 4)), picture(t, 4, 4))
	his := w.handIn(bob, bobs, w.file(bobs, "card", "b.png", picture(t, 5, 5)), picture(t, 5, 5))
	try := func(n int, named questions.Attachment) error {
		_, err := w.room.Answer(ctx, amy, id, n, Save{Device: "laptop", Seq: w.attempt(id).LastSeq + 1, Response: questions.Response{Files: []questions.Attachment{named}}})
		return err
	}
	renamed, longer, claimed := mine, mine, mine
	renamed.Name, longer.Size, claimed.Type = "b.png", mine.Size+1, "text/html"
	for name, named := range map[string]questions.Attachment{"another's": his, "renamed": renamed, "longer": longer, "of another type": claimed,
		"never seen": {SHA256: digest("x"), Name: "x", Type: "image/png", Size: 1}} {
		if err := try(card, named); !fault.Is(err, fault.Invalid) || !fault.HasKey(err, "exams.file_unknown") {
			t.Errorf("a file %s: %v", name, err)
		}
	}
	w.refused(try(pitch, mine), fault.Invalid, "exams.file_unknown") // handed in for another question
	w.refused(try(w.itemAt(id, w.firstSingle(id)), mine), fault.Invalid, "exams.response_shape")
	w.ok(try(card, mine))
	w.verified(id)
}

func (w *world) uploads(attempt string) (state string) {
	w.Helper()
	w.ok(w.db.Read(context.Background(), func(rx *store.Rx) error {
		state = ""
		all, err := store.All(rx, scanFile, `SELECT `+fileColumns+` FROM upload WHERE attempt_id = ? ORDER BY id`, attempt)
		for _, f := range all {
			switch {
			case f.kept:
				state += "kept "
			case f.settled:
				state += "gone "
			case f.StoredAt.IsZero():
				state += "begun "
			default:
				state += "stored "
			}
		}
		return err
	}))
	return strings.TrimSpace(state)
}

func (w *world) has(sha256 string) bool {
	w.Helper()
	has, err := w.blobs.Has(sha256)
	w.ok(err)
	return has
}

func orphansSwept(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	first := w.handIn(amy, id, w.file(id, "pitch", "a.webm", webm(1000)), webm(1000))
	second := w.handIn(amy, id, w.file(id, "pitch", "a.webm", webm(2000)), webm(2000))
	begun, err := w.room.BeginFile(ctx, amy, id, w.file(id, "pitch", "a.webm", webm(3*PartSize)))
	w.ok(err)
	w.ok(w.room.PutPart(ctx, amy, id, begun.ID, "laptop", 0, webm(3 * PartSize)[:PartSize]))
	n := w.itemAt(id, "pitch")
	w.save(amy, id, n, 1, questions.Response{Files: []questions.Attachment{first}})
	w.save(amy, id, n, 2, questions.Response{Files: []questions.Attachment{second}})
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	w.ok(w.room.SweepFiles(ctx))
	if got := w.uploads(id); got != "stored stored begun" {
		t.Fatalf("swept on the day itself: %s", got)
	}
	w.clock.Add(orphanAge + time.Second)
	w.ok(w.room.SweepFiles(ctx))
	if got := w.uploads(id); got != "gone kept gone" {
		t.Errorf("after a day: %s", got)
	}
	if w.has(first.SHA256) || !w.has(second.SHA256) {
		t.Error("the wrong bytes went")
	}
	if trays, _ := w.blobs.Trays(); len(trays) != 0 {
		t.Errorf("parts are left of %v", trays)
	}
	w.clock.Add(1000 * 24 * time.Hour)
	w.ok(w.room.SweepFiles(ctx))
	if !bytes.Equal(w.content(amy, id, second.SHA256), webm(2000)) {
		t.Error("the file of an answer is gone")
	}
	_, err = w.room.FileOf(ctx, amy, id, first.SHA256)
	w.refused(err, fault.NotFound, "exams.missing")
	_, err = w.room.Replay(ctx, id)
	w.ok(err)
}

// sharedBytes has two candidates hand in the same bytes, of which one needs them and the other does not.
func sharedBytes(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob, cid := w.candidate("A001"), w.candidate("B001"), w.candidate("C001")
	hers, his := w.start(amy), w.start(bob)
	content := picture(t, 9, 9)
	named := w.handIn(amy, hers, w.file(hers, "card", "a.png", content), content)
	w.handIn(bob, his, w.file(his, "card", "b.png", content), content)
	w.save(amy, hers, w.itemAt(hers, "card"), 1, questions.Response{Files: []questions.Attachment{named}})
	for p, id := range map[*people.Person]string{&amy: hers, &bob: his} {
		_, err := w.room.Submit(ctx, *p, id)
		w.ok(err)
	}
	w.clock.Add(orphanAge + time.Second)
	w.ok(w.room.SweepFiles(ctx))
	if w.uploads(hers) != "kept" || w.uploads(his) != "gone" || !w.has(named.SHA256) {
		t.Fatalf("%s, %s, bytes there: %v", w.uploads(hers), w.uploads(his), w.has(named.SHA256))
	}

	// The sweep has decided to remove some bytes and dies; meanwhile somebody hands the same in.
	w.sitting = w.open()
	theirs := w.start(cid)
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO blob_removal (sha256, at_ms) VALUES (?, 1)`, digest("回款"))
		return err
	}))
	_, err := w.tryHandIn(cid, theirs, w.file(theirs, "notes", "a.txt", []byte("回款")), []byte("回款"))
	w.refused(err, fault.Busy, "exams.file_busy")
	w.ok(w.room.SweepFiles(ctx))
	again := w.handIn(cid, theirs, w.file(theirs, "notes", "a.txt", []byte("回款")), []byte("回款"))
	if !w.has(again.SHA256) {
		t.Error("the bytes were removed under their owner")
	}
}

func filesForgotten(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	named := w.handIn(amy, id, w.file(id, "card", "艾咪的名片.png", picture(t, 6, 6)), picture(t, 6, 6))
	w.save(amy, id, w.itemAt(id, "card"), 1, questions.Response{Files: []questions.Attachment{named}})
	forget := func() {
		w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return ForgetFilesIn(tx, amy.ID) }))
		w.ok(w.room.SweepFiles(ctx))
	}
	forget()
	if !w.has(named.SHA256) {
		t.Fatal("a live attempt lost its file")
	}
	_, err := w.room.Submit(ctx, amy, id)
	w.ok(err)
	forget()
	if w.has(named.SHA256) || w.uploads(id) != "gone" {
		t.Errorf("%s", w.uploads(id))
	}
}

// sealedArrives is the rule of a file across the deadline.
func sealedArrives(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	content := webm(2 * PartSize)
	parts, _ := cut(content)
	sealed, err := w.room.BeginFile(ctx, amy, id, w.file(id, "pitch", "a.webm", content))
	w.ok(err)
	loose := w.file(id, "any", "b.webm", content)
	loose.Parts = nil
	unsealed, err := w.room.BeginFile(ctx, amy, id, loose)
	w.ok(err)
	short := w.file(id, "notes", "c.txt", []byte("筆記"))
	short.Parts = nil
	early := w.handIn(amy, id, short, []byte("筆記"))
	w.ok(w.room.PutPart(ctx, amy, id, sealed.ID, "laptop", 0, parts[0]))
	deadline := w.attempt(id).Deadline
	for w.clock.Now().Before(deadline.Add(time.Second)) { // connected all the time
		w.clock.Add(10 * time.Second)
		w.ok(w.room.Observe(ctx, amy, id, "laptop", []Event{{Kind: Heartbeat}}))
	}
	save := func(item string, seq int64, files ...questions.Attachment) (Saved, error) {
		return w.room.Answer(ctx, amy, id, w.itemAt(id, item), Save{Device: "laptop", Seq: seq, Response: questions.Response{Files: files}})
	}
	w.refused(w.room.PutPart(ctx, amy, id, unsealed.ID, "laptop", 0, parts[0]), fault.Conflict, "exams.over")
	_, err = w.room.BeginFile(ctx, amy, id, w.file(id, "card", "d.png", picture(t, 3, 3)))
	w.refused(err, fault.Conflict, "exams.over")
	_, err = save("notes", 1, early)
	w.refused(err, fault.Conflict, "exams.over") // nothing sealed it

	w.ok(w.room.PutPart(ctx, amy, id, sealed.ID, "laptop", 1, parts[1]))
	named, err := w.room.CompleteFile(ctx, amy, id, sealed.ID, "laptop")
	w.ok(err)
	_, err = save("any", 1, named)
	w.refused(err, fault.Invalid, "exams.file_unknown")
	saved, err := save("pitch", 1, named)
	w.ok(err)
	if !saved.Late || saved.At.After(deadline) {
		t.Errorf("%+v", saved)
	}
	_, err = save("pitch", 2) // to take it back is another answer
	w.refused(err, fault.Conflict, "exams.over")
	w.clock.Set(w.attempt(id).DueAt.Add(time.Millisecond))
	_, err = save("pitch", 2, named)
	w.refused(err, fault.Conflict, "exams.over")
	w.ok(w.room.ExpireDue(ctx))
	replayed, err := w.room.Replay(ctx, id)
	w.ok(err)
	if len(replayed.Responses[sealed.N-1].Files) != 1 {
		t.Error("the late file is not on the paper")
	}
	for _, e := range w.verified(id) {
		if e.Type == entryFile && e.AtMs <= store.Ms(deadline) && bytes.Contains(e.Payload, []byte(sealed.ID)) && bytes.Contains(e.Payload, []byte(`"seal"`)) {
			return
		}
	}
	t.Error("the journal does not say that it was sealed in time")
}

func filesPausedAndOver(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	content := webm(2 * PartSize)
	parts, _ := cut(content)
	f, err := w.room.BeginFile(ctx, amy, id, w.file(id, "pitch", "a.webm", content))
	w.ok(err)
	w.ok(w.room.Pause(ctx, w.trainer, id, "停電"))
	w.refused(w.room.PutPart(ctx, amy, id, f.ID, "laptop", 0, parts[0]), fault.Conflict, "exams.paused")
	_, err = w.room.BeginFile(ctx, amy, id, w.file(id, "card", "a.png", picture(t, 3, 3)))
	w.refused(err, fault.Conflict, "exams.paused")
	w.ok(w.room.Resume(ctx, w.trainer, id))
	w.ok(w.room.PutPart(ctx, amy, id, f.ID, "laptop", 0, parts[0]))
	w.ok(w.room.PutPart(ctx, amy, id, f.ID, "laptop", 1, parts[1]))
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	_, err = w.room.CompleteFile(ctx, amy, id, f.ID, "laptop")
	w.refused(err, fault.Conflict, "exams.over")
	_, err = w.room.BeginFile(ctx, amy, id, w.file(id, "card", "a.png", picture(t, 3, 3)))
	w.refused(err, fault.Conflict, "exams.over")
	w.verified(id)
}

// fileMadeOffline is recorded while the server sees the candidate cut off across the deadline.
func fileMadeOffline(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
	w.clock.Add(39 * time.Minute)
	w.ok(w.room.Observe(ctx, amy, id, "laptop", []Event{{Kind: Heartbeat}}))
	w.clock.Add(5 * time.Minute) // and nothing is heard
	content := webm(5000)
	n := w.file(id, "pitch", "a.webm", content)
	n.ElapsedMs = 61_000 // after the deadline
	_, err := w.room.BeginFile(ctx, amy, id, n)
	w.refused(err, fault.Conflict, "exams.over")
	n.ElapsedMs = 30_000
	named := w.handIn(amy, id, n, content)
	saved, err := w.room.Answer(ctx, amy, id, n.N, Save{Device: "laptop", Seq: 1, ElapsedMs: 31_000, Response: questions.Response{Files: []questions.Attachment{named}}})
	w.ok(err)
	if !saved.Late || !saved.At.Equal(w.attempt(id).StartedAt.Add(39*time.Minute+31*time.Second)) {
		t.Errorf("%+v", saved)
	}
	var entries []ledger.Entry = w.verified(id)
	if last := entries[len(entries)-1]; !bytes.Contains(last.Payload, []byte(`"late":true`)) {
		t.Errorf("%s", last.Payload)
	}
}
