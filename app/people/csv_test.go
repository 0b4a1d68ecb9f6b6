package people

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/fault"
)

const header = "number,name,email,roles,manager,hired_on\n"

var today = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// told is problems as "line item key", one a line.
func told(problems fault.Problems) string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, fmt.Sprint(p.Line, " ", p.Item, " ", strings.TrimPrefix(p.Key, "people.")))
	}
	return strings.Join(lines, "\n")
}

func TestParseNamesEveryBadRow(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"good":           {header + "N1,陳怡君,n1@example.com,,,2026-11-02\n", ""},
		"other order":    {"email,Number,NAME,hired_on,manager,roles,cohort\r\nn1@example.com,N1,Amy,,,trainer;hr,87\r\n", ""},
		"missing":        {"number,name,email,roles,manager\nN1,Amy,n1@example.com,,\nN2,Bob,nobody,,\n", "1 hired_on csv_column_missing\n3 email email_shape"},
		"e-mail":         {header + "N1,Amy,amy@,,,\nN2,Bob,Bob <b@example.com>,,,\n", "2 email email_shape\n3 email email_shape"},
		"role":           {header + "N1,Amy,n1@example.com,\"hr,boss\",,\n", "2 roles role_unknown"},
		"date":           {header + "N1,Amy,n1@example.com,,,2026/1/2\n", "2 hired_on hired_on_shape"},
		"long ago":       {header + "N1,Amy,n1@example.com,,,1949-12-31\nN2,Bob,n2@example.com,,,1950-01-01\n", "2 hired_on hired_on_range"},
		"far ahead":      {header + "N1,Amy,n1@example.com,,,2031-11-23\nN2,Bob,n2@example.com,,,2031-11-24\n", "3 hired_on hired_on_range"},
		"unseen":         {header + "N1,Amy\u202e,n1@example.com,,,\nN2,B\u200bob,n2@example.com,,,\nN3,...,n3@example.com,,,\n", "2 name name_shape\n3 name name_shape\n4 name name_shape"},
		"cohort":         {strings.TrimSpace(header) + ",cohort\nN1,Amy,n1@example.com,,,,first\n", "2 cohort cohort_unknown"},
		"no name":        {header + "N1,,n1@example.com,,,\n,Bob,n2@example.com,,,\n", "2 name name_missing\n3 number number_missing"},
		"repeated":       {header + "N1,Amy,n1@example.com,,,\nn1,Bob,n2@example.com,,,\nN3,Cat,N1@example.com,,,\n", "3 number csv_twice\n4 email csv_twice"},
		"formula":        {header + "N1,=1+1,n1@example.com,,,\nN2,Bob,+cmd|' /C calc'!A0,,,\nN3,@SUM(A1),n3@example.com,-x,,\n", "2 name sheet.formula\n3 email sheet.formula\n4 name sheet.formula\n4 roles sheet.formula"},
		"lines in cells": {header + "N1,\"A\nmy\",n1@example.com,,,\nN2,Bob,bob,,,\n", "2 name name_shape\n4 email email_shape"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := parse([]byte(c.file), today)
			if got := told(problems); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestLegible(t *testing.T) {
	for name, want := range map[string]bool{
		"陳怡君": true, "〇": true, "O'Neil, Jr.": true, "葛\U000E0100飾": true, "Jose\u0301": true, "第 1 期": true,
		"": false, " ": false, "\u3000": false, "-": false, "123": false, "👩": false, "\u3164": false, "\ufeff": false,
		"Amy\nWu": false, "Amy\u2028Wu": false, "Amy\u202eWu": false, "Amy\u200bWu": false, "Amy\u2066": false, "\u3164Amy": false, "A\xffmy": false,
	} {
		if Legible(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

func TestParseStopsAtTheLimit(t *testing.T) {
	lines := make([]string, maxRows+5)
	for i := range lines {
		lines[i] = fmt.Sprintf("N%d,Amy,n%d@example.com,,,\n", i, i)
	}
	rows, problems := parse([]byte(header+strings.Join(lines, "")), today)
	if len(rows) != maxRows || told(problems) != fmt.Sprint(maxRows+2, "  sheet.rows") {
		t.Fatalf("%d rows, %v", len(rows), problems)
	}
}

func TestParseReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.StringMatching(`[\p{Han}A-Za-z][\p{Han}A-Za-z,"' ]{0,20}[\p{Han}A-Za-z]`), 1, 20).Draw(t, "names")
		var file bytes.Buffer
		out := csv.NewWriter(&file)
		columns := rapid.Permutation(strings.Split(strings.TrimSpace(header), ",")).Draw(t, "columns")
		out.Write(columns)
		var want []NewPerson
		for i, name := range names {
			n := NewPerson{Number: fmt.Sprint("N", i), Name: name, Email: fmt.Sprint("n", i, "@example.com"), HiredOn: "2026-11-02",
				Roles: canonical(rapid.SliceOf(rapid.SampledFrom(Roles())).Draw(t, "roles"))}
			want = append(want, n)
			cells := map[string]string{columnNumber: n.Number, columnName: n.Name, columnEmail: n.Email, columnRoles: joinRoles(n.Roles), columnHiredOn: n.HiredOn}
			record := make([]string, len(columns))
			for j, c := range columns {
				record[j] = cells[c]
			}
			out.Write(record)
		}
		out.Flush()
		rows, problems := parse(file.Bytes(), today)
		if problems != nil || len(rows) != len(want) {
			t.Fatalf("%v in %q", problems, file.String())
		}
		for i, r := range rows {
			if fmt.Sprint(r.NewPerson) != fmt.Sprint(want[i]) {
				t.Fatalf("read %v, wrote %v", r.NewPerson, want[i])
			}
		}
	})
}

func TestPlan(t *testing.T) {
	known := roll{cohorts: []int{87}, cohort: map[string]int{"amy": 86}, people: []Person{
		{ID: "ada", Number: "A1", Name: "Ada", Email: "ada@example.com", Roles: []Role{Admin}, Active: true},
		{ID: "amy", Number: "N1", Name: "Amy", Email: "n1@example.com", Roles: []Role{NewHire}, ManagerID: "ada", Active: true},
		{ID: "bob", Number: "N2", Name: "Bob", Email: "n2@example.com", Roles: []Role{NewHire}, ManagerID: "amy"},
	}}
	hr, admin := Person{ID: "hr", Roles: []Role{HR}}, Person{ID: "ada", Roles: []Role{Admin}}
	const wide = "number,name,email,roles,manager,hired_on,cohort\n"
	for name, c := range map[string]struct {
		actor    Person
		file     string
		changes  string
		same     int
		problems string
	}{
		"same":            {hr, header + "n1,Amy,n1@example.com,new_hire,a1,\n", "N1>n1", 0, ""},
		"exactly same":    {hr, header + "N1,Amy,n1@example.com,new_hire,a1,\n", "", 1, ""},
		"new, below new":  {hr, header + "N3,Cat,n3@example.com,,N4,\nN4,Dan,n4@example.com,manager,A1,\n", "new new", 0, ""},
		"changed":         {hr, header + "N1,Amy Wu,n1@example.com,mentor,,2026-11-02\n", "Amy>Amy Wu new_hire>mentor A1> >2026-11-02", 0, ""},
		"cohort":          {hr, wide + "N1,Amy,n1@example.com,,A1,,87\n", "86>87", 0, ""},
		"unknown cohort":  {hr, wide + "N1,Amy,n1@example.com,,A1,,88\n", "86>88", 0, "2 cohort cohort_unknown"},
		"taken":           {hr, header + "N3,Cat,N1@example.com,,,\n", "new", 0, "2 email email_taken"},
		"deactivated":     {hr, header + "N2,Bob,n2@example.com,,A1,\n", "N1>A1", 0, "2 number import_deactivated"},
		"inactive above":  {hr, header + "N3,Cat,n3@example.com,,N2,\n", "new", 0, "2 manager manager_unknown"},
		"unknown above":   {hr, header + "N3,Cat,n3@example.com,,X9,\n", "new", 0, "2 manager manager_unknown"},
		"above oneself":   {hr, header + "N3,Cat,n3@example.com,,N3,\n", "new", 0, "2 manager manager_cycle"},
		"circle":          {hr, header + "N3,Cat,n3@example.com,,N4,\nN4,Dan,n4@example.com,,N3,\n", "new new", 0, "2 manager manager_cycle\n3 manager manager_cycle"},
		"circle of old":   {admin, header + "A1,Ada,ada@example.com,admin,N1,\n", ">N1", 0, "2 manager manager_cycle"},
		"HR makes admins": {hr, header + "N3,Cat,n3@example.com,\"hr,admin\",,\n", "new", 0, "2 roles role_guarded"},
		"HR, admin same":  {hr, header + "A1,Ada,ada@example.com,admin,,\n", "", 1, ""},
		"HR, admin moved": {hr, wide + "A1,Ada,ada@example.com,admin,,,87\n", ">87", 0, ""},
		"HR, admin other": {hr, header + "A1,Eve,eve@example.com,admin,,\n", "Ada>Eve ada@example.com>eve@example.com", 0, "2 number details_guarded"},
		"last admin":      {admin, header + "A1,Ada,ada@example.com,hr,,\n", "admin>hr", 0, "2 roles last_admin"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, bad := parse([]byte(c.file), today)
			if bad != nil {
				t.Fatal(bad)
			}
			changes, same, problems := plan(c.actor, rows, known)
			var words []string
			for _, p := range changes {
				if p.personID == "" {
					words = append(words, "new")
				}
				for _, f := range p.fields {
					words = append(words, f.Old+">"+f.New)
				}
			}
			if got := strings.Join(words, " "); got != c.changes || same != c.same || told(problems) != c.problems {
				t.Errorf("got %q, %d same, %s", got, same, told(problems))
			}
		})
	}
}

func TestCheckPassword(t *testing.T) {
	amy := Person{Number: "N-000001", Name: "Amy Example", Email: "amy.example@example.com"}
	for password, want := range map[string]string{
		"":                         "people.password_short",
		"九個字的密碼還不夠":                "people.password_short",
		"Password123":              "people.password_common",
		"ＱＷＥＲＴＹＵＩＯＰ":               "people.password_common",
		"abcabcabcabc":             "people.password_common",
		"amy.example":              "people.password_personal",
		"AMY.example@Example.com":  "people.password_personal",
		"n-000001N-000001":         "people.password_personal",
		strings.Repeat("長龍鳳虎", 86): "people.password_long",
		"十個字的密碼就已經夠長了":             "",
		"correct horse":            "",
	} {
		err := checkPassword(password, amy)
		if want == "" && err != nil || want != "" && !fault.HasKey(err, want) {
			t.Errorf("%q: got %v, want %q", password, err, want)
		}
	}
	if list := strings.Fields(common); !slices.IsSorted(list) {
		t.Error("the list is searched by halves and must be sorted")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{header, header + "N1,Amy,n1@example.com,hr,N2,2026-01-01\n", header + "n1,A,n1@example.com,,,\nN1,B,N1@example.com,x,,1\n", "number,name\n=1,@x\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, problems := parse(data, today)
		if problems != nil {
			return
		}
		numbers := map[string]bool{}
		for _, r := range rows {
			var again fault.Problems
			if r.check(&again, 1, today); again != nil || numbers[fold(r.Number)] {
				t.Fatalf("a bad row was taken: %+v, %v", r, again)
			}
			numbers[fold(r.Number)] = true
		}
	})
}
