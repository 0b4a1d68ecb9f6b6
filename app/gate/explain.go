package gate

import (
	"strconv"
	"time"
)

// Audience is who reads a reason. The person sees all of their own; managers and machines see requirements
// by name, but of a case or a red line only that the person is suspended, whom to ask and a date.
type Audience uint8

const (
	ThePerson Audience = iota
	Others             // managers and machines
)

// Reason is one thing that keeps the gate from opening, in words, with the way to mend it.
type Reason struct {
	Requirement string    // Requirement.Key, or "suspended" for others when a case is the reason
	Key         string    // message key
	Args        []any     // name, value pairs; the names "course" and "exam" hold refs until they are given titles
	Remedy      string    // path of the page where it is mended; "" when waiting is all there is to do
	Since       time.Time // for a lapsed requirement, when it was met
	Until       time.Time // for a suspension, when it must be decided
	AnyOf       int       // reasons with the same number > 0 are alternatives
}

// Reasons are the words for everything unmet in a decision, for one audience.
func (d Decision) Reasons(to Audience) []Reason {
	var reasons []Reason
	suspended := false
	for _, s := range d.Unmet() {
		kind := s.Requirement.Kind
		if to == Others && (kind == NoOpenCase || kind == NoRedLine) {
			if !suspended {
				reasons = append(reasons, Reason{Requirement: "suspended", Key: "gate.reason_suspended", Until: d.ReviewBy})
			}
			suspended = true
			continue
		}
		reasons = append(reasons, s.reason())
	}
	return reasons
}

func (s Step) reason() Reason {
	r := s.Requirement
	out := Reason{Requirement: r.Key(), AnyOf: s.AnyOf}
	lapsed := s.State == Lapsed
	if lapsed {
		out.Since = s.At
	}
	switch r.Kind {
	case Pledge:
		out.Key, out.Remedy = "gate.reason_pledge", "/pledge"
		if lapsed {
			out.Key = "gate.reason_pledge_lapsed"
		}
	case Course:
		out.Key, out.Args, out.Remedy = "gate.reason_course", []any{"course", r.Ref}, "/courses/"+r.Ref
	case Exam:
		out.Key, out.Args, out.Remedy = "gate.reason_exam", []any{"exam", r.Ref}, "/exams"
		if lapsed {
			out.Key = "gate.reason_exam_lapsed"
			out.Args = append(out.Args, "days", strconv.Itoa(int(r.Within.Hours()/24)))
		}
	case NoOpenCase:
		out.Key, out.Remedy, out.Until = "gate.reason_open_case", "/gate", s.Until
	case NoRedLine:
		out.Key, out.Remedy = "gate.reason_red_line", "/gate"
	case Employed:
		out.Key = "gate.reason_employed"
	case OpenThen:
		out.Key = "glass.reason_closed"
		if lapsed {
			out.Key = "glass.reason_ended"
		}
	}
	return out
}
