package review_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
)

var hidden = regexp.MustCompile(`(?s)<textarea name="saw" hidden>\n(.*?)</textarea><input type="hidden" name="version" value="(\d+)">`)

// form is what the page of the draft would send if nothing were changed in it.
func formOf(t *testing.T, page string) url.Values {
	t.Helper()
	m := hidden.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("no form:", words(page))
	}
	v := url.Values{"saw": {html.UnescapeString(m[1])}, "version": {m[2]}}
	for _, input := range regexp.MustCompile(`<input[^>]* name="([^"]+)"[^>]*>`).FindAllStringSubmatch(words(page), -1) {
		if strings.Contains(input[0], `type="checkbox"`) && !strings.Contains(input[0], " checked") || input[1] == "version" {
			continue
		}
		value := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(input[0])
		if value != nil {
			v.Set(input[1], html.UnescapeString(value[1]))
		}
	}
	for _, s := range regexp.MustCompile(`(?s)<select[^>]* name="([^"]+\.ref)"[^>]*>(.*?)</select>`).FindAllStringSubmatch(page, -1) {
		if chosen := regexp.MustCompile(`<option value="([^"]*)" selected>`).FindStringSubmatch(s[2]); chosen != nil {
			v.Add(s[1], html.UnescapeString(chosen[1]))
		}
	}
	if days := regexp.MustCompile(`(?s)<textarea id="holidays"[^>]*>(.*?)</textarea>`).FindStringSubmatch(page); days != nil {
		v.Set("holidays", days[1])
	}
	return v
}

func (b browser) send(path string, status int, form url.Values, change ...string) (page, location string) {
	b.Helper()
	var pairs []string
	for i := 0; i < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	for name, values := range form {
		for _, v := range values {
			pairs = append(pairs, name, v)
		}
	}
	return b.post(path, status, pairs...)
}

func value(t *testing.T, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + regexp.QuoteMeta(name) + `" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no %s: %s", name, words(page))
	}
	return html.UnescapeString(m[1])
}

// HR changes a mark, a number and a condition in the form, sees whom it touches, and publishes it with a line of why.
func TestThePolicyIsChangedPreviewedAndPublished(t *testing.T) {
	s := open(t)
	amy, ben := s.Ready("Amy"), s.Ready("Ben")
	hr := s.as(s.HR)
	for _, lang := range locale.Langs() {
		b := hr.in(lang)
		b.get("/policy/draft", 200)
		b.get("/policy/draft/text", 200)
		b.get("/policy/preview", 200)
	}
	for _, other := range []people.Person{s.Trainer, s.Manager, s.Reviewer[0], amy} {
		s.as(other).get("/policy/draft", 403)
		s.as(other).post("/policy/publication", 403)
	}

	form := formOf(t, hr.get("/policy/draft", 200))
	_, at := hr.send("/policy/draft", 303, form, "limit.cap", "180", "0.5.mark", "101", "holidays", "2027-01-01\n2027-13-01", "do", "preview")
	page := hr.get(at, 200)
	has(t, page, "不是 1 到 100 的整數", "2027-13-01")
	lacks(t, page, "/policy/publication")
	page = hr.get("/policy/draft", 200) // it survives a reload, with what is wrong beside it
	has(t, page, `value="101"`, `value="180"`, "2027-13-01", "你的草稿")

	form = formOf(t, page)
	hr.send("/policy/draft", 303, form, "0.5.mark", "90", "holidays", "2027-01-01", "do", "save")
	form = formOf(t, hr.get("/policy/draft", 200))
	page, _ = hr.send("/policy/draft", 422, form, "do", "add:0", "0.new", "")
	has(t, page, "請先選要加入的條件")
	hr.send("/policy/draft", 303, form, "do", "add:0", "0.new", "sign_off")
	form = formOf(t, hr.get("/policy/draft", 200))
	hr.send("/policy/draft", 303, form, "do", "either:0.10", "0.10.new", "cohort")
	form = formOf(t, hr.get("/policy/draft", 200))
	hr.send("/policy/draft", 303, form, "do", "remove:0.7")
	page = hr.get("/policy/preview", 200)
	has(t, page, "{exam: values, within: 365d, grace: 14d, mark: 90}", "cap: 180", "Amy", "Ben", "主管還沒有簽核", "現在有 2 人可以領取線索；照這份規則只剩 0 人")

	// It locks everybody out: refused, until it is meant and said why; the note is asked for too.
	publication := func(status int, pairs ...string) (string, string) {
		t.Helper()
		page := hr.get("/policy/preview", 200)
		return hr.post("/policy/publication", status, append([]string{"version", value(t, page, "version"), "hash", value(t, page, "hash")}, pairs...)...)
	}
	page, _ = publication(409, "note", "改用九十分")
	has(t, page, "要這樣發布", `value="改用九十分"`)
	page, _ = publication(422, "note", "改用九十分", "override", "yes", "reason", "短")
	has(t, page, "請寫 8 到 1000 個字", " checked")
	must(t, s.Keeper.SignOff(s.Ctx, s.Manager, amy.ID, "陪訪三次，開場與收尾都穩"))
	hr.post("/policy/publication", 409, "version", "1", "hash", "of another text", "note", "x")
	_, at = publication(303, "note", "改用九十分，並要主管簽核")
	page = hr.get(at, 200)
	has(t, page, "改用九十分，並要主管簽核", "至少 90 分", "主管簽核", "第 2 版")
	lacks(t, page, "特別發布")
	for p, want := range map[string]gate.Standing{amy.ID: gate.StandingLimited, ben.ID: gate.StandingShadow} {
		d, err := s.Keeper.Decide(s.Ctx, p)
		if err != nil || d.Standing() != want || d.Limits.Cap != 180 {
			t.Errorf("%s, %v; want %s", d.Standing(), err, want)
		}
	}

	// Meant, it is published, and who meant it stands with the version.
	must(t, s.Keeper.WithdrawSignOff(s.Ctx, s.Manager, signOffOf(t, s, amy), "客戶抱怨，要再陪一次"))
	must(t, s.Keeper.SignOff(s.Ctx, s.Manager, ben.ID, "陪訪三次，開場與收尾都穩"))
	form = formOf(t, hr.get("/policy/draft", 200))
	hr.send("/policy/draft", 303, form, "do", "add:0", "0.new", "in_order:values>product>sales")
	form = formOf(t, hr.get("/policy/draft", 200))
	hr.send("/policy/draft", 303, form, "0.5.within", "1", "0.5.grace", "")
	s.Clock.Add(48 * time.Hour)
	hr = s.as(s.HR) // the session has ended meanwhile
	page, _ = hr.post("/policy/draft/text", 303, "saw", formOf(t, hr.get("/policy/draft", 200)).Get("saw"), "version", "2", "text", "levels: [")
	page = hr.get("/policy/draft", 200)
	has(t, page, "沒辦法用表單顯示")
	hr.post("/policy/draft/discard", 303)
	lacks(t, hr.get("/policy/draft", 200), "你的草稿")
	form = formOf(t, hr.get("/policy/draft", 200))
	hr.send("/policy/draft", 303, form, "0.5.within", "1", "0.5.grace", "")
	_, at = publication(303, "note", "先停一天盤點", "override", "yes", "reason", "全公司停業盤點，暫停領取")
	has(t, hr.get(at, 200), "特別發布", "全公司停業盤點，暫停領取", "從 1 人變成 0 人")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func signOffOf(t *testing.T, s *site, p people.Person) string {
	t.Helper()
	all, err := s.Keeper.SignOffs(s.Ctx, s.HR, p.ID)
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	return all[len(all)-1].ID
}

// Two windows, and two people: the one that comes second is told, and nothing that was written is lost.
func TestTwoWindowsOfThePolicyLoseNothing(t *testing.T) {
	s := open(t)
	hr, other := s.as(s.HR), s.as(s.Hire("另一位人資", people.HR))
	first, second := formOf(t, hr.get("/policy/draft", 200)), formOf(t, hr.get("/policy/draft", 200))
	theirs := formOf(t, other.get("/policy/draft", 200))
	hr.send("/policy/draft", 303, first, "limit.cap", "111")
	page, _ := hr.send("/policy/draft", 409, second, "limit.cap", "222")
	has(t, page, "cap: 111", "cap: 222", "另一個視窗也存了草稿")
	has(t, hr.get("/policy/draft", 200), `value="111"`)
	saw := html.UnescapeString(regexp.MustCompile(`(?s)name="saw" hidden>\n(.*?)</textarea>`).FindStringSubmatch(page)[1])
	mine := html.UnescapeString(regexp.MustCompile(`(?s)name="text" hidden>\n(.*?)</textarea>`).FindStringSubmatch(page)[1])
	hr.post("/policy/draft/text", 303, "saw", saw, "text", mine, "version", "1")
	has(t, hr.get("/policy/draft", 200), `value="222"`)

	other.send("/policy/draft", 303, theirs, "limit.per_day", "33")
	page = hr.get("/policy/preview", 200)
	hr.post("/policy/publication", 303, "version", "1", "hash", value(t, page, "hash"), "note", "上限改二二二")
	page = other.get("/policy/draft", 200)
	has(t, page, "許人資發布了第 2 版", "cap: 222", "per_day: 33")
	page = other.get("/policy/preview", 200)
	has(t, page, "已經出了新版本")
	page, _ = other.post("/policy/publication", 409, "version", "1", "hash", value(t, page, "hash"), "note", "每日三十三")
	has(t, page, `value="每日三十三"`)
	other.post("/policy/draft/rebase", 303, "onto", "2")
	page = other.get("/policy/preview", 200)
	other.post("/policy/publication", 303, "version", "2", "hash", value(t, page, "hash"), "note", "每日三十三")
	has(t, s.as(s.Manager).get("/policy", 200), "33", "每日三十三")
}

// HR looks back at a moment, sees when the standing changed, and supposes; of a cleared case they are told no more than others.
func TestHRLooksBackAndSupposes(t *testing.T) {
	s := open(t)
	amy := s.NewHire("Amy")
	begun := s.Clock.Now()
	s.Clock.Add(time.Hour)
	s.Sign(amy)
	for _, track := range []string{"values", "product", "sales"} {
		s.Read(amy, track)
		attempt := s.Sit(amy, s.Sitting(track), apptest.Knows)
		if track == "sales" {
			s.Clock.Add(time.Hour)
			number, err := s.Desk.Report(s.Ctx, s.Watch, attempt, "紙條與答案逐題一致")
			must(t, err)
			must(t, s.Desk.Open(s.Ctx, s.Reviewer[0], number))
			s.Clock.Add(time.Hour)
			for _, lang := range locale.Langs() {
				s.as(s.HR).in(lang).get("/people/"+amy.ID+"/gate", 200)
			}
			has(t, s.as(s.HR).get("/people/"+amy.ID+"/gate", 200), "有一件誠信個案還在審查", "暫停")
			s.Decide(number, integrity.NotUpheld)
		}
	}
	s.Clock.Add(time.Hour)
	hr := s.as(s.HR)
	page := hr.get("/people/"+amy.ID+"/gate", 200)
	has(t, page, "未開", "見習", "限額", "暫停", "資格暫停，請洽人資")
	lacks(t, page, "有一件誠信個案還在審查")

	zone := s.Keeper.Zone()
	page = hr.get("/people/"+amy.ID+"/gate?at="+begun.Add(time.Minute).In(zone).Format("2006-01-02T15:04"), 200)
	has(t, page, "依第 1 版判定", "還沒簽署誠信承諾")
	has(t, hr.get("/people/"+amy.ID+"/gate?at="+begun.AddDate(0, 0, -3).In(zone).Format("2006-01-02T15:04"), 200), "還沒有進公司的名冊")
	has(t, hr.get("/people/"+amy.ID+"/gate?at=yesterday", 422), "已經過去的日期和時間")
	has(t, hr.get("/people/"+amy.ID+"/gate?at=2999-01-01T00:00", 422), "已經過去的日期和時間")
	page = hr.get("/people/"+amy.ID+"/gate?if.exam:values=unmet", 200)
	has(t, page, "還沒通過考試〈values 考試〉", "未開")
	page = hr.get("/people/"+amy.ID+"/gate?on="+s.Clock.Now().AddDate(0, 0, 400).In(zone).Format(time.DateOnly), 200)
	has(t, page, "通過已超過 365 天")
	has(t, hr.get("/people/"+amy.ID+"/gate?on=2001-01-01", 422), "今天或以後")
	for _, other := range []people.Person{s.Trainer, s.Manager, s.Reviewer[0], amy} {
		s.as(other).get("/people/"+amy.ID+"/gate", 403)
	}
}

func TestTrainersGraduateACohort(t *testing.T) {
	s := open(t)
	amy := s.NewHire("Amy")
	at := "/cohorts/" + s.Cohort.ID
	trainer := s.as(s.Trainer)
	has(t, trainer.get(at, 200), "讓學員結業")
	page, _ := trainer.post(at+"/graduations", 422)
	has(t, page, "請至少選一個人")
	trainer.post(at+"/graduations", 303, "person", amy.ID)
	for _, lang := range locale.Langs() {
		trainer.in(lang).get(at, 200)
	}
	page = trainer.get(at, 200)
	has(t, page, "已結業", s.Trainer.Name)
	undo := regexp.MustCompile(at + `/graduations/[^"]+/undoing`).FindString(page)
	trainer.post(undo, 422, "reason", "")
	trainer.post(undo, 303, "reason", "弄錯人了")
	lacks(t, trainer.get(at, 200), "已結業")
	s.as(s.Manager).post(at+"/graduations", 403, "person", amy.ID)
}
