package review_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
)

const because = "兩份試卷與收走的紙條一致"

// copied is a closed sitting of eight in which Amy and Ben hand in the same letters, Ben in an hour with the page
// out of sight and a paste; it returns Ben and the number of his case.
func (s *site) copied() (ben people.Person, number int) {
	s.Helper()
	sitting := s.Sitting("values")
	rng := rand.New(rand.NewPCG(1, 2))
	alone := func(right int) int {
		if rng.IntN(5) > 0 {
			return right
		}
		return rng.IntN(4)
	}
	var letters [21]int
	candidate := func(name string) people.Person {
		p := s.NewHire(name)
		s.Sign(p)
		s.Read(p, "values")
		return p
	}
	s.Sit(candidate("Amy"), sitting, func(n, right int) int { letters[n] = alone(right); return letters[n] })
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
		s.Sit(candidate("Cleo"), sitting, func(_, right int) int { return alone(right) })
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

func TestN1_TwoReviewersUpholdARedLine(t *testing.T) {
	s := open(t)
	ben, number := s.copied()
	path := fmt.Sprintf("/cases/%d", number)
	first, second, third := s.as(s.Reviewer[0]), s.as(s.Reviewer[1]), s.as(s.Reviewer[2])

	has(t, first.get("/cases", 200), path, "待立案", "20 題中")
	html := first.get(path, 200)
	has(t, html, "還沒有人立案", "門檻", "離開畫面 1 次", "貼上 12 字", "無辜的可能", "相同，都錯", "Amy")
	first.post(path+"/verdict", 409, "outcome", "not_upheld", "reason", because)
	first.post(path+"/opening", 303)

	html = first.get(path, 200)
	has(t, html, "審查中", "統計、離開畫面、貼上與作答時間永遠不算", `value="red_line" disabled`)
	html, _ = first.post(path+"/verdict", 409, "outcome", "red_line", "reason", because)
	has(t, html, "缺少第二種證據", because)
	html, _ = first.post(path+"/facts", 422, "kind", "document", "text", "短", "origin", "")
	has(t, html, "短")
	first.post(path+"/facts", 303, "kind", "admission", "text", "當事人寫下自己抄了鄰座", "origin", "十一月二十四日面談")
	has(t, first.get(path, 200), "24 小時內可收回", `value="red_line" disabled`)
	s.Clock.Add(25 * time.Hour)
	first, second, third = s.as(s.Reviewer[0]), s.as(s.Reviewer[1]), s.as(s.Reviewer[2])
	lacks(t, first.get(path, 200), `value="red_line" disabled`)
	first.post(path+"/verdict", 303, "outcome", "red_line", "reason", "第一位的理由：紙條筆跡相符")

	html = second.get(path, 200)
	has(t, html, "第一位審查人已表示意見", "看不到第一位審查人的結論")
	lacks(t, html, "第一位的理由", "紙條筆跡相符", `name="second_opinion"`)
	has(t, first.get(path, 200), "等另一位審查人", "紙條筆跡相符")
	second.post(path+"/verdict", 303, "outcome", "red_line", "reason", "第二位的理由：承認與試卷相符")

	html = third.get(path, 200)
	has(t, html, "永久關閉", "紙條筆跡相符", "承認與試卷相符", `class="tag red"`)
	if d, err := s.Keeper.Decide(s.Ctx, ben.ID); err != nil || !d.RedLine {
		t.Errorf("the gate is %+v %v", d, err)
	}
	has(t, first.get("/cases?state=closed", 200), path, "高壓線")
	first.post(path+"/overturning", 403, "reason", "申訴成立：筆跡不符合")
	third.post(path+"/overturning", 303, "reason", "申訴成立：筆跡不符合")
	has(t, first.get(path, 200), "申訴成立", "恢復原狀")
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

func TestSecondOpinionAndRetraction(t *testing.T) {
	s := open(t)
	_, number := s.copied()
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
	first.post(path+"/verdict", 303, "outcome", "not_upheld", "reason", because, "second_opinion", "yes")
	has(t, second.get(path, 200), "待第二位審查人", "已收回", "延長暫停")
	second.post(path+"/verdict", 303, "outcome", "resit", "reason", "存疑，換一份試卷再考")
	for _, lang := range locale.Langs() {
		first.in(lang).get(path, 200)
		first.in(lang).get("/cases", 200)
		first.in(lang).get("/cases?state=closed", 200)
	}
	has(t, first.get(path, 200), "兩人意見不同", "結案：不成立")
}
