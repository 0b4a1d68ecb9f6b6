package review_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
)

func TestPeopleFromInvitationToDeactivation(t *testing.T) {
	s := open(t)
	hr := s.as(s.HR)
	html, _ := hr.post("/people", 422, "name", "", "number", "X 1", "email", "nobody", "roles", "new_hire")
	has(t, html, "有 3 處要改", `aria-invalid="true"`)
	lacks(t, html, "<code>", "工號「」")
	has(t, html, "請填姓名。")
	html, _ = hr.post("/people", 403, "name", "新人", "number", "N1", "email", "n1@test.example", "roles", "admin")
	has(t, html, "只有管理員能給予")
	html, _ = hr.post("/people", 422, "name", "新人", "number", "N1", "email", "n1@test.example", "roles", "new_hire", "manager", "Z9")
	has(t, html, "找不到工號為 Z9 的主管")
	_, at := hr.post("/people", 303, "name", "新人甲", "number", "N1", "email", "n1@test.example", "roles", "new_hire", "manager", s.Manager.Number)
	has(t, hr.get(at, 200), "新人甲", s.Manager.Name, "建立", "還沒開", "通過〈values 考試〉")

	html, _ = hr.post(at+"/invitation", 200)
	link := regexp.MustCompile(`http://localhost(/invitations/[\w-]+)`).FindStringSubmatch(html)
	if link == nil {
		t.Fatal("no link is shown:", words(html))
	}
	lacks(t, hr.get(at, 200), "/invitations/")
	stranger := browser{s, "", locale.Hant, "http://localhost"}
	for _, lang := range locale.Langs() {
		has(t, stranger.in(lang).get(link[1], 200), "N1")
	}
	html, _ = stranger.post(link[1], 422, "password", "short")
	has(t, html, "密碼至少要")
	stranger.post(link[1], 303, "password", "a good long sentence")
	stranger.get(link[1], 404)
	if _, _, err := s.Directory.SignIn(s.Ctx, "N1", "a good long sentence"); err != nil {
		t.Error(err)
	}

	hr.post(at+"/details", 303, "name", "新人乙", "number", "N1", "email", "n1@test.example", "roles", "new_hire", "roles", "mentor")
	has(t, hr.get(at, 200), "新人甲 → 新人乙", "師傅")
	hr.post(at+"/password", 303, "password", "another good sentence")
	hr.post(at+"/sessions/end", 303)
	hr.post(at+"/deactivation", 422, "reason", "")
	hr.post(at+"/deactivation", 303, "reason", "離職")
	has(t, hr.get(at, 200), "已停用", "重新啟用", "離職")
	has(t, hr.get("/people?inactive=yes", 200), "新人乙")
	hr.post(at+"/reactivation", 303, "reason", "回任")
	has(t, hr.get("/people?q=n1&role=mentor", 200), "新人乙")
	has(t, hr.get("/people?q=nowhere", 200), "沒有符合的人")

	s.as(s.Manager).get("/people", 403)
	s.as(s.Reviewer[0]).get(at, 403)
	for _, lang := range locale.Langs() {
		for _, path := range []string{"/people", "/people/new", "/people?q=nowhere", at} {
			hr.in(lang).get(path, 200)
		}
	}
}

func TestWaiversAreHRs(t *testing.T) {
	s := open(t)
	p, hr := s.NewHire("Amy"), s.as(s.HR)
	path := "/people/" + p.ID
	until := s.Clock.Now().AddDate(0, 0, 10).Format("2006-01-02")
	hr.post(path+"/waivers", 422, "requirement", "exam:values", "until", until, "reason", "原本就在別的分公司考過")
	hr.post(path+"/waivers", 422, "requirement", "exam:sales", "until", "someday", "reason", "原本就在別的分公司考過")
	hr.post(path+"/waivers", 303, "requirement", "exam:sales", "until", until, "reason", "原本就在別的分公司考過")
	admin := s.Hire("管理", people.Admin)
	s.as(admin).post(path+"/waivers", 403, "requirement", "exam:sales", "until", until, "reason", "原本就在別的分公司考過")
	has(t, hr.get(path, 200), "豁免", "原本就在別的分公司考過")
	lacks(t, s.as(admin).get(path, 200), path+"/waivers")
	waivers, err := s.Keeper.Waivers(s.Ctx, s.HR, p.ID)
	if err != nil || len(waivers) != 1 {
		t.Fatal(waivers, err)
	}
	for _, lang := range locale.Langs() {
		hr.in(lang).get(path, 200)
	}
	hr.post(path+"/waivers/"+waivers[0].ID+"/withdrawal", 303)
	lacks(t, hr.get(path, 200), "原本就在別的分公司考過")
	hr.post(path+"/accommodations", 303, "label", "視力", "percent", "25", "minutes", "10", "reason", "醫師證明")
	hr.post(path+"/accommodations", 422, "label", "", "percent", "25", "minutes", "10", "reason", "醫師證明")
	hr.post(path+"/accommodations", 422, "label", "視力", "percent", "900", "minutes", "10", "reason", "醫師證明")
	hr.post(path+"/accommodations", 422, "label", "視力", "percent", "many", "minutes", "10", "reason", "醫師證明")
}

// TestOneMoreAttempt: whoever has used up their attempts is no dead end.
func TestOneMoreAttempt(t *testing.T) {
	s := open(t)
	p := s.NewHire("Amy")
	path := "/people/" + p.ID
	s.Sign(p)
	for n := range 3 {
		hr := s.as(s.HR) // sessions end in those days
		s.Sit(p, s.Sitting("values"), func(_, right int) int { return (right + 1) % 4 })
		if n < 2 {
			lacks(t, hr.get(path, 200), path+"/attempts")
			hr.post(path+"/attempts", 409, "exam", "values", "reason", "急診")
		}
		s.Clock.Add(48 * time.Hour)
	}
	hr := s.as(s.HR)
	for _, lang := range locale.Langs() {
		has(t, hr.in(lang).get(path, 200), path+"/attempts")
	}
	admin := s.Hire("管理", people.Admin)
	lacks(t, s.as(admin).get(path, 200), path+"/attempts")
	s.as(admin).post(path+"/attempts", 403, "exam", "values", "reason", "急診")
	hr.post(path+"/attempts", 422, "exam", "values", "reason", " ")
	hr.post(path+"/attempts", 303, "exam", "values", "reason", "考試當天急診")
	has(t, hr.get(path, 200), "考試當天急診", "還剩 1 次")
	lacks(t, hr.get(path, 200), path+"/attempts")
}

const header = "number,name,email,roles,manager,hired_on,cohort\n"

func TestPeopleImportShowsBeforeItWrites(t *testing.T) {
	s := open(t)
	hr := s.as(s.HR)
	html, _ := hr.upload("/people/import", 422, "", "")
	has(t, html, "請先選一個檔案")
	bad := header + "N1,甲,n1@test.example,new_hire,Z9,,\nN2,乙,not-an-address,new_hire,,,\n=N3,丙,n3@test.example,king,,,\n"
	html, _ = hr.upload("/people/import", 422, "bad.csv", bad)
	has(t, html, "bad.csv", "第 2 行", "第 3 行", "第 4 行", "找不到工號為 Z9 的主管", "什麼都還沒有寫入")
	lacks(t, html, `name="apply"`)

	good := header + "N1,\"甲, 乙\",n1@test.example,new_hire," + s.Manager.Number + ",2026-11-23,1\nN2,丙 <b>,n2@test.example,,,,\n"
	for _, lang := range locale.Langs() {
		hr.in(lang).upload("/people/import", 200, "good.csv", good)
		hr.in(lang).upload("/people/import", 422, "bad.csv", bad)
		hr.in(lang).get("/people/import", 200)
	}
	html, _ = hr.upload("/people/import", 200, "good.csv", good)
	has(t, html, `name="apply"`, "<strong>2</strong>人新增")
	if _, err := s.Directory.ByNumber(s.Ctx, "N1"); !fault.Is(err, fault.NotFound) {
		t.Fatal("the preview wrote:", err)
	}
	content := regexp.MustCompile(`name="content" value="([^"]*)"`).FindStringSubmatch(html)
	if content == nil {
		t.Fatal("the content is not sent again:", words(html))
	}
	again := strings.NewReplacer("&#34;", `"`, "&lt;", "<", "&gt;", ">", "&#43;", "+", "&amp;", "&").Replace(content[1])
	if again != good {
		t.Fatalf("%q is not %q", again, good)
	}
	_, at := hr.upload("/people/import", 303, "", "", "apply", "yes", "name", "good.csv", "content", strings.ReplaceAll(again, "\n", "\r\n"))
	if at != "/people" {
		t.Error(at)
	}
	p, err := s.Directory.ByNumber(s.Ctx, "N1")
	if err != nil || p.Name != "甲, 乙" || p.ManagerID != s.Manager.ID {
		t.Errorf("%+v %v", p, err)
	}
	s.as(s.Reviewer[0]).upload("/people/import", 403, "good.csv", good)
	has(t, hr.get("/people/template.csv", 200), header[:len(header)-1])
}

func TestLeadsImport(t *testing.T) {
	s := open(t)
	manager := s.as(s.Manager)
	csv := "company,contact,phone,industry,territory,source,note\n遠帆五金,王先生,02-2345-6789,五金,台北,展會,\n遠帆五金有限公司,李小姐,02-2345-6780,,,,\n"
	send := func(b browser, data string) (path string) {
		t.Helper()
		_, path = b.upload("/leads/import", 303, "leads.csv", data)
		return path
	}
	for _, lang := range locale.Langs() {
		manager.in(lang).get("/leads/import", 200)
		manager.in(lang).upload("/leads/import", 422, "", "")
		manager.in(lang).get(send(manager, csv), 200)
		manager.in(lang).get(send(manager, "客戶名稱,薪水\n遠帆,1\n,2\n"), 422)
	}
	at := send(manager, csv)
	html := manager.get(at, 200)
	has(t, html, at+"/application", "略過的 1 列", "第 3 行")
	has(t, manager.get(at+"/findings.csv", 200), "重複，略過", "遠帆五金有限公司")
	html = manager.get(send(manager, "company,owner\n遠帆,N1\n"), 422)
	has(t, html, "匯入不能指定線索歸誰")
	strange := send(manager, "誰家,聯絡電話,薪水\n長風,02-8765-4321,1\n")
	html = manager.get(strange, 422)
	has(t, html, "薪水", `name="c0"`, `name="c2"`)
	html = manager.get(strange+"?c0=company&c2=-", 200)
	has(t, html, `<input type="hidden" name="c0" value="company">`, `<input type="hidden" name="c2" value="-">`)
	manager.post(strange+"/application", 422)
	manager.post(strange+"/application", 303, "c0", "company", "c2", "-")
	manager.post(at+"/application", 303)
	manager.post(at+"/application", 409)
	has(t, manager.get(at, 200), "已經匯入")
	s.as(s.HR).get(at, 404)
	stats, err := s.Pool.Stats(s.Ctx, s.Manager)
	if err != nil || stats.States["pool"] != 2 {
		t.Error(stats, err)
	}
	known := manager.get(send(manager, csv), 200)
	has(t, known, "在公海", "略過的 2 列")
	s.as(s.NewHire("Amy")).get("/leads/import", 403)
	has(t, manager.get("/leads/import/template.csv", 200), "company,contact,phone")
}

// TestLeadsImportOfOtherFiles: what is none of UTF-8 is told, or asked for, and never stored as other words.
func TestLeadsImportOfOtherFiles(t *testing.T) {
	s := open(t)
	manager := s.as(s.Manager)
	big5 := "company,phone\n\xa5\xd2\xa4\xbd\xa5q\xaa\xd1\xa5\xf7\xa6\xb3\xad\xad\xa4\xbd\xa5q,0912345678\n" // 甲公司股份有限公司
	_, at := manager.upload("/leads/import", 303, "../名單.csv", big5)
	has(t, manager.get(at, 200), "<h1>名單.csv</h1>", "甲公司股份有限公司", `<option value="big5" selected>`)
	_, at = manager.upload("/leads/import", 303, "short.csv", "company\n\xb3\xaf\n") // 陳 or 朝
	for _, lang := range locale.Langs() {
		has(t, manager.in(lang).get(at, 422), "陳", "朝", `name="encoding" value="big5"`)
	}
	has(t, manager.get(at+"?encoding=big5", 200), "陳", `name="encoding" value="big5"`)
	_, location := manager.post(at+"/application", 303, "encoding", "big5")
	if location != "/leads/import" {
		t.Error(location)
	}
	_, at = manager.upload("/leads/import", 303, "broken.xlsx", "PK\x03\x04")
	manager.get(at, 422)
	book := excelize.NewFile()
	for cell, value := range map[string]any{"A1": "公司", "B1": "手機", "A2": "乙公司", "B2": 886912345678, "A3": "丙公司", "B3": "8.86E+11"} {
		if err := book.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	_, at = manager.upload("/leads/import", 303, "leads.xlsx", b.String())
	has(t, manager.get(at, 422), "縮寫", "886912345678")
}

func TestCohorts(t *testing.T) {
	s := open(t)
	hr := s.as(s.HR)
	html, _ := hr.post("/cohorts", 422, "number", "x", "name", "第 2 期", "starts_on", "2026-12-01", "ends_on", "2026-12-12")
	has(t, html, "不是整數", "第 2 期")
	hr.post("/cohorts", 409, "number", "1", "name", "第 1 期", "starts_on", "2026-12-01", "ends_on", "2026-12-12")
	_, at := hr.post("/cohorts", 303, "number", "2", "name", "冬季班", "starts_on", "2026-12-01", "ends_on", "2026-12-12")
	amy := s.NewHire("Amy")
	html, _ = hr.post(at+"/members", 422, "numbers", amy.Number+", Z9")
	has(t, html, "找不到工號 Z9", amy.Number+", Z9")
	hr.post(at+"/members", 422, "numbers", " ")
	hr.post(at+"/members", 303, "numbers", amy.Number)
	trainer := s.as(s.Trainer)
	trainer.post(at+"/sessions", 422, "at", "tomorrow", "kind", "lecture", "title", "高壓線")
	trainer.post(at+"/sessions", 303, "at", "2026-12-01T09:30", "kind", "lecture", "title", "高壓線", "lecturer", "蔡講師", "place", "三樓")
	for _, lang := range locale.Langs() {
		has(t, trainer.in(lang).get(at, 200), "高壓線", "09:30", "Amy")
		hr.in(lang).get(at, 200)
		hr.in(lang).get("/cohorts", 200)
	}
	trainer.post(at+"/members", 403, "numbers", amy.Number)
	has(t, hr.get("/people/"+amy.ID, 200), "冬季班", "第 1 期")
	sessions, err := s.Roster.Timetable(s.Ctx, strings.TrimPrefix(at, "/cohorts/"))
	if err != nil || len(sessions) != 1 {
		t.Fatal(sessions, err)
	}
	trainer.post(at+"/sessions/"+sessions[0].ID+"/cancellation", 303)
	hr.post(at+"/members/"+amy.ID+"/leaving", 422, "reason", "")
	hr.post(at+"/members/"+amy.ID+"/leaving", 303, "reason", "延後到下一期")
	lacks(t, hr.get(at, 200), "Amy", "09:30")
}

// A cohort is given the whole programme with one button, on business days, in the language of who presses it.
func TestProgrammeOfCohort(t *testing.T) {
	s := open(t)
	hr := s.as(s.HR)
	_, at := hr.post("/cohorts", 303, "number", "2", "name", "冬季班", "starts_on", "2026-12-04", "ends_on", "2026-12-06")
	trainer := s.as(s.Trainer)
	for lang, words := range map[locale.Lang]string{locale.Hant: "2 個工作日、2 場", locale.Hans: "2 个工作日、2 场", locale.En: "2 sessions over 2 business days"} {
		has(t, trainer.in(lang).get(at, 200), words, `action="`+at+`/programme"`)
	}
	html, _ := trainer.post(at+"/programme", 409)
	has(t, html, "2026-12-07", "2026-12-06") // a weekend lies between
	lacks(t, html, "Opening")
	_, at = hr.post("/cohorts", 303, "number", "3", "name", "冬季二班", "starts_on", "2026-12-04", "ends_on", "2026-12-07")
	s.as(s.NewHire("Amy")).post(at+"/programme", 403)
	english := trainer.in(locale.En)
	english.post(at+"/programme", 303)
	html = english.get(at, 200)
	has(t, html, "Opening", "總經理", "09:00", "10:00", "Final")
	lacks(t, html, at+"/programme")
	trainer.post(at+"/programme", 409)
}

func TestPolicyIsReadable(t *testing.T) {
	s := open(t)
	for _, lang := range locale.Langs() {
		has(t, s.as(s.Manager).in(lang).get("/policy", 200), "365", "values 考試", "50", "200")
	}
	html := s.as(s.HR).get("/policy", 200)
	has(t, html, "/studio/documents/content/policy.yaml", "以下全部", "系統", "現行", fmt.Sprint("第 ", 1, " 版"))
	lacks(t, s.as(s.Reviewer[0]).get("/policy", 200), "/studio/")
	s.as(s.NewHire("Amy")).get("/policy", 403)
}

func TestTokensAreShownOnce(t *testing.T) {
	s := open(t)
	admin := s.as(s.Hire("管理", people.Admin))
	for _, lang := range locale.Langs() {
		admin.in(lang).get("/tokens", 200)
	}
	admin.post("/tokens", 422, "name", "")
	html, _ := admin.post("/tokens", 200, "name", "CRM")
	plain := regexp.MustCompile(`bn_[a-z0-9]+`).FindString(html)
	if name, err := s.Directory.TokenName(s.Ctx, plain, people.Decisions); err != nil || name != "CRM" {
		t.Fatal(plain, name, err)
	}
	lacks(t, admin.get("/tokens", 200), plain)
	all, err := s.Directory.Tokens(s.Ctx, people.System())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	admin.post("/tokens/"+all[0].ID+"/revocation", 303)
	for _, lang := range locale.Langs() {
		has(t, admin.in(lang).get("/tokens", 200), "管理")
	}
	s.as(s.HR).get("/tokens", 403)
}
