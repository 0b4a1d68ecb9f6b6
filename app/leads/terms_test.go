package leads

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/fault"
)

func TestAPoolIsOpenToItsTeamsAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = "pools:\n  - {pool: east, title: East, newcomer_share: 0, territories: [東區], teams: [" + w.other.Number + "]}\n" +
			"  - {pool: default, title: Pool, newcomer_share: 0}\n"
		w.open()
		carl := w.hire(w.other.ID)
		id := w.one("東區")
		_, err := w.Draw(ctx, w.amy, "east", "")
		w.want(err, fault.Forbidden, "leads.not_your_pool")
		_, err = w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		_, err = w.Claim(ctx, w.amy, id, "")
		w.want(err, fault.Forbidden, "leads.not_your_pool")
		_, err = w.Assign(ctx, w.manager, id, w.amy.ID) // the receiver must be of the pool, not the manager
		w.want(err, fault.Forbidden, "leads.not_your_pool")
		_, err = w.Draw(ctx, carl, "west", "")
		w.want(err, fault.NotFound, "leads.no_pool")
		h, err := w.Draw(ctx, carl, "", "")
		w.must(err)
		if h.Lead.ID != id || h.Tenure.Pool != "east" {
			t.Errorf("%+v", h)
		}
	})
}

func TestL2_APoolsOwnLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = "pools:\n  - {pool: default, title: Pool, newcomer_share: 0, draws_per_day: 2, cap: 3}\n"
		w.open()
		w.stock(9)
		first := w.draw(w.amy)
		w.draw(w.amy)
		w.must(w.Return(ctx, w.amy, first.Lead.ID, Returning{Reason: "not mine"}))
		_, err := w.Draw(ctx, w.amy, "", "") // what was returned still counts
		w.want(err, fault.Conflict, "leads.pool_draws")
		w.clock.Add(24 * time.Hour)
		w.draw(w.amy)
		w.draw(w.amy)
		_, err = w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.pool_cap")
	})
}

func TestFreshLeadsWaitForNewcomersAndBehindAnEmbargo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = "pools:\n  - {pool: default, title: Pool, newcomer_share: 100, newcomer_days: 3}\n"
		w.open() // nobody is a newcomer under the policy of this world
		w.stock(1)
		_, err := w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		w.must(w.Widen(ctx))
		_, err = w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		_, err = w.Claim(ctx, w.amy, w.all()[0], "")
		w.want(err, fault.Conflict, "leads.for_newcomers")
		w.clock.Add(7 * 24 * time.Hour)
		w.must(w.Widen(ctx))
		w.draw(w.amy)

		w.rules = "pools:\n  - {pool: default, title: Pool, embargo_days: 2}\n"
		w.open()
		id := w.one("北區")
		_, err = w.Draw(ctx, w.bob, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		_, err = w.Claim(ctx, w.bob, id, "")
		w.want(err, fault.Conflict, "leads.embargo")
		_, err = w.Assign(ctx, w.manager, id, w.bob.ID) // allocation is what the embargo is for
		w.must(err)
	})
}

func TestClaimTakesTheVeryLeadOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(3)
		id := w.all()[1]
		h, err := w.Claim(ctx, w.amy, id, "k")
		w.must(err)
		again, err := w.Claim(ctx, w.amy, id, "k")
		w.must(err)
		if h.Lead.ID != id || again != h {
			t.Errorf("%+v and then %+v", h, again)
		}
		_, err = w.Claim(ctx, w.bob, id, "")
		w.want(err, fault.Conflict, "leads.taken")
		w.must(w.Return(ctx, w.amy, id, Returning{Reason: "not mine"}))
		_, err = w.Claim(ctx, w.amy, id, "")
		w.want(err, fault.Conflict, "leads.cooling")
	})
}

// What leads are in or at cannot be taken out of the rules, and the lines that say so are all there at once.
func TestAPoolOrStageInUseStaysInTheRules(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = "stages:\n  - {stage: lead, title: Lead}\n  - {stage: deal, title: Deal}\npools:\n  - {pool: east, title: East, newcomer_share: 0, territories: [東區]}\n" +
			"  - {pool: default, title: Pool, newcomer_share: 0}\n"
		w.open()
		id := w.one("東區")
		_, err := w.Claim(ctx, w.amy, id, "")
		w.must(err)
		w.must(w.Advance(ctx, w.amy, id, "deal", ""))
		bare := "stages:\n  - {stage: lead, title: Lead}\npools:\n  - {pool: default, title: Pool}\n"
		_, problems, err := w.shelf.Load(ctx, fstest.MapFS{RulesPath: {Data: []byte(bare)}})
		w.must(err)
		var keys []string
		for _, p := range problems {
			keys = append(keys, p.Key)
		}
		if strings.Join(keys, " ") != "leads.rules_pool_used leads.rules_stage_used" {
			t.Errorf("%v", problems)
		}
	})
}
