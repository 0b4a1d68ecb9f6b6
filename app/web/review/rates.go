package review

import (
	"math"

	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/web/page"
)

type ratesView struct {
	page.Base
	All    rateLine
	Few    bool // too few people have sat an exam for any rate
	Groups []rateGroup
	Empty  page.Empty
}

type rateGroup struct {
	Title string
	Lines []rateLine
}

// rateLine is a group's rate with its interval, in thousandths, and as places on a line of 0 to Most.
type rateLine struct {
	integrity.Rate
	Label            string
	Share, From, To  int
	X, XFrom, XWidth int
	Said             string // the interval in words
}

// rateWidth is how wide the drawing of an interval is, in units of its view box.
const rateWidth = 200

// rates are the flag rates by group: whether a test or an eye falls on some more than on others.
func (w *Wing) rates(c *page.Ctx) error {
	watch, err := w.desk.Watch(c.Context(), c.Person)
	if err != nil {
		return err
	}
	v := &ratesView{Base: page.Base{Title: c.T("review.rates"), Here: "/cases"}, Few: watch.All.People < 5,
		Empty: page.Empty{Title: c.T("review.rates.none"), Text: c.T("review.rates.none_text")}}
	most := watch.All.High
	for _, lines := range watch.Groups {
		for _, r := range lines {
			most = max(most, r.High)
		}
	}
	v.All = rateOf(c, watch.All, c.T("review.rates.all"), most)
	for _, by := range integrity.Groupings() {
		g := rateGroup{Title: c.T("review.rates.by_" + string(by))}
		for _, r := range watch.Groups[by] {
			g.Lines = append(g.Lines, rateOf(c, r, rateLabel(c, by, r), most))
		}
		v.Groups = append(v.Groups, g)
	}
	return c.Page(w.pages, "rates", v)
}

func rateLabel(c *page.Ctx, by integrity.By, r integrity.Rate) string {
	switch {
	case r.Rest:
		return c.T("review.rates.rest")
	case by == integrity.ByCohort && r.Key != "":
		return c.T("review.cohort", "number", r.Key)
	case by == integrity.ByLanguage && locale.Lang(r.Key).Valid():
		return c.T("review.rates.lang_" + map[locale.Lang]string{locale.Hant: "hant", locale.Hans: "hans", locale.En: "en"}[locale.Lang(r.Key)])
	case by == integrity.ByAccommodation:
		return c.T("review.rates.special_" + r.Key)
	}
	return c.T("review.rates.none_of_" + string(by))
}

func rateOf(c *page.Ctx, r integrity.Rate, label string, most float64) rateLine {
	thousandths := func(p float64) int { return int(math.Round(p * 1000)) }
	place := func(p float64) int { return int(math.Round(p / most * rateWidth)) }
	l := rateLine{Rate: r, Label: label, From: thousandths(r.Low), To: thousandths(r.High)}
	if r.People > 0 {
		share := float64(r.Flagged) / float64(r.People)
		l.Share, l.X = thousandths(share), place(share)
	}
	l.XFrom = place(r.Low)
	l.XWidth = max(1, place(r.High)-l.XFrom)
	l.Said = c.T("review.rates.interval", "from", locale.Percent(l.From), "to", locale.Percent(l.To))
	return l
}
