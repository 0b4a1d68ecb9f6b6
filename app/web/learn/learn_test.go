package learn_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// TestPath walks a new hire from the first sentence to the first lead, by forms alone.
func TestPath(t *testing.T) {
	s := open(t, school())
	s.stock(5)
	amy := s.as(s.newHire("林予安"))
	sitting := s.sitting("values")

	amy.get("/", "早安，予安。先讀誠信承諾", "第 42 期 · 第 9 天，共 21 天", `href="/pledge"`, "門前還差 3 項")
	amy.get("/pledge", "我靠自己考試", `name="version" value="1"`)
	amy.leads(amy.post("/pledge/signatures", url.Values{"version": {"1"}, "agree": {"yes"}}), "/")
	amy.get("/pledge", "你已在 11月23日 09:00 簽署")

	amy.get("/", "今天學價值觀第 1 課", `class="btn go" href="/lessons/values/line"`)
	amy.get("/lessons/values/line", "<h1>高壓線</h1>", "還有 5 個隨堂測驗沒試過")
	amy.get("/", "#resume")
	for check, form := range map[string]url.Values{
		"one": {"choice": {"1"}}, "many": {"choice": {"0", "1"}}, "rows": {"place": {"1", "3", "2"}}, "pairs": {"pair": {"0", "1"}}, "hours": {"text": {"24"}},
	} {
		amy.leads(amy.post("/lessons/values/line/checks/"+check, form), "/lessons/values/line#check-"+check)
	}
	amy.get("/lessons/values/line", "答對了", "沒發生的不能寫", "完成這一課", `value="1" checked`)
	amy.leads(amy.post("/lessons/values/line/completion", nil), "/lessons/values/trust")
	amy.get("/lessons/values/trust", "因為信任", `href="/sources#source-memoir"`)
	amy.get("/sources", `id="source-memoir"`, "早期員工的憶述", "單一來源", `href="/lessons/values/trust"`)
	amy.leads(amy.post("/lessons/values/trust/completion", nil), "/")

	amy.get("/", "課讀完了，接著是〈價值觀結業考〉", `href="/sittings/`+sitting.ID)
	amy.get("/courses", "2 課中讀完 2 課", "已完成")
	amy.get("/courses/values/culture", "去考試")
	s.pass(amy.person, sitting)

	amy.get("/", "門開了，來領第一筆線索", "考試 100%")
	amy.get("/gate", "門開了，先用新手額度", "每一項都齊了")
	a := amy.post("/leads/draws", url.Values{"request": {"2026-11-23/0"}})
	amy.want(a, http.StatusSeeOther)
	lead := a.Header.Get("Location")
	amy.get(lead, "永昌五金", "tel:02-2345-", "領取")
	amy.get("/leads", "手上 1 筆", "今天還能領 2 筆")
}

// TestPagesInThreeLanguages executes every page with real data in every language.
func TestPagesInThreeLanguages(t *testing.T) {
	s := open(t, school())
	s.stock(20)
	seller := s.ready("陳可心")
	held, err := s.pool.Draw(s.ctx, seller, "", "")
	s.must(err)
	_, err = s.pool.FollowUp(s.ctx, seller, held.Lead.ID, leads.Contact{Kind: leads.Visit, Outcome: "見到老闆", Next: "週一再談"})
	s.must(err)
	for _, at := range []time.Duration{2 * time.Hour, 30 * time.Hour} {
		_, err = s.roster.AddSession(s.ctx, s.trainer, cohorts.Session{CohortID: s.cohort.ID, At: s.clock.Now().Add(at), Kind: cohorts.Sharing, Title: "我怎麼說明", Lecturer: "產品部講師", Place: "3 樓"})
		s.must(err)
	}
	fresh := s.newHire("林予安")
	reader := s.newHire("Ada Lin")
	s.sign(reader)
	s.read(reader, "values/line")
	both := s.hire("王多能", people.Roles()...)
	mentor := s.hire("師傅", people.Mentor)
	clerk := s.hire("職員", people.Invigilator)
	for _, lang := range locale.Langs() {
		for _, p := range []people.Person{seller, fresh, reader, both, mentor, clerk, s.hr, s.trainer, s.manager} {
			v := s.as(p).in(lang)
			for _, target := range []string{"/", "/pledge", "/gate", "/courses", "/courses/values/culture", "/courses/product/membership", "/lessons/values/line", "/sources", "/search", "/search?q=%E4%BF%A1%E4%BB%BB", "/search?q=zzz"} {
				v.get(target, `<html lang="`+string(lang)+`"`)
			}
			if p.Has(people.NewHire, people.Manager, people.Mentor) {
				v.get("/leads", `<html lang="`+string(lang)+`"`)
			}
		}
		s.as(seller).in(lang).get("/leads/"+held.Lead.ID, "見到老闆")
		s.as(s.manager).in(lang).get("/leads/"+held.Lead.ID, "見到老闆")
		s.as(reader).in(lang).get("/leads/"+s.opened(reader), "••")
		v := s.as(fresh).in(lang)
		v.want(v.send("GET", "/lessons/values/trust", nil), http.StatusForbidden, `class="btn go" href="/lessons/values/line"`)
	}
	_, err = s.pool.Draw(s.ctx, seller, "", "")
	s.must(err)
	s.clock.Add(24 * time.Hour)
	s.as(seller).get("/leads", "今天 22:30 前", "傳了訊息")
	s.as(seller).get("/", "今天有 1 筆線索要跟進", "永昌五金")
}

// TestShippedLessons: what is in content/ reads well in every language.
func TestShippedLessons(t *testing.T) {
	s := open(t, os.DirFS("../../.."))
	v := s.as(s.trainer)
	tracks, err := s.library.Tracks(s.ctx, s.trainer, locale.Hant)
	s.must(err)
	n := 0
	for _, lang := range locale.Langs() {
		in := v.in(lang)
		in.get("/courses")
		in.get("/pledge")
		for _, track := range tracks {
			for _, course := range track.Courses {
				in.get("/courses/" + course.Ref)
				for _, l := range course.Lessons {
					in.get("/lessons/"+l.Ref, `class="check"`)
					n++
				}
			}
		}
	}
	if n < 9 {
		t.Errorf("only %d lessons", n)
	}
}

// TestOrderByAddress: the order holds however a page is asked for.
func TestOrderByAddress(t *testing.T) {
	s := open(t, school())
	s.library.Guard(func(_ *store.Rx, _ people.Person, lesson string) error {
		if strings.HasPrefix(lesson, "product/") {
			return fault.New(fault.Forbidden, "learn.locked.exams")
		}
		return nil
	})
	amy := s.as(s.newHire("林予安"))
	amy.want(amy.send("GET", "/lessons/values/trust", nil), http.StatusForbidden, "請先完成〈高壓線〉", `href="/lessons/values/line"`)
	amy.want(amy.post("/lessons/values/trust/completion", nil), http.StatusForbidden)
	amy.want(amy.post("/lessons/values/line/checks/one", url.Values{"choice": {"0"}}), http.StatusForbidden)
	amy.want(amy.post("/lessons/values/trust/reading", url.Values{"seconds": {"5"}}), http.StatusNoContent)
	s.read(amy.person, "values/line", "values/trust")
	amy.want(amy.send("GET", "/lessons/product/price", nil), http.StatusForbidden, `class="btn go" href="/exams"`)
	s.as(s.trainer).get("/lessons/product/price", "一年一付")
}

func TestChecks(t *testing.T) {
	s := open(t, school())
	amy := s.as(s.newHire("林予安"))
	amy.get("/lessons/values/line")
	const check = "/lessons/values/line/checks/"
	for _, c := range []struct {
		name, check string
		form        url.Values
		says        string
	}{
		{"blank", "one", nil, "請先作答"},
		{"places twice", "rows", url.Values{"place": {"1", "1", "2"}}, "把 1 到 3 各用一次"},
		{"a place missing", "rows", url.Values{"place": {"1", "", "2"}}, "把 1 到 3 各用一次"},
		{"not a number", "one", url.Values{"choice": {"x"}}, "不是整數"},
		{"out of range", "one", url.Values{"choice": {"9"}}, ""},
		{"another kind", "one", url.Values{"text": {"24"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			amy.want(amy.post(check+c.check, c.form), http.StatusUnprocessableEntity, "<h1>高壓線</h1>", c.says)
			part := amy.send("POST", check+c.check, c.form, "HX-Request", "true")
			amy.want(part, http.StatusUnprocessableEntity, c.says)
			if strings.Contains(part.text, "<html") {
				t.Error("htmx got the whole page")
			}
		})
	}
	places := amy.post(check+"rows", url.Values{"place": {"3", "3", "2"}})
	if strings.Count(places.text, "<option selected>3</option>") != 2 {
		t.Error("the places that were chosen are lost")
	}
	part := amy.send("POST", check+"one", url.Values{"choice": {"0"}}, "HX-Request", "true")
	amy.want(part, http.StatusOK, "還不對", "這是弄錯", "再答一次", `hx-swap-oob="innerHTML"`, "還有 4 個")
	amy.want(amy.post(check+"nothing", url.Values{"choice": {"0"}}), http.StatusNotFound)
	amy.want(amy.post("/lessons/values/line/completion", nil), http.StatusConflict, "還有 4 個隨堂測驗沒作答", "#check-many")
}

func TestReadingIsEvidence(t *testing.T) {
	s := open(t, school())
	amy := s.as(s.newHire("林予安"))
	amy.get("/lessons/values/line")
	s.clock.Add(time.Minute)
	amy.want(amy.post("/lessons/values/line/reading", url.Values{"seconds": {"40"}}), http.StatusNoContent)
	amy.want(amy.post("/lessons/values/line/reading", url.Values{"seconds": {"many"}}), http.StatusUnprocessableEntity)
	l, err := s.library.Lesson(s.ctx, amy.person, "values/line", locale.Hant)
	s.must(err)
	if l.Evidence.Seconds != 40 {
		t.Errorf("%d seconds", l.Evidence.Seconds)
	}
}

func TestPledge(t *testing.T) {
	files := school()
	s := open(t, files)
	amy := s.as(s.newHire("林予安"))
	amy.want(amy.post("/pledge/signatures", url.Values{"version": {"1"}}), http.StatusUnprocessableEntity, "請先勾選")
	amy.want(amy.post("/pledge/signatures", url.Values{"version": {"9"}, "agree": {"yes"}}), http.StatusConflict, "目前是第 1 版")
	amy.want(amy.post("/pledge/signatures", url.Values{"version": {"x"}, "agree": {"yes"}}), http.StatusUnprocessableEntity)
	s.sign(amy.person)

	files["content/pledge.md"].Data = []byte("---\ntitle: 誠信承諾書\nversion_note: 第二版\n---\n\n我靠自己考試，也不洩題。\n")
	s.clock.Add(time.Hour)
	_, problems, err := s.shelf.Load(s.ctx, files)
	s.must(err)
	s.must(problems.Err())
	amy.want(amy.post("/pledge/signatures", url.Values{"version": {"1"}, "agree": {"yes"}}), http.StatusConflict, "也不洩題", `value="2"`, "目前是第 2 版")
	amy.get("/pledge", "你在 11月23日簽過較早的版本")
	amy.leads(amy.post("/pledge/signatures", url.Values{"version": {"2"}, "agree": {"yes"}}), "/")
	amy.get("/pledge", "簽署")
	amy.in(locale.En).get("/pledge", "I take exams by myself", "You signed on")
	amy.in(locale.Hans).get("/pledge", "还没有译成")
}

// TestForgedOrigin: no form of another site changes anything.
func TestForgedOrigin(t *testing.T) {
	s := open(t, school())
	amy := s.as(s.ready("林予安"))
	for _, target := range []string{"/pledge/signatures", "/lessons/values/line/checks/one", "/lessons/values/line/reading", "/lessons/values/line/completion", "/leads/draws", "/leads/x/follow-ups", "/leads/x/return"} {
		for _, origin := range []string{"https://evil.example", "null", ""} {
			amy.want(amy.send("POST", target, url.Values{"version": {"1"}, "agree": {"yes"}, "choice": {"0"}}, "Origin", origin), http.StatusForbidden)
		}
	}
	if desk, err := s.pool.Mine(s.ctx, amy.person); err != nil || len(desk.Holdings) != 0 {
		t.Errorf("a forged form drew a lead: %v %v", desk, err)
	}
}

func TestUnknown(t *testing.T) {
	s := open(t, school())
	amy := s.as(s.ready("林予安"))
	for _, target := range []string{"/lessons/values/nothing", "/courses/values/nothing", "/leads/nothing", "/courses/values/culture/files/nothing.png", "/courses/values/culture/files/01-line.md"} {
		amy.want(amy.send("GET", target, nil), http.StatusNotFound)
	}
	for _, target := range []string{"/lessons/values/nothing/completion", "/lessons/values/nothing/checks/one", "/leads/nothing/follow-ups", "/leads/nothing/return"} {
		amy.want(amy.post(target, url.Values{"choice": {"0"}, "kind": {"call"}, "outcome": {"談過"}, "reason": {"不合適"}}), http.StatusNotFound)
	}
	picture := amy.send("GET", "/courses/values/culture/files/dot.png?v=1", nil)
	if picture.StatusCode != 200 || picture.Header.Get("Content-Type") != "image/png" || !strings.Contains(picture.Header.Get("Cache-Control"), "immutable") {
		t.Error(picture.StatusCode, picture.Header)
	}
	anonymous := &visitor{site: s}
	for _, target := range []string{"/", "/lessons/values/line", "/leads"} {
		if a := anonymous.send("GET", target, nil); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/sign-in") {
			t.Errorf("%s: %d to %s", target, a.StatusCode, a.Header.Get("Location"))
		}
	}
	hr := s.as(s.hr)
	hr.want(hr.send("GET", "/leads", nil), http.StatusForbidden)
}

// TestG3_ClosedGateSaysWhy: whoever draws behind a closed gate is told each reason, and where it is mended.
func TestG3_ClosedGateSaysWhy(t *testing.T) {
	s := open(t, school())
	s.stock(3)
	amy := s.as(s.newHire("林予安"))
	reasons := []string{"還沒簽署誠信承諾", `href="/pledge"`, "還沒讀完課程〈文化與底線〉", `href="/courses/values/culture"`, "還沒通過考試〈價值觀結業考〉", `href="/exams"`}
	if text := amy.get("/leads", reasons...); strings.Contains(text, `action="/leads/draws"`) || strings.Contains(text, `id="sample"`) {
		t.Error("a closed gate has a button to draw, or shows leads")
	}
	amy.want(amy.post("/leads/draws", nil), http.StatusForbidden, reasons...)
	amy.get("/gate", "門還關著", "還差 3 項")
	s.sign(amy.person)
	amy.get("/gate", "可以跟著師傅看")
	for _, lang := range locale.Langs() {
		text := amy.in(lang).get("/leads", `id="sample"`)
		if n := strings.Count(text, "永昌五金"); n != 3 || strings.Contains(text, "王") || strings.Contains(text, "02-") {
			t.Errorf("whoever looks on sees %d of 3 leads, or a number: %s", n, text)
		}
	}
	amy.want(amy.post("/leads/draws", nil), http.StatusForbidden, "可以跟著師傅看")
}

func TestWaiver(t *testing.T) {
	files := school()
	files["content/policy.yaml"].Data = []byte(strings.Replace(schoolPolicy, "{course: values/culture}", "{course: product/membership}", 1))
	s := open(t, files)
	p := s.newHire("林予安")
	s.must(s.keeper.Waive(s.ctx, s.hr, p.ID, "course:product/membership", s.clock.Now().Add(72*time.Hour), "課程改版中，先由師傅帶"))
	s.as(p).get("/gate", "人資豁免到 11月26日", "理由：課程改版中，先由師傅帶")
}

func TestLeads(t *testing.T) {
	s := open(t, school())
	s.stock(10)
	amy := s.as(s.ready("林予安"))
	amy.get("/leads", "還沒有線索", `name="request" value="2026-11-23/0"`)
	again := url.Values{"request": {"2026-11-23/0"}}
	first, second := amy.post("/leads/draws", again), amy.post("/leads/draws", again)
	if first.Header.Get("Location") == "" || first.Header.Get("Location") != second.Header.Get("Location") {
		t.Fatalf("a second click drew another lead: %s %s", first.Header.Get("Location"), second.Header.Get("Location"))
	}
	lead := first.Header.Get("Location")
	id := strings.TrimPrefix(lead, "/leads/")

	amy.leads(amy.post(lead+"/follow-ups", url.Values{"quick": {"missed"}}), lead)
	amy.get(lead, "電話沒接", "備註只留下紀錄，期限不變")
	amy.want(amy.send("POST", lead+"/follow-ups", url.Values{"kind": {"visit"}, "outcome": {"見到老闆，下週報價"}, "next": {"帶價目表"}}, "HX-Request", "true"), http.StatusOK, "記下了。下次期限", `id="lead-`+id)
	amy.get(lead, "見到老闆，下週報價", "帶價目表")
	amy.want(amy.post(lead+"/follow-ups", url.Values{"kind": {"visit"}, "next": {"別弄丟這句"}}), http.StatusUnprocessableEntity, "別弄丟這句", `value="visit" selected`)
	amy.want(amy.post(lead+"/follow-ups", url.Values{"kind": {"telepathy"}, "outcome": {"心電感應"}}), http.StatusUnprocessableEntity)

	other := s.as(s.ready("陳可心"))
	other.want(other.post(lead+"/follow-ups", url.Values{"quick": {"missed"}}), http.StatusNotFound)
	other.leads(other.send("GET", lead, nil), "/pool")
	if text := other.get("/pool", "永昌五金"); strings.Contains(text, lead+"/") {
		t.Error("a stranger sees what is none of theirs")
	}
	other.want(other.post(lead+"/views", nil), http.StatusConflict, "剛剛被別人拿走了", `id="territory"`)
	if text := other.get("/leads/"+s.opened(other.person), "聯絡方式已遮住", "領取這筆線索"); strings.Contains(text, "tel:") {
		t.Error("a masked lead has a number to call")
	}

	amy.want(amy.post(lead+"/return", nil), http.StatusUnprocessableEntity, "<details class=\"card\" open")
	amy.leads(amy.post(lead+"/return", url.Values{"reason": {"已有供應商，明年三月再談"}}), "/leads")
	amy.get(lead, "已有供應商", "退回")
	for n := 1; n < 3; n++ {
		amy.want(amy.post("/leads/draws", nil), http.StatusSeeOther)
	}
	amy.get("/leads", "今天還能領 0 筆", "disabled")
	amy.want(amy.post("/leads/draws", nil), http.StatusConflict, "手上 2 筆")
}

// opened is a lead of the pool that a person has opened.
func (s *site) opened(p people.Person) string {
	s.Helper()
	pool, err := s.diary.Browse(s.ctx, p, leads.Look{})
	s.must(err)
	if len(pool.Leads) == 0 {
		s.Fatal("the pool shows nothing")
	}
	s.must(s.diary.Open(s.ctx, p, pool.Leads[0].ID))
	return pool.Leads[0].ID
}

// TestHomeOfRoles: everyone has first things to do, and nobody a page of another role.
func TestHomeOfRoles(t *testing.T) {
	s := open(t, school())
	s.sitting("values")
	for _, c := range []struct {
		role people.Role
		says string
	}{
		{people.Trainer, "今天有 1 個場次"}, {people.HR, "第 42 期 秋季班"}, {people.Reviewer, "沒有個案在等審查人"}, {people.Manager, "你的團隊"},
		{people.Admin, "匯入人員"}, {people.Mentor, "看我的線索"}, {people.Invigilator, "今天沒有場次"},
	} {
		s.as(s.hire("員工"+string(c.role), c.role)).get("/", c.says)
	}
}

func TestLapsedPassIsSaid(t *testing.T) {
	s := open(t, school())
	amy := s.as(s.ready("林予安"))
	s.clock.Add(370 * 24 * time.Hour)
	amy = s.as(amy.person)
	amy.get("/gate", "該更新了", "寬限到")
	s.clock.Add(30 * 24 * time.Hour)
	amy = s.as(amy.person)
	amy.get("/gate", "已失效")
	if d, err := s.keeper.Decide(s.ctx, amy.person.ID); err != nil || d.Level == gate.Full {
		t.Error(d.Level, err)
	}
}

// TestCaseIsSaid: whoever a case is about reads what is happening, until when and whom to ask; a mere flag says
// nothing to anybody.
func TestCaseIsSaid(t *testing.T) {
	s := open(t, school())
	p := s.newHire("林予安")
	s.sign(p)
	s.read(p, "values/line", "values/trust")
	attempt := s.pass(p, s.sitting("values"))
	amy := s.as(p)
	number, err := s.desk.Report(s.ctx, s.trainer, attempt, "兩份試卷的錯處幾乎一樣")
	s.must(err)
	if text := amy.get("/gate", "門開了"); strings.Contains(text, "個案 1") {
		t.Error("a flag is shown to the person")
	}
	reviewer := s.hire("何審查", people.Reviewer)
	s.must(s.desk.Open(s.ctx, reviewer, number))
	for lang, words := range map[locale.Lang][]string{
		locale.Hant: {"資格暫停中", "最晚 12月14日要有結果", "個案 1：〈價值觀結業考〉", "這不是指控", "請找人資"},
		locale.Hans: {"资格暂停中", "这不是指控", "请联系 HR"},
		locale.En:   {"The gate is paused", "no accusation", "talk to HR"},
	} {
		amy.in(lang).get("/gate", words...)
		amy.in(lang).get("/")
		amy.in(lang).get("/leads")
	}
	amy.get("/gate", "暫定：個案 1 審查中", `href="/cases/mine/1"`)
	amy.get("/attempts/"+attempt+"/result", "這次通過是暫定的")
	for _, r := range []people.Person{reviewer, s.hire("梁審查", people.Reviewer)} {
		_, err = s.desk.Vote(s.ctx, r, number, integrity.Ballot{Outcome: integrity.NotUpheld, Reason: "座位相隔兩排，錯處是課文裡的陷阱"})
		s.must(err)
	}
	if text := amy.get("/gate", "查無不實，11月23日還你清白", "門開了"); strings.Contains(text, "暫定") {
		t.Error("a pass stays provisional after its case is over")
	}
	amy.get("/cases/mine/1", "已還清白", "座位相隔兩排")
	s.as(s.manager).get("/", "暫停已解除", "林予安", "查無不實")
	if text := s.as(s.hire("羅旁人", people.Manager)).get("/"); strings.Contains(text, "暫停已解除") {
		t.Error("whoever was told of nothing is told that it is over")
	}
}

// Those who lead sit the same exams every year, and their home says what is due.
func TestManagersOweThemselvesTheSameExams(t *testing.T) {
	s := open(t, school())
	sitting := s.sittingFor("values", "")
	boss := s.as(s.manager)
	boss.get("/", "今年還有 3 項", "帶人的也考同一份", `href="/gate"`, `href="/pledge"`, `href="/courses/values/culture"`, `href="/exams"`)
	boss.in(locale.En).get("/", "3 things are due")
	s.sign(s.manager)
	s.read(s.manager, "values/line", "values/trust")
	s.pass(s.manager, sitting)
	boss.get("/", "你都做到了")
	s.clock.Add(366 * 24 * time.Hour)
	s.as(s.manager).get("/", "今年還有 1 項")
}

// The timetable is the cohort's whole programme, a day at a time; who is in no cohort has none.
func TestTimetable(t *testing.T) {
	s := open(t, school())
	amy := s.as(s.newHire("林予安"))
	amy.get("/timetable", "第 42 期", "還沒有課表")
	for day, title := range map[int]string{-1: "昨天的課", 0: "今天的課", 2: "後天的考試"} {
		_, err := s.roster.AddSession(s.ctx, s.trainer, cohorts.Session{CohortID: s.cohort.ID, At: s.clock.Now().AddDate(0, 0, day).Add(-time.Hour), Kind: cohorts.Lecture, Title: title, Lecturer: "蔡講師"})
		s.must(err)
	}
	page := amy.get("/timetable", "昨天的課", "今天的課", "後天的考試", "11月22日", "11月25日", `class="card past"`)
	for what, want := range map[string]int{`id="next"`: 1, `aria-current="date"`: 1, `class="card past"`: 1} {
		if n := strings.Count(page, what); n != want {
			t.Errorf("%s comes %d times, want %d", what, n, want)
		}
	}
	amy.in(locale.En).get("/timetable", "Cohort 42", "25 Nov")
	amy.in(locale.Hans).get("/timetable", "今天")
	amy.get("/", `href="/timetable#next"`)
	s.as(s.trainer).want(s.as(s.trainer).send("GET", "/timetable", nil), http.StatusNotFound)
}

// Whoever has not signed the pledge is led to it from the exam.
func TestExamLeadsToThePledge(t *testing.T) {
	s := open(t, school())
	amy := s.as(s.newHire("林予安"))
	sitting := s.sitting("values")
	amy.get("/sittings/"+sitting.ID, "請先簽署誠信承諾書", `href="/pledge"`)
	amy.want(amy.post("/sittings/"+sitting.ID+"/attempts", url.Values{"pledge": {"yes"}, "notice": {agreed(s, s.room, sitting.ID).Notice}}), http.StatusConflict, `href="/pledge"`)
	s.sign(amy.person)
	if page := amy.get("/sittings/"+sitting.ID, `name="pledge"`); strings.Contains(page, "請先簽署") {
		t.Error("the pledge is asked for after it was signed")
	}
}
