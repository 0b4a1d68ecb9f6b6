package server

import (
	"slices"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/people"
)

// told is an evening's answer to the three questions, with what it becomes in the library; without a title it is not kept.
type told struct {
	leads.Three
	title, objection string
}

// sharedStories are what the demonstration's people share, one an evening.
func sharedStories() []told {
	return []told{
		{leads.Three{Met: "包裝廠，第二代在談，父親簽字。", Said: "講廣告市場一直點頭；一提年費，他說「我爸那邊要想」。", Worked: "不再談錢，問他父親擔心什麼，才知道被別的平台騙過。約了週四父子一起談。要是重來，一開頭先問誰簽字。"}, "父親簽字的廠：先問父親擔心什麼", "要再想想"},
		{leads.Three{Met: "五金廠老闆，三十人，自己有外銷課。", Said: "聽到要先付一年就把型錄闔上，看了看手錶。", Worked: "先收起價目表，問他上次付年費是哪裡不滿意。他說沒人教他怎麼回詢盤，我約了下週帶同事來教一小時。"}, "嫌貴的背後：上次沒人教他用", "太貴"},
		{leads.Three{Met: "紡織廠的會計，老闆出國。", Said: "她說什麼都要等老闆，電話只留五分鐘。", Worked: "不硬推，只問老闆平常看什麼報表。她說看出貨明細，我答應下次帶一頁同業的出貨對照，約好週三回電。"}, "見不到老闆：問老闆看什麼報表", "不是決策人"},
		{leads.Three{Met: "燈飾廠，剛換新廠長。", Said: "他說現在訂單排到明年，不缺客戶。", Worked: "我問他明年的單是哪幾家給的，他數了三家就停了。沒有推方案，請他想想少一家會怎樣，兩天後他自己打來。"}, "不缺單的廠：請他數客戶", "不需要"},
		{leads.Three{Met: "傢俱廠夫妻檔，太太管錢。", Said: "先生很熱情，太太一句話不說，最後問能不能退。", Worked: "我先老實講哪些不能退，再把服務裡會做的三件事寫在紙上給她。今天沒成，但她留下那張紙。"}, "", ""},
		{leads.Three{Met: "食品廠業務主管，看過同行被罰。", Said: "他一直問驗證是不是保證不出事。", Worked: "我說驗證只查公司是真的、聯絡人有授權，不保證品質。他反而放心，說別家都拍胸脯。"}, "驗證不是保證：講清楚反而放心", "怕被騙"},
	}
}

// evening hands in the day's reports, and has somebody share what a customer taught them; the manager keeps what is worth it.
func (f *furnisher) evening(daysAgo int) error {
	sellers := slices.DeleteFunc(members(oldCohort), func(number string) bool {
		d, err := f.Keeper.Decide(f.ctx, f.cast[number].ID)
		return err != nil || !d.Level.Takes()
	})
	if daysAgo == 0 || len(sellers) == 0 {
		return nil // today is not over
	}
	for n, number := range sellers {
		hour, minute := 20, 5+f.dice.n(50)
		if n%9 == daysAgo%9 { // one of them sits too long over it
			hour, minute = 22, 35
		}
		f.at(daysAgo, hour, minute)
		if err := f.handsIn(f.cast[number]); err != nil {
			return err
		}
	}
	stories := sharedStories()
	f.at(daysAgo, 19, 10)
	return f.tells(f.cast[sellers[daysAgo%len(sellers)]], stories[daysAgo%len(stories)])
}

// handsIn writes the report of the day, as its records say it.
func (f *furnisher) handsIn(p people.Person) error {
	r, err := f.Diary.Report(f.ctx, p, "")
	if err != nil || r.Tally.Leads == 0 {
		return err
	}
	var went strings.Builder
	zone := f.Keeper.Zone()
	for _, l := range r.Log {
		went.WriteString(l.At.In(zone).Format("15:04") + " " + l.Company + "：" + l.Outcome)
		if l.Next != "" {
			went.WriteString("；下一步：" + l.Next)
		}
		went.WriteByte('\n')
	}
	_, err = f.Diary.SaveReport(f.ctx, p, "", went.String(), "先跑有約的兩家，路上補兩通電話。", true)
	return err
}

// tells shares a stop of the day and, if it has a title, has the person's manager keep it.
func (f *furnisher) tells(p people.Person, t told) error {
	a, err := f.Diary.Agenda(f.ctx, p)
	if err != nil {
		return err
	}
	about := ""
	for _, s := range a.Done {
		about = s.Lead.ID
	}
	id, err := f.Diary.Share(f.ctx, p, about, t.Three, "")
	if err != nil || t.title == "" {
		return err
	}
	manager := f.cast["A008"]
	if p.ManagerID != manager.ID {
		manager = f.cast["A007"]
	}
	draft, err := f.Diary.PreviewStory(f.ctx, manager, id)
	if err != nil {
		return err
	}
	story := draft.Story
	story.Title, story.Objection = t.title, t.objection
	_, err = f.Diary.KeepStory(f.ctx, manager, story)
	return err
}

// plansAndKeeps puts visits down for the day after the last, and two likelier leads into the private pool for two others.
func (f *furnisher) plansAndKeeps(number string, daysAgo int) error {
	p := f.cast[number]
	f.at(daysAgo, 17, 20+f.dice.n(30))
	a, err := f.Diary.Agenda(f.ctx, p)
	if err != nil {
		return err
	}
	today := f.clock.now().In(f.Keeper.Zone())
	next := today.AddDate(0, 0, 1)
	for next.Weekday() == time.Saturday || next.Weekday() == time.Sunday {
		next = next.AddDate(0, 0, 1)
	}
	for n, s := range a.Done {
		if n%2 == 0 && daysAgo < 2 {
			clock := []string{"10:30", "14:00", "", "16:30"}[f.dice.n(4)]
			if _, err := f.Diary.Plan(f.ctx, p, s.Lead.ID, leads.Visit, next.Format(time.DateOnly), clock); err != nil {
				return err
			}
		}
	}
	if daysAgo != 3 || len(a.Done)+len(a.Later) < 5 {
		return nil
	}
	var ids []string
	for _, s := range slices.Concat(a.Done, a.Later) {
		if s.Lead.State == leads.Held && s.Tenure.Due.After(today) {
			ids = append(ids, s.Lead.ID)
		}
	}
	if len(ids) < 4 {
		return nil
	}
	if _, err := f.Pool.Swap(f.ctx, p, ids[:2], ids[len(ids)-2:], ""); err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	return nil
}
