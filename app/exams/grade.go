package exams

import "bainian/app/questions"

// Marks are what an attempt earned, in thousandths of a point; kept as a JSON document.
type Marks struct {
	Score     int            `json:"score"`
	Max       int            `json:"max"`
	Passed    bool           `json:"passed"`
	Pending   int            `json:"pending,omitempty"` // questions that wait for a person to mark them; until then nothing is passed
	Sections  []SectionMarks `json:"sections"`
	Questions []Mark         `json:"questions"`
}

// SectionMarks are the marks of one section and whether they reach its own bar.
type SectionMarks struct {
	Score  int  `json:"score"`
	Max    int  `json:"max"`
	Bar    int  `json:"bar,omitempty"` // thousandths of Max; 0 is none
	Passed bool `json:"passed"`
}

// Mark is one question's.
type Mark struct {
	Bank   string `json:"bank"`
	Item   string `json:"item"`
	Score  int    `json:"score"`
	Max    int    `json:"max"` // 0 for what is not scored
	Blank  bool   `json:"blank,omitempty"`
	Chosen []int  `json:"chosen,omitempty"` // canonical indices of ticked choices
	// Pending is set while a person has still to mark the question; nothing is to be marked of a blank one.
	Pending bool  `json:"pending,omitempty"`
	Hand    []int `json:"hand,omitempty"` // what people gave, per criterion of the rubric
}

// Grade marks a form. Items and responses go with the form's questions one by one, what people gave by their places;
// the points are those of the form, so that a later change of an item's points touches nobody. Passing takes the
// exam's share of all points and each section's own bar, and that nothing waits to be marked.
func Grade(form Form, items []questions.Item, responses []questions.Response, hand Hand, b *Blueprint) Marks {
	m := Marks{Sections: make([]SectionMarks, len(b.Sections)), Questions: make([]Mark, len(form.Questions))}
	for n, q := range form.Questions {
		item := items[n]
		item.Points = q.Points
		mark := Mark{Bank: q.Bank, Item: q.Item, Max: q.Points, Blank: item.Blank(responses[n])}
		mark.Score = item.Grade(q.Layout, responses[n])
		if item.Kind.ByHand() && !mark.Blank && mark.Max > 0 {
			if mark.Hand = hand[n]; mark.Hand == nil {
				mark.Pending = true
				m.Pending++
			}
			mark.Score = min(sumOf(mark.Hand), mark.Max)
		}
		if item.Check(q.Layout, responses[n]) == nil {
			for _, displayed := range responses[n].Choices {
				mark.Chosen = append(mark.Chosen, q.Layout.Order[displayed])
			}
		}
		m.Questions[n] = mark
		s := &m.Sections[q.Section]
		s.Score, s.Max = s.Score+mark.Score, s.Max+mark.Max
		m.Score, m.Max = m.Score+mark.Score, m.Max+mark.Max
	}
	m.Passed = m.Pending == 0 && reaches(m.Score, m.Max, b.Pass)
	for n := range m.Sections {
		s := &m.Sections[n]
		s.Bar = b.Sections[n].Pass
		s.Passed = reaches(s.Score, s.Max, s.Bar)
		m.Passed = m.Passed && s.Passed
	}
	return m
}

// reaches reports whether a score is at least that many thousandths of what could be earned.
func reaches(score, most, bar int) bool { return score*1000 >= bar*most }
