package server

import (
	"fmt"
	"slices"
	"time"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
)

// staff enters everybody, as HR would have on the first day.
func (f *furnisher) staff() error {
	f.cast = map[string]people.Person{}
	f.at(25, 8, 30)
	for _, m := range cast() {
		p, err := f.Directory.Create(f.ctx, people.System(), people.NewPerson{
			Number: m.number, Name: m.name, Email: m.number + "@farsail.example", Roles: m.roles,
			ManagerID: f.cast[m.manager].ID, HiredOn: f.present.AddDate(0, 0, -25).Format(time.DateOnly)})
		if err != nil {
			return fmt.Errorf("%s: %w", m.number, err)
		}
		f.cast[m.number] = p
	}
	return nil
}

// cohorts forms both cohorts and their timetables.
func (f *furnisher) cohorts() error {
	hr := f.cast["A002"]
	for _, c := range []struct{ number, from, to int }{{oldCohort, -24, -4}, {newCohort, -8, 12}} {
		day := func(n int) string { return f.present.AddDate(0, 0, n).Format(time.DateOnly) }
		cohort, err := f.Roster.Create(f.ctx, hr, cohorts.Cohort{Number: c.number, Name: fmt.Sprintf("第 %d 期", c.number), StartsOn: day(c.from), EndsOn: day(c.to)})
		if err != nil {
			return err
		}
		for _, m := range cast() {
			if m.cohort != c.number {
				continue
			}
			if err := f.Roster.Enrol(f.ctx, hr, cohort.ID, f.cast[m.number].ID); err != nil {
				return err
			}
		}
		if err := f.timetable(cohort); err != nil {
			return err
		}
	}
	return nil
}

// timetable gives a cohort the programme that ships, on every weekday.
func (f *furnisher) timetable(c cohorts.Cohort) error {
	weekend := func(day time.Time) bool { return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday }
	_, err := f.Roster.Schedule(f.ctx, f.cast["A002"], c.ID, cohorts.Calendar{Zone: f.present.Location(), Off: weekend}, locale.Hant)
	return err
}

// members are the numbers of a cohort, in order.
func members(cohort int) []string {
	var numbers []string
	for _, m := range cast() {
		if m.cohort == cohort {
			numbers = append(numbers, m.number)
		}
	}
	return numbers
}

// valuesWeek: the old cohort signs, reads and sits the values exam. Two of them hand in the same letters; an
// invigilator sees one of the two with a slip of paper.
func (f *furnisher) valuesWeek() error {
	all := members(oldCohort)
	f.at(18, 9, 0)
	for _, number := range all {
		if err := f.sign(number); err != nil {
			return err
		}
		if err := f.read(number, "values"); err != nil {
			return err
		}
	}
	s, err := f.sitting("values", oldCohort, 14, 14)
	if err != nil {
		return err
	}
	f.at(14, 10, 0)
	if err := f.sit(s, all, map[string]string{"B4107": "B4118"}); err != nil {
		return err
	}
	return nil
}

// productAndSales: those who passed go on to the other tracks and to the final; some of them reach the end.
func (f *furnisher) productAndSales() error {
	var going []string
	for _, number := range members(oldCohort) {
		if f.passed(number, "values") && number != "B4107" && number != "B4118" {
			going = append(going, number)
		}
	}
	going = going[:min(len(going), 16)]
	for i, track := range []string{"product", "sales", "final"} {
		f.at(13-2*i, 9, 0)
		for _, number := range going {
			if err := f.read(number, track); err != nil {
				return err
			}
		}
		s, err := f.sitting(track, oldCohort, 12-2*i, 12-2*i)
		if err != nil {
			return err
		}
		f.at(12-2*i, 14, 0)
		if err := f.sit(s, going, nil); err != nil {
			return err
		}
		going = slices.DeleteFunc(going, func(number string) bool { return !f.passed(number, track) })
	}
	return nil
}

// newCohort: the new cohort has open sittings for two weeks; its members are at different stages.
func (f *furnisher) newCohort() error {
	f.at(7, 8, 0)
	sittings := map[string]exams.Sitting{}
	for _, exam := range []string{"practice", "drill", "values", "product", "sales", "final"} {
		s, err := f.sitting(exam, newCohort, 7, -14)
		if err != nil {
			return err
		}
		sittings[exam] = s
	}
	f.at(6, 9, 30)
	for i, number := range members(newCohort) {
		if i == 0 {
			continue // 林予安 has just arrived
		}
		if err := f.sign(number); err != nil {
			return err
		}
		if err := f.read(number, "values"); err != nil {
			return err
		}
	}
	f.at(5, 10, 0)
	if err := f.sit(sittings["values"], members(newCohort)[1:7], nil); err != nil {
		return err
	}
	f.at(3, 9, 30)
	for _, number := range []string{"B4203"} {
		for i, track := range []string{"product", "sales"} {
			f.at(3-i, 9, 30)
			if err := f.read(number, track); err != nil {
				return err
			}
			if track == "product" {
				f.at(3-i, 15, 0)
				if err := f.sit(sittings[track], []string{number}, nil); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// sign signs the pledge.
func (f *furnisher) sign(number string) error {
	pledge, err := f.Library.Pledge(f.ctx, locale.Hant)
	if err != nil {
		return err
	}
	return f.Library.SignPledge(f.ctx, f.cast[number], pledge.Version, locale.Hant)
}

// read reads every lesson of a track: opens it, tries its checks, finishes it. A lesson that is closed to the
// person stays unread.
func (f *furnisher) read(number, track string) error {
	p := f.cast[number]
	tracks, err := f.Library.Tracks(f.ctx, p, locale.Hant)
	if err != nil {
		return err
	}
	for _, t := range tracks {
		if t.Name != track {
			continue
		}
		for _, c := range t.Courses {
			for _, l := range c.Lessons {
				if err := f.readLesson(p, l.Ref); err != nil {
					return fmt.Errorf("%s reads %s: %w", number, l.Ref, err)
				}
			}
		}
	}
	return nil
}

func (f *furnisher) readLesson(p people.Person, ref string) error {
	view, err := f.Library.Lesson(f.ctx, p, ref, locale.Hant)
	if err != nil {
		return err
	}
	if err := f.Library.Read(f.ctx, p, ref, 300+f.dice.n(500)); err != nil {
		return err
	}
	for _, part := range view.Parts {
		if part.Check == nil {
			continue
		}
		if _, err := f.Library.Check(f.ctx, p, ref, part.Check.ID, f.guess(part.Check), locale.Hant); err != nil {
			return err
		}
	}
	return f.Library.Complete(f.ctx, p, ref)
}

// guess answers a check somehow; that is what trying is.
func (f *furnisher) guess(c *courses.CheckView) questions.Response {
	switch c.Kind {
	case questions.Order:
		return questions.Response{Order: identity(len(c.Rows))}
	case questions.Match:
		return questions.Response{Pairs: identity(len(c.Rows))}
	case questions.Numeric, questions.Short:
		return questions.Response{Text: "1"}
	}
	return questions.Response{Choices: []int{f.dice.n(len(c.Rows))}}
}

func identity(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// sitting opens an exam for a cohort: from so many days ago in the morning until so many days ago in the evening.
func (f *furnisher) sitting(exam string, cohort, openedDaysAgo, endDaysAgo int) (exams.Sitting, error) {
	list, err := f.Roster.List(f.ctx)
	if err != nil {
		return exams.Sitting{}, err
	}
	i := slices.IndexFunc(list, func(c cohorts.Summary) bool { return c.Number == cohort })
	f.at(openedDaysAgo, 8, 0)
	opens := f.present.AddDate(0, 0, -openedDaysAgo)
	y, m, d := opens.Date()
	from := time.Date(y, m, d, 9, 0, 0, 0, f.present.Location())
	y, m, d = f.present.AddDate(0, 0, -endDaysAgo).Date()
	until := time.Date(y, m, d, 18, 0, 0, 0, f.present.Location())
	return f.Room.OpenSitting(f.ctx, f.cast["A005"], exams.NewSitting{Exam: exam, CohortID: list[i].ID, OpensAt: from, ClosesAt: until, Invigilators: []string{f.cast["A006"].ID}})
}

// passed reports whether a person has a pass in an exam.
func (f *furnisher) passed(number, exam string) bool {
	views, err := f.Room.Sittings(f.ctx, f.cast[number])
	if err != nil {
		return false
	}
	for _, v := range views {
		for _, a := range v.Mine {
			if v.Exam == exam && a.Passed {
				return true
			}
		}
	}
	return false
}

// keys are the banks' items, so that a candidate of the demonstration can know some of the answers.
func (f *furnisher) keys() (map[string]questions.Item, error) {
	items := map[string]questions.Item{}
	heads, err := f.Shelf.Heads(f.ctx, documents.Bank)
	if err != nil {
		return nil, err
	}
	for _, head := range heads {
		doc, err := f.Shelf.Doc(f.ctx, head.Path)
		if err != nil {
			return nil, err
		}
		bank, problems := questions.ParseBank(questions.File{Name: doc.Path, Lang: doc.Lang, Source: []byte(doc.Sources[doc.Lang])})
		if err := problems.Err(); err != nil {
			return nil, err
		}
		for _, item := range bank.Items {
			items[bank.ID+"/"+item.ID] = item
		}
	}
	return items, nil
}
