package review_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

const because = "兩份試卷與收走的紙條一致"

// copied is a closed sitting of eight in which Amy and Ben hand in the same letters, Ben in an hour with the page
// out of sight and a paste; it returns Ben and the number of his case.
func (s *site) copied() (ben people.Person, number int) {
	s.Helper()
	sitting := s.Sitting("values")
	strangers := apptest.NewStrangers()
	say, letters := strangers.Next()
	candidate := func(name string) people.Person {
		p := s.NewHire(name)
		s.Sign(p)
		s.Read(p, "values")
		return p
	}
	s.Sit(candidate("Amy"), sitting, say)
	ben = candidate("Ben")
	attempt := s.Start(ben, sitting)
	for n := 1; n <= 20; n++ {
		s.Answer(ben, attempt, n, letters[n])
		at := s.Clock.Now().UnixMilli()
		if n == 7 {
			if err := s.Room.Observe(s.Ctx, ben, attempt, "device-1", []exams.Event{{Kind: "focus_lost", AtMs: at - 20_000}, {Kind: "focus_back", AtMs: at}, {Kind: "paste", AtMs: at, N: 12}}); err != nil {
				s.Fatal(err)
			}
		}
	}
	if _, err := s.Room.Submit(s.Ctx, ben, attempt); err != nil {
		s.Fatal(err)
	}
	for range 6 {
		say, _ := strangers.Next()
		s.Sit(candidate("Cleo"), sitting, say)
	}
	if err := s.Room.CloseSitting(s.Ctx, s.Trainer, sitting.ID); err != nil {
		s.Fatal(err)
	}
	if err := s.Queue.Drain(s.Ctx); err != nil {
		s.Fatal(err)
	}
	heads, err := s.Desk.Cases(s.Ctx, s.Reviewer[0], integrity.Waiting, 0)
	if err != nil {
		s.Fatal(err)
	}
	for _, h := range heads {
		if h.PersonID == ben.ID {
			return ben, h.Number
		}
	}
	s.Fatalf("no case about Ben in %+v", heads)
	return ben, 0
}

// heard has the first reviewer tell the person, and the person state their view.
func (s *site) heard(first browser, ben people.Person, number int) {
	s.Helper()
	first.post(fmt.Sprintf("/cases/%d/notice", number), 303, "text", "請看卷內的證據，並寫下你怎麼看。")
	if err := s.Desk.State(s.Ctx, ben, number, "我的說明：那張紙條不是我的。"); err != nil {
		s.Fatal(err)
	}
}

func TestN1_TwoReviewersUpholdARedLine(t *testing.T) {
	s := open(t)
	ben, number := s.copied()
	path := fmt.Sprintf("/cases/%d", number)
	first, second, third := s.as(s.Reviewer[0]), s.as(s.Reviewer[1]), s.as(s.Reviewer[2])

	has(t, first.get("/cases", 200), path, "待立案", "20 題中", "最多約有 0.1 對清白的人", "輪到你")
	html := first.get(path, 200)
	has(t, html, "還沒有人立案", "門檻", "離開畫面 1 次", "貼上 12 字", "無辜的可能", "相同，都錯", "Amy", "以前決定是否立案")
	first.post(path+"/verdict", 409, "outcome", "not_upheld", "reason", because)
	first.post(path+"/notice", 409, "text", "還沒有立案就通知")
	first.post(path+"/opening", 303)

	html = first.get(path, 200)
	has(t, html, "審查中", "統計、離開畫面、貼上與作答時間永遠不算", `value="red_line" disabled`, `value="resit" disabled`, "還沒有聽過當事人")
	html, _ = first.post(path+"/verdict", 409, "outcome", "red_line", "reason", because)
	has(t, html, "缺少第二種證據", "監考員當場的紀錄", "書面承認", because)
	html, _ = first.post(path+"/verdict", 409, "outcome", "resit", "reason", because)
	has(t, html, "還沒有聽過當事人的說明")
	html, _ = first.post(path+"/facts", 422, "kind", "document", "text", "短", "origin", "")
	has(t, html, "短")
	first.post(path+"/facts", 303, "kind", "admission", "text", "當事人寫下自己抄了鄰座", "origin", "十一月二十四日面談")
	second.post(path+"/notice", 403, "text", "我不是立案的人，先替他通知")
	s.heard(first, ben, number)
	has(t, first.get(path, 200), "24 小時內可收回", `value="red_line" disabled`, "那張紙條不是我的", `value="resit" checked`)
	s.Clock.Add(25 * time.Hour)
	first, second, third = s.as(s.Reviewer[0]), s.as(s.Reviewer[1]), s.as(s.Reviewer[2])
	lacks(t, first.get(path, 200), `value="red_line" disabled`)
	before := second.get(path, 200)
	first.post(path+"/verdict", 303, "outcome", "red_line", "reason", "第一位的理由：紙條筆跡相符")

	// Whoever is second learns that it waits for a second, and nothing more, on any page.
	html = second.get(path, 200)
	has(t, html, "待第二位審查人")
	lacks(t, html, "第一位的理由", "紙條筆跡相符", "表示意見：", "· 表示意見")
	if a, b := strings.ReplaceAll(words(before), "審查中", "待第二位審查人"), strings.ReplaceAll(words(html), "審查中", "待第二位審查人"); a != b {
		t.Errorf("the first opinion has left a trace on the second's page:\n%s\n%s", a, b)
	}
	for _, page := range []string{"/cases", "/cases?state=closed", "/cases?state=appeals", "/cases/rates"} {
		lacks(t, second.get(page, 200), "紙條筆跡相符")
	}
	has(t, first.get(path, 200), "等另一位審查人", "紙條筆跡相符")
	lacks(t, first.get("/cases", 200), `>輪到你</span></span></td>
<td data-label="下一步與期限"><span>兩位審查人`)
	second.post(path+"/verdict", 303, "outcome", "red_line", "reason", "第二位的理由：承認與試卷相符")

	html = third.get(path, 200)
	has(t, html, "永久關閉", "紙條筆跡相符", "承認與試卷相符", `class="tag red"`, "以前可以申訴")
	if d, err := s.Keeper.Decide(s.Ctx, ben.ID); err != nil || !d.RedLine {
		t.Errorf("the gate is %+v %v", d, err)
	}
	has(t, first.get("/cases?state=closed", 200), path, "高壓線")
	third.post(path+"/appeal/decision", 409, "decision", "upheld", "reason", "還沒有人申訴就決定")
	if err := s.Desk.Appeal(s.Ctx, ben, number, "筆跡不是我的，請再鑑定一次。"); err != nil {
		t.Fatal(err)
	}
	third.post(path+"/appeal", 403, "text", "當事人還在職，應該自己申訴。")
	has(t, third.get("/cases?state=appeals", 200), path, "申訴中", "輪到你")
	html = first.get(path, 200)
	has(t, html, "筆跡不是我的", "你參與過")
	lacks(t, html, "送出決定")
	first.post(path+"/appeal/decision", 403, "decision", "upheld", "reason", "申訴成立：筆跡不符合")
	third.post(path+"/appeal/decision", 422, "decision", "upheld", "reason", "好")
	third.post(path+"/appeal/decision", 303, "decision", "upheld", "reason", "申訴成立：筆跡不符合")
	if d, err := s.Keeper.Decide(s.Ctx, ben.ID); err != nil || d.RedLine {
		t.Errorf("the gate is %+v %v", d, err)
	}
}

// A cleared file is shut: it takes HR and a reviewer to open it, each look is on record, and lists say no name.
func TestAClearedFileIsSealed(t *testing.T) {
	s := open(t)
	ben, number := s.copied()
	path := fmt.Sprintf("/cases/%d", number)
	first, second, hr := s.as(s.Reviewer[0]), s.as(s.Reviewer[1]), s.as(s.HR)
	first.post(path+"/opening", 303)
	first.post(path+"/verdict", 303, "outcome", "not_upheld", "reason", because)
	hr.get(path, 403)
	second.post(path+"/verdict", 303, "outcome", "not_upheld", "reason", because)

	html := first.get(path, 200)
	has(t, html, "已還清白", "卷宗已封存", "請人資提出")
	lacks(t, html, "Ben", "Amy", because, "作答時間線")
	for _, b := range []browser{first, hr} {
		html = b.get("/cases?state=closed", 200)
		has(t, html, path, "已還清白")
		lacks(t, html, ">Ben<")
	}
	first.post(path+"/unsealing/consent", 409)
	first.post(path+"/unsealing", 403, "reason", "我想再看一次卷宗")
	hr.post(path+"/unsealing", 422, "reason", "看")
	hr.post(path+"/unsealing", 303, "reason", "勞動檢查要求調閱這件個案")
	lacks(t, hr.get(path, 200), "Ben", because)
	hr.post(path+"/unsealing/consent", 403)
	has(t, first.get(path, 200), "勞動檢查要求調閱", "許人資")
	first.post(path+"/unsealing/consent", 303)
	has(t, first.get(path, 200), "Ben", because, "看了封存的卷宗", "許人資")
	lacks(t, second.get(path, 200), "Ben", because)
	s.Clock.Add(25 * time.Hour)
	lacks(t, s.as(s.Reviewer[0]).get(path, 200), "Ben", because)
	if cases, err := s.Desk.Mine(s.Ctx, ben); err != nil || len(cases) != 1 || cases[0].Cleared.IsZero() {
		t.Errorf("the person is not told: %+v %v", cases, err)
	}
	for _, lang := range locale.Langs() {
		hr = s.as(s.HR)
		hr.in(lang).get(path, 200)
		hr.in(lang).get("/cases?state=closed", 200)
	}
}

// A flag that a reviewer dismisses touches nobody, and a later report brings it back.
func TestADismissedFlagIsNobodysBusiness(t *testing.T) {
	s := open(t)
	ben, number := s.copied()
	path := fmt.Sprintf("/cases/%d", number)
	first := s.as(s.Reviewer[0])
	first.post(path+"/dismissal", 422, "reason", "沒事")
	first.post(path+"/dismissal", 303, "reason", "兩人同桌讀書，錯處都是講義的錯字")
	first.post(path+"/opening", 409)
	lacks(t, first.get(path, 200), "Ben", "講義的錯字")
	if cases, err := s.Desk.Mine(s.Ctx, ben); err != nil || len(cases) != 0 {
		t.Errorf("the person learns of a dismissed flag: %+v %v", cases, err)
	}
	var attempt string
	if err := s.DB.Read(s.Ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT attempt_id FROM integrity_case WHERE number = ?`, number).Scan(&attempt)
	}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(time.Minute)
	if again, err := s.Desk.Report(s.Ctx, s.Watch, attempt, "考後有人交來一張照片"); err != nil || again != number {
		t.Fatal(again, err)
	}
	has(t, first.get(path, 200), "待立案", "考後有人交來一張照片", "講義的錯字")
	first.post(path+"/opening", 303)
}

func TestCaseIsForReviewersWhoStandFarEnough(t *testing.T) {
	s := open(t)
	_, number := s.copied()
	path := fmt.Sprintf("/cases/%d", number)
	hr := s.as(s.HR)
	has(t, hr.get("/cases", 200), "只有審查人能看")
	lacks(t, hr.get("/cases", 200), path)
	hr.get(path, 403)
	hr.post(path+"/opening", 403)
	hr.post(path+"/verdict", 403, "outcome", "not_upheld", "reason", because)
	s.as(s.Manager).get("/cases", 403)
	s.as(s.Manager).get(path, 403)

	tied := s.as(s.Reviewer[2])
	tied.post(path+"/ties", 422, "reason", "是")
	tied.post(path+"/ties", 303, "reason", "當事人是我的表弟，必須迴避")
	html := tied.get(path, 200)
	has(t, html, "你已聲明迴避")
	lacks(t, html, "比對結果", "verdict", "Amy")
	has(t, tied.get("/cases", 200), "須迴避")
	tied.post(path+"/opening", 403)
	tied.get("/cases/999", 404)
	tied.get("/cases/abc", 404)

	forged := s.as(s.Reviewer[0])
	forged.origin = "https://elsewhere.example"
	forged.post(path+"/opening", 403)
	has(t, s.as(s.Reviewer[0]).get(path, 200), "待立案")
}

func TestInquiryRenewalAndRetraction(t *testing.T) {
	s := open(t)
	ben, number := s.copied()
	path := fmt.Sprintf("/cases/%d", number)
	first, second := s.as(s.Reviewer[0]), s.as(s.Reviewer[1])
	first.post(path+"/opening", 303)
	first.post(path+"/renewal", 403, "reason", "還在等當事人的書面說明")
	second.post(path+"/renewal", 303, "reason", "還在等當事人的書面說明")
	first.post(path+"/facts", 303, "kind", "other", "text", "座位相鄰，同一位講師", "origin", "座位表，十一月二十三日")
	file, err := s.Desk.Case(s.Ctx, s.Reviewer[0], number, locale.Hant)
	if err != nil || len(file.Facts) != 1 {
		t.Fatal(file.Facts, err)
	}
	first.post(path+"/facts/"+file.Facts[0].ID+"/retraction", 303, "reason", "座位表是另一場考試的")
	second.post(path+"/inquiries", 409, "needs", "還沒聽過當事人就要補查")
	s.heard(first, ben, number)
	second.post(path+"/inquiries", 303, "needs", "請查當天的座位表與監考輪值")
	html := first.get(path, 200)
	has(t, html, "請查當天的座位表", "補充調查回覆以後", "回覆，回到審查")
	lacks(t, second.get(path, 200), "回覆，回到審查")
	second.post(path+"/inquiries/answer", 403, "text", "我自己查過了，沒有座位表")
	second.post(path+"/verdict", 409, "outcome", "not_upheld", "reason", because)
	first.post(path+"/inquiries/answer", 303, "text", "座位表查到了：兩人相隔兩排")
	has(t, second.get(path, 200), "已收回", "延長暫停", "兩人相隔兩排", "要求補充調查")
	first.post(path+"/verdict", 303, "outcome", "not_upheld", "reason", because)
	second.post(path+"/verdict", 303, "outcome", "resit", "reason", "存疑，換一份試卷再考")
	for _, lang := range locale.Langs() {
		first.in(lang).get(path, 200)
		first.in(lang).get("/cases", 200)
		first.in(lang).get("/cases?state=closed", 200)
	}
	// Two who differ: the milder holds, and the person is cleared.
	has(t, first.get(path, 200), "卷宗已封存")
}

// Deadlines are shown, and that they have passed.
func TestOverdueIsShown(t *testing.T) {
	s := open(t)
	_, number := s.copied()
	path := fmt.Sprintf("/cases/%d", number)
	first := s.as(s.Reviewer[0])
	lacks(t, first.get("/cases", 200), "逾期")
	s.Clock.Add(4 * 24 * time.Hour)
	first = s.as(s.Reviewer[0])
	has(t, first.get("/cases", 200), "逾期", "決定是否立案")
	has(t, first.get(path, 200), "逾期")
}

// HR sees whether flags fall on some more than on others, and of few people nothing.
func TestFlagRatesByGroup(t *testing.T) {
	s := open(t)
	hr := s.as(s.HR)
	has(t, hr.get("/cases/rates", 200), "至少 5 人考過")
	s.copied()
	html := hr.get("/cases/rates", 200)
	has(t, html, "8 人應考，2 人被標記過：25%", "第 1 期", "依考試調整", "沒有考試調整", "據點與部門不在人員資料裡")
	lacks(t, html, "Ben", "Amy")
	for _, lang := range locale.Langs() {
		hr.in(lang).get("/cases/rates", 200)
		hr.in(lang).get("/cases", 200)
	}
	s.as(s.Manager).get("/cases/rates", 403)
	s.as(s.Trainer).get("/cases/rates", 403)
}
