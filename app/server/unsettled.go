package server

import (
	"time"

	"bainian/app/fault"
	"bainian/app/leads"
	"bainian/app/people"
)

// lastWorked is how many days ago the last business day before today was.
func (f *furnisher) lastWorked() int {
	for ago := 1; ; ago++ {
		if day := f.present.AddDate(0, 0, -ago).Weekday(); day != time.Saturday && day != time.Sunday {
			return ago
		}
	}
}

// unsettled leaves a manager something to decide: a lead that nothing reclaims any more, one whose holder gave it up just
// before the contract, and a customer whom two people call theirs.
func (f *furnisher) unsettled(daysAgo int) error {
	f.at(daysAgo, 16, 30)
	manager := f.cast["A007"]
	var team []people.Person
	var held [][]leads.Holding
	for _, number := range members(oldCohort) {
		p := f.cast[number]
		if p.ManagerID != manager.ID {
			continue
		}
		mine, err := f.Pool.Mine(f.ctx, p)
		if err != nil {
			return err
		}
		if len(mine.Holdings) > 1 {
			team, held = append(team, p), append(held, mine.Holdings)
		}
	}
	if len(team) < 3 {
		return nil
	}
	for i, p := range team[:2] {
		lead := held[i][0].Lead.ID
		if _, err := f.Pool.FollowUp(f.ctx, p, lead, leads.Contact{Kind: leads.Visit, Outcome: "老闆當面同意，合約帶回去用印"}); err != nil {
			return err
		}
		if err := f.Pool.Advance(f.ctx, p, lead, "contract", "已送合約，對方下週二回簽"); err != nil {
			return err
		}
	}
	if err := f.Pool.Return(f.ctx, team[1], held[1][0].Lead.ID, leads.Returning{Reason: "下週調去展會組，請接手等回簽"}); err != nil {
		return err
	}
	lead := held[2][1].Lead.ID
	if err := f.Pool.Return(f.ctx, team[2], lead, leads.Returning{Reason: "老闆出國，月底前聯絡不上"}); err != nil {
		return err
	}
	for i, p := range team {
		if i == 2 {
			continue
		}
		switch _, err := f.Pool.Assign(f.ctx, manager, lead, p.ID); {
		case fault.Is(err, fault.Conflict): // who has had it this week waits before getting it again
		case err != nil:
			return err
		default:
			_, err := f.Pool.Dispute(f.ctx, team[2], lead, "老闆回國當天就打給我，說還是想找我談，通話紀錄可以看。")
			return err
		}
	}
	return nil
}
