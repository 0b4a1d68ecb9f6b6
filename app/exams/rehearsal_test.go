package exams

import (
	"io/fs"
	"regexp"
	"slices"
	"testing"

	"bainian/app/questions"
)

// What a new table keeps of attempts must go with a rehearsal's, or the attempt could not be erased.
func TestRehearsalErasesWhatBelongsToAnAttempt(t *testing.T) {
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	table := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`)
	column := regexp.MustCompile(`(\w+)\s+TEXT[^,\n]*REFERENCES attempt \(id\)`)
	found := 0
	for _, file := range files {
		text, err := fs.ReadFile(schema, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range table.FindAllStringSubmatch(string(text), -1) {
			if of := column.FindStringSubmatch(m[2]); of != nil {
				if found++; of[1] != "attempt_id" || !slices.Contains(erasedWith(), m[1]) {
					t.Errorf("%s of %s refers to an attempt; eraseAttemptIn does not know it", of[1], m[1])
				}
			}
		}
	}
	if found < len(erasedWith()) {
		t.Errorf("found %d of %d tables: does the test still read the schema?", found, len(erasedWith()))
	}
}

// The rehearsal's paper must stand for a real one: forty questions of every kind that is graded at once.
func TestRehearsalPaper(t *testing.T) {
	pins := rehearsalPins()
	doc, own, err := rehearsalDoc(pins.Exam)
	if err != nil || !own {
		t.Fatal(own, err)
	}
	b, problems := parseExam(doc)
	if problems != nil {
		t.Fatal(problems)
	}
	banks := map[string]*questions.Bank{}
	for id, pin := range pins.Banks {
		doc, _, err := rehearsalDoc(pin)
		if err != nil {
			t.Fatal(err)
		}
		if banks[id], problems = parseBank(doc); problems != nil {
			t.Fatal(problems)
		}
	}
	if problems := b.Lint(banks); problems != nil {
		t.Fatal(problems)
	}
	form, err := deal(b, banks, pins.Deal, [32]byte{1})
	if err != nil || len(form.Questions) != 40 {
		t.Fatalf("%d questions, %v", len(form.Questions), err)
	}
	kinds := map[questions.Kind]bool{}
	for _, q := range form.Questions {
		item, _ := banks[q.Bank].Item(q.Item)
		kinds[item.Kind] = true
	}
	for _, kind := range []questions.Kind{questions.Single, questions.TrueFalse, questions.Multiple, questions.Order, questions.Match, questions.Numeric, questions.Short} {
		if !kinds[kind] {
			t.Errorf("no %s on the paper", kind)
		}
	}
}
