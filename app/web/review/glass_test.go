package review_test

import (
	"fmt"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
)

func TestDecisionsAreHRs(t *testing.T) {
	s := open(t)
	amy, hr := s.Ready("Amy"), s.as(s.HR)
	path := "/people/" + amy.ID + "/decisions"
	has(t, hr.get(path, 200), "還沒有判定")
	s.Leads(1)
	if _, err := s.Pool.Draw(s.Ctx, amy, "", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool.Draw(s.Ctx, s.NewHire("Ben"), "", ""); err == nil {
		t.Fatal("drawn before the gate")
	}
	book := s.Keeper.Logbook()
	d, err := s.Keeper.Decide(s.Ctx, s.NewHire("Cleo").ID)
	if err != nil {
		t.Fatal(err)
	}
	e := gate.EntryOf(d, gate.ByEvaluation, gate.Draw, "CRM 正式環境")
	e.PersonID = amy.ID
	book.Note(e)
	for _, key := range []string{"gate.unavailable", "leads.draw_limit", "suspended", "gate.unknown_action", "exam:gone", "something new"} {
		e := gate.Refusal(s.Clock.Now(), gate.ByForward, "", "sell", "nginx", key)
		e.PersonID = amy.ID
		book.Note(e)
	}
	if err := book.Flush(s.Ctx); err != nil {
		t.Fatal(err)
	}
	html := hr.get(path, 200)
	has(t, html, "Amy", "領取", "允許", "通過〈values 考試〉", "CRM 正式環境", "系統故障", "今天的領取次數用完了", "資格暫停", "sell", "代理伺服器")
	lacks(t, html, "[glass.", "[review.", "exam:values")
	lacks(t, hr.get(path+"?denied=yes", 200), `tag pass`)
	has(t, hr.get(path+"?action=hold", 200), "沒有符合的判定")
	hr.get(path+"?after=x.y", 404)
	has(t, hr.get("/people/"+amy.ID, 200), path)
	for range 60 {
		e.At = e.At.Add(time.Second)
		book.Note(e)
	}
	if err := book.Flush(s.Ctx); err != nil {
		t.Fatal(err)
	}
	has(t, hr.get(path+"?denied=yes", 200), "denied=yes", "after=")
	for _, lang := range locale.Langs() {
		lacks(t, hr.in(lang).get(path, 200), "[glass.", "[review.")
	}
	for _, p := range []people.Person{s.Manager, amy, s.Reviewer[0], s.Hire("管理", people.Admin)} {
		s.as(p).get(path, 403)
	}
}

// The logbook holds nothing of a case, so its page cannot show anything.
func TestG3_DecisionsTellHRNothingOfACase(t *testing.T) {
	s := open(t)
	amy := s.NewHire("Amy")
	s.Sign(amy)
	s.Read(amy, "values")
	attempt := s.Sit(amy, s.Sitting("values"), apptest.Knows)
	const secret = "袖口裡有一張小紙條"
	number, err := s.Desk.Report(s.Ctx, s.Watch, attempt, secret)
	if err == nil {
		err = s.Desk.Open(s.Ctx, s.Reviewer[0], number)
	}
	if err != nil {
		t.Fatal(err)
	}
	asks := func() {
		t.Helper()
		if _, err := s.Pool.Draw(s.Ctx, amy, "", ""); err == nil {
			t.Fatal("drawn under a case")
		}
		if err := s.Keeper.Logbook().Flush(s.Ctx); err != nil {
			t.Fatal(err)
		}
	}
	asks()
	html := words(s.as(s.HR).get("/people/"+amy.ID+"/decisions", 200))
	has(t, html, "資格暫停")
	lacks(t, html, secret, "高壓線", "/cases", "no_open_case")
	if err := s.Desk.AddFact(s.Ctx, s.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: secret, Origin: "監考員收走的紙條"}); err != nil {
		t.Fatal(err)
	}
	s.Decide(number, integrity.RedLine)
	asks()
	html = words(s.as(s.HR).get("/people/"+amy.ID+"/decisions", 200))
	lacks(t, html, secret, "高壓線", "red_line")
}

func TestHoldersEnrolAndReadWhatWasDecided(t *testing.T) {
	s := open(t)
	const password, passphrase = "a good long sentence", "four rivers and three hills"
	admin := s.Hire("管理", people.Admin)
	for _, p := range []people.Person{s.HR, admin} {
		if err := s.Directory.SetPassword(s.Ctx, people.System(), p.ID, password); err != nil {
			t.Fatal(err)
		}
	}
	hr := s.as(s.HR)
	has(t, hr.get("/break-glass", 200), "還不足兩人", "還沒有人登記", "bainian break-glass")
	html, _ := hr.post("/break-glass/holders", 422, "passphrase", "short", "password", password)
	has(t, html, "密語至少要 16 個字元", `aria-invalid="true"`)
	lacks(t, html, password)
	html, _ = hr.post("/break-glass/holders", 422, "passphrase", password, "password", password)
	has(t, html, "不能和登入密碼相同")
	html, _ = hr.post("/break-glass/holders", 422, "passphrase", passphrase, "password", "another good sentence")
	has(t, html, "登入密碼不對")
	hr.post("/break-glass/holders", 303, "passphrase", passphrase, "password", password)
	has(t, hr.get("/break-glass", 200), "還不足兩人", "在下一份快照裡", s.HR.Name)
	s.as(admin).post("/break-glass/holders", 303, "passphrase", passphrase+" too", "password", password)
	html = hr.get("/break-glass", 200)
	has(t, html, "目前能授權的有 2 人")
	lacks(t, html, "不足", passphrase, "argon2", "/break-glass/holders/"+admin.ID)
	for _, p := range []people.Person{s.Manager, s.Reviewer[0], s.NewHire("Amy")} {
		s.as(p).get("/break-glass", 403)
		s.as(p).post("/break-glass/holders", 403, "passphrase", passphrase, "password", password)
	}
	hr.post("/break-glass/holders/"+admin.ID+"/ending", 403)

	// What a glass decided, and that somebody was let through who had left.
	gone := s.Ready("離職的人")
	at := s.Clock.Now()
	lines := []gate.GlassLine{{At: at, Kind: gate.LineBroken, Episode: "0190a000-0000-4000-8000-000000000001", By: []gate.GlassHolder{{ID: s.HR.ID, Name: s.HR.Name}, {ID: admin.ID, Name: admin.Name}},
		Reason: "機房停電 <b>", Snapshot: at, Policy: 1, Machine: "spare"}}
	for n := range 60 {
		lines = append(lines, gate.GlassLine{At: at, Kind: gate.LineDecision, Way: gate.ByEvaluation, Number: fmt.Sprint("x", n), Action: gate.Draw, Machine: "CRM"})
	}
	lines = append(lines, gate.GlassLine{At: at, Kind: gate.LineDecision, Way: gate.ByForward, Person: gone.ID, Number: gone.Number, Action: gate.Draw, Allowed: true, Machine: "CRM"})
	for i := range lines {
		lines[i].N = i + 1
	}
	if err := s.Directory.Deactivate(s.Ctx, people.System(), gone.ID, "離職"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keeper.BringHome(s.Ctx, people.System(), gate.GlassLog{Lines: lines}); err != nil {
		t.Fatal(err)
	}
	path := "/break-glass/" + lines[0].Episode
	has(t, hr.get("/break-glass", 200), path, "未讀", "機房停電 &lt;b&gt;")
	html = hr.get(path, 200)
	has(t, html, "依快照判定 61 次，其中 1 次", gone.Name, "在職", "隨主機中斷", s.HR.Name+" · 管理", path+"/reading")
	lacks(t, html, "x59")
	html = hr.get(path+"?all=yes", 200)
	has(t, html, "x0", "after=")
	hr.get(path+"?all=yes&after=51", 200)
	hr.get("/break-glass/none", 404)
	hr.get(path+"?after=x", 422)
	hr.post(path+"/reading", 303)
	lacks(t, hr.get(path, 200), path+"/reading")
	has(t, s.as(admin).get("/break-glass", 200), "未讀")
	s.as(s.Manager).get(path, 403)
	for _, lang := range locale.Langs() {
		for _, p := range []string{"/break-glass", path, path + "?all=yes"} {
			lacks(t, hr.in(lang).get(p, 200), "[glass.", "[review.")
		}
	}
	hr.post("/break-glass/holders/"+s.HR.ID+"/ending", 303)
	has(t, hr.get("/break-glass", 200), "停用", "還不足兩人")
}
