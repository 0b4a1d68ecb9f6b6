package analysis

import (
	"fmt"

	"bainian/app/integrity/answersheet"
)

// The declared tests.
const (
	LikenessTest = "LLRmax with an empirical null, v1"
	LetterTest   = "letter-shuffle v1"
	KnownTest    = "preknowledge of the items named as leaked, v1"
)

// The least pairs that a report shows, if there are so many, and the most work that comparing all pairs may be, in
// pairs × items; beyond it only what is said of single people is computed.
const (
	shownPairs = 200
	MostWork   = 3_000_000_000
)

// Options are what to run.
type Options struct {
	Letters  bool   // the answers are displayed letters of options that were shuffled for each person
	Sittings int    // exams of this kind a year, to say what the error rate means
	Workers  int    // cores to use
	Program  string // what to call the program
}

// run is one analysis on its way.
type run struct {
	exam *answersheet.Exam
	o    Options
	out  Report
}

// Run analyses an exam. notes are what the reader left out, in words.
func Run(x *answersheet.Exam, o Options, notes []string) Report {
	r := &run{exam: x, o: o}
	m := &r.out.Method
	r.out.Pairs, r.out.Persons, m.Known = []Pair{}, []Person{}, []string{}
	m.Program, m.FamilyWise, m.People, m.Items, m.Sittings, m.Timed = o.Program, Family, len(x.IDs), len(x.Items), o.Sittings, x.Seconds != nil
	m.Notes = append([]string{}, notes...)
	m.Thresholds = Thresholds{LLR: None(), LLRP: None(), LettersP: None(), PreknowledgeZ: None()}
	m.Null = Null{Spread: None(), Expected: None(), Observed: None()}
	letters := o.Letters
	if letters {
		is, share, expected := shuffled(x)
		if letters = is; !is {
			r.note("These are not letters of options that were shuffled for each person: the middle pair agrees on %.0f %% of them, where shuffled options give %.0f %%. The letter-shuffle test would find everybody, so it was not run; the answers were compared as options in one order for all.", share*100, expected*100)
		}
	}
	r.declare(letters)
	r.describePersons(letters)
	if letters {
		r.compareLetters(&m.Tests[0])
	} else {
		r.compareAnswers(&m.Tests[0])
	}
	m.Compared = 0
	if m.Tests[0].Ran {
		m.Compared = m.Tests[0].Comparisons
	}
	m.Rate = r.rate()
	return r.out
}

// declare fixes the tests that may flag: one on pairs and, where items are known to have leaked, one on people, which
// then share the family-wise error equally, by Bonferroni.
func (r *run) declare(letters bool) {
	test := Test{Name: LikenessTest, Of: "pairs", FamilyWise: Family}
	if letters {
		test.Name = LetterTest
	}
	r.out.Method.Tests = []Test{test}
	if len(r.exam.Known) > 0 && !letters {
		r.out.Method.Tests[0].FamilyWise = Family / 2
		r.out.Method.Tests = append(r.out.Method.Tests, Test{Name: KnownTest, Of: "persons", FamilyWise: Family / 2})
	}
}

func (r *run) note(format string, args ...any) {
	r.out.Method.Notes = append(r.out.Method.Notes, fmt.Sprintf(format, args...))
}

func (r *run) addPair(p Pair, test *Test) {
	p.A, p.B = r.exam.IDs[p.First], r.exam.IDs[p.Second]
	if p.Flagged {
		test.Flagged++
		for _, person := range []int{p.First, p.Second} {
			r.out.Persons[person].InFlaggedPair, r.out.Persons[person].Flagged = true, true
		}
	}
	r.out.Pairs = append(r.out.Pairs, p)
}

func (r *run) rate() string {
	innocent := fmt.Sprintf("up to %.1f innocent pairs flagged", Family*float64(r.o.Sittings))
	if len(r.out.Method.Tests) > 1 {
		innocent = fmt.Sprintf("up to %.1f exams with an innocent pair or person flagged", Family*float64(r.o.Sittings))
	}
	return fmt.Sprintf("If everybody is innocent, at most %.0f exam in 100 shows anybody flagged: at %d sittings a year, %s.", Family*100, r.o.Sittings, innocent)
}
