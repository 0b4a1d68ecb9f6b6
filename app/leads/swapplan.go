package leads

import (
	"maps"
	"slices"
	"time"

	"bainian/app/fault"
)

// swapPlan is a swap that nothing stands against.
type swapPlan struct{ in, out []Holding }

// planSwap finds everything that stands against a swap of leads by the one who holds these.
func planSwap(held []Holding, in, out []string, rules *Rules, now time.Time) (plan swapPlan, problems fault.Problems) {
	switch {
	case len(in) == 0 && len(out) == 0:
		problems.Add("", 0, "", "moves.swap_nothing")
	case len(in) != len(out):
		problems.Add("", 0, "", "moves.swap_uneven", "in", len(in), "out", len(out))
	}
	private := map[string]*privateCount{} // by pool
	for _, t := range rules.Pools {
		private[t.Slug] = &privateCount{most: t.PrivateCap}
	}
	count := func(h Holding) *privateCount { return private[rules.Pool(h.Tenure.Pool).Slug] }
	own := make(map[string]Holding, len(held))
	for _, h := range held {
		own[h.Lead.ID] = h
		if !h.Tenure.Private.IsZero() {
			count(h).there++
		}
	}
	named := map[string]bool{}
	look := func(list string, ids []string, take func(Holding) (refusal string)) {
		for i, id := range ids {
			h, mine := own[id]
			key := ""
			switch {
			case named[id]:
				key = "moves.swap_twice"
			case !mine:
				key = "leads.not_held"
			default:
				if key = h.standsStill(now); key == "" {
					key = take(h)
				}
			}
			if named[id] = true; key != "" {
				problems.Add(list, i+1, id, key)
			}
		}
	}
	look("in", in, func(h Holding) string {
		if !h.Tenure.Private.IsZero() {
			return "moves.swap_private"
		}
		plan.in = append(plan.in, h)
		count(h).in++
		return ""
	})
	look("out", out, func(h Holding) string {
		plan.out = append(plan.out, h)
		if !h.Tenure.Private.IsZero() {
			count(h).out++
		}
		return ""
	})
	for _, pool := range slices.Sorted(maps.Keys(private)) {
		if key, over := private[pool].refusal(); key != "" {
			c := private[pool]
			problems.Add("private", 0, pool, key, "there", c.there, "most", c.most, "over", over)
		}
	}
	return plan, problems
}

// standsStill says why a lead cannot be moved by its holder's own will, "" if it can: a clock that stands still needs no
// protection, and one that has run out is moved by a follow-up alone.
func (h Holding) standsStill(now time.Time) (key string) {
	switch {
	case !h.Tenure.Paused.IsZero():
		return "leads.in_trust"
	case h.Tenure.Exempt:
		return "moves.exempt_stays"
	case !h.Tenure.Due.After(now):
		return "moves.overdue"
	}
	return ""
}

// privateCount is what a swap does to the private leads of one pool.
type privateCount struct{ there, in, out, most int }

// refusal says what is wrong with how many private leads are given back, and how many it must be: what would not have
// room, for what has room is paid for from what is held.
func (c privateCount) refusal() (key string, over int) {
	over = max(0, c.there+c.in-c.most)
	switch {
	case c.in > 0 && c.out < over:
		return "moves.swap_full", over
	case c.out > over:
		return "moves.swap_not_full", over
	}
	return "", over
}
