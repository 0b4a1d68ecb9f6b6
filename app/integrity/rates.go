package integrity

import (
	"cmp"
	"context"
	"slices"

	"bainian/app/integrity/stats"
	"bainian/app/people"
	"bainian/app/store"
)

// By is what people are grouped by when their flag rates are compared.
type By string

const (
	ByCohort        By = "cohort"        // of the sitting; keys are cohort numbers, "" sittings that were open to everybody
	ByLanguage      By = "language"      // the person's own choice; "" whatever the browser asks for
	ByAccommodation By = "accommodation" // "yes" for those who ever had one
)

// Groupings are all of them, in the order in which they are shown.
func Groupings() []By { return []By{ByCohort, ByLanguage, ByAccommodation} }

// Rate is how many people of a group were flagged, of those who sat an exam.
type Rate struct {
	Key       string
	Rest      bool // groups too small to be shown alone, together
	People    int
	Flagged   int
	Low, High float64 // 95 % interval of the share, by Wilson
}

// Watch are the flag rates of a year: all together, and by group.
type Watch struct {
	All    Rate
	Groups map[By][]Rate
}

// smallest is the least number of people of whom a rate is shown: fewer would tell who was flagged.
const smallest = 5

// z is the normal quantile of a two-sided interval of 95 %.
const z = 1.959964

// Watch compares flag rates of the last 365 days, so that a test or an eye that falls on one group more than on others
// is seen. For HR and reviewers. A flag counts whatever became of it.
func (d *Desk) Watch(ctx context.Context, actor people.Person) (w Watch, err error) {
	if !actor.Has(people.HR, people.Reviewer) {
		return w, forbidden("integrity.reviewers_only")
	}
	var sat []satIn
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		sat, err = store.All(rx, func(r store.Row) (s satIn, err error) {
			err = r.Scan(&s.person, &s.cohort, &s.lang, &s.special, &s.flagged)
			return s, err
		}, `SELECT a.person_id, coalesce(CAST(c.number AS TEXT), ''), e.lang,
			EXISTS (SELECT 1 FROM accommodation x WHERE x.person_id = a.person_id AND x.at_ms <= a.ended_ms),
			EXISTS (SELECT 1 FROM integrity_case i WHERE i.attempt_id = a.id)
			FROM attempt a JOIN employee e ON e.id = a.person_id JOIN sitting s ON s.id = a.sitting_id LEFT JOIN cohort c ON c.id = s.cohort_id
			WHERE a.ended_ms > ? AND NOT EXISTS (SELECT 1 FROM rehearsal h WHERE h.sitting_id = a.sitting_id)`, store.Ms(rx.Now.Add(-year)))
		return err
	})
	return watch(sat), err
}

// satIn is one paper: whose, in which groups, and whether it was flagged.
type satIn struct {
	person, cohort, lang string
	special, flagged     bool
}

func (s satIn) key(by By) string {
	switch by {
	case ByCohort:
		return s.cohort
	case ByLanguage:
		return s.lang
	}
	if s.special {
		return "yes"
	}
	return "no"
}

// watch counts people, each once in a group, and folds groups that are too small.
func watch(sat []satIn) Watch {
	w := Watch{All: count("", sat), Groups: map[By][]Rate{}}
	for _, by := range Groupings() {
		cells := map[string][]satIn{}
		for _, s := range sat {
			cells[s.key(by)] = append(cells[s.key(by)], s)
		}
		w.Groups[by] = fold(cells)
	}
	return w
}

func count(key string, sat []satIn) Rate {
	flagged := map[string]bool{}
	for _, s := range sat {
		flagged[s.person] = flagged[s.person] || s.flagged
	}
	r := Rate{Key: key, People: len(flagged)}
	for _, f := range flagged {
		r.Flagged += boolean(f)
	}
	r.Low, r.High = stats.Wilson(r.Flagged, r.People, z)
	return r
}

// fold puts groups of fewer than smallest people together; where even they are too few, or are one alone whose number
// would follow from the others, the next smallest joins them. What is left too small is not shown.
func fold(cells map[string][]satIn) []Rate {
	var rates []Rate
	for key, sat := range cells {
		rates = append(rates, count(key, sat))
	}
	slices.SortFunc(rates, func(a, b Rate) int { return cmp.Or(cmp.Compare(a.People, b.People), cmp.Compare(a.Key, b.Key)) })
	var rest []satIn
	for len(rates) > 0 && (rates[0].People < smallest || len(rest) > 0 && count("", rest).People < smallest) {
		rest = append(rest, cells[rates[0].Key]...)
		rates = rates[1:]
	}
	slices.SortFunc(rates, func(a, b Rate) int { return cmp.Or(cmp.Compare(len(a.Key), len(b.Key)), cmp.Compare(a.Key, b.Key)) })
	if together := count("", rest); together.People >= smallest {
		together.Rest = true
		rates = append(rates, together)
	}
	return rates
}
