package courses_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestLessonIsReadInTheLanguageThereIs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.open("values/line")
		if v.Title != "高壓線" || !strings.Contains(body(v), "線在遠帆。") || v.Fallback || v.Of != 2 || v.State != courses.Opened {
			t.Errorf("%+v", v)
		}
		if !strings.Contains(body(v), "<svg") || !strings.Contains(body(v), "<figcaption>一張圖</figcaption>") {
			t.Error("the drawing is not inlined:", body(v))
		}
		en, err := w.library.Lesson(w.ctx, w.amy, "values/line", locale.En)
		if err != nil || en.Title != "The line" || en.Fallback || !strings.Contains(body(en), "Farsail") {
			t.Errorf("%+v %v", en, err)
		}
		hans, err := w.library.Lesson(w.ctx, w.amy, "values/line", locale.Hans)
		if err != nil || !hans.Fallback || hans.Lang != locale.Hant || !strings.Contains(body(hans), "遠帆") {
			t.Errorf("a missing translation must say so: %+v %v", hans, err)
		}
		_, err = w.library.Lesson(w.ctx, w.amy, "values/nowhere", locale.Hant)
		want(t, err, fault.NotFound, "courses.lesson_unknown")
	})
}

func TestOrderIsKeptByEveryVerb(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, ref := range []string{"values/trust", "values/names", "product/price"} {
			_, err := w.library.Lesson(w.ctx, w.amy, ref, locale.Hant)
			want(t, err, fault.Forbidden, "courses.locked")
			if e := (*fault.Error)(nil); !errors.As(err, &e) || e.Args[1] != "高壓線" {
				t.Errorf("%s: the reason does not name the lesson to read first: %v", ref, err)
			}
			want(t, w.library.Complete(w.ctx, w.amy, ref), fault.Forbidden, "courses.not_opened")
			if err := w.library.Read(w.ctx, w.amy, ref, 60); err != nil {
				t.Error(err)
			}
		}
		_, err := w.library.Check(w.ctx, w.amy, "values/line", "c1", questions.Response{Choices: []int{1}}, locale.Hant)
		want(t, err, fault.Forbidden, "courses.not_opened")

		w.finish("values/line", "values/trust")
		w.open("values/names")
		_, err = w.library.Lesson(w.ctx, w.amy, "product/price", locale.Hant)
		want(t, err, fault.Forbidden, "courses.locked")
		w.finish("values/names", "product/price")

		if _, err := w.library.Lesson(w.ctx, w.tom, "product/price", locale.Hant); err != nil {
			t.Error("a trainer reads freely:", err)
		}
	})
}

func TestGuardIsAskedByEveryVerb(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		shut := false
		w.library.Guard(func(_ *store.Rx, p people.Person, ref string) error {
			if shut && p.ID == w.amy.ID && strings.HasPrefix(ref, "values/") {
				return fault.New(fault.Forbidden, "courses.locked", "title", "x", "lesson", "y")
			}
			return nil
		})
		w.open("values/line")
		w.check("values/line", "c1", 1)
		shut = true
		_, err := w.library.Lesson(w.ctx, w.amy, "values/line", locale.Hant)
		want(t, err, fault.Forbidden, "courses.locked")
		want(t, w.library.Complete(w.ctx, w.amy, "values/line"), fault.Forbidden, "courses.locked")
		tracks, err := w.library.Tracks(w.ctx, w.amy, locale.Hant)
		if err != nil || tracks[0].Courses[0].Lessons[0].Locked == nil {
			t.Errorf("%+v %v", tracks, err)
		}
	})
}

func TestCompletionNeedsItsChecksTried(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var seen []courses.Completion
		w.library.OnCompleted(func(_ *store.Tx, c courses.Completion) error { seen = append(seen, c); return nil })
		v := w.open("values/line")
		if len(v.Untried) != 1 || v.Parts[1].Check == nil || v.Parts[1].Check.Result != nil {
			t.Fatalf("%+v", v)
		}
		want(t, w.library.Complete(w.ctx, w.amy, "values/line"), fault.Conflict, "courses.checks_untried")
		_, err := w.library.Check(w.ctx, w.amy, "values/line", "c1", questions.Response{}, locale.Hant)
		want(t, err, fault.Invalid, "courses.check_blank")
		if _, err = w.library.Check(w.ctx, w.amy, "values/line", "c1", questions.Response{Choices: []int{7}}, locale.Hant); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		_, err = w.library.Check(w.ctx, w.amy, "values/line", "c9", questions.Response{Choices: []int{0}}, locale.Hant)
		want(t, err, fault.NotFound, "courses.check_unknown")

		wrong := w.check("values/line", "c1", 0)
		if wrong.Right || wrong.Tries != 1 || !strings.Contains(string(wrong.Feedback[0]), "<strong>弄錯</strong>") {
			t.Errorf("%+v", wrong)
		}
		if right := w.check("values/line", "c1", 1); !right.Right || right.Tries != 2 || !strings.Contains(string(right.Explanation), "沒發生") {
			t.Errorf("%+v", right)
		}
		w.clock.Add(90 * time.Second)
		if err := w.library.Complete(w.ctx, w.amy, "values/line"); err != nil {
			t.Fatal(err)
		}
		v = w.open("values/line")
		if v.State != courses.Done || !v.Parts[1].Check.Result.Right || v.Evidence.Tried != 1 || v.Evidence.Right != 1 || len(v.Untried) != 0 {
			t.Errorf("%+v", v)
		}
		if err := w.library.Complete(w.ctx, w.amy, "values/line"); err != nil { // a second click
			t.Fatal(err)
		}
		w.finish("values/trust")
		if len(seen) != 2 || seen[0].CourseDone || !seen[1].CourseDone || seen[1].Course != "values/culture" {
			t.Errorf("%+v", seen)
		}
		if n := w.count(`SELECT COUNT(*) FROM check_answer`); n != 2 {
			t.Errorf("%d answers are on record, want both tries", n)
		}
	})
}

func (w *world) count(query string) (n int) {
	w.t.Helper()
	if err := w.db.Read(w.ctx, func(rx *store.Rx) error { return rx.Row(query).Scan(&n) }); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestCompletionsAsOtherDomainsAskForThem(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.finish("values/line", "values/trust")
		first := w.clock.Now()
		w.clock.Add(48 * time.Hour)
		w.put("content/values/culture/03-more.md", lesson("更多", 3, "後來加的一課。\n"))
		w.load()
		err := w.db.Read(w.ctx, func(rx *store.Rx) error {
			at, version, done, err := w.library.CourseDoneIn(rx, w.amy.ID, "values/culture")
			if err != nil || !done || version != 1 || !at.Equal(first) {
				t.Errorf("a lesson added later must not undo the course: %v %d %v %v", at, version, done, err)
			}
			all, err := w.library.CoursesDoneIn(rx, w.amy.ID)
			if err != nil || len(all) != 1 || !all["values/culture"].At.Equal(first) {
				t.Errorf("%v %v", all, err)
			}
			lessons, err := w.library.CompletedIn(rx, w.amy.ID)
			if err != nil || len(lessons) != 2 {
				t.Errorf("%v %v", lessons, err)
			}
			again, err := w.library.CompletedSinceIn(rx, w.amy.ID, "values/line", first)
			if err != nil || again {
				t.Error("nothing was read again", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.library.Complete(w.ctx, w.amy, "values/line"); err != nil {
			t.Fatal(err)
		}
		_ = w.db.Read(w.ctx, func(rx *store.Rx) error {
			if again, err := w.library.CompletedSinceIn(rx, w.amy.ID, "values/line", first); err != nil || !again {
				t.Error("it was read again", err)
			}
			return nil
		})
		w.open("values/names") // the next course stays open too
	})
}

func TestReadingTimeIsWhatTheServerCanBelieve(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.open("values/line")
		for _, beacon := range []struct {
			after   time.Duration
			says    int
			seconds int
		}{{20 * time.Second, 20, 20}, {10 * time.Second, 3600, 30}, {0, 60, 30}, {time.Hour, 3600, 330}, {time.Minute, -5, 330}} {
			w.clock.Add(beacon.after)
			if err := w.library.Read(w.ctx, w.amy, "values/line", beacon.says); err != nil {
				t.Fatal(err)
			}
			if got := w.open("values/line").Evidence.Seconds; got != beacon.seconds {
				t.Errorf("after %+v: %d s", beacon, got)
			}
		}
	})
}

func TestTracksShowThePath(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.finish("values/line")
		w.open("values/trust")
		tracks, err := w.library.Tracks(w.ctx, w.amy, locale.Hant)
		if err != nil || len(tracks) != 3 || tracks[0].Name != "values" || len(tracks[0].Courses) != 2 || len(tracks[2].Courses) != 0 {
			t.Fatalf("%+v %v", tracks, err)
		}
		culture := tracks[0].Courses[0]
		if culture.Read != 1 || culture.Minutes != 10 || culture.Lessons[0].State != courses.Done || culture.Lessons[1].Locked != nil {
			t.Errorf("%+v", culture)
		}
		if tracks[1].Courses[0].Lessons[0].Locked == nil {
			t.Error("product is closed until values are done")
		}
		if next, ok := courses.Next(tracks); !ok || next.Ref != "values/trust" {
			t.Errorf("%+v", next)
		}
		v, err := w.library.Course(w.ctx, w.amy, "values/culture", locale.En)
		if err != nil || !strings.Contains(string(v.Intro), "第一門課") || v.Lang != locale.Hant || v.Lessons[0].Checks != 1 || v.Lessons[0].Title != "The line" {
			t.Errorf("%+v %v", v, err)
		}
		_, err = w.library.Course(w.ctx, w.amy, "values/none", locale.En)
		want(t, err, fault.NotFound, "courses.course_unknown")
	})
}

func TestPledgeIsSignedByVersion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		text, err := w.library.Pledge(w.ctx, locale.Hans)
		if err != nil || text.Version != 1 || text.Lang != locale.Hant || !strings.Contains(string(text.HTML), "不作弊") {
			t.Fatalf("%+v %v", text, err)
		}
		want(t, w.library.SignPledge(w.ctx, w.amy, 2, locale.Hant), fault.Conflict, "courses.pledge_stale")
		for range 2 {
			if err := w.library.SignPledge(w.ctx, w.amy, 1, locale.Hant); err != nil {
				t.Fatal(err)
			}
		}
		w.put("content/pledge.md", "---\ntitle: 承諾書\nversion_note: 加了一條\n---\n我不作弊，也不代考。\n")
		w.load()
		want(t, w.library.SignPledge(w.ctx, w.amy, 1, locale.Hant), fault.Conflict, "courses.pledge_stale")
		signed := func() (version, current int) {
			err := w.db.Read(w.ctx, func(rx *store.Rx) (err error) {
				if version, _, _, err = w.library.PledgeSignedIn(rx, w.amy.ID); err == nil {
					current, err = w.library.CurrentPledgeIn(rx)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return version, current
		}
		if v, current := signed(); v != 1 || current != 2 {
			t.Errorf("signed %d, current %d", v, current)
		}
		if err := w.library.SignPledge(w.ctx, w.amy, 2, locale.En); err != nil {
			t.Fatal(err)
		}
		if v, _ := signed(); v != 2 || w.count(`SELECT COUNT(*) FROM pledge_signature`) != 2 {
			t.Error("both signatures are kept, the newest counts:", v)
		}
	})
}

func TestSearchFindsChineseAndKeepsClosedLessonsClosed(t *testing.T) {
	w := newWorld(t, store.SQLite)
	for q, first := range map[string]string{"信任": "values/trust", "高壓線": "values/line", "遠帆": "values/line", "簡單 信任": "values/trust", "線": "values/line"} {
		found, err := w.library.Search(w.ctx, w.amy, q, locale.Hant)
		if err != nil || len(found) == 0 || found[0].Ref != first {
			t.Errorf("%q: %+v %v", q, found, err)
		}
	}
	for _, q := range []string{"", " ", "沒有這個詞", "弄錯"} { // the last stands in a check's answers
		if found, err := w.library.Search(w.ctx, w.amy, q, locale.Hant); err != nil || len(found) != 0 {
			t.Errorf("%q: %+v %v", q, found, err)
		}
	}
	found, _ := w.library.Search(w.ctx, w.amy, "一年一付", locale.Hant)
	if len(found) != 1 || found[0].Locked == nil || found[0].Excerpt != "" {
		t.Errorf("%+v", found)
	}
	found, _ = w.library.Search(w.ctx, w.tom, "FARSAIL", locale.En)
	if len(found) == 0 || !strings.Contains(found[0].Excerpt, "Farsail") {
		t.Errorf("%+v", found)
	}
}

func TestPreviewShowsWhatReadersWillSee(t *testing.T) {
	w := newWorld(t, store.SQLite)
	const p = "content/values/culture/01-line.md"
	v, problems, err := w.library.Preview(w.ctx, w.tom, p, locale.Hant, lesson("新題目", 1, "{{company.nmae}}\n\n"+lineCheck))
	if err != nil || v.Title != "新題目" || len(v.Parts) != 2 || v.Parts[1].Check == nil {
		t.Fatalf("%+v %v", v, err)
	}
	if len(problems) != 1 || problems[0].Key != "markdown.variable_unknown" || problems[0].Line != 7 {
		t.Errorf("%v", problems)
	}
	_, problems, err = w.library.Preview(w.ctx, w.tom, p, locale.En, lesson("The line", 1, "No check here.\n"))
	if err != nil || len(problems) != 1 || problems[0].Key != "courses.check_untranslated" || problems[0].Item != "c1" {
		t.Errorf("%v %v", problems, err)
	}
	if _, _, err := w.library.Preview(w.ctx, w.amy, p, locale.Hant, "x"); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
}

func TestImagesBesideLessons(t *testing.T) {
	w := newWorld(t, store.SQLite)
	w.put("content/values/culture/desk.png", "png")
	if content, err := w.library.File("values/culture", "desk.png"); err != nil || string(content) != "png" {
		t.Error(err)
	}
	for _, bad := range [][2]string{{"values/culture", "map.svg"}, {"values/culture", "course.md"}, {"values/culture", "../desk.png"}, {"..", "desk.png"}, {"/etc", "a.png"}} {
		_, err := w.library.File(bad[0], bad[1])
		want(t, err, fault.NotFound, "courses.file_unknown")
	}
}

// A file that is renumbered is the same lesson to those who read it.
func TestProgressSurvivesRenumbering(t *testing.T) {
	w := newWorld(t, store.SQLite)
	w.finish("values/line")
	w.put("content/values/culture/03-line.md", lesson("高壓線", 3, "現在是第三課。\n"))
	delete(w.files, "content/values/culture/01-line.md")
	delete(w.files, "content/values/culture/01-line.en.md")
	if done := w.load(); len(done.New) != 1 || len(done.Retired) != 1 {
		t.Fatalf("%+v", done)
	}
	if v := w.open("values/line"); v.State != courses.Done || v.Number != 2 {
		t.Errorf("%+v", v)
	}
}

func TestReadersAndAuthorsDoNotDisturbEachOther(t *testing.T) {
	w := newWorld(t, store.SQLite)
	w.open("values/line")
	var group errgroup.Group
	for range 4 {
		group.Go(func() error {
			for range 50 {
				for _, lang := range locale.Langs() {
					if _, err := w.library.Lesson(w.ctx, w.amy, "values/line", lang); err != nil {
						return err
					}
					if _, err := w.library.Search(w.ctx, w.amy, "信任", lang); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		const path = "content/values/culture/02-trust.md"
		for n := 1; n <= 10; n++ {
			if err := w.shelf.SaveDraft(w.ctx, w.tom, path, locale.Hant, lesson("信任", 2, strings.Repeat("信任。", n+1)), n); err != nil {
				return err
			}
			if _, err := w.shelf.Publish(w.ctx, w.tom, path, "改", n); err != nil {
				return err
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if found, err := w.library.Search(w.ctx, w.tom, strings.Repeat("信任。", 11), locale.Hant); err != nil || len(found) != 1 {
		t.Error("the last version is not found:", found, err)
	}
}

// The lesson page without the web: one snapshot with two small reads, and what is rendered already.
func BenchmarkLesson(b *testing.B) {
	clock := storetest.NewClock()
	url := storetest.URL(b, store.SQLite, people.Schema(), documents.Schema(), courses.Schema())
	db, err := store.Open(context.Background(), url, clock.Now) // storetest.Open would look for nesting at every call
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	w := furnish(b, db, clock)
	w.open("values/line")
	w.check("values/line", "c1", 1)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := w.library.Lesson(w.ctx, w.amy, "values/line", locale.Hant); err != nil {
				b.Error(err)
			}
		}
	})
}
