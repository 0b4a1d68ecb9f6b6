package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/sheet"
	"bainian/app/store"
)

const header = "number,name,email,roles,manager,hired_on\n"

func (w *world) count(table string) int {
	w.t.Helper()
	n := 0
	check(w.t, w.db.Read(ctx, func(rx *store.Rx) error { return rx.Row(`SELECT count(*) FROM ` + table).Scan(&n) }))
	return n
}

func TestImport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		file := header +
			"N001,Amy Wu,n001@example.com,mentor,M001,2026-11-02\n" + // changed
			"N002,姓名 N002,N002@example.com,new_hire,n001,\n" + // the same
			"N003,Cat,cat@example.com,\"hr,trainer\",N004,\n" + // below somebody further down
			"N004,Dan,dan@example.com,,M001,2026-11-23\n"
		dry, err := w.Import(ctx, w.hr, strings.NewReader(file), false)
		check(t, err)
		if dry.Rows != 4 || dry.New != 2 || dry.Changed != 1 || dry.Same != 1 || dry.Applied || dry.Problems != nil {
			t.Fatalf("dry run %+v", dry)
		}
		if w.count("employee") != 5 || w.count("employee_change") != 5 || w.count("employee_import") != 0 {
			t.Fatal("a dry run wrote something")
		}
		w.clock.Add(time.Second)
		done, err := w.Import(ctx, w.hr, strings.NewReader(file), true)
		check(t, err)
		if dry.Applied = true; fmt.Sprint(done) != fmt.Sprint(dry) {
			t.Fatalf("did %+v, promised %+v", done, dry)
		}
		cat, err := w.ByNumber(ctx, "N003")
		check(t, err)
		dan, err := w.ByNumber(ctx, "N004")
		check(t, err)
		if cat.ManagerID != dan.ID || fmt.Sprint(cat.Roles) != "[trainer hr]" || !cat.Active || dan.HiredOn != "2026-11-23" || dan.ManagerID != w.manager.ID {
			t.Fatalf("entered %+v and %+v", cat, dan)
		}
		changes, err := w.Changes(ctx, w.hr, w.amy.ID)
		check(t, err)
		if c := changes[0]; c.Kind != people.Updated || c.ByID != w.hr.ID || fmt.Sprint(c.Fields) != "[{name 姓名 N001 Amy Wu} {email N001@example.com n001@example.com} {roles new_hire mentor} {hired_on  2026-11-02}]" {
			t.Fatalf("recorded %+v", c)
		}
		again, err := w.Import(ctx, w.hr, strings.NewReader(file), true)
		check(t, err)
		if again.Same != 4 || !again.Applied || w.count("employee_import") != 1 {
			t.Fatalf("the second time %+v", again)
		}
	})
}

func TestImportAppliesNothingWithAProblem(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		file := header + "N003,Cat,cat@example.com,,X999,\nN004,Dan,dan,,M001,\nN005,Eve,eve@example.com,,,\nN006,Fay,a001@example.com,,,\n"
		report, err := w.Import(ctx, w.hr, strings.NewReader(file), true)
		check(t, err)
		if report.Applied || len(report.Problems) != 3 || w.count("employee") != 5 {
			t.Fatalf("%+v", report)
		}
		for i, p := range report.Problems {
			if want := []int{2, 3, 5}[i]; p.Line != want {
				t.Errorf("line %d, want %d: %v", p.Line, want, p)
			}
		}
	})
}

func TestImportRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.Import(ctx, w.manager, strings.NewReader(header), false)
		want(t, err, fault.Forbidden, "people.hr_only")
		_, err = w.Import(ctx, w.hr, strings.NewReader(strings.Repeat("x", sheet.MaxBytes+1)), false)
		want(t, err, fault.TooLarge, "sheet.too_large")
	})
}

func TestImportInChunks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var file strings.Builder
		file.WriteString(header + "P000,新人,p0@example.com,,,2026-11-23\n")
		for i := 1; i < 450; i++ {
			fmt.Fprintf(&file, "P%03d,新人,p%d@example.com,,P%03d,2026-11-23\n", i, i, i/10)
		}
		report, err := w.Import(ctx, w.hr, strings.NewReader(file.String()), true)
		check(t, err)
		if report.New != 450 || !report.Applied {
			t.Fatalf("%+v", report)
		}
		if below, err := w.ByNumber(ctx, "P449"); err != nil || below.ManagerID == "" || w.count("employee_change") != 455 {
			t.Fatal(below, err)
		}
	})
}
