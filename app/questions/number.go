package questions

import (
	"math/big"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// A number is at most 30 digits with up to 15 decimals: exact arithmetic without surprises in size.
var decimal = regexp.MustCompile(`^[+-]?[0-9]{1,30}(\.[0-9]{1,15})?$`)

var thousands = regexp.MustCompile(`^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`)

// number reads a decimal as a person writes it: full-width digits, thousands separators, any minus sign.
func number(s string) (*big.Rat, bool) {
	s = strings.TrimSpace(norm.NFKC.String(s))
	s = strings.NewReplacer("−", "-", "–", "-", "﹣", "-").Replace(s)
	if thousands.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	if !decimal.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// numberKey reads "47", "47 ± 1", "47 +- 1" or "40..50" as an inclusive range.
func numberKey(s, unit string) (low, high string, ok bool) {
	if a, b, found := strings.Cut(s, ".."); found {
		lo, ok1 := number(withoutUnit(a, unit))
		hi, ok2 := number(withoutUnit(b, unit))
		if !ok1 || !ok2 || lo.Cmp(hi) > 0 {
			return "", "", false
		}
		return plain(lo), plain(hi), true
	}
	middle, tolerance, found := strings.Cut(strings.Replace(s, "+-", "±", 1), "±")
	m, ok := number(withoutUnit(middle, unit))
	if !ok {
		return "", "", false
	}
	t := new(big.Rat)
	if found {
		if t, ok = number(withoutUnit(tolerance, unit)); !ok || t.Sign() < 0 {
			return "", "", false
		}
	}
	return plain(new(big.Rat).Sub(m, t)), plain(new(big.Rat).Add(m, t)), true
}

// plain writes a decimal without trailing zeros.
func plain(r *big.Rat) string {
	s := r.FloatString(15)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func withoutUnit(s, unit string) string {
	s = strings.TrimSpace(norm.NFKC.String(s))
	if unit != "" {
		s = strings.TrimSuffix(s, norm.NFKC.String(unit))
	}
	return s
}

// creditOfNumber is the best credit among the ranges that hold the answer.
func creditOfNumber(keys []Key, unit, answer string) int {
	n, ok := number(withoutUnit(answer, unit))
	if !ok {
		return 0
	}
	best := 0
	for _, k := range keys {
		low, ok1 := new(big.Rat).SetString(k.Low)
		high, ok2 := new(big.Rat).SetString(k.High)
		if ok1 && ok2 && n.Cmp(low) >= 0 && n.Cmp(high) <= 0 {
			best = max(best, k.Credit)
		}
	}
	return best
}
