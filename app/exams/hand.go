package exams

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
)

// Hand are the points that people gave, in thousandths per criterion of the rubric, by place on the form from 0.
type Hand map[int][]int

// MarkKind is why a mark was given.
type MarkKind string

const (
	Given     MarkKind = "given"     // by the first or the second marker
	Settled   MarkKind = "settled"   // by a third person, where the two were too far apart
	Corrected MarkKind = "corrected" // after it had counted, with a reason
)

// HandMark is what one person gave one answer: a record, never overwritten.
type HandMark struct {
	ID, ScriptID string
	Kind         MarkKind
	Points       []int // thousandths per criterion
	Score        int   // their sum
	Comment      string
	Reason       string
	By           string
	At           time.Time

	leaf string // the ledger's leaf that holds its hash
}

// hash is what the ledger holds of a mark. The script's id is known to nobody outside, so that the points cannot be
// guessed from it.
func (m HandMark) hash() (string, error) {
	doc, err := json.Marshal([]any{m.ID, m.ScriptID, m.Kind, m.Points, m.Comment, m.Reason, m.By, m.At.UnixMilli()})
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:]), err
}

// ScriptState is where the marking of an answer stands.
type ScriptState string

const (
	ScriptWaiting  ScriptState = "waiting"  // for a first mark
	ScriptSecond   ScriptState = "second"   // for a second marker's
	ScriptDisputed ScriptState = "disputed" // two markers are too far apart: a third person settles it
	ScriptMarked   ScriptState = "marked"
)

// Standing is what the marks of one answer come to.
type Standing struct {
	State  ScriptState
	Counts []HandMark // those that count, once it is marked
	Given  []HandMark // the latest of each marker, in the order in which they came to it
	Apart  int        // thousandths between the first and the second marker
}

// StandingOf says what marks, oldest first, come to. The latest settlement or correction holds. Before one, an exam
// with a second marker takes two people whose scores are no further apart than its tolerance; what a marker gives
// again takes the place of what they gave before.
func StandingOf(marks []HandMark, m Marking) Standing {
	s := Standing{State: ScriptWaiting}
	for _, mark := range marks {
		if mark.Kind != Given {
			s.Counts = []HandMark{mark}
			continue
		}
		i := slices.IndexFunc(s.Given, func(g HandMark) bool { return g.By == mark.By })
		if i < 0 {
			s.Given = append(s.Given, mark)
		} else {
			s.Given[i] = mark
		}
	}
	if len(s.Given) >= 2 {
		s.Apart = max(s.Given[0].Score-s.Given[1].Score, s.Given[1].Score-s.Given[0].Score)
	}
	switch {
	case len(s.Counts) > 0:
		s.State = ScriptMarked
	case len(s.Given) == 0:
	case !m.Second:
		s.State, s.Counts = ScriptMarked, s.Given[:1]
	case len(s.Given) == 1:
		s.State = ScriptSecond
	case s.Apart > m.Tolerance:
		s.State = ScriptDisputed
	default:
		s.State, s.Counts = ScriptMarked, s.Given[:2]
	}
	return s
}

// points are what marks that count come to, per criterion: of one mark its own, of two their mean. The sum up to
// each criterion is rounded half up, so that the sum of all is the mean of the two scores, rounded half up.
func points(marks []HandMark) []int {
	if len(marks) == 0 {
		return nil
	}
	out := make([]int, len(marks[0].Points))
	sum, before := 0, 0
	for c := range out {
		for _, m := range marks {
			sum += m.Points[c]
		}
		upto := (2*sum + len(marks)) / (2 * len(marks))
		out[c], before = upto-before, upto
	}
	return out
}

// fitsRubric refuses points that are not one per criterion, within what each can give. All problems come at once.
func fitsRubric(given, rubric []int) error {
	if len(given) != len(rubric) {
		return fault.New(fault.Invalid, "exams.mark_criteria", "want", len(rubric), "have", len(given)).In("points")
	}
	var problems fault.Problems
	for c, p := range given {
		if p < 0 || p > rubric[c] {
			problems.Add("", 0, criterionField(c), "exams.mark_range", "n", c+1, "max", locale.Points(rubric[c]))
		}
	}
	return problems.Err()
}

// criterionField is the name of the control for a criterion, counted from 0.
func criterionField(c int) string { return "c" + strconv.Itoa(c+1) }

func sumOf(points []int) (sum int) {
	for _, p := range points {
		sum += p
	}
	return sum
}
