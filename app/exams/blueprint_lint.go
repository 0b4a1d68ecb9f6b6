package exams

import (
	"slices"
	"strconv"
	"strings"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/questions"
)

// Lint proves that the blueprint can be dealt from these banks, or says at which line it cannot and why.
func (b *Blueprint) Lint(banks map[string]*questions.Bank) fault.Problems {
	var problems fault.Problems
	add := func(line int, key string, args ...any) {
		problems.Add(b.File, line, b.Slug, "exams.blueprint_"+key, args...)
	}
	draws, sections := b.draws()
	pools := make([][]itemRef, len(draws))
	for n, d := range draws {
		bank := banks[d.Bank]
		if bank == nil {
			add(d.Line, "bank", "bank", d.Bank)
			continue
		}
		pools[n] = pool(d, bank, dealing)
		if d.Category != "" && !hasCategory(bank, d.Category) {
			add(d.Line, "category", "bank", d.Bank, "category", d.Category)
			continue
		}
		have, byHand := len(pools[n]), 0
		for _, i := range bank.Items {
			if d.takes(i) && i.Kind.ByHand() {
				byHand++
			}
		}
		switch {
		case have >= d.Count:
		case have > 0 && byHand > 0 && len(d.Kinds) == 0:
			add(d.Line, "few_at_once", "bank", d.Bank, "want", d.Count, "have", have, "by_hand", byHand)
		default:
			add(d.Line, "few", "bank", d.Bank, "want", d.Count, "have", have)
		}
	}
	if len(problems) > 0 {
		return problems
	}
	a, short := fill(draws, pools)
	if short >= 0 {
		var lines []string
		want, have := 0, map[itemRef]bool{}
		for _, n := range a.rivals(short) {
			lines = append(lines, strconv.Itoa(draws[n].Line))
			want += draws[n].Count
			for _, item := range pools[n] {
				have[item] = true
			}
		}
		add(draws[short].Line, "overlap", "lines", strings.Join(lines, ", "), "want", want, "have", len(have))
	}
	for n, s := range b.Sections {
		if s.Pass > 0 && mayEarnNothing(draws, pools, func(of int) bool { return sections[of] == n }) {
			add(s.PassLine, "pass_nothing", "pass", locale.Percent(s.Pass))
		}
	}
	if b.Pass > 0 && mayEarnNothing(draws, pools, func(int) bool { return true }) {
		add(b.PassLine, "pass_nothing", "pass", locale.Percent(b.Pass))
	}
	canaries := 0
	for _, id := range b.Banks() {
		for _, i := range banks[id].Items {
			if i.Canary > 0 {
				canaries++
			}
		}
	}
	if canaries < b.Integrity.Canaries {
		add(0, "canaries", "want", b.Integrity.Canaries, "have", canaries)
	}
	return problems
}

// mayEarnNothing reports whether those draws can all be given what earns no points, so that a pass mark of theirs would
// mean nothing: everybody reaches it.
func mayEarnNothing(draws []Draw, pools [][]itemRef, of func(n int) bool) bool {
	var some []Draw
	var unscored [][]itemRef
	for n, d := range draws {
		if of(n) {
			some = append(some, d)
			unscored = append(unscored, slices.DeleteFunc(slices.Clone(pools[n]), func(s itemRef) bool {
				i := s.item()
				return i.Kind.Scored() && i.Points > 0
			}))
		}
	}
	_, short := fill(some, unscored)
	return short < 0
}

func hasCategory(bank *questions.Bank, category string) bool {
	for _, c := range bank.Categories {
		if c == category || strings.HasPrefix(c, category+" / ") {
			return true
		}
	}
	return false
}
