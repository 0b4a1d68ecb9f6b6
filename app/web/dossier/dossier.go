// Package dossier shows the evidence of a case, the same to its reviewers and to the person whom it is about: what the
// declared test found, both papers side by side, the attempt as a line, and what had been arranged for the person.
package dossier

import (
	"embed"
	"math"
	"strconv"
	"time"

	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// Files are the parts: "findings", "innocent", "beside", "attempt", "signals", "pairs" and "special", each for an Evidence.
//
//go:embed templates/*.html
var Files embed.FS

// Evidence is a case's evidence in words and drawings.
type Evidence struct {
	Lang       locale.Lang
	Self       string // how the page calls the person
	Own        bool   // it is read by the person
	Keys       bool   // the right letters may be seen
	Findings   []Finding
	Reports    []integrity.Event // what people reported, without who they are
	Comparison integrity.Comparison
	Beside     Beside
	Signals    []exams.Signal
	Changed    int // answers that were changed, where that is watched
	Line       Line
	Special    []exams.Granted
	Number     int    // of the case
	Pack       string // where the evidence is had as files, "" while it is not
	Pictures   int    // of the camera, that may be looked at one by one
	Explained  int    // signals that they explain
}

// Finding is a comparison with its numbers in the form that the sentences need.
type Finding struct {
	integrity.Finding
	Other   string // what the other writer is called
	Chance  int    // matches that chance alone gives on four choices
	OneIn   int    // the probability is one in so many
	Beyond  bool   // less than one in a billion, where a number says nothing more
	Hundred int    // one honest sitting of so many shows any pair
}

// Of is the evidence of a reviewer's file.
func Of(c *page.Ctx, f integrity.File) Evidence {
	e := Evidence{Lang: c.Lang, Self: f.Person.Name, Keys: true, Comparison: f.Comparison, Line: draw(c, f.Timeline), Special: f.Special, Explained: f.Explained, Number: f.Number}
	e.Reports = f.Reports()
	if f.State != integrity.Flagged {
		e.Pictures, e.Pack = f.Snapshots, "/cases/"+strconv.Itoa(f.Number)+"/pack"
	}
	e.traced(f.Traces)
	e.Beside = besideOf(c, f.Beside, func(id string) string { return f.Names[id] })
	for _, x := range f.Findings {
		e.Findings = append(e.Findings, finding(x, f.Names[x.OtherID], f.Declaration))
	}
	return e
}

// OfMine is the evidence as its person reads it: the writer of the other paper has no name there, and the right letters
// stand there only where the exam shows them by now.
func OfMine(c *page.Ctx, f integrity.MyFile) Evidence {
	e := Evidence{Lang: c.Lang, Self: c.T("case.you"), Own: true, Keys: f.Keys, Comparison: f.Comparison, Line: draw(c, f.Timeline), Special: f.Special,
		Explained: f.Explained, Number: f.Number, Pictures: f.Snapshots, Reports: f.Reports}
	if f.Notice != nil {
		e.Pack = "/cases/mine/" + strconv.Itoa(f.Number) + "/pack"
	}
	e.traced(f.Traces)
	e.Beside = besideOf(c, f.Beside, func(string) string { return c.T("case.other_paper") })
	for _, x := range f.Findings {
		e.Findings = append(e.Findings, finding(x, c.T("case.other_paper"), f.Declaration))
	}
	return e
}

// traced adds what the journal holds beside the answers.
func (e *Evidence) traced(t exams.Traces) {
	e.Signals = t.Signals
	for _, i := range t.Items {
		if i.Changes > 0 {
			e.Changed++
		}
	}
}

func finding(x integrity.Finding, other string, declared integrity.Declaration) Finding {
	f := Finding{Finding: x, Other: other, Chance: (x.Slots + 2) / 4, Beyond: x.P < 1e-9}
	if !f.Beyond {
		f.OneIn = int(math.Round(1 / x.P))
	}
	if declared.Family > 0 {
		f.Hundred = int(math.Round(1 / declared.Family))
	}
	return f
}

// Late reports whether a time is over at now; a time that was never set is not.
func Late(due, now time.Time) bool { return !due.IsZero() && now.After(due) }
