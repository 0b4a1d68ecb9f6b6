package studio

import (
	"fmt"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// overview is how an exam did as a whole: the picture, the figures, and what they mean in sentences.
type overview struct {
	exams.ExamStats
	Rate                    string // who passed
	Mean, Median, Deviation string // shares of the points
	Alpha                   string // "" when it cannot be known, or of too few papers
	Judgement               string // what alpha means, in words
	Apart                   string // by how much two people must differ
	Error                   string
	Forms                   string // what forms differ by, "" when they do not
	Skew                    string
	Sections                []sectionRow
	Plot                    page.Histogram
}

type sectionRow struct {
	exams.SectionStats
	Name               string
	Items              string
	Mean, Alpha, Error string
}

// What alpha is usually asked to be: J. C. Nunnally and I. H. Bernstein, Psychometric Theory, 1994: 0.70 where
// groups are compared, 0.90 where something hangs on single persons' scores.
const (
	alphaGroups  = 0.70
	alphaPersons = 0.90
)

func (w *Wing) overviewOf(c *page.Ctx, s *scope) (*overview, error) {
	st := s.Stats
	o := &overview{ExamStats: st, Mean: share(st.Mean), Median: share(st.Median), Deviation: share(st.Deviation)}
	if st.N == 0 {
		return o, nil // all wait to be marked
	}
	rate := (st.Passed*1000 + st.N/2) / st.N
	o.Rate = locale.Percent(rate)
	o.Plot = page.NewHistogram(c.T("studio.outcome_text", "passed", st.Passed, "ended", st.N, "rate", o.Rate, "median", o.Median), st.Tenths, s.PassMark, -1)
	if s.Few {
		return o, nil
	}
	o.Skew = skewed(c, st.Skewness)
	if o.Alpha = alpha(st.Alpha); o.Alpha != "" {
		o.Judgement = c.T("studio.alpha_" + judged(*st.Alpha))
		o.Apart = c.T("studio.apart", "points", points(*st.Reliability.Apart()*st.Points), "share", share(st.Reliability.Apart()))
		o.Error = c.T("studio.sem", "points", points(*st.Error*st.Points), "share", share(st.Error))
		if *st.Forms*1000 >= 0.5 {
			o.Forms = c.T("studio.forms_differ", "points", points(*st.Forms*st.Points), "share", share(st.Forms))
		}
	}
	b, err := w.published(c, s.Exam)
	if err != nil {
		return nil, err
	}
	if len(st.Sections) < 2 {
		return o, nil // it would say the same again
	}
	for _, one := range st.Sections {
		row := sectionRow{SectionStats: one, Name: one.Title, Items: tenths(one.Items), Mean: share(one.Mean), Alpha: "—", Error: "—"}
		if b != nil {
			for _, of := range b.Sections {
				if of.Title[b.Lang] == one.Title {
					row.Name = of.TitleIn(c.Lang, b.Lang)
				}
			}
		}
		if a := alpha(one.Alpha); a != "" {
			row.Alpha, row.Error = a, share(one.Error)
		}
		o.Sections = append(o.Sections, row)
	}
	return o, nil
}

func alpha(a *float64) string {
	if a == nil {
		return ""
	}
	return fmt.Sprintf("%.2f", *a)
}

func judged(a float64) string {
	switch {
	case a >= alphaPersons:
		return "high"
	case a >= alphaGroups:
		return "fair"
	}
	return "low"
}

// skewed says to which side scores trail off; a skewness below 0.5 either way is a common bound of what is about
// even.
func skewed(c *page.Ctx, skew *float64) string {
	switch {
	case skew == nil:
		return ""
	case *skew <= -.5:
		return c.T("studio.skew_low", "skew", fmt.Sprintf("%.2f", *skew))
	case *skew >= .5:
		return c.T("studio.skew_high", "skew", fmt.Sprintf("%.2f", *skew))
	}
	return c.T("studio.skew_even", "skew", fmt.Sprintf("%.2f", *skew))
}

// points writes thousandths of a point to a tenth.
func points(thousandths float64) string { return tenths(thousandths / 1000) }

// tenths writes a number to a tenth, without one that is 0.
func tenths(x float64) string {
	return locale.Points(int(x*10+.5) * 100)
}
