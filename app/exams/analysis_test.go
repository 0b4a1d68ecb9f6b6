package exams

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestAnalysis(t *testing.T) {
	inOneWorld(t,
		part{name: "CountsWhatCounts", run: analysisCounts},
		part{name: "FollowsAChoice", run: analysisFollowsChoices},
		part{name: "ComparesWordings", run: analysisWordings},
		part{name: "Results", run: resultRows})
}

// submitted has somebody answer the questions of say and hand in; nil is left blank.
func (w *world) submitted(p people.Person, say func(n int, item string) *questions.Response) string {
	w.Helper()
	ctx := context.Background()
	id := w.start(p)
	d, err := w.room.dealt(ctx, id)
	w.ok(err)
	for n, q := range d.form.Questions {
		if r := say(n+1, q.Item); r != nil {
			w.clock.Add(20 * time.Second)
			w.save(p, id, n+1, int64(n+1), *r)
		}
	}
	_, err = w.room.Submit(ctx, p, id)
	w.ok(err)
	return id
}

func (w *world) analysis() map[string]ItemRow {
	w.Helper()
	a, err := w.room.SittingAnalysis(context.Background(), w.trainer, w.sitting.ID)
	w.ok(err)
	rows := map[string]ItemRow{}
	for _, row := range a.Items {
		rows[row.Item] = row
	}
	return rows
}

func analysisCounts(t *testing.T, w *world) {
	ctx := context.Background()
	before, err := w.room.Analysis(ctx, w.trainer, "red")
	w.ok(err)
	if a, err := w.room.SittingAnalysis(ctx, w.hr, w.sitting.ID); err != nil || a.Stats.N != 0 || len(a.Items) != 0 || a.Stats.Alpha != nil {
		t.Errorf("before anybody sat it: %+v, %v", a, err)
	}
	people, ids := w.candidates(papersAtOnce+4, true) // more than one transaction reads
	for i, id := range ids[:4] {
		for n := 1; n <= 10; n++ {
			w.clock.Add(10 * time.Second)
			w.save(people[i], id, n, int64(n), w.response(id, n, n > 2*i))
		}
	}
	for i, id := range ids[:len(ids)-1] { // the last one stays live
		_, err := w.room.Submit(ctx, people[i], id)
		w.ok(err)
	}
	aside := ids[len(ids)-2]
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return SetAsideIn(tx, aside, w.hr.ID, "重考") }))

	_, err = w.room.Analysis(ctx, people[0], "red")
	w.refused(err, fault.Forbidden, "exams.forbidden")
	_, err = w.room.SittingAnalysis(ctx, people[0], w.sitting.ID)
	w.refused(err, fault.Forbidden, "exams.forbidden")
	_, err = w.room.SittingAnalysis(ctx, w.trainer, "nowhere")
	w.refused(err, fault.NotFound, "exams.missing")

	a, err := w.room.SittingAnalysis(ctx, w.trainer, w.sitting.ID)
	w.ok(err)
	const ended = papersAtOnce + 2
	if a.Stats.N != ended || a.PassMark != 600 || a.Capped || a.Sitting.ID != w.sitting.ID || len(a.Stats.Sections) != 2 || a.Stats.Items != 10 {
		t.Errorf("%+v", a.Stats)
	}
	if a.Stats.Tenths[9] != 1 || a.Stats.Tenths[0] != ended-4 || a.Stats.Alpha == nil || *a.Stats.Alpha < .5 {
		t.Errorf("tenths %v, alpha %v", a.Stats.Tenths, a.Stats.Alpha)
	}
	dealt, blank := 0, 0
	for _, row := range a.Items {
		dealt, blank = dealt+row.N, blank+row.Blank
		if row.Now.ID != row.Item || row.Gone {
			t.Errorf("item %s is shown as %q", row.Item, row.Now.ID)
		}
		if x := row.Times; (x == nil) != (row.N == row.Blank) || x != nil && x.N != row.N-row.Blank {
			t.Errorf("%s took %v", row.Item, x)
		}
	}
	if dealt != 10*ended || blank != 10*(ended-4) {
		t.Errorf("%d questions counted, %d of them blank", dealt, blank)
	}
	// Everybody had the five items of the second section; its first two papers have it all right, the others of four not all.
	rows := w.analysis()
	if s := rows["many"]; s.N != ended || s.Scored != ended || s.Blank != ended-4 || *s.Facility > 4./ended || s.Chosen(0) < 3 || s.Chosen(1) < 3 || s.Thirds[Upper] != 4 {
		t.Errorf("many is %+v", s.ItemStats)
	}
	all, err := w.room.Analysis(ctx, w.trainer, "red")
	w.ok(err)
	if all.Stats.N != before.Stats.N+ended {
		t.Errorf("%d papers over all sittings, %d before", all.Stats.N, before.Stats.N)
	}
	var stats []ItemStats
	for _, row := range all.Items {
		stats = append(stats, row.ItemStats)
	}
	known := Facilities(stats, Enough)
	for _, row := range all.Items {
		if f, ok := known[ItemKey{row.Bank, row.Item}]; ok != (row.Scored >= Enough) || ok && f != *row.Facility {
			t.Errorf("the facility of %s is %v, %v", row.Item, f, ok)
		}
	}
}

// A choice is the same choice wherever it stands in a later version, a regrade moves no tick, and a choice that is
// gone is counted as gone.
func analysisFollowsChoices(t *testing.T, w *world) {
	ctx := context.Background()
	ticked := func(p people.Person, texts ...string) string {
		id := w.start(p)
		d, err := w.room.dealt(ctx, id)
		w.ok(err)
		for n, q := range d.form.Questions {
			if q.Item != "many" {
				continue
			}
			var r questions.Response
			for shown, row := range q.Layout.Order {
				if slices.Contains(texts, d.items[n].Text[locale.Hant].Choices[row]) {
					r.Choices = append(r.Choices, shown)
				}
			}
			w.save(p, id, n+1, 1, r)
		}
		_, err = w.room.Submit(ctx, p, id)
		w.ok(err)
		return id
	}
	const one, two, three, four = "紅包正解甲", "回扣正解乙", "茶水誤項丙", "名片誤項丁"
	ticked(w.candidate("A1"), one, two)
	ticked(w.candidate("A2"), one, three)
	first := w.sitting
	w.publish("quizzes/red.bank.md", "- [x] 紅包正解甲\n- [x] 回扣正解乙\n- [ ] 茶水誤項丙\n", "- [ ] 茶水誤項丙\n- [x] 回扣正解乙\n- [x] 紅包正解甲\n")
	w.sitting = w.open()
	later := w.sitting
	ticked(w.candidate("A3"), two, three)
	counts := func(s ItemStats) (all []int) {
		for n := range 4 {
			all = append(all, s.Chosen(n))
		}
		return all
	}
	w.sitting = first
	if s := w.analysis()["many"]; !slices.Equal(counts(s.ItemStats), []int{1, 1, 2, 0}) || s.Now.Text[locale.Hant].Choices[0] != three {
		t.Errorf("ticks of the first sitting: %v", counts(s.ItemStats))
	}
	all, err := w.room.Analysis(ctx, w.trainer, "red")
	w.ok(err)
	for _, row := range all.Items {
		if row.Item == "many" && (len(row.Versions) < 2 || row.Lost != 0) {
			t.Errorf("versions %+v, %d lost", row.Versions, row.Lost)
		}
		if row.Item == "word" && len(row.Versions) != 1 {
			t.Errorf("an item that was never edited has the versions %+v", row.Versions)
		}
	}

	// The key is corrected: what was ticked stays ticked where it stands.
	fixed := w.publish("quizzes/red.bank.md", "- [ ] 茶水誤項丙\n- [x] 回扣正解乙\n", "- [x] 茶水誤項丙\n- [ ] 回扣正解乙\n")
	fix := Correction{Exam: "red", Bank: "red", Version: fixed, Reason: "答案標錯"}
	diff, err := w.room.Regrade(ctx, w.trainer, fix, "")
	w.ok(err)
	digest, err := diff.Digest()
	w.ok(err)
	_, err = w.room.Regrade(ctx, w.trainer, fix, digest)
	w.ok(err)
	if s := w.analysis()["many"]; !slices.Equal(counts(s.ItemStats), []int{1, 1, 2, 0}) || *s.Facility != .5 {
		t.Errorf("after the regrade %v, facility %v", counts(s.ItemStats), *s.Facility)
	}
	w.publish("quizzes/red.bank.md", "- [x] 紅包正解甲\n", "- [x] 換過的正解\n")
	if s := w.analysis()["many"]; !slices.Equal(counts(s.ItemStats), []int{1, 1, 0, 0}) || s.Lost != 2 {
		t.Errorf("without the choice %v, %d lost", counts(s.ItemStats), s.Lost)
	}
	w.sitting = later
	if s := w.analysis()["many"]; !slices.Equal(counts(s.ItemStats), []int{1, 1, 0, 0}) || s.Lost != 0 {
		t.Errorf("ticks of the later sitting: %v", counts(s.ItemStats))
	}
}

func analysisWordings(t *testing.T, w *world) {
	w.publish("quizzes/red.bank.md", "## 收回貨款叫什麼？ {#word}\n\n= 回款秘鑰\n", "## 收回貨款叫什麼？ {#word}\n\n= 回款秘鑰\n\n### {variant=b}\n\n把貨款收回來，叫什麼？\n")
	w.sitting = w.open()
	for n := range 12 {
		w.submitted(w.candidate(string(rune('A'+n))), func(n int, item string) *questions.Response {
			if item != "word" {
				return nil
			}
			return &questions.Response{Text: "回款秘鑰"}
		})
	}
	s := w.analysis()["word"]
	if len(s.Variants) != 2 || s.Variants[0].Variant != "" || s.Variants[1].Variant != "b" || s.Variants[0].N+s.Variants[1].N != 12 || *s.Variants[1].Facility != 1 {
		t.Errorf("%+v", s.Variants)
	}
	if s.Times == nil || s.Times.N != 12 || s.Times.Median != 20 || len(s.Concerns) != 1 || s.Concerns[0].Reason != Easy {
		t.Errorf("times %+v, concerns %+v", s.Times, s.Concerns)
	}
}

func resultRows(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob, cal := w.candidate("A001"), w.candidate("B001"), w.candidate("C001")
	all := func(int, string) *questions.Response { return nil }
	w.submitted(bob, all)
	id := w.start(amy)
	for n := 1; n <= 10; n++ {
		w.clock.Add(time.Minute)
		w.save(amy, id, n, int64(n), w.right(id, n))
	}
	_, err := w.room.Submit(ctx, amy, id)
	w.ok(err)
	w.start(cal)
	_, err = w.room.Results(ctx, amy, w.sitting.ID, locale.Hant)
	w.refused(err, fault.Forbidden, "exams.forbidden")
	sheet, err := w.room.Results(ctx, w.hr, w.sitting.ID, locale.Hant)
	w.ok(err)
	if len(sheet.Rows) != 3 || !slices.Equal(sheet.Sections, []string{"單選", "其他"}) {
		t.Fatalf("%+v", sheet)
	}
	a, b, c := sheet.Rows[0], sheet.Rows[1], sheet.Rows[2]
	if a.Number != amy.Number || a.Name != amy.Name || a.Score != a.MaxScore || !a.Passed || a.Revision != 1 || math.Abs(a.Minutes-10) > 1e-9 ||
		len(a.Sections) != 2 || a.Sections[0].Score != a.Sections[0].Max || a.Sections[0].Score+a.Sections[1].Score != a.Score {
		t.Errorf("of who knew it all: %+v", a)
	}
	if b.Score != 0 || b.Passed || b.Answered != 0 || b.Sections[1].Score != 0 {
		t.Errorf("of who knew nothing: %+v", b)
	}
	if c.State != Live || c.Sections != nil || c.Minutes != 0 || c.Revision != 0 {
		t.Errorf("of who is still at it: %+v", c)
	}
}

// BenchmarkAnalysis reports what an analysis costs per paper, and how many times the mere reading of the documents.
func BenchmarkAnalysis(b *testing.B) {
	ctx := context.Background()
	db, clock := storetest.SQLite(b, schemas()...)
	w := newWorld(b, db, clock, usual())
	people, ids := w.candidates(200, true)
	for i, id := range ids {
		for n := 1; n <= 10; n++ {
			w.save(people[i], id, n, int64(n), w.response(id, n, (i+n)%3 > 0))
		}
		_, err := w.room.Submit(ctx, people[i], id)
		w.ok(err)
	}
	start := time.Now()
	for range 5 {
		for some := range slices.Chunk(ids, papersAtOnce) {
			_, err := w.room.sheets(ctx, some)
			w.ok(err)
		}
	}
	reading := time.Since(start) / 5
	b.ResetTimer()
	for b.Loop() {
		a, err := w.room.Analysis(ctx, w.trainer, "red")
		w.ok(err)
		if a.Stats.N != len(ids) {
			b.Fatalf("%d papers", a.Stats.N)
		}
	}
	took := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(took.Microseconds())/float64(len(ids)), "µs/paper")
	b.ReportMetric(float64(took)/float64(reading), "×reading")
}
