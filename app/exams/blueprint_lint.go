package exams

import (
	"strconv"
	"strings"

	"bainian/app/fault"
	"bainian/app/questions"
)

// Lint proves that the blueprint can be dealt from these banks, or says at which line it cannot and why.
func (b *Blueprint) Lint(banks map[string]*questions.Bank) fault.Problems {
	var problems fault.Problems
	add := func(line int, key string, args ...any) {
		problems.Add(b.File, line, b.Slug, "exams.blueprint_"+key, args...)
	}
	draws, _ := b.draws()
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
		if have := len(pools[n]); have < d.Count {
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

func hasCategory(bank *questions.Bank, category string) bool {
	for _, c := range bank.Categories {
		if c == category || strings.HasPrefix(c, category+" / ") {
			return true
		}
	}
	return false
}
