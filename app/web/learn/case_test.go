package learn_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
)

// TestN1_ThePersonIsHeardWithTheSameEvidence: what a reviewer sees, the person sees, and their word comes before any
// opinion against them; nobody else opens their page.
func TestN1_ThePersonIsHeardWithTheSameEvidence(t *testing.T) {
	s := open(t, school())
	p := s.newHire("林予安")
	s.sign(p)
	s.read(p, "values/line", "values/trust")
	attempt := s.pass(p, s.sitting("values"))
	amy, other := s.as(p), s.as(s.newHire("張旁人"))
	number, err := s.desk.Report(s.ctx, s.trainer, attempt, "收卷時看到一張紙條")
	s.must(err)
	page := "/cases/mine/" + strconv.Itoa(number)
	amy.want(amy.send(http.MethodGet, page, nil), 404)
	reviewer := s.hire("何審查", people.Reviewer)
	s.must(s.desk.Open(s.ctx, reviewer, number))
	if text := amy.get(page, "這不是指控", "一個工作日內告訴你"); strings.Contains(text, "作答時間線") {
		t.Error("the evidence is there before anybody has told the person")
	}
	amy.want(amy.post(page+"/statement", url.Values{"text": {"我先說明：那張紙條不是我的。"}}), 409)
	s.must(s.desk.AddFact(s.ctx, reviewer, number, integrity.Fact{Kind: integrity.Document, Text: "座位下的一張紙條", Origin: "收卷時拾獲，當場封存"}))
	s.must(s.desk.Notify(s.ctx, reviewer, number, "請看卷內的紙條，並寫下你怎麼看。"))
	amy.get("/", "審查人在等你的說明")
	amy.get(page, "請看卷內的紙條", "座位下的一張紙條", "作答時間線", "無辜的可能", "11月30日以前", "交出說明")
	if text := amy.get(page); strings.Contains(text, reviewer.Name) {
		t.Error("the reviewer is named to the person")
	}
	other.want(other.send(http.MethodGet, page, nil), 404)
	other.want(other.post(page+"/statement", url.Values{"text": {"這是別人的個案，我來寫。"}}), 404)

	s.must(s.desk.AddFact(s.ctx, reviewer, number, integrity.Fact{Kind: integrity.Admission, Text: "當事人說紙條是自己的", Origin: "十一月二十三日面談紀錄"}))
	file, err := s.desk.Case(s.ctx, reviewer, number, locale.Hant)
	s.must(err)
	admission := page + "/facts/" + file.Facts[1].ID + "/retraction"
	amy.get(page, "收回這份承認", admission)
	other.want(other.post(admission, url.Values{"reason": {"我替她收回這份承認"}}), 404)
	amy.want(amy.post(page+"/facts/"+file.Facts[0].ID+"/retraction", url.Values{"reason": {"紙條不該放在卷內"}}), 404)
	amy.want(amy.post(admission, url.Values{"reason": {"我沒有這樣說，紀錄寫錯了"}}), 303)
	amy.want(amy.post(admission, url.Values{"reason": {"我沒有這樣說，紀錄寫錯了"}}), 409)
	if text := amy.get(page); strings.Contains(text, "紙條是自己的") {
		t.Error("an admission that was taken back stands")
	}

	amy.want(amy.post(page+"/statement/draft", url.Values{"text": {"還沒寫完"}}), 303)
	amy.get(page, "還沒寫完", "草稿存於")
	amy.want(amy.post(page+"/statement", url.Values{"text": {"短"}}), 422)
	amy.want(amy.post(page+"/statement", url.Values{"text": {"紙條是地上撿的，我交給了監考員。"}}), 303)
	amy.want(amy.post(page+"/statement", url.Values{"text": {"我想再補充幾句。"}}), 409)
	if text := amy.get(page, "紙條是地上撿的", "兩位審查人最晚"); strings.Contains(text, "交出說明") {
		t.Error("a statement can be handed in twice")
	}
	for _, r := range []people.Person{reviewer, s.hire("梁審查", people.Reviewer)} {
		_, err = s.desk.Vote(s.ctx, r, number, integrity.Ballot{Outcome: integrity.Resit, Reason: "紙條來源不明，換卷重考"})
		s.must(err)
	}
	amy.get("/", "可以申訴")
	if text := amy.get(page, "換卷重考", "紙條來源不明", "提出申訴"); strings.Contains(text, "梁審查") {
		t.Error("the reviewers are named to the person")
	}
	amy.want(amy.post(page+"/appeal/draft", url.Values{"text": {"我不服"}}), 303)
	amy.want(amy.post(page+"/appeal", url.Values{"text": {"監考員可以證明是我交出的，請再問一次。"}}), 303)
	amy.want(amy.post(page+"/appeal", url.Values{"text": {"監考員可以證明是我交出的，請再問一次。"}}), 409)
	s.must(s.desk.DecideAppeal(s.ctx, s.hire("丁審查", people.Reviewer), number, true, "監考員證實紙條由本人交出"))
	amy.get(page, "已還清白", "監考員證實紙條由本人交出", "卷宗已封存")
	for _, lang := range locale.Langs() {
		amy.in(lang).get(page)
		amy.in(lang).get("/")
	}
}
