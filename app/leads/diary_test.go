package leads

import (
	"bytes"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/blobs"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

func (w *world) diary() *Diary {
	w.t.Helper()
	files, err := blobs.Open(w.t.TempDir())
	w.must(err)
	return NewDiary(w.Pool, files)
}

func companies(stops []Stop) (ids []string) {
	for _, s := range stops {
		ids = append(ids, s.Lead.ID)
	}
	return ids
}

func card(t testing.TB) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRouteIsThePersonsOwnAndStaysForTheDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.diary()
		w.at(23, 9, 0)
		w.stock(3)
		for range 3 {
			w.draw(w.amy)
			w.clock.Add(time.Minute)
		}
		a, err := d.Agenda(ctx, w.amy)
		if w.must(err); len(a.Route) != 0 || len(a.Later) != 3 || a.Day != "2026-11-23" || a.Held != 3 {
			t.Fatalf("nothing is due on the day on which it is drawn: %+v", a)
		}
		w.at(24, 8, 0)
		a, err = d.Agenda(ctx, w.amy)
		w.must(err)
		before := companies(a.Route)
		if len(before) != 3 || a.Arranged {
			t.Fatalf("%+v", a)
		}
		w.must(d.MoveStop(ctx, w.amy, before[2], First))
		w.must(d.MoveStop(ctx, w.amy, before[0], Down))
		w.must(d.MoveStop(ctx, w.amy, before[0], Down)) // at the end already
		want := []string{before[2], before[1], before[0]}
		a, err = d.Agenda(ctx, w.amy)
		if w.must(err); !slices.Equal(companies(a.Route), want) || !a.Arranged {
			t.Errorf("%v, want %v", companies(a.Route), want)
		}
		w.want(d.MoveStop(ctx, w.amy, before[0], "sideways"), fault.Invalid, "day.move_unknown")
		_, err = d.Work(ctx, w.amy, want[0], Worked{Contact: Contact{Kind: Call, Outcome: "約好了"}})
		w.must(err)
		a, err = d.Agenda(ctx, w.amy)
		if w.must(err); !slices.Equal(companies(a.Route), want[1:]) || !slices.Equal(companies(a.Done), want[:1]) {
			t.Errorf("what is followed up leaves the route: %v, done %v", companies(a.Route), companies(a.Done))
		}
		w.at(25, 8, 0)
		if a, err = d.Agenda(ctx, w.amy); a.Arranged {
			t.Error("a new day has the old order")
		}
		w.must(err)
	})
}

func TestOrdering(t *testing.T) {
	stop := func(id, territory string, at Clock) Stop {
		s := Stop{Holding: Holding{Lead: Lead{ID: id, Territory: territory}}}
		if at >= 0 {
			s.Plan = Plan{ID: "p" + id, At: at}
		}
		return s
	}
	route := []Stop{stop("a", "", -1), stop("b", "西", 630), stop("c", "東", -1), stop("d", "西", 540)}
	for _, x := range []struct {
		id   string
		move Move
		want string
	}{
		{"", ByTime, "d b a c"}, {"", ByTerritory, "c d b a"}, {"a", Up, "a b c d"}, {"d", Down, "a b c d"}, {"c", Up, "a c b d"}, {"a", Down, "b a c d"},
		{"d", First, "d a b c"}, {"nobody", First, "a b c d"}, {"", Up, "a b c d"},
	} {
		if got := strings.Join(moved(route, x.id, x.move), " "); got != x.want {
			t.Errorf("%s %s: %s, want %s", x.id, x.move, got, x.want)
		}
	}
	if got := strings.Join(companies(ordered(route, []string{"c", "x", "a"})), " "); got != "c a d b" {
		t.Errorf("what came in later stands behind, what has a time first: %s", got)
	}
	if moved(nil, "a", Up) == nil {
		t.Error("an empty route is an empty list, not none")
	}
}

func TestPlannedVisitComesOntoTheRouteAndIsDoneByAVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.diary()
		w.at(23, 9, 0)
		w.stock(1)
		id := w.draw(w.amy).Lead.ID
		for _, bad := range []struct{ kind, day, clock, key string }{
			{"note", "2026-11-24", "", "day.plan_kind"}, {"visit", "24.11.", "", "day.plan_day"}, {"visit", "2026-11-22", "", "day.plan_range"},
			{"visit", "2027-11-24", "", "day.plan_range"}, {"visit", "2026-11-24", "25:00", "day.plan_clock"},
		} {
			_, err := d.Plan(ctx, w.amy, id, Kind(bad.kind), bad.day, bad.clock)
			w.want(err, fault.Invalid, bad.key)
		}
		_, err := d.Plan(ctx, w.bob, id, Visit, "2026-11-24", "10:30")
		w.want(err, fault.NotFound, "leads.not_held")
		for _, clock := range []string{"10:30", "11:00"} {
			_, err := d.Plan(ctx, w.amy, id, Visit, "2026-11-23", clock)
			w.must(err)
		}
		if n := w.count(`SELECT count(*) FROM lead_plan`); n != 1 {
			t.Fatalf("%d plans", n)
		}
		a, err := d.Agenda(ctx, w.amy)
		if w.must(err); len(a.Route) != 1 || a.Route[0].Plan.At.String() != "11:00" {
			t.Fatalf("%+v", a.Route)
		}
		_, err = d.Work(ctx, w.amy, id, Worked{Contact: Contact{Kind: Call, Outcome: "說下午才在"}})
		w.must(err)
		r, err := d.Report(ctx, w.amy, "")
		if w.must(err); r.Tally.Planned != 1 || r.Tally.Called != 1 || r.Tally.Made != 0 {
			t.Errorf("a call does not make a visit: %+v", r.Tally)
		}
		_, err = d.Work(ctx, w.amy, id, Worked{Contact: Contact{Kind: Visit, Outcome: "見到老闆"}, NextDay: "2026-11-24", NextClock: "14:00"})
		w.must(err)
		a, err = d.Agenda(ctx, w.amy)
		if w.must(err); len(a.Route) != 0 || len(a.Done) != 1 || a.Done[0].Plan.Day != "2026-11-24" || a.Done[0].Last.Outcome != "見到老闆" {
			t.Errorf("%+v", a)
		}
		r, err = d.Report(ctx, w.amy, "")
		if w.must(err); r.Tally.Made != 1 || r.Tally.Called+r.Tally.Missed != 0 || r.Tally.Tomorrow != 1 || r.Tally.FollowUps() != 2 || r.Tally.Leads != 1 || r.Tally.Drawn != 1 {
			t.Errorf("%+v", r.Tally)
		}
		w.must(d.DropPlans(ctx, w.amy, id))
		if n := w.count(`SELECT count(*) FROM lead_plan WHERE dropped_ms IS NULL AND follow_up_id IS NULL`); n != 0 {
			t.Errorf("%d plans are left", n)
		}
	})
}

func TestL7_ADoubledPressIsOneFollowUpAndOtherWordsAreAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.diary()
		w.at(23, 9, 0)
		w.stock(1)
		id := w.draw(w.amy).Lead.ID
		said := Worked{Contact: Contact{Kind: Call, Outcome: "沒接"}, Request: "page 1"}
		first, err := d.Work(ctx, w.amy, id, said)
		w.must(err)
		again, err := d.Work(ctx, w.amy, id, said)
		if w.must(err); again.FollowUps != 1 || !again.Due.Equal(first.Due) {
			t.Errorf("%+v, then %+v", first, again)
		}
		said.Outcome = "接了" // the other tab
		if last, err := d.Work(ctx, w.amy, id, said); err != nil || last.FollowUps != 2 {
			t.Errorf("%+v %v", last, err)
		}
		said.Request = "page 2"
		if last, err := d.Work(ctx, w.amy, id, said); err != nil || last.FollowUps != 3 {
			t.Errorf("%+v %v", last, err)
		}
	})
}

func TestFilesOfAFollowUpAreForItsAuthorAndTheManagersAbove(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.diary()
		w.at(23, 9, 0)
		w.stock(1)
		id := w.draw(w.amy).Lead.ID
		said := func(files ...Upload) error {
			_, err := d.Work(ctx, w.amy, id, Worked{Contact: Contact{Kind: Visit, Outcome: "拿到名片"}, Files: files})
			return err
		}
		w.want(said(Upload{"a.html", []byte("<script>alert(1)</script>")}), fault.Invalid, "day.file_kind")
		w.want(said(Upload{"a.png", []byte("PK\x03\x04")}), fault.Invalid, "day.file_kind")
		w.want(said(Upload{"a.png", make([]byte, MaxFile+1)}), fault.TooLarge, "day.file_large")
		w.want(said(make([]Upload, MaxFiles+1)...), fault.Invalid, "day.files_many")
		w.must(said(Upload{"../../名片\n.png", card(t)}))
		files, err := d.Files(ctx, w.amy, id)
		w.must(err)
		var file Attachment
		for _, all := range files {
			file = all[0]
		}
		if len(files) != 1 || file.Name != "名片.png" || file.Type != "image/png" || file.Size != int64(len(card(t))) {
			t.Fatalf("%+v", files)
		}
		for _, who := range []people.Person{w.amy, w.manager, w.boss, w.admin} {
			f, err := d.File(ctx, who, id, file.ID)
			w.must(err)
			var b bytes.Buffer
			if _, err := b.ReadFrom(f.Content); err != nil || !bytes.Equal(b.Bytes(), card(t)) {
				t.Error(err)
			}
			f.Content.Close()
		}
		for _, who := range []people.Person{w.bob, w.other, w.hr} {
			_, err := d.File(ctx, who, id, file.ID)
			w.want(err, fault.NotFound, "day.no_file")
			if files, err := d.Files(ctx, who, id); err != nil || len(files) > 0 {
				t.Errorf("%s sees %+v %v", who.Number, files, err)
			}
		}
		w.must(w.Return(ctx, w.amy, id, Returning{Reason: "不合適"}))
		_, err = d.File(ctx, w.amy, id, file.ID)
		w.want(err, fault.NotFound, "day.no_file")

		// A file whose follow-up did not come about goes after a day, and takes no other with it.
		other := append(card(t), "x"...)
		for _, data := range [][]byte{card(t), other} {
			_, err = d.takeFiles(ctx, w.amy, id, []Upload{{"x.png", data}})
			w.want(err, fault.NotFound, "leads.not_held")
		}
		w.stock(1)
		second := w.draw(w.amy).Lead.ID
		for _, data := range [][]byte{card(t), other} {
			_, err = d.takeFiles(ctx, w.amy, second, []Upload{{"x.png", data}})
			w.must(err)
		}
		w.must(d.SweepFiles(ctx))
		if n := w.count(`SELECT count(*) FROM follow_up_file WHERE swept_ms IS NULL`); n != 3 {
			t.Fatalf("swept too soon: %d are left", n)
		}
		w.clock.Add(25 * time.Hour)
		w.must(d.SweepFiles(ctx))
		if n := w.count(`SELECT count(*) FROM follow_up_file WHERE swept_ms IS NULL`); n != 1 {
			t.Errorf("%d are left", n)
		}
		f, err := d.File(ctx, w.manager, id, file.ID)
		w.must(err)
		f.Content.Close()
	})
}

func TestAPoolIsSeenWithoutNumbersAndOpenedSoManyTimesADay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.diary()
		w.at(23, 9, 0)
		w.rules = "pools:\n  - {pool: east, title: {zh-Hant: 東區, zh-Hans: 东区, en: East}, newcomer_share: 0, territories: [東區], teams: [" + w.other.Number + "]}\n" +
			"  - {pool: default, title: {zh-Hant: 公海, zh-Hans: 公海, en: Pool}, newcomer_share: 0, views_per_day: 2}\n"
		w.close() // amy only looks on
		w.stock(55)
		w.one("南區")
		east := w.one("東區")
		p, err := d.Browse(ctx, w.amy, Look{})
		if w.must(err); len(p.Leads) != 50 || p.Next == "" || len(p.Pools) != 1 || p.Takes || p.Views != 2 || !slices.Equal(p.Territories, []string{"北區", "南區"}) {
			t.Fatalf("%d leads, %+v", len(p.Leads), p.Pools)
		}
		seen := map[string]bool{}
		for mark := ""; ; mark = p.Next {
			p, err = d.Browse(ctx, w.amy, Look{After: mark})
			w.must(err)
			for _, l := range p.Leads {
				if l.Contact+l.Phone+l.Note != "" || seen[l.ID] || l.ID == east {
					t.Errorf("%+v", l)
				}
				seen[l.ID] = true
			}
			if p.Next == "" {
				break
			}
		}
		if len(seen) != 56 {
			t.Errorf("%d leads", len(seen))
		}
		p, err = d.Browse(ctx, w.amy, Look{Territory: "南區", Industry: "製造"})
		if w.must(err); len(p.Leads) != 1 {
			t.Errorf("%+v", p.Leads)
		}
		_, err = d.Browse(ctx, w.amy, Look{Pool: "east"})
		w.want(err, fault.Forbidden, "leads.not_your_pool")
		_, err = d.Browse(ctx, w.amy, Look{After: "nonsense"})
		w.want(err, fault.Malformed, "day.mark")

		ids := slices.Sorted(func(yield func(string) bool) {
			for id := range seen {
				if !yield(id) {
					return
				}
			}
		})
		_, err = w.Lead(ctx, w.amy, ids[0])
		w.want(err, fault.Forbidden, "day.not_opened")
		for _, id := range []string{ids[0], ids[1], ids[0]} {
			w.must(d.Open(ctx, w.amy, id))
			v, err := w.Lead(ctx, w.amy, id)
			if w.must(err); !v.Lead.Masked {
				t.Error(v.Lead)
			}
		}
		w.want(d.Open(ctx, w.amy, ids[2]), fault.Conflict, "day.views")
		w.want(d.Open(ctx, w.amy, east), fault.Forbidden, "leads.not_your_pool")
		w.at(24, 9, 0)
		w.must(d.Open(ctx, w.amy, ids[2]))
		_, err = w.Lead(ctx, w.amy, ids[0])
		w.want(err, fault.Forbidden, "day.not_opened")
		w.policy("{pledge: signed}")
		w.open()
		w.draw(w.bob)
		held, err := w.Mine(ctx, w.bob)
		w.must(err)
		w.want(d.Open(ctx, w.amy, held.Holdings[0].Lead.ID), fault.Conflict, "leads.taken")
	})
}

func TestReportIsChangedUntilItIsHandedInAndThenStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.diary()
		w.at(23, 9, 0)
		w.stock(2)
		id := w.draw(w.amy).Lead.ID
		_, err := d.Work(ctx, w.amy, id, Worked{Contact: Contact{Kind: Visit, Outcome: "見到老闆"}})
		w.must(err)
		_, err = d.SaveReport(ctx, w.amy, "", "  ", "", true)
		if p, ok := err.(fault.Problems); !ok || p[0].Item != "went" {
			t.Fatal(err)
		}
		if r, err := d.Report(ctx, w.amy, ""); err != nil || !r.Saved.IsZero() || len(r.Log) != 1 || r.Log[0].Outcome != "見到老闆" {
			t.Errorf("what was never saved: %+v %v", r, err)
		}
		_, err = d.SaveReport(ctx, w.amy, "", "", "明天三家", false)
		w.must(err)
		lines, err := d.Reports(ctx, w.manager, "")
		if w.must(err); len(lines) != 2 || lines[0].Report.Tomorrow != "" || !lines[0].Report.HandedIn.IsZero() || lines[0].Report.Tally.Visits != 1 {
			t.Errorf("a manager reads what is not handed in: %+v", lines)
		}
		w.want(d.RemarkOn(ctx, w.manager, lines[0].Report.ID, "好"), fault.NotFound, "day.no_report")
		w.at(23, 22, 29)
		r, err := d.SaveReport(ctx, w.amy, "", "跑了一家", "明天三家", true)
		if w.must(err); r.Late || r.Tally.Visits != 1 {
			t.Errorf("%+v", r)
		}
		_, err = d.SaveReport(ctx, w.amy, "", "跑了一家", "明天三家", true)
		w.must(err)
		_, err = d.SaveReport(ctx, w.amy, "", "跑了九家", "明天三家", true)
		w.want(err, fault.Conflict, "day.report_handed")
		_, err = d.Work(ctx, w.amy, id, Worked{Contact: Contact{Kind: Call, Outcome: "補一通"}})
		w.must(err)
		if r, err = d.Report(ctx, w.amy, "2026-11-23"); err != nil || r.Tally.Calls != 0 || r.Went != "跑了一家" {
			t.Errorf("what was handed in has changed: %+v %v", r, err)
		}
		w.at(23, 22, 31)
		if r, err = d.SaveReport(ctx, w.bob, "", "沒有跑", "", true); err != nil || !r.Late {
			t.Errorf("%+v %v", r, err)
		}
		w.want(d.RemarkOn(ctx, w.other, lines[0].Report.ID, "好"), fault.Forbidden, "leads.not_your_report")
		for range 2 {
			w.must(d.RemarkOn(ctx, w.boss, lines[0].Report.ID, "下一步寫得清楚"))
		}
		if r, err = d.Report(ctx, w.amy, ""); err != nil || len(r.Remarks) != 1 || r.Remarks[0].By.ID != w.boss.ID {
			t.Errorf("%+v %v", r, err)
		}
		_, err = d.Reports(ctx, w.amy, "")
		w.want(err, fault.Forbidden, "leads.managers_only")
		_, err = d.Report(ctx, w.amy, "2026-11-24")
		w.want(err, fault.NotFound, "day.report_day")
		w.at(24, 9, 0)
		if r, err = d.SaveReport(ctx, w.amy, "2026-11-20", "補交", "", true); err != nil || !r.Late {
			t.Errorf("%+v %v", r, err)
		}
		_, err = d.SaveReport(ctx, w.amy, "2026-11-16", "補交", "", true)
		w.want(err, fault.Conflict, "day.report_old")
	})
}

func TestSharingsAreForTheTeamAndAStoryNamesNoCustomer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.diary()
		w.at(23, 9, 0)
		w.stock(2)
		h := w.draw(w.amy)
		_, err := d.Share(ctx, w.amy, "", Three{Met: " "}, "")
		if p, ok := err.(fault.Problems); !ok || len(p) != 3 {
			t.Fatal(err)
		}
		_, err = d.Share(ctx, w.bob, h.Lead.ID, Three{"a", "b", "c"}, "")
		w.want(err, fault.NotFound, "leads.not_held")
		three := Three{Met: h.Lead.Company + "的陳大文", Said: "陳先生說太貴，電話 " + h.Lead.Phone, Worked: "寫信到 boss@example.com，先問他擔心什麼"}
		id, err := d.Share(ctx, w.amy, h.Lead.ID, three, "p1")
		w.must(err)
		if again, err := d.Share(ctx, w.amy, h.Lead.ID, three, "p1"); err != nil || again != id {
			t.Errorf("%s %s %v", id, again, err)
		}
		trainer := w.hire("", people.Trainer)
		for who, sees := range map[*people.Person]int{&w.amy: 1, &w.bob: 1, &w.manager: 1, &w.boss: 1, &trainer: 1, &w.other: 0, &w.hr: 0} {
			page, _, err := d.Sharings(ctx, *who, "")
			if w.must(err); len(page) != sees {
				t.Errorf("%s sees %d sharings", who.Number, len(page))
			}
			if sees == 1 && (page[0].LeadID != "") != (who.ID == w.amy.ID) {
				t.Errorf("%s sees which lead it is: %q", who.Number, page[0].LeadID)
			}
		}
		_, err = d.PreviewStory(ctx, w.bob, id)
		w.want(err, fault.Forbidden, "day.keepers_only")
		_, err = d.PreviewStory(ctx, w.other, id)
		w.want(err, fault.NotFound, "day.no_sharing")
		draft, err := d.PreviewStory(ctx, w.manager, id)
		w.must(err)
		all := draft.Met + draft.Said + draft.Worked
		for _, secret := range []string{h.Lead.Company, "陳大文", "陳先生", h.Lead.Phone, "boss@example.com"} {
			if strings.Contains(all, secret) {
				t.Errorf("%q is in %q", secret, all)
			}
		}
		if draft.Struck != 5 || draft.Industry != "製造" || draft.Stage != "lead" || !strings.Contains(all, "先問他擔心什麼") {
			t.Errorf("%+v", draft)
		}
		_, err = d.KeepStory(ctx, w.manager, Story{SharingID: id})
		if p, ok := err.(fault.Problems); !ok || len(p) != 4 {
			t.Fatal(err)
		}
		story, err := d.KeepStory(ctx, w.manager, Story{SharingID: id, Title: "太貴：陳大文", Three: three, Industry: "製造", Stage: "lead", Objection: "價格"})
		w.must(err)
		if again, err := d.KeepStory(ctx, w.boss, Story{SharingID: id, Title: "x", Three: three}); err != nil || again != story {
			t.Errorf("kept twice: %s %v", again, err)
		}
		s, err := d.Story(ctx, story)
		if w.must(err); strings.Contains(s.Title+s.Met+s.Said+s.Worked, "陳") || s.Author.ID != w.amy.ID || s.By.ID != w.manager.ID {
			t.Errorf("whoever keeps a story puts the name back: %+v", s)
		}
		for seek, n := range map[Seek]int{{}: 1, {Text: "擔心"}: 1, {Text: "擔心 太貴"}: 1, {Text: "便宜"}: 0, {Text: "%"}: 0, {Objection: "價格"}: 1, {Stage: "needs"}: 0, {Industry: "製造", Text: "太貴"}: 1} {
			page, _, err := d.Stories(ctx, seek)
			if w.must(err); len(page) != n {
				t.Errorf("%+v finds %d", seek, len(page))
			}
		}
		w.want(d.WithdrawStory(ctx, w.amy, story), fault.Forbidden, "day.keepers_only")
		w.must(d.WithdrawStory(ctx, w.manager, story))
		_, err = d.Story(ctx, story)
		w.want(err, fault.NotFound, "day.no_story")
		if n := w.count(`SELECT count(*) FROM story`); n != 1 {
			t.Error("the record is gone")
		}
	})
}

func TestErasureForgetsAPersonInTheDaysOfTheirHolders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.diary()
		w.at(23, 9, 0)
		w.stock(1)
		h := w.draw(w.amy)
		_, err := d.Work(ctx, w.amy, h.Lead.ID, Worked{Contact: Contact{Kind: Visit, Outcome: "拿到名片"}, Files: []Upload{{"陳大文.png", card(t)}}, Request: "r"})
		w.must(err)
		three := Three{Met: "陳大文", Said: "打 " + h.Lead.Phone, Worked: "回電"}
		_, err = d.Share(ctx, w.amy, h.Lead.ID, three, "s")
		w.must(err)
		r, err := d.SaveReport(ctx, w.amy, "", "見了陳先生，談成一半；下午訓練", "打給陳大文", true)
		w.must(err)
		w.must(d.RemarkOn(ctx, w.manager, r.ID, "陳大文那一家要帶案例"))
		_, err = d.Share(ctx, w.amy, "", Three{Met: "兩家一起談", Said: "都問起陳大文", Worked: "下週再約"}, "t") // not about them, and yet
		w.must(err)
		w.must(w.Erase(ctx, w.hr, h.Lead.ID, "本人要求"))
		for table, words := range map[string]string{"sharing": "met || said || worked", "day_report": "went || tomorrow", "day_report_remark": "remark", "follow_up_file": "name"} {
			if n := w.count(`SELECT count(*) FROM ` + table + ` WHERE ` + words + ` LIKE '%陳%'`); n > 0 {
				t.Errorf("%s still names them", table)
			}
		}
		if r, err = d.Report(ctx, w.amy, ""); err != nil || r.Went != "見了○○，談成一半；下午訓練" {
			t.Errorf("%q %v", r.Went, err)
		}
		if n := w.count(`SELECT count(*) FROM follow_up WHERE request IS NOT NULL`); n > 0 {
			t.Error("the words' hash stays")
		}
		w.clock.Add(25 * time.Hour)
		w.must(d.SweepFiles(ctx))
		if n := w.count(`SELECT count(*) FROM follow_up_file WHERE swept_ms IS NULL`); n > 0 {
			t.Error("the card stays")
		}
	})
}

func TestScrub(t *testing.T) {
	l := Lead{Company: "永昌五金股份有限公司", Contact: "林經理", Phone: "02-2345-6789"}
	for text, want := range map[string]string{
		"永昌五金的林經理":  "○○的○○",
		"永昌的林總今天不在": "○○的○○今天不在",
		"永昌五金股份有限公司 ０２－２３４５－６７８９ 找林小姐":   "○○ ○○ 找○○",
		"打 0912 345 678 或 (02)2345-6789": "打 ○○ 或 ○○",
		"2026-11-23 見面，報價 19,800，50 人":   "2026-11-23 見面，報價 19,800，50 人",
		"看 https://example.com/a?b 再說":   "看 ○○ 再說",
		"他說：「太貴。」我問預算":                   "他說：「太貴。」我問預算",
	} {
		if got, _ := scrub(text, l); got != want {
			t.Errorf("%s\n  %s, want\n  %s", text, got, want)
		}
	}
	en := Lead{Company: "Bright Star Tools Co., Ltd.", Contact: "Ann Miller"}
	for text, want := range map[string]string{
		"Ann of bright star tools said no":       "○○ of ○○ said no",
		"Planning with ANN MILLER at Bright":     "Planning with ○○ at ○○",
		"Miller wants a planning session, annex": "○○ wants a planning session, annex",
	} {
		if got, _ := scrub(text, en); got != want {
			t.Errorf("%s\n  %s, want\n  %s", text, got, want)
		}
	}
	three := Lead{Company: "大成", Contact: "陳大文"}
	if got, n := scrub("大文說大成不買，陳老闆也同意", three); got != "○○說○○不買，○○也同意" || n != 3 {
		t.Error(got, n)
	}
}

func TestNewTablesRefuseWhatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, sql := range map[string]string{
			"a report that is late and not handed in": `INSERT INTO day_report (id, person_id, day, went, tomorrow, at_ms, late) VALUES ('x', '` + w.amy.ID + `', 'd', '', '', 0, TRUE)`,
			"a plan for a note":                       `INSERT INTO lead_plan (id, tenure_id, person_id, kind, day, at_ms) VALUES ('x', 'x', '` + w.amy.ID + `', 'note', 'd', 0)`,
		} {
			if err := w.db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(sql); return err }); err == nil {
				t.Error(name)
			}
		}
	})
}

// What no draw could take, and no page of the pool shows, is not opened by its id either.
func TestOnlyWhatAPoolShowsIsOpened(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.diary()
		w.stock(1)
		id := w.all()[0]
		for access, key := range map[Access]string{AccessEmbargo: "leads.embargo", AccessNewcomers: "leads.for_newcomers", accessComing: "intake.coming"} {
			w.must(w.db.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(`UPDATE lead SET access = ?`, access)
				return err
			}))
			w.want(d.Open(ctx, w.amy, id), fault.Conflict, key)
		}
		w.must(w.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE lead SET access = 'open'`)
			return err
		}))
		w.must(d.Open(ctx, w.amy, id))
	})
}

// A file that cannot be removed now is removed by a later sweep: somebody may have asked to be forgotten.
func TestAFileThatCouldNotBeRemovedIsRemovedLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		folder := t.TempDir()
		files, err := blobs.Open(folder)
		w.must(err)
		d := NewDiary(w.Pool, files)
		w.stock(1)
		_, err = d.takeFiles(ctx, w.amy, w.draw(w.amy).Lead.ID, []Upload{{"x.png", card(t)}})
		w.must(err)
		var stored []string
		w.must(filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				stored = append(stored, path)
			}
			return err
		}))
		if len(stored) != 1 {
			t.Fatal(stored)
		}
		w.must(os.Rename(stored[0], stored[0]+".away"))
		w.must(os.MkdirAll(filepath.Join(stored[0], "in the way"), 0o700))
		w.clock.Add(25 * time.Hour)
		if err := d.SweepFiles(ctx); err == nil {
			t.Fatal("nobody hears of it")
		}
		w.must(os.RemoveAll(stored[0]))
		w.must(os.Rename(stored[0]+".away", stored[0]))
		w.must(d.SweepFiles(ctx))
		if _, err := os.Stat(stored[0]); !os.IsNotExist(err) {
			t.Errorf("the card stays for ever: %v", err)
		}
	})
}
