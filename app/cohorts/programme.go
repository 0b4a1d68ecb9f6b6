package cohorts

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
)

// ProgrammePath is the document of the programme that every cohort can be given.
const ProgrammePath = "content/programme.yaml"

// Programme is what happens on each of a cohort's business days.
type Programme struct {
	Title  map[locale.Lang]string
	Days   int
	Events []Event // by day and time
}

// Event is a session before it has a date.
type Event struct {
	Day             int           // business day of the cohort, from 1
	At              time.Duration // since midnight
	Kind            Kind
	Title, Lecturer map[locale.Lang]string
}

// ParseProgramme reads a programme and names every problem with its line.
func ParseProgramme(file string, source []byte) (*Programme, fault.Problems) {
	var doc struct {
		Title yaml.Node `yaml:"title"`
		Days  []struct {
			Sessions []struct {
				At       yaml.Node `yaml:"at"`
				Kind     yaml.Node `yaml:"kind"`
				Title    yaml.Node `yaml:"title"`
				Lecturer yaml.Node `yaml:"lecturer"`
			} `yaml:"sessions"`
		} `yaml:"days"`
	}
	problems := markdown.YAML(source, &doc, file, 1)
	if len(problems) > 0 {
		return nil, problems
	}
	texts := func(n yaml.Node, name string, line int) map[locale.Lang]string {
		all, without := markdown.Texts(&n)
		for _, lang := range without {
			problems.Add(file, cmp.Or(n.Line, line), name, "cohorts.programme_text", "name", name, "lang", string(lang))
		}
		return all
	}
	p := &Programme{Title: texts(doc.Title, "title", 1), Days: len(doc.Days)}
	for n, day := range doc.Days {
		previous := time.Duration(-1)
		for _, s := range day.Sessions {
			e := Event{Day: n + 1, Kind: Kind(s.Kind.Value), Title: texts(s.Title, "title", s.At.Line), Lecturer: map[locale.Lang]string{}}
			if !s.Lecturer.IsZero() {
				e.Lecturer = texts(s.Lecturer, "lecturer", s.At.Line)
			}
			at, err := time.Parse("15:04", s.At.Value)
			e.At = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
			switch {
			case err != nil:
				problems.Add(file, max(s.At.Line, s.Title.Line), "at", "cohorts.programme_time", "at", s.At.Value)
			case e.At < previous:
				problems.Add(file, s.At.Line, "at", "cohorts.programme_order", "at", s.At.Value)
			}
			previous = e.At
			for _, lang := range locale.Langs() {
				if e.Title[lang] == "" {
					continue // said already
				}
				for _, bad := range e.session(lang, time.Unix(0, 0)).problems() {
					bad.File, bad.Line = file, s.Title.Line
					if !slices.ContainsFunc(problems, func(p fault.Problem) bool { return reflect.DeepEqual(p, bad) }) {
						problems = append(problems, bad)
					}
				}
			}
			p.Events = append(p.Events, e)
		}
	}
	if len(p.Events) == 0 {
		problems.Add(file, 1, "days", "cohorts.programme_empty")
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return p, nil
}

// session is the event at its time, in one language.
func (e Event) session(lang locale.Lang, at time.Time) Session {
	return Session{At: at, Kind: e.Kind, Title: e.Title[lang], Lecturer: e.Lecturer[lang]}
}

// Calendar says on which days of a zone no business is done.
type Calendar struct {
	Zone *time.Location
	Off  func(day time.Time) bool
}

// Lay gives the programme's events their dates: its days are the cohort's business days in their order. A cohort
// that ends before the programme does is a Conflict that names the day on which it would end.
func (p *Programme) Lay(c Cohort, calendar Calendar, lang locale.Lang) ([]Session, error) {
	day, err := time.ParseInLocation(time.DateOnly, c.StartsOn, calendar.Zone)
	if err != nil {
		return nil, err
	}
	day = day.Add(12 * time.Hour) // by noons: where clocks change at midnight, a date may have none
	var dates []time.Time
	for last := day.AddDate(1, 0, 0); len(dates) < p.Days && day.Before(last); day = day.AddDate(0, 0, 1) {
		if !calendar.Off(day) {
			dates = append(dates, day)
		}
	}
	if len(dates) < p.Days || dates[p.Days-1].Format(time.DateOnly) > c.EndsOn {
		until := day.AddDate(0, 0, -1).Format(time.DateOnly)
		return nil, fault.New(fault.Conflict, "cohorts.programme_long", "days", p.Days, "until", until, "ends", c.EndsOn)
	}
	var all []Session
	for _, e := range p.Events {
		y, m, d := dates[e.Day-1].Date()
		s := e.session(lang, time.Date(y, m, d, 0, int(e.At.Minutes()), 0, 0, calendar.Zone))
		s.CohortID = c.ID
		all = append(all, s)
	}
	return all, nil
}

// programmeOf reads the programme of a document; what was published has been linted.
func programmeOf(d documents.Doc) (*Programme, fault.Problems) {
	text, _ := d.Text(d.Lang)
	return ParseProgramme(d.Path, []byte(text))
}
