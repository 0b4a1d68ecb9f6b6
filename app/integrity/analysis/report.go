// Package analysis runs the statistics of the desk over one exam read from plain files and puts what they say into one
// report. It is pure: the same files give the same report.
package analysis

import (
	"encoding/json"
	"math"
	"strconv"
)

// Family is the chance, per exam, that the declared tests flag anybody at all although everyone answered alone.
const Family = .01

// Report is what -out json prints: pairs most alike first, people in the order of the answers.
type Report struct {
	Pairs   []Pair   `json:"pairs"`
	Persons []Person `json:"persons"`
	Method  Method   `json:"method"`
}

// Pair is what two people share. What was not computed is none.
type Pair struct {
	A            string `json:"a"`
	B            string `json:"b"`
	First        int    `json:"-"` // the people, by their place in the answers
	Second       int    `json:"-"`
	Matches      int    `json:"matches"`       // items on which both gave the same answer
	WrongMatches *int   `json:"wrong_matches"` // those of them where it was a wrong one
	N            int    `json:"n"`             // items that both answered
	OmegaP       Number `json:"omega_p"`
	GBTP         Number `json:"gbt_p"`
	M4P          Number `json:"m4_p"`
	LLR          Number `json:"llr"`
	LLRP         Number `json:"llr_p"`
	KP           Number `json:"k_p"` // K, K1, K2, S1 and S2 in the odder direction, doubled; for the first of the list only
	K1P          Number `json:"k1_p"`
	K2P          Number `json:"k2_p"`
	S1P          Number `json:"s1_p"`
	S2P          Number `json:"s2_p"`
	LettersP     Number `json:"letters_p"`
	Flagged      bool   `json:"flagged"`
}

// nothing is a pair of which no statistic was computed.
func nothing(first, second int) Pair {
	none := None()
	return Pair{First: first, Second: second, OmegaP: none, GBTP: none, M4P: none, LLR: none, LLRP: none, KP: none, K1P: none, K2P: none, S1P: none, S2P: none, LettersP: none}
}

// Person is one person's own statistics. Only a flagged pair, or with known items the declared test on those, flags;
// the rest corroborates.
type Person struct {
	ID            string `json:"id"`
	Answered      int    `json:"answered"`
	Right         *int   `json:"right"`
	LZStar        Number `json:"lz_star"`
	RTMisfitP     Number `json:"rt_misfit_p"`
	PreknowledgeZ Number `json:"preknowledge_z"`
	KnownScoresZ  Number `json:"preknowledge_scores_z"` // by right and wrong alone
	KnownTimesZ   Number `json:"preknowledge_times_z"`  // by times alone
	RapidShare    Number `json:"rapid_share"`           // of the timed answers, those too quick to have been read
	InFlaggedPair bool   `json:"in_flagged_pair"`
	Flagged       bool   `json:"flagged"`
}

// Method is how it was done, fixed before anything was looked at but for what the exam itself decides (how many
// people and items there are, and what the files hold).
type Method struct {
	Program     string      `json:"program"`
	Tests       []Test      `json:"tests"` // the declared ones: nothing else flags
	FamilyWise  float64     `json:"family_wise_error"`
	Thresholds  Thresholds  `json:"thresholds"`
	Calibration Calibration `json:"calibration"`
	Null        Null        `json:"null"`
	People      int         `json:"people"`
	Items       int         `json:"items"`
	Known       []string    `json:"known_items"`
	Timed       bool        `json:"timed"`
	Compared    int         `json:"pairs_compared"`
	Sittings    int         `json:"sittings_a_year"`
	Rate        string      `json:"rate"`
	Notes       []string    `json:"notes"` // what was left out, could not be done or must be known to read the rest
}

// Test is one declared test with the share of the family-wise error it may use and how many comparisons share that.
type Test struct {
	Name        string  `json:"name"`
	Of          string  `json:"of"` // pairs or persons
	FamilyWise  float64 `json:"family_wise_error"`
	Comparisons int     `json:"comparisons"`
	Ran         bool    `json:"ran"`
	Flagged     int     `json:"flagged"`
}

// Thresholds are what a statistic had to reach.
type Thresholds struct {
	LLR           Number `json:"llr"`
	LLRP          Number `json:"llr_p"`
	LettersP      Number `json:"letters_p"`
	PreknowledgeZ Number `json:"preknowledge_z"`
}

// Calibration says what the models were fitted to.
type Calibration struct {
	Answers string `json:"answers"`
	Scores  string `json:"scores"`
	Times   string `json:"times"`
}

// Null says what the statistics were held against.
type Null struct {
	Pairs        string `json:"pairs"`
	Spread       Number `json:"spread"`   // the logarithm of a pair's chance is so many times the simulated one:
	Expected     Number `json:"expected"` // the smaller of what simulated honest exams show
	Observed     Number `json:"observed"` // and of what this exam's own pairs do
	Preknowledge string `json:"preknowledge"`
}

// Number is a statistic; NaN, none, is null in JSON.
type Number float64

// None is a statistic that was not computed.
func None() Number { return Number(math.NaN()) }

// IsNone reports whether there is no value.
func (n Number) IsNone() bool { return math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) }

// MarshalJSON writes six significant digits or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if n.IsNone() {
		return []byte("null"), nil
	}
	return json.Marshal(rounded(float64(n)))
}

func rounded(x float64) float64 {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64) // what was formatted parses
	return short
}

// chanceOf is a p-value as a report shows it: never 0, which no chance is.
func chanceOf(p float64) Number {
	if p <= 0 {
		return Number(math.SmallestNonzeroFloat64)
	}
	return Number(math.Min(p, 1))
}
