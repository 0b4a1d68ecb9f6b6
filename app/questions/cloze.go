package questions

import (
	"strconv"
	"strings"
)

// cloze reads the gaps of a text and puts [[1]], [[2]], … in their place, so that the text can be shown.
// Gaps are read before links; code keeps its brackets.
func (r reader) cloze(a *answers, id string, stem []line) {
	var f fence
	var out []string
	for _, l := range stem {
		if f.holds(l.text) {
			out = append(out, l.text)
			continue
		}
		out = append(out, r.gapsOf(a, id, l))
	}
	if len(a.gaps) == 0 {
		return
	}
	a.found, a.kind = true, Cloze
	a.text.Stem = strings.Trim(strings.Join(out, "\n"), "\n")
}

func (r reader) gapsOf(a *answers, id string, l line) string {
	var out strings.Builder
	for rest := l.text; rest != ""; {
		switch {
		case rest[0] == '`':
			n := codeSpan(rest)
			out.WriteString(rest[:n])
			rest = rest[n:]
		case strings.HasPrefix(rest, "[["):
			inner, after, closed := strings.Cut(rest[2:], "]]")
			gap, options, ok := gapOf(inner)
			if !closed || !ok {
				r.add(l.n, id, "gap_malformed", "text", inner)
				return l.text
			}
			a.gaps = append(a.gaps, gap)
			a.text.Gaps = append(a.text.Gaps, options)
			out.WriteString("[[" + strconv.Itoa(len(a.gaps)) + "]]")
			rest = after
		default:
			out.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	return out.String()
}

// gapOf reads "回款", "回款|收款", "=47±1" or "(回款)|簽約|拜訪"; inside a table the bars are written \|.
func gapOf(inner string) (gap Gap, options []string, ok bool) {
	gap.Right = -1
	parts := strings.Split(strings.ReplaceAll(inner, `\|`, "|"), "|")
	for n, p := range parts {
		p = strings.TrimSpace(p)
		if p == "" {
			return gap, nil, false
		}
		if len(p) > 2 && p[0] == '(' && p[len(p)-1] == ')' {
			if gap.Right >= 0 {
				return gap, nil, false
			}
			gap.Right, p = n, strings.TrimSpace(p[1:len(p)-1])
		}
		parts[n] = p
	}
	if gap.Right >= 0 {
		gap.Options = len(parts)
		return gap, parts, len(parts) > 1
	}
	for _, p := range parts {
		k := Key{Text: p, Credit: 1000}
		if number, is := strings.CutPrefix(p, "="); is {
			if k.Low, k.High, ok = numberKey(number, ""); !ok {
				return gap, nil, false
			}
			k.Text = strings.TrimSpace(number)
		}
		gap.Keys = append(gap.Keys, k)
	}
	return gap, nil, true
}
