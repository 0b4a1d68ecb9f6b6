package leads

import (
	"slices"
	"time"

	"bainian/app/locale"
)

// RulesPath is the document of the rules by which leads move.
const RulesPath = "content/pools.yaml"

// Rules are how leads move: the stages that they go through and the pools that they wait in.
type Rules struct {
	Version int     // of the document; 0 for the standard rules, which hold while there is none
	Stages  []Stage // from first contact to payment
	Pools   []Terms // an import puts a lead into the first that takes it
	Evening Evening
}

// Stage is how far a lead has come.
type Stage struct {
	Slug   string
	Title  map[locale.Lang]string
	Exempt bool // nothing at this stage is reclaimed, and nothing at it goes to a pool: it goes to handover
	Won    bool // the customer has paid
}

// Evening is how leads are allocated for the next business day.
type Evening struct {
	At      Clock // when the job drafts; the route is printed the next morning
	PerDay  int   // leads for each person, within the policy's limits
	Publish bool  // without waiting for a manager
}

// Terms are the terms of one pool. Days are business days.
type Terms struct {
	Slug  string
	Title map[locale.Lang]string

	Teams                   []string // employee numbers of managers: they and everybody below them may take; none: everybody may
	Territories, Industries []string // what an import puts here; none: anything

	DrawsPerDay int // leads of this pool that a person draws in a day; 0: the policy's limit alone
	Cap         int // leads of this pool that a person holds; 0: the policy's limit alone
	PrivateCap  int // leads of it in a private pool

	FirstDue   Clock          // the first follow-up, on the next business day
	LaterDays  int            // after the first follow-up, until the next
	ExtendDays int            // that every later one gives
	HardDays   int            // from the beginning of the tenure, which no follow-up exceeds
	StageDays  map[string]int // LaterDays and ExtendDays at a stage, where it wants its own

	PrivateDays     int // that a follow-up gives in the private pool
	PrivateHardDays int // as HardDays, in the private pool

	CoolReclaimed int // until the former holder may take a lead again that was reclaimed
	CoolReturned  int // on any other path: an honest return is rewarded

	EmbargoDays   int // that a fresh lead can only be allocated, not drawn
	NewcomerShare int // per cent of fresh leads that are kept for newcomers
	NewcomerDays  int // for so long

	Masked      []string // what is hidden of a lead that the viewer does not hold: contact, phone, note
	ViewsPerDay int      // masked leads that a person may open in a day

	Warnings []Clock // to the holder, on the day on which a lead will be reclaimed
	Escalate Clock   // to the manager, on that day; 0: never
}

// Clock is a time of day, in minutes since midnight.
type Clock int

// String is the clock as hh:mm.
func (c Clock) String() string {
	return time.Time{}.Add(time.Duration(c) * time.Minute).Format("15:04")
}

// On is the clock on the day of t, in t's zone.
func (c Clock) On(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), int(c)/60, int(c)%60, 0, 0, t.Location())
}

// maskable are the fields of a lead that a pool may hide.
var maskable = []string{"contact", "phone", "note"}

// Standard are the rules while no document says otherwise.
func Standard() *Rules {
	same := func(hant, hans, en string) map[locale.Lang]string {
		return map[locale.Lang]string{locale.Hant: hant, locale.Hans: hans, locale.En: en}
	}
	return &Rules{
		Stages: []Stage{
			{Slug: "lead", Title: same("初次接觸", "初次接触", "First contact")},
			{Slug: "qualified", Title: same("確認有需求可能", "确认为潜在客户", "Qualified")},
			{Slug: "visit", Title: same("約好拜訪", "约好拜访", "Visit planned")},
			{Slug: "decision-maker", Title: same("見到決策人", "见到决策人", "Decision maker met")},
			{Slug: "needs", Title: same("挖出需求", "挖出需求", "Needs found")},
			{Slug: "proposal", Title: same("提案", "提案", "Proposal")},
			{Slug: "objections", Title: same("處理異議", "处理异议", "Objections")},
			{Slug: "contract", Title: same("簽約", "签约", "Contract"), Exempt: true},
			{Slug: "payment", Title: same("收款", "收款", "Payment"), Exempt: true, Won: true},
			{Slug: "served", Title: same("服務中", "服务中", "Served"), Exempt: true, Won: true},
		},
		Pools:   []Terms{standardTerms("default", same("公海", "公海", "Pool"))},
		Evening: Evening{At: 23 * 60, PerDay: 40},
	}
}

// standardTerms are what a pool has where its document says nothing.
func standardTerms(slug string, title map[locale.Lang]string) Terms {
	return Terms{
		Slug: slug, Title: title, PrivateCap: 30,
		FirstDue:  22*60 + 30, // after the evening report
		LaterDays: 5, ExtendDays: 3, HardDays: 20, PrivateDays: 7, PrivateHardDays: 60,
		CoolReclaimed: 7, CoolReturned: 3,
		NewcomerShare: 20, NewcomerDays: 3,
		Masked: slices.Clone(maskable), ViewsPerDay: 100,
		Warnings: []Clock{9 * 60, 18 * 60}, Escalate: 18 * 60,
	}
}

// Pool are the terms of a pool; those of the first where none is called so, for a lead must never be without any.
func (r *Rules) Pool(slug string) Terms {
	if t, ok := r.PoolOf(slug); ok {
		return t
	}
	return r.Pools[0]
}

// PoolOf are the terms of a pool, if there is one.
func (r *Rules) PoolOf(slug string) (Terms, bool) {
	i := slices.IndexFunc(r.Pools, func(t Terms) bool { return t.Slug == slug })
	if i < 0 {
		return Terms{}, false
	}
	return r.Pools[i], true
}

// Stage is a stage by its slug, with its place among the others.
func (r *Rules) Stage(slug string) (s Stage, at int, ok bool) {
	at = slices.IndexFunc(r.Stages, func(s Stage) bool { return s.Slug == slug })
	if at < 0 {
		return Stage{Slug: slug}, at, false
	}
	return r.Stages[at], at, true
}

// Exempt reports whether nothing at that stage is reclaimed.
func (r *Rules) Exempt(stage string) bool {
	s, _, _ := r.Stage(stage)
	return s.Exempt
}

// Takes reports whether an import puts a lead with these into the pool.
func (t Terms) Takes(territory, industry string) bool {
	fits := func(all []string, one string) bool { return len(all) == 0 || slices.Contains(all, one) }
	return fits(t.Territories, territory) && fits(t.Industries, industry)
}

// PoolFor is the pool that an import puts a lead into: the first that takes it, or else the last.
func (r *Rules) PoolFor(territory, industry string) Terms {
	for _, t := range r.Pools {
		if t.Takes(territory, industry) {
			return t
		}
	}
	return r.Pools[len(r.Pools)-1]
}

// hides reports whether a field is hidden from those who do not hold the lead.
func (t Terms) hides(field string) bool { return slices.Contains(t.Masked, field) }

// slugs are the names of all pools.
func (r *Rules) slugs() []string {
	names := make([]string, len(r.Pools))
	for i, t := range r.Pools {
		names[i] = t.Slug
	}
	return names
}
