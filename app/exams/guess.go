package exams

import "bainian/app/questions"

// GuessShares is what answering at random earns on average: of the whole paper and of each section, in thousandths
// of the points. It is the mean over what each draw can take; draws that rival for items are taken one by one.
func (b *Blueprint) GuessShares(banks map[string]*questions.Bank) (all int, sections []int) {
	var earned, points float64
	for _, s := range b.Sections {
		var sectionEarned, sectionPoints float64
		for _, d := range s.Draws {
			bank := banks[d.Bank]
			if bank == nil {
				continue
			}
			items := pool(d, bank, dealing)
			for _, i := range items {
				weight := float64(d.Count) / float64(len(items))
				sectionEarned += weight * float64(i.item().GuessScore())
				if i.item().Kind.Scored() {
					sectionPoints += weight * float64(i.item().Points)
				}
			}
		}
		sections = append(sections, thousandths(sectionEarned, sectionPoints))
		earned, points = earned+sectionEarned, points+sectionPoints
	}
	return thousandths(earned, points), sections
}

func thousandths(part, whole float64) int {
	if whole == 0 {
		return 0
	}
	return int(1000*part/whole + 0.5)
}
