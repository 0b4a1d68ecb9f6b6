package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"bainian/app/fault"
)

const header = "name,phone,note\n"

func form() Form {
	return Form{MaxRows: 4, Empty: "empty", Missing: "missing", Columns: []Column{
		{Name: "name", Required: true, Max: 5},
		{Name: "phone", Required: true, Formula: func(text string) bool { return text == "+886" }},
		{Name: "note", Lines: true},
		{Name: "holder", Refused: "refused"},
	}}
}

// read is the rows of a file as "line name|phone|note" and its problems as "line item key", one a line.
func read(data string) (rows, problems string) {
	var found fault.Problems
	var lines []string
	for r := range form().Rows([]byte(data), &found) {
		lines = append(lines, fmt.Sprint(r.Line, " ", r.Cell("name"), "|", r.Cell("phone"), "|", r.Cell("note")))
	}
	rows, lines = strings.Join(lines, "\n"), nil
	for _, p := range found {
		lines = append(lines, fmt.Sprint(p.Line, " ", p.Item, " ", strings.TrimPrefix(p.Key, "sheet.")))
	}
	return rows, strings.Join(lines, "\n")
}

func TestRowsNamesEveryBadLine(t *testing.T) {
	for name, c := range map[string]struct{ file, rows, problems string }{
		"good":         {header + "Amy,1,x\n\n Bob ,2,\n", "2 Amy|1|x\n4 Bob|2|", ""},
		"byte order":   {"\uFEFF" + header + "Amy,1,x\n", "2 Amy|1|x", ""},
		"other order":  {"Note, PHONE ,ｎａｍｅ\r\nx,1,Amy\r\n", "2 Amy|1|x", ""},
		"fewer":        {"phone,name\n1,Amy\n", "2 Amy|1|", ""},
		"empty":        {"", "", "1  empty"},
		"header alone": {header, "", "1  empty"},
		"missing":      {"name,note\nAmy,x\n", "2 Amy||x", "1 phone missing"},
		"no table":     {"hello\nworld\n", "", "1 hello column_unknown\n1 name missing\n1 phone missing"},
		"none needed":  {"note\nx\n", "", "1 name missing\n1 phone missing"},
		"unknown":      {"name,phone,Salary\nAmy,1,=1\n", "2 Amy|1|", "1 Salary column_unknown\n2 salary formula"},
		"refused":      {"name,phone,Holder\nAmy,1,N1\n", "2 Amy|1|", "1 holder refused"},
		"twice":        {"name,phone,Name\nAmy,1,Bob\n", "2 Amy|1|", "1 name column_twice"},
		"count":        {header + "Amy,1\nBob,1,x,y\nCat,1,x\n", "4 Cat|1|x", "2  fields\n3  fields"},
		"formula":      {header + "=1+1,+1,-1\n@SUM(A1),+886,\n", "2 =1+1|+1|-1\n3 @SUM(A1)|+886|", "2 name formula\n2 phone formula\n2 note formula\n3 name formula"},
		"armed":        {header + "Amy,'+886,\nBob,'1,'=1\n", "2 Amy|+886|\n3 Bob|'1|'=1", ""},
		"hidden":       {header + "\" =1\",\"\t1\",\"\r1\"\n", "2 =1|1|1", "2 name formula\n2 phone formula\n2 note formula"},
		"long":         {header + "一二三四五,123456,x\n一二三四五六,1,x\n", "2 一二三四五|123456|x\n3 一二三四五六|1|x", "3 name long"},
		"lines":        {header + "\"A\ny\",1,\"x\ny\"\nB\x07,1,\n", "2 A\ny|1|x\ny\n5 B\x07|1|", "2 name lines\n5 name lines"},
		"big5":         {header + "\xb3\xaf,1,\nBob,1,\n", "3 Bob|1|", "2  not_utf8"},
		"utf-16":       {"\xff\xfen\x00u\x00", "", "1  not_utf8"},
		"nul":          {header + "A\x00my,1,\nBob,1,\n", "3 Bob|1|", "2  nul"},
		"quotes":       {header + "A\"my,1,\nBob,1,\n", "3 Bob|1|", "2  quotes"},
		"open quote":   {header + "Amy,\"1,\nBob,1,\n", "", "2  quotes"},
		"all of them":  {header + strings.Repeat("Amy,1,\n", 4), "2 Amy|1|\n3 Amy|1|\n4 Amy|1|\n5 Amy|1|", ""},
		"too many":     {header + strings.Repeat("Amy,1,\n", 9), "2 Amy|1|\n3 Amy|1|\n4 Amy|1|\n5 Amy|1|", "6  rows"},
		"broken":       {header + strings.Repeat("A\"\n", 9), "", "2  quotes\n3  quotes\n4  quotes\n5  quotes\n6  rows"},
	} {
		t.Run(name, func(t *testing.T) {
			if rows, problems := read(c.file); rows != c.rows || problems != c.problems {
				t.Errorf("rows\n%s\nwant\n%s\nproblems\n%s\nwant\n%s", rows, c.rows, problems, c.problems)
			}
		})
	}
}

func TestRowsSaysWhatNeedsNoSecondWord(t *testing.T) {
	var problems fault.Problems
	rows := slices.Collect(form().Rows([]byte("name,note\n=1,x\nAmy,=2\n"), &problems))
	if len(rows) != 2 || fmt.Sprint(rows[0].Said, rows[1].Said) != "[phone name] [phone note]" {
		t.Errorf("%+v", rows)
	}
	want := "[{ 1 phone missing [column phone]} { 2 name sheet.formula [cell =1 column name]} { 3 note sheet.formula [cell =2 column note]}]"
	if got := fmt.Sprintf("%v", []fault.Problem(problems)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	problems = nil
	for range form().Rows([]byte("name,salary\n"), &problems) {
		t.Error("a row out of nothing")
	}
	if known := problems[0].Args[3]; known != "name, phone, note" {
		t.Errorf("it offers the columns %v", known)
	}
}

func TestRowsStopsWhenAsked(t *testing.T) {
	var problems fault.Problems
	for range form().Rows([]byte(header+"Amy,1,\nA\"my,1,\n"), &problems) {
		break
	}
	if problems != nil {
		t.Error(problems)
	}
}

func TestLoad(t *testing.T) {
	if data, err := Load(strings.NewReader(strings.Repeat("x", MaxBytes))); err != nil || len(data) != MaxBytes {
		t.Error(len(data), err)
	}
	if _, err := Load(strings.NewReader(strings.Repeat("x", MaxBytes+1))); !fault.Is(err, fault.TooLarge) || !fault.HasKey(err, "sheet.too_large") {
		t.Error(err)
	}
	if _, err := Load(iotest.ErrReader(io.ErrUnexpectedEOF)); !fault.Is(err, fault.Malformed) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

func FuzzRows(f *testing.F) {
	for _, seed := range []string{"", header, header + "Amy,1,x\n", "\uFEFFname,phone\r\nAmy,1\r\n", header + "N1,\"A\n\"\"my\",x\r\n", "name,phone,holder\nAmy,1,N1\n",
		"name,note\n=1,@x\n", header + "A,+886,\nB,+cmd,\n", header + "N1,A\"my\n\"", "\xff\xfe", header + "\x00,,\n", "name\n\"甲\n\n", strings.ReplaceAll(header, ",", ";")} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var problems fault.Problems
		rows := slices.Collect(form().Rows(data, &problems))
		last, line := bytes.Count(data, []byte("\n"))+1, 1
		for _, p := range problems {
			if p.Line < line || p.Line > last || p.Key == "" {
				t.Fatalf("a problem on line %d of %d behind one on %d: %v", p.Line, last, line, p)
			}
			line = p.Line
		}
		if len(rows) > form().MaxRows || len(rows) == 0 && problems == nil {
			t.Fatalf("%d rows were taken without a word", len(rows))
		}
		for _, r := range rows {
			for _, column := range form().Columns {
				text := r.Cell(column.Name)
				if slices.Contains(r.Said, column.Name) {
					continue
				}
				if formula(text) && (column.Formula == nil || !column.Formula(text)) || strings.ContainsRune(text, 0) || column.Max > 0 && len([]rune(text)) > column.Max {
					t.Fatalf("%q was taken in %s: %+v", text, column.Name, r)
				}
			}
		}
	})
}
