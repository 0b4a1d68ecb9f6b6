package leads

import (
	"context"

	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// sampleSize is how many leads of the pool are shown to those who only look on.
const sampleSize = 10

// Sample is a few leads of the pool without whom to ask for or a number to call, for those to whom the gate shows
// leads, of the first one; for anybody else there are none. The order is that of the ranks, which are random and stay: asking
// again shows the same leads and not, bit by bit, the pool.
func (p *Pool) Sample(ctx context.Context, actor people.Person) (sample []Lead, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		sample = nil
		d, err := p.keeper.DecideIn(rx, actor.ID)
		if err != nil || d.Level == gate.None {
			return err
		}
		rules, err := p.RulesIn(rx)
		if err != nil {
			return err
		}
		sample, err = store.All(rx, scanLead, `SELECT `+leadColumns+` FROM lead l WHERE l.state = 'pool' AND l.pool = ? AND l.access = 'open' AND `+imported+` ORDER BY l.rank LIMIT ?`,
			rules.Pools[0].Slug, sampleSize)
		for i, l := range sample {
			l.Contact, l.Phone, l.Note, l.Masked = "", "", "", true
			sample[i] = l
		}
		return err
	})
	return sample, err
}
