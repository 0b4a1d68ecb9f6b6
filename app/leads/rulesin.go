package leads

import (
	"context"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/store"
)

// check lints the rules before they are published: their form, and that no lead is left in a pool or at a stage that
// they do not have any more.
func (p *Pool) check(ctx context.Context, d documents.Doc) (fault.Problems, error) {
	rules, problems := ParseRules(d.Path, []byte(d.Sources[d.Lang]))
	if rules == nil {
		return problems, nil
	}
	err := p.db.Read(ctx, func(rx *store.Rx) error {
		problems = nil
		before, err := p.RulesIn(rx)
		if err != nil {
			return err
		}
		for _, t := range before.Pools {
			if _, kept := rules.PoolOf(t.Slug); kept {
				continue
			}
			if used, err := usedIn(rx, "pool", t.Slug); err != nil {
				return err
			} else if used {
				problems.Add(d.Path, 1, t.Slug, "leads.rules_pool_used", "pool", t.Slug)
			}
		}
		for _, s := range before.Stages {
			if _, _, kept := rules.Stage(s.Slug); kept {
				continue
			}
			if used, err := usedIn(rx, "stage", s.Slug); err != nil {
				return err
			} else if used {
				problems.Add(d.Path, 1, s.Slug, "leads.rules_stage_used", "stage", s.Slug)
			}
		}
		return nil
	})
	return problems, err
}

// usedIn reports whether a lead has that in a column.
func usedIn(rx *store.Rx, column, value string) (used bool, err error) {
	err = rx.Row(`SELECT EXISTS (SELECT 1 FROM lead WHERE `+column+` = ?)`, value).Scan(&used)
	return used, err
}

// edition is the rules as of one edition of the shelf.
type edition struct {
	number int64
	rules  *Rules
}

// Rules are the rules in force.
func (p *Pool) Rules(ctx context.Context) (rules *Rules, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		rules, err = p.RulesIn(rx)
		return err
	})
	return rules, err
}

// RulesIn are the rules in force: the document's, or the standard ones while there is none. A document that cannot be
// read is Busy "leads.no_rules"; a check keeps such a one from being published.
func (p *Pool) RulesIn(rx *store.Rx) (*Rules, error) {
	number, err := p.shelf.EditionIn(rx)
	if err != nil {
		return nil, err
	}
	if latest := p.latest.Load(); latest != nil && latest.number == number {
		return latest.rules, nil
	}
	rules := Standard()
	doc, err := p.shelf.DocIn(rx, RulesPath)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return nil, err
	default:
		var problems fault.Problems
		if rules, problems = ParseRules(RulesPath, []byte(doc.Sources[doc.Lang])); rules == nil {
			return nil, fault.Wrap(problems, fault.Busy, "leads.no_rules")
		}
		rules.Version = doc.Version
	}
	for { // a slow reader of an old snapshot keeps what it made to itself
		latest := p.latest.Load()
		if latest != nil && latest.number >= number || p.latest.CompareAndSwap(latest, &edition{number, rules}) {
			return rules, nil
		}
	}
}
