package studio

import (
	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// said is a reason to look at an item in words.
type said struct {
	Text    string
	Serious bool
}

func wordsOf(c *page.Ctx, concerns []exams.Concern) (all []said) {
	for _, one := range concerns {
		all = append(all, said{c.T("studio.concern_"+string(one.Reason), "choice", letter(one.Choice), "times", one.Times, "blank", one.Times, "key", one.Key,
			"of", one.Of, "percent", one.Percent, "took", took(c, float64(one.Seconds)), "usual", took(c, float64(one.Usual))), one.Serious()})
	}
	return all
}

// letter names a choice by its place in the source.
func letter(n int) string { return string(rune('A' + n)) }

func thousandths(share float64) int { return int(share*1000 + 0.5) }

// share writes a share as a percentage, "—" where there is none.
func share(x *float64) string {
	if x == nil {
		return "—"
	}
	return locale.Percent(thousandths(*x))
}
