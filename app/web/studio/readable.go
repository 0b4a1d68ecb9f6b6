package studio

import (
	"regexp"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/questions"
)

// readable is a bank of the items that can be read, and how many had to be left out: one broken item must not
// hide the others from whoever is writing it. Lines keep their numbers. Nil when the file itself is broken.
func readable(texts []questions.File) (*questions.Bank, int) {
	left := map[int]bool{} // by the line of its heading in the first text
	for {
		bank, problems := questions.ParseBank(texts[0], texts[1:]...)
		if bank != nil {
			return bank, len(left)
		}
		cut := false
		for n := range texts {
			text, lines := withoutBroken(texts[n], problems)
			texts[n].Source, cut = []byte(text), cut || len(lines) > 0
			for _, line := range lines {
				if n == 0 {
					left[line] = true
				}
			}
		}
		if !cut {
			return nil, len(left)
		}
	}
}

var itemID = regexp.MustCompile(`\{#([^\s}]+)`)

// withoutBroken blanks out the items that the problems are about, by line or by id, and gives the lines on
// which they began.
func withoutBroken(f questions.File, problems fault.Problems) (text string, broken []int) {
	lines := strings.Split(string(f.Source), "\n")
	for _, s := range sections(lines) {
		id := ""
		if m := itemID.FindStringSubmatch(lines[s.from]); m != nil {
			id = m[1]
		}
		if !slices.ContainsFunc(problems, func(p fault.Problem) bool {
			return p.File == f.Name && p.Line > s.from && p.Line <= s.to || id != "" && p.Item == id
		}) {
			continue
		}
		for n := s.from; n < s.to; n++ {
			lines[n] = ""
		}
		broken = append(broken, s.from+1)
	}
	return strings.Join(lines, "\n"), broken
}

// section is the lines of one item, from its heading to before the next.
type section struct{ from, to int }

func sections(lines []string) (all []section) {
	open, fenced := -1, false
	end := func(n int) {
		if open >= 0 {
			all = append(all, section{open, n})
		}
		open = -1
	}
	for n, line := range lines {
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			fenced = !fenced
		}
		switch {
		case fenced:
		case strings.HasPrefix(line, "## "):
			end(n)
			open = n
		case strings.HasPrefix(line, "# "):
			end(n)
		}
	}
	end(len(lines))
	return all
}
