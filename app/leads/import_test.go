package leads

import (
	"fmt"
	"strings"
	"testing"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/sheet"
	"bainian/app/store"
)

// told is problems as "line item key", one a line.
func told(problems fault.Problems) string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, fmt.Sprint(p.Line, " ", p.Item, " ", strings.TrimPrefix(p.Key, "leads.")))
	}
	return strings.Join(lines, "\n")
}

// read takes a file apart without a database: the rows that repeat none, and what there is to say of the others.
func read(data string) (rows []row, duplicates, problems fault.Problems) {
	s := scanner{rules: Standard(), phones: seen{}, companies: seen{},
		problem:   func(line int, column, key string, args ...any) { problems.Add("", line, column, key, args...) },
		duplicate: func(line int, column, key string, args ...any) { duplicates.Add("", line, column, key, args...) }}
	f := form()
	f.MaxRows = 10_000
	for cells := range f.Rows([]byte(data), &problems) {
		if r, ok := s.read(cells); ok {
			rows = append(rows, r)
		}
	}
	return rows, duplicates, problems
}

func TestParseNamesEveryBadRow(t *testing.T) {
	for name, c := range map[string]struct {
		file, problems, duplicates string
		rows                       int
	}{
		"good":              {header + "甲公司,陳先生,02-2345-6789,製造,北區,展覽,\n", "", "", 1},
		"company alone":     {"Company\r\n甲公司\r\n乙公司\r\n", "", "", 2},
		"other order":       {"phone,company\n(02) 2345-6789 #12,甲公司\n", "", "", 1},
		"empty":             {"", "1  csv_empty", "", 0},
		"no company column": {"phone\n0223456789\n", "1 company csv_column_missing", "", 0},
		"unknown":           {"company,salary\n甲公司,1\n", "1 salary sheet.column_unknown", "", 1},
		"holder":            {"company,holder\n甲公司,N001\n", "1 holder csv_holder", "", 1},
		"no company":        {header + ",陳先生,02-2345-6789,,,,\n", "2 company csv_company", "", 0},
		"phones":            {header + "甲,,none,,,,\n乙,,12345,,,,\n丙,,＋８８６－２－２３４５６７８９,,,,\n丁,,+886 912 345 678,,,,\n", "2 phone csv_phone\n3 phone csv_phone", "", 2},
		"formula":           {header + "=1+1,,,,,,\n甲,@SUM(A1),+cmd|' /C calc'!A0,-1,,,\n乙,,,,,,\" =1\"\n", "2 company sheet.formula\n3 contact sheet.formula\n3 phone sheet.formula\n3 industry sheet.formula\n4 note sheet.formula", "", 0},
		"long":              {header + strings.Repeat("長", 101) + ",,,,,,\n甲,,,,,," + strings.Repeat("長", 1001) + "\n", "2 company sheet.long\n3 note sheet.long", "", 0},
		"lines":             {header + "甲,\"陳\n先生\",,,,,\"一\n二\"\n", "2 contact sheet.lines", "", 0},
		"same phone":        {header + "甲,,02-2345-6789,,,,\n乙,,+886 2 2345 6789,,,,\n丙,,0223456789,,,,\n", "", "3 phone csv_twice\n4 phone csv_twice", 1},
		"same company":      {header + "大同股份有限公司,,,,,,\n大同（股）公司,,,,,,\n 大同 有限公司,,,,,,\nＡＣＭＥ Co. Ltd.,,,,,,\nacme,,,,,,\n", "", "4 company csv_twice\n6 company csv_twice", 3},
	} {
		t.Run(name, func(t *testing.T) {
			rows, duplicates, problems := read(c.file)
			if told(problems) != c.problems || told(duplicates) != c.duplicates || len(rows) != c.rows {
				t.Errorf("%d rows, problems\n%s\nduplicates\n%s", len(rows), told(problems), told(duplicates))
			}
		})
	}
}

func TestParseStopsAtTheLimit(t *testing.T) {
	const maxRows = 10_000
	lines := make([]string, maxRows+5)
	for i := range lines {
		lines[i] = fmt.Sprintf("企業%d\n", i)
	}
	rows, _, problems := read("company\n" + strings.Join(lines, ""))
	if len(rows) != maxRows || told(problems) != fmt.Sprint(maxRows+2, "  sheet.rows") {
		t.Fatalf("%d rows, %v", len(rows), problems)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{header + "甲,陳,02-2345-6789,製造,北區,展覽,x\n", "company,holder\n甲,N1\n",
		"company,phone\n=1,+886912345678\n甲,+cmd\n", "company\n甲公司\n甲有限公司\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, duplicates, _ := read(string(data))
		last := strings.Count(string(data), "\n") + 1
		for _, p := range duplicates {
			if p.Line < 1 || p.Line > last {
				t.Fatalf("a duplicate on line %d of %d: %v", p.Line, last, p)
			}
		}
		phones, companies := map[string]bool{}, map[string]bool{}
		for _, r := range rows {
			if r.Company == "" || r.Phone != "" && !isPhone(r.Phone) {
				t.Fatalf("a bad row was taken: %+v", r)
			}
			if r.phoneKey != "" && phones[r.phoneKey] || r.companyKey != "" && companies[r.companyKey] {
				t.Fatalf("a duplicate was taken: %+v", r)
			}
			phones[r.phoneKey], companies[r.companyKey] = true, true
		}
	})
}

func TestImport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		file := header + "甲公司,陳先生,02-2345-6789,製造,北區,展覽,急\n乙公司,,,,,,\n甲股份有限公司,,,,,,\n"
		dry, err := w.Import(ctx, w.manager, strings.NewReader(file), false)
		w.must(err)
		if dry.Rows != 3 || dry.New != 2 || told(dry.Duplicates) != "4 company csv_twice" || dry.Problems != nil || dry.Applied {
			t.Fatalf("%+v", dry)
		}
		if w.count(`SELECT count(*) FROM lead_import`) != 0 {
			t.Fatal("a dry run wrote something")
		}
		done, err := w.Import(ctx, w.manager, strings.NewReader(file), true)
		w.must(err)
		if dry.Applied = true; fmt.Sprint(done) != fmt.Sprint(dry) {
			t.Fatalf("did %+v, promised %+v", done, dry)
		}
		again, err := w.Import(ctx, w.admin, strings.NewReader(file+"丙公司,,+886 2 2345 6789,,,,\n丁公司,,,,,,\n"), true)
		w.must(err)
		if again.New != 1 || told(again.Duplicates) != "2 phone intake.known_pool\n3 company intake.known_pool\n4 company csv_twice\n5 phone csv_twice" || !again.Applied {
			t.Fatalf("%+v", again)
		}
		h := w.draw(w.amy)
		for h.Lead.Company != "甲公司" {
			h = w.draw(w.amy)
		}
		if h.Lead != (Lead{ID: h.Lead.ID, Company: "甲公司", Contact: "陳先生", Phone: "02-2345-6789", Industry: "製造", Territory: "北區", Source: "展覽", Note: "急",
			Pool: "default", Stage: "lead", State: Held, Access: AccessOpen}) {
			t.Errorf("%+v", h.Lead)
		}
		bad, err := w.Import(ctx, w.hr, strings.NewReader(header+"戊公司,,,,,,\n,,,,,,\n己公司,,x,,,,\n"), true)
		w.must(err)
		if bad.Applied || told(bad.Problems) != "3 company csv_company\n4 phone csv_phone" || w.count(`SELECT count(*) FROM lead`) != 3 {
			t.Errorf("%+v", bad)
		}
		for _, p := range []people.Person{w.amy, {}} {
			_, err = w.Import(ctx, p, strings.NewReader(file), false)
			w.want(err, fault.Forbidden, "leads.managers_only")
		}
		_, err = w.Import(ctx, w.hr, strings.NewReader(strings.Repeat("x", sheet.MaxBytes+1)), false)
		w.want(err, fault.TooLarge, "sheet.too_large")
	})
}

func TestAHalfImportIsNoLead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rows, _, problems := read("company,phone\n甲公司,0223456789\n乙公司,\n")
		w.must(problems.Err())
		staged := ""
		w.must(w.db.Write(ctx, func(tx *store.Tx) error { // and then the machine went down
			if _, err := tx.Exec(`INSERT INTO lead_import (id, leads, by_id, at_ms) VALUES ('half', 2, 'hr', 0)`); err != nil {
				return err
			}
			if err := w.stageIn(tx, "half", rows); err != nil {
				return err
			}
			return tx.Row(`SELECT id FROM lead LIMIT 1`).Scan(&staged)
		}))
		_, err := w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		_, err = w.Assign(ctx, w.manager, staged, w.amy.ID)
		w.want(err, fault.NotFound, "leads.not_found")
		_, err = w.Lead(ctx, w.admin, staged)
		w.want(err, fault.NotFound, "leads.not_found")
		if f, err := w.Stats(ctx, w.hr); err != nil || len(f.States) != 0 {
			t.Errorf("%+v %v", f.States, err)
		}
		report, err := w.Import(ctx, w.hr, strings.NewReader("company\n甲公司\n"), true)
		if w.must(err); !report.Applied || report.New != 1 {
			t.Errorf("what never became a lead stands in the way: %+v", report)
		}
		w.must(w.db.Write(ctx, func(tx *store.Tx) error { // it was given up, and the machine went down again before its rows were gone
			_, err := tx.Exec(`UPDATE lead_import SET dropped_ms = 1 WHERE id = 'half'`)
			return err
		}))
		w.must(w.TendImports(ctx))
		if n := w.count(`SELECT count(*) FROM lead WHERE import_id = 'half'`); n != 0 {
			t.Errorf("%d rows of what was given up stay for ever", n)
		}
	})
}

func TestImportsAtOnceBringNoDuplicates(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var file strings.Builder
		file.WriteString("company\n")
		for i := range 450 {
			fmt.Fprintf(&file, "企業%d\n", i)
		}
		applied, left := 0, 0
		reports := make([]Report, 4)
		for i, err := range together(4, func(i int) (err error) {
			reports[i], err = w.Import(ctx, w.hr, strings.NewReader(file.String()), true)
			return err
		}) {
			w.must(err)
			applied, left = applied+reports[i].New, left+reports[i].Left
			if !reports[i].Applied || reports[i].New+reports[i].Left != 450 {
				t.Errorf("%+v", reports[i])
			}
		}
		if f, err := w.Stats(ctx, w.hr); err != nil || applied != 450 || f.States[InPool] != 450 || left != 3*450 {
			t.Errorf("%d applied, %+v %v", applied, f.States, err)
		}
	})
}
