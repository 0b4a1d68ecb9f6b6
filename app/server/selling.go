package server

import (
	"fmt"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/people"
)

// leadsArrive imports the demonstration's pool of potential customers.
func (f *furnisher) leadsArrive() error {
	f.at(8, 17, 0)
	var csv strings.Builder
	csv.WriteString("company,contact,phone,industry,territory,source,note\n")
	first := []string{"永", "宏", "大", "信", "億", "聯", "光", "鼎", "昇", "利", "嘉", "富", "新", "瑞", "台", "東", "美", "泰", "豐", "錦", "仁", "福", "立", "正", "全"}
	second := []string{"昌", "泰", "成", "達", "欣", "源", "隆", "發", "茂", "安", "華", "德", "翔", "盛", "邦", "順", "興", "輝", "益", "和"}
	trades := []struct{ name, industry string }{{"五金", "五金"}, {"紡織", "紡織"}, {"塑膠", "塑膠"}, {"精機", "機械"}, {"食品", "食品"}, {"燈飾", "燈飾"}, {"傢俱", "家具"}, {"自行車零件", "自行車"}}
	places := []string{"台北", "桃園", "台中", "彰化", "台南", "高雄"}
	sources := []string{"展會名片", "官網留言", "老客戶介紹", "公會名錄"}
	surnames := []string{"林", "陳", "黃", "張", "李", "王", "吳", "劉", "蔡", "楊"}
	titles := []string{"經理", "老闆", "廠長", "副理", "小姐", "先生"}
	for i := range 500 {
		trade := trades[i%len(trades)]
		fmt.Fprintf(&csv, "%s%s%s,%s%s,0%d-%04d-%04d,%s,%s,%s,\n", first[i%25], second[i/25], trade.name+"有限公司",
			surnames[f.dice.n(10)], titles[f.dice.n(6)], 2+i%6, 2000+i, 1000+f.dice.n(9000), trade.industry, places[f.dice.n(6)], sources[f.dice.n(4)])
	}
	report, err := f.Pool.Import(f.ctx, people.System(), strings.NewReader(csv.String()), true)
	if err != nil {
		return err
	}
	return report.Problems.Err()
}

// sellingWeek: those whose gate is open follow up what they took the business day before, draw anew, and hand some
// back; in the evening what nobody followed up is reclaimed.
func (f *furnisher) sellingWeek() error {
	for daysAgo := 7; daysAgo >= 0; daysAgo-- {
		day := f.present.AddDate(0, 0, -daysAgo)
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		if daysAgo == 0 && f.present.Hour() < 10 {
			break // today has hardly begun
		}
		for _, part := range []func(number string, daysAgo int) error{f.draws, f.followsUp, f.plansAndKeeps} {
			for _, number := range members(oldCohort) {
				if err := part(number, daysAgo); err != nil {
					return fmt.Errorf("%s sells: %w", number, err)
				}
			}
		}
		if daysAgo == f.lastWorked() {
			if err := f.unsettled(daysAgo); err != nil {
				return fmt.Errorf("unsettled: %w", err)
			}
		}
		if err := f.evening(daysAgo); err != nil {
			return fmt.Errorf("evening %d days ago: %w", daysAgo, err)
		}
		f.at(daysAgo, 22, 45)
		if err := f.Queue.Drain(f.ctx); err != nil {
			return err
		}
	}
	return nil
}

// draws takes a handful of leads in the morning, if the gate is open.
func (f *furnisher) draws(number string, daysAgo int) error {
	p := f.cast[number]
	f.at(daysAgo, 8, 30)
	d, err := f.Keeper.Decide(f.ctx, p.ID)
	if err != nil || !d.Level.Takes() {
		return err
	}
	for range 2 + f.dice.n(4) {
		if _, err := f.Pool.Draw(f.ctx, p, "", ""); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

// followsUp calls, visits or hands back what was taken before today.
func (f *furnisher) followsUp(number string, daysAgo int) error {
	outcomes := []string{"老闆出差，下週一再約", "對展會成本不滿意，想看方案", "已約到決策人，帶價目表過去", "暫時沒有外銷計畫，三個月後再問", "看過示範帳號，問驗證怎麼做", "請我們寄同業案例"}
	next := []string{"週一十點回電", "準備 FAB 提案", "帶簡報拜訪", "寄案例給廠長", "", ""}
	p := f.cast[number]
	f.at(daysAgo, 10, f.dice.n(50))
	mine, err := f.Pool.Mine(f.ctx, p)
	if err != nil {
		return err
	}
	for _, holding := range mine.Holdings {
		taken := f.clock.now().Sub(holding.Tenure.Began)
		switch chance := f.dice.n(100); {
		case taken < 12*time.Hour || holding.Tenure.FollowUps > 2:
		case chance < 70:
			contact := leads.Contact{Kind: leads.Kinds()[f.dice.n(3)], Outcome: outcomes[f.dice.n(len(outcomes))], Next: next[f.dice.n(len(next))]}
			if _, err := f.Pool.FollowUp(f.ctx, p, holding.Lead.ID, contact); err != nil {
				return err
			}
		case chance < 82:
			if err := f.Pool.Return(f.ctx, p, holding.Lead.ID, leads.Returning{Reason: "產業不合，已請對方留下需求再聯絡"}); err != nil {
				return err
			}
		}
	}
	return nil
}
