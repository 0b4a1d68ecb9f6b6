package exams

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/questions"
)

// undealable are the problems of a bank that would leave a published exam without enough to deal: for each
// such exam one that names it, and then what is wrong at its draws. An exam that changes along with the bank
// is judged as it will be, by the banks as they will be; if that version is refused, the published one stays,
// and must do. An exam that cannot be dealt as it is has been reported before and keeps no bank from improving.
func (r *Room) undealable(ctx context.Context, doc documents.Doc, b *questions.Bank) (problems fault.Problems, err error) {
	now, err := r.publishedBanks(ctx)
	if err != nil {
		return nil, err
	}
	then := maps.Clone(now)
	for _, other := range doc.Beside {
		if other.Kind == documents.Bank {
			if coming, bad := parseBank(other); len(bad) == 0 {
				then[coming.ID] = coming
			}
		}
	}
	then[b.ID] = b
	heads, err := r.shelf.Heads(ctx, documents.Exam)
	if err != nil {
		return nil, err
	}
	for _, h := range heads {
		exam, err := r.blueprintOf(ctx, Pin{Path: h.Path, Version: h.Version})
		if err != nil {
			return nil, err
		}
		if !slices.Contains(exam.Banks(), b.ID) || len(exam.Lint(now)) > 0 {
			continue
		}
		bad := exam.Lint(then)
		if len(bad) == 0 {
			continue
		}
		if n := slices.IndexFunc(doc.Beside, func(d documents.Doc) bool { return d.Path == h.Path }); n >= 0 {
			coming, err := r.lintExamWith(ctx, doc.Beside[n], then)
			if err != nil {
				return nil, err
			}
			if len(coming) == 0 {
				continue
			}
		}
		problems.Add(doc.Path, 0, b.ID, "exams.bank_breaks", "exam", exam.Slug, "file", exam.File, "lines", linesOf(bad))
		problems = append(problems, bad...)
	}
	return problems, nil
}

func linesOf(problems fault.Problems) string {
	var lines []string
	for _, p := range problems {
		if line := strconv.Itoa(max(p.Line, 1)); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ", ")
}

// publishedBanks are the banks of now, by id.
func (r *Room) publishedBanks(ctx context.Context) (map[string]*questions.Bank, error) {
	heads, err := r.shelf.Heads(ctx, documents.Bank)
	if err != nil {
		return nil, err
	}
	banks := map[string]*questions.Bank{}
	for _, h := range heads {
		parsed, err := r.bankOf(ctx, Pin{Path: h.Path, Version: h.Version})
		if err != nil {
			return nil, err
		}
		banks[idOf(h.Path)] = parsed.Bank
	}
	return banks, nil
}
