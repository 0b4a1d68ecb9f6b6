package server

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"bainian/app/integrity/analysis"
	"bainian/app/integrity/answersheet"
	"bainian/app/locale"
	"bainian/app/web/report"
)

const analyseUsage = `usage: bainian analyse ANSWERS -key KEY [-times TIMES] [-known ITEMS] [-letters] [-out json|html]

Looks for papers that are more alike than people who answer alone make them, in any exam's plain files.

Files are text in UTF-8 (a byte order mark is fine), separated by comma, semicolon or tab, with double quotes
where needed. Names of items are compared without regard to case, width and spaces around them.

ANSWERS  The first line names the columns. The first column is an id, a different one on every line; then comes one
         column per item, in any order; in that of the paper it can be seen what people filled in by position at its
         end. A cell is one letter A–Z in either case, or one number 0–25 (2.0 is 2):
         letters throughout or numbers throughout. Empty, NA, -, ., *, ? and NULL mean that there is no answer;
         -blank adds others. An exam that is scored already has 1 and 0, and a key of all 1.
         Columns that have no key are left out, and said.
KEY      One line per item, item,key, with or without a line of titles (other columns are passed over); or one line
         with the names of the items and below it one line with the answers, as in ANSWERS. A key without the items'
         names (on one line, or one answer a line) is taken in the order of the columns if it has exactly as many
         answers. An item whose key is empty is left out, and said.
TIMES    Like ANSWERS, with the same ids and names, in any order; a cell is the seconds that the person spent on the
         item, such as 41.5 (with -ms, milliseconds). 0 and the words for no answer mean that there is no time.
         Where commas do not separate, 41,5 is read, too.
ITEMS    Items that leaked: names, or numbers of item columns from 1 (a name goes first), separated by commas; or a
         file of them, one per line.

-letters says that every person had the options in an order of their own and that ANSWERS holds the letters as they
were shown. Then the letter-shuffle test is the declared one, and nothing is scored.

What it prints
  (nothing)  a summary in words
  -out json  one object: pairs (most alike first; all that are flagged and at least 200 if there are so many: a, b,
             matches, wrong_matches, n, omega_p, gbt_p, m4_p, llr, llr_p, letters_p, flagged, and for the first 20 k_p,
             k1_p, k2_p, s1_p, s2_p), persons (everybody, in the order of ANSWERS: id, answered, right, lz_star,
             rt_misfit_p, preknowledge_z and its parts preknowledge_scores_z and preknowledge_times_z, rapid_share,
             in_flagged_pair, flagged) and method (tests, thresholds, calibration, null, rate, notes …). What was not
             computed is null.
  -out html  a page for people, in one file, with both papers of every finding beside each other

A pair is flagged by one test, declared beforehand, which flags anybody at all in at most one exam in 100 in which
everyone answered alone; a person is flagged if they are in such a pair. With -known half of that rate goes to a second
declared test, of whether a person knew the leaked items; it flags persons. Nothing else flags.

Limits: %d people, %d items, %d answers. With more than %d pairs × items (7,700 people and
100 items) or 20,000 people no pairs are compared, by letters with more than 31,600; what is said of single people is
computed all the same.

Exit status: 0 analysed, whatever was found; 1 a file was refused, and why is said for every line and column;
2 it could not run.

`

// analyseCommand runs the statistics of the desk over the plain files of an exam that was held anywhere. It opens no
// database. Exit status: 0 analysed, 1 a file was refused, 2 could not run.
func analyseCommand(ctx context.Context, p program) int {
	a := analyse{sittings: 68}
	flags := flag.NewFlagSet("bainian analyse", flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.Usage = func() {
		fmt.Fprintf(p.err, analyseUsage, answersheet.MaxPeople, answersheet.MaxItems, answersheet.MaxCells, analysis.MostWork)
		flags.PrintDefaults()
	}
	flags.StringVar(&a.key, "key", "", "`file` of the right answers (required)")
	flags.StringVar(&a.times, "times", "", "`file` of the time each answer took")
	flags.StringVar(&a.known, "known", "", "`items` that leaked, or a file of them")
	flags.BoolVar(&a.letters, "letters", false, "options were shuffled for each person, and the answers are the letters shown")
	flags.StringVar(&a.out, "out", "", "`form` of the output: json or html (default a summary in words)")
	flags.BoolVar(&a.milliseconds, "ms", false, "times are in milliseconds")
	flags.StringVar(&a.blank, "blank", "", "further `cells` that mean no answer, separated by commas")
	flags.IntVar(&a.sittings, "sittings", a.sittings, "exams a year, to say what the error rate means")
	rest, err := parseAnywhere(flags, p.args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return p.fail(fmt.Errorf("%w: %w", errUsage, err), exitUsage)
	case len(rest) != 1 || a.key == "":
		return p.fail(fmt.Errorf("%w: bainian analyse ANSWERS -key KEY [-times TIMES] [-known ITEMS] [-letters] [-out json|html]; -h says more", errUsage), exitUsage)
	case !slices.Contains([]string{"", "json", "html"}, a.out):
		return p.fail(fmt.Errorf("%w: -out is json or html, not %q", errUsage, a.out), exitUsage)
	case a.sittings < 1:
		return p.fail(fmt.Errorf("%w: -sittings is at least 1", errUsage), exitUsage)
	}
	a.answers = rest[0]
	done := make(chan int, 1)
	go func() { done <- a.run(p) }()
	select {
	case status := <-done:
		return status
	case <-ctx.Done(): // the statistics themselves are not interrupted; the program ends around them
		return p.fail(context.Cause(ctx), exitUsage)
	}
}

// analyse is one command line.
type analyse struct {
	answers, key, times, known, out, blank string
	letters, milliseconds                  bool
	sittings                               int
}

func (a *analyse) run(p program) int {
	catalog, err := locale.Load()
	if err != nil {
		return p.fail(err, exitUsage)
	}
	x, err := a.read()
	if refused := (*answersheet.Refusal)(nil); errors.As(err, &refused) {
		for _, q := range refused.Problems {
			fmt.Fprintln(p.err, problemLine(catalog, q))
		}
		if refused.More > 0 {
			fmt.Fprintf(p.err, "and %d more\n", refused.More)
		}
		return exitFailed
	}
	if err != nil {
		return p.fail(err, exitUsage)
	}
	var notes []string
	for _, q := range x.Notes {
		q.File = filepath.Base(q.File)
		notes = append(notes, problemLine(catalog, q))
	}
	r := analysis.Run(x, analysis.Options{Letters: a.letters, Sittings: a.sittings, Workers: runtime.GOMAXPROCS(0), Program: "bainian " + Version}, notes)
	if err := a.print(p, x, r); err != nil {
		return p.fail(err, exitUsage)
	}
	return exitOK
}

// read opens the files; one that is not there is no *answersheet.Refusal.
func (a *analyse) read() (*answersheet.Exam, error) {
	f := answersheet.Files{Milliseconds: a.milliseconds, Blank: answersheet.Words(a.blank)}
	for _, one := range []struct {
		path string
		to   *answersheet.File
	}{{a.answers, &f.Answers}, {a.key, &f.Key}, {a.times, &f.Times}} {
		if one.path == "" {
			continue
		}
		file, err := os.Open(one.path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if isFolder(one.path) {
			return nil, fmt.Errorf("%s is a folder", one.path)
		}
		*one.to = answersheet.File{Name: one.path, Reader: file}
	}
	words, err := knownWords(a.known)
	switch {
	case err != nil:
		return nil, err
	case a.known != "" && len(words) == 0:
		return nil, fmt.Errorf("%w: -known names no item", errUsage)
	}
	f.Known = words
	return answersheet.Read(f)
}

// knownWords is the list that -known gives, or the one in the file of that name.
func knownWords(known string) ([]string, error) {
	info, err := os.Stat(known)
	if err != nil || !info.Mode().IsRegular() {
		return answersheet.Words(known), nil
	}
	file, err := os.Open(known)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	const most = 1 << 20
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("%s is longer than a list of items is", known)
	}
	return answersheet.Words(string(text)), err
}

func (a *analyse) print(p program, x *answersheet.Exam, r analysis.Report) error {
	switch a.out {
	case "json":
		for _, note := range r.Method.Notes {
			fmt.Fprintln(p.err, "note:", note)
		}
		encoder := json.NewEncoder(p.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	case "html":
		for _, note := range r.Method.Notes {
			fmt.Fprintln(p.err, "note:", note)
		}
		return report.Write(p.out, strings.TrimSuffix(filepath.Base(a.answers), filepath.Ext(a.answers)), x, r)
	}
	return summary(p.out, r)
}

// summary is the report in words, for the console.
func summary(w io.Writer, r analysis.Report) error {
	var b strings.Builder
	m := r.Method
	fmt.Fprintf(&b, "people: %d, items: %d", m.People, m.Items)
	for _, t := range m.Tests {
		if t.Ran {
			fmt.Fprintf(&b, "; %s: %d of %d %s over the threshold", t.Name, t.Flagged, t.Comparisons, t.Of)
		}
	}
	b.WriteString("\n" + m.Rate + "\n")
	for _, note := range m.Notes {
		fmt.Fprintln(&b, "note:", note)
	}
	for i, pair := range r.Pairs {
		if !pair.Flagged && i >= 5 {
			break
		}
		what := "not a finding"
		if pair.Flagged {
			what = "similarity finding"
		}
		fmt.Fprintf(&b, "%s: %s and %s agree on %d of %d", what, pair.A, pair.B, pair.Matches, pair.N)
		if pair.WrongMatches != nil {
			fmt.Fprintf(&b, ", %d of them the same wrong answer", *pair.WrongMatches)
		}
		fmt.Fprintln(&b)
	}
	for _, person := range r.Persons {
		if person.Flagged && !person.InFlaggedPair {
			fmt.Fprintf(&b, "better on the leaked items than on the others: %s (z %.2f)\n", person.ID, float64(person.PreknowledgeZ))
		}
	}
	fmt.Fprintln(&b, "A similarity finding is no verdict: -out html shows the papers, and what innocent causes look like.")
	_, err := io.WriteString(w, b.String())
	return err
}
