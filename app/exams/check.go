package exams

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
)

// checkedForms is how many forms a check of a blueprint deals: enough that an item that one form in ten holds is counted
// to within a fifth of that, and dealt in the time of a page.
const checkedForms = 1000

// Check is what can be said of a blueprint before anybody sits it.
type Check struct {
	Problems fault.Problems // why it cannot be dealt; then there is nothing else
	Forms    int            // that were dealt to count in
	Total    int            // questions on each
	Draws    []CheckedDraw

	Dealt []Exposure // every item that came, the most frequent first
	Never []Exposure // items of the banks that no form can hold, by bank

	Guess         int   // thousandths of the points that answering at random earns on average
	GuessSections []int // as Guess, by section

	Scored, Tested int           // scored items that a form may hold, and those of them whose facility is known
	Expected       *Distribution // thousandths that a form's tested questions can be expected to earn; nil while none are known
	Seconds        Distribution  // that reading and answering a form can be expected to take
	ByHand         float64       // questions of a form that a person marks, on average

	Kinds, Levels, Lessons []PerForm
}

// CheckedDraw is one draw with what it can take.
type CheckedDraw struct {
	Draw
	Section int
	Pool    int
	Rivals  []int // lines of other draws that can take some of the same items
}

// Exposure is how often an item came on the dealt forms.
type Exposure struct {
	Bank, Item string
	Words      map[locale.Lang]questions.Text
	Lang       locale.Lang
	N          int
	Facility   int // thousandths, -1 while it is not known
	Canary     bool
	ByHand     bool
}

// Title is the item's title in that language, or in its own.
func (x Exposure) Title(lang locale.Lang) string {
	if t, ok := x.Words[lang]; ok {
		return t.Title
	}
	return x.Words[x.Lang].Title
}

// Distribution is how a number lies over the forms.
type Distribution struct {
	Mean, Spread float64 // Spread is the standard deviation
	Least, Most  float64
}

// PerForm is how many questions of a form have something in common, on average; Name is "" for those that do not say.
type PerForm struct {
	Name string
	Mean float64
}

// CheckBlueprint proves that a blueprint, which need not be published, can be dealt from the banks of now, and deals
// forms to see what it comes to: those of the words "1" to "1000" (PreviewForm). Whoever may write exams may see it.
func (r *Room) CheckBlueprint(ctx context.Context, actor people.Person, b *Blueprint) (Check, error) {
	if !documents.MayEdit(actor, documents.Exam) {
		return Check{}, errForbidden()
	}
	banks, err := r.publishedBanks(ctx)
	if err != nil {
		return Check{}, err
	}
	if problems := b.Lint(banks); len(problems) > 0 {
		return Check{Problems: problems}, nil
	}
	p, err := r.paperNow(ctx, b)
	if err != nil {
		return Check{}, err
	}
	k, err := p.deck()
	if err != nil {
		return Check{}, err
	}
	return k.check(p.known, checkedForms)
}

// check deals that many forms and counts.
func (k *deck) check(known Known, forms int) (Check, error) {
	c := Check{Forms: forms, Total: k.blueprint.Total()}
	c.Guess, c.GuessSections = k.blueprint.GuessShares(k.banks)
	for n, d := range k.draws {
		c.Draws = append(c.Draws, CheckedDraw{Draw: d, Section: k.sections[n], Pool: len(k.pools[n]), Rivals: k.rivals(n)})
	}
	type counted struct {
		*questions.Item
		n       int
		seconds float64
	}
	items := map[[2]string]*counted{}
	for id, bank := range k.banks {
		for n := range bank.Items {
			i := &bank.Items[n]
			items[[2]string{id, i.ID}] = &counted{Item: i, seconds: float64(secondsFor(*i))}
		}
	}
	kinds, levels, lessons := map[string]int{}, map[string]int{}, map[string]int{}
	byHand := 0
	var expected, seconds []float64
	for n := range forms {
		form, err := k.deal(previewSeed(strconv.Itoa(n+1)), nil)
		if err != nil {
			return c, err
		}
		var earned, points, takes float64
		for _, q := range form.Questions {
			item := items[[2]string{q.Bank, q.Item}]
			item.n++
			kinds[string(item.Kind)]++
			levels[item.Level]++
			lessons[item.Lesson]++
			if item.Kind.ByHand() {
				byHand++
			}
			takes += item.seconds
			if share, ok := known[q.Bank][q.Item]; ok && q.Points > 0 {
				earned, points = earned+float64(share*q.Points), points+float64(q.Points)
			}
		}
		seconds = append(seconds, takes)
		if points > 0 {
			expected = append(expected, earned/points)
		}
	}
	c.Seconds, c.ByHand = distributionOf(seconds), float64(byHand)/float64(forms)
	if len(expected) > 0 {
		d := distributionOf(expected)
		c.Expected = &d
	}
	c.Kinds, c.Levels, c.Lessons = perForm(kinds, forms), perForm(levels, forms), perForm(lessons, forms)
	for _, id := range k.blueprint.Banks() {
		for _, i := range k.banks[id].Items {
			x := Exposure{Bank: id, Item: i.ID, Words: i.Text, Lang: i.Lang, N: items[[2]string{id, i.ID}].n, Facility: -1, Canary: i.Canary > 0, ByHand: i.Kind.ByHand()}
			share, tested := known[id][i.ID]
			if tested {
				x.Facility = share
			}
			if !k.reach[[2]string{id, i.ID}] {
				c.Never = append(c.Never, x)
				continue
			}
			if c.Dealt = append(c.Dealt, x); i.Kind.Scored() && !x.Canary {
				c.Scored++
				if tested {
					c.Tested++
				}
			}
		}
	}
	slices.SortStableFunc(c.Dealt, func(a, b Exposure) int { return b.N - a.N })
	return c, nil
}

// rivals are the lines of the other draws that can take some of what a draw can.
func (k *deck) rivals(n int) (lines []int) {
	mine := map[itemRef]bool{}
	for _, s := range k.pools[n] {
		mine[s] = true
	}
	for other, pool := range k.pools {
		if other != n && slices.ContainsFunc(pool, func(s itemRef) bool { return mine[s] }) {
			lines = append(lines, k.draws[other].Line)
		}
	}
	return lines
}

func perForm(counts map[string]int, forms int) (all []PerForm) {
	for name, n := range counts {
		all = append(all, PerForm{name, float64(n) / float64(forms)})
	}
	slices.SortFunc(all, func(a, b PerForm) int { return cmp.Or(cmp.Compare(b.Mean, a.Mean), cmp.Compare(a.Name, b.Name)) })
	return all
}

func distributionOf(xs []float64) Distribution {
	d := Distribution{Mean: mean(xs), Least: slices.Min(xs), Most: slices.Max(xs)}
	if s := deviation(xs); s != nil {
		d.Spread = *s
	}
	return d
}
