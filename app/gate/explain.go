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
	Requirement string        // Requirement.Key, or "suspended" for others when a case is the reason
	Key         string        // message key
	Args        []any         // name, value pairs; the names "course", "exam" and "in_order" hold refs until they are given titles
	Found       string        // message key of what was found instead; "" when nothing was
	FoundArgs   []any         // as Args
	Remedy      string        // path of the page where it is mended; "" when waiting or asking is all there is to do
	Since       time.Time     // for a lapsed requirement, when it was met
	Until       time.Time     // for a suspension, when it must be decided
	Lasts       time.Duration // once it is met, for how long; 0 for good
	AnyOf       int           // reasons with the same number > 0 are alternatives
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
		if lapsed {
			out.Key = "gate.reason_course_lapsed"
		}
	case Exam:
		out.Key, out.Args, out.Remedy = "gate.reason_exam", []any{"exam", r.Ref}, "/exams"
		switch {
		case lapsed:
			out.Key = "gate.reason_exam_lapsed"
			out.Args = append(out.Args, "days", strconv.Itoa(daysOf(r.Within)))
		case r.Mark > 0:
			out.Key = "gate.reason_exam_mark"
			out.Args = append(out.Args, "mark", strconv.Itoa(r.Mark))
		}
		if r.Within > 0 {
			out.Lasts = r.Within + r.Grace
		}
	case InOrder:
		out.Key, out.Args, out.Remedy = "gate.reason_in_order", []any{"in_order", r.Ref, "exam", s.Found.Exam}, "/exams"
	case Graduated:
		out.Key = "gate.reason_cohort"
	case SignedOff:
		out.Key = "gate.reason_sign_off"
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
	out.Found, out.FoundArgs = s.Evidence()
	return out
}

// Evidence is what a step rests on in words: a message key, "" when nothing was found, and its name, value pairs.
func (s Step) Evidence() (key string, args []any) {
	f := s.Found
	if f.At.IsZero() {
		return "", nil
	}
	switch s.Requirement.Kind {
	case Pledge, Course:
		key, args = "gate.found_done", []any{"at", f.At, "version", strconv.Itoa(f.Version)}
		if f.Current > f.Version {
			key, args = "gate.found_version", append(args, "current", strconv.Itoa(f.Current))
		}
		return key, args
	case Exam:
		return "gate.found_pass", []any{"at", f.At, "score", strconv.Itoa(f.Score/10) + "%"}
	}
	return "gate.found_at", []any{"at", f.At}
}

// daysOf is a length in whole days.
func daysOf(d time.Duration) int { return int(d / (24 * time.Hour)) }
