package leads

import (
	"fmt"
	"slices"
	"testing"

	"bainian/app/fault"
)

func TestCarryDoesEachLeadForItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.capacity = 2
		w.open()
		w.stock(4)
		ids := w.all()
		order := Order{Action: BulkAssign, Leads: ids, Person: w.amy.ID, Request: "r"}
		errs := together(3, func(int) error { _, err := w.Carry(ctx, w.manager, order); return err }) // three clicks
		for _, err := range errs {
			w.must(err)
		}
		id, err := w.Carry(ctx, w.manager, order)
		w.must(err)
		b, err := w.Carried(ctx, w.manager, id)
		w.must(err)
		done, failed := 0, map[string]int{}
		for _, i := range b.Items {
			switch {
			case !i.Done || i.Company == "":
				t.Errorf("%+v", i)
			case i.Failed != nil:
				failed[i.Failed.Key]++
			default:
				done++
			}
		}
		if done != 2 || failed["leads.cap"] != 2 || w.count(`SELECT count(*) FROM tenure`) != 2 || w.count(`SELECT count(*) FROM lead_bulk`) != 1 {
			t.Errorf("%d done, %v", done, failed)
		}
		if args := fmt.Sprint(b.Items[slices.IndexFunc(b.Items, func(i BulkItem) bool { return i.Failed != nil })].Failed.Args...); args != fmt.Sprint("held", 2, "cap", 2) {
			t.Errorf("its words have lost %s", args)
		}
		_, err = w.Carried(ctx, w.hr, id)
		w.want(err, fault.NotFound, "intake.no_report")
		for key, o := range map[string]Order{
			"intake.no_action":     {Action: "burn", Leads: ids, Request: "x"},
			"intake.none_chosen":   {Action: BulkReclaim, Request: "x"},
			"intake.no_person":     {Action: BulkAssign, Leads: ids, Request: "x"},
			"leads.request_long":   {Action: BulkReclaim, Leads: ids},
			"moves.reason_missing": {Action: BulkMove, Leads: ids, Pool: "default", Request: "x"},
		} {
			if _, err := w.Carry(ctx, w.manager, o); !fault.HasKey(err, key) {
				t.Errorf("got %v, want %s", err, key)
			}
		}
		_, err = w.Carry(ctx, w.amy, order)
		w.want(err, fault.Forbidden, "leads.managers_only")
	})
}

func TestListAndExportShowWhatOneLooksAfter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(3)
		held := w.draw(w.amy).Lead.ID
		lines, next, err := w.List(ctx, w.manager, Filter{}, "")
		w.must(err)
		if len(lines) != 3 || next != "" {
			t.Fatalf("%d leads, %q", len(lines), next)
		}
		for _, l := range lines {
			if l.Lead.Masked == (l.Lead.ID == held) || (l.Holder.ID == w.amy.ID) != (l.Lead.ID == held) {
				t.Errorf("%+v", l)
			}
		}
		if lines, _, err = w.List(ctx, w.other, Filter{}, ""); err != nil || len(lines) != 2 {
			t.Errorf("another manager sees %d, %v", len(lines), err)
		}
		if lines, _, err = w.List(ctx, w.hr, Filter{Holder: w.amy.ID, State: Held}, ""); err != nil || len(lines) != 1 || !lines[0].Lead.Masked {
			t.Errorf("%+v %v", lines, err)
		}
		took := func(f Filter, most int) (ids []string, masked bool, err error) {
			err = w.Export(ctx, w.manager, f, most, func(l Line) error {
				ids, masked = append(ids, l.Lead.ID), l.Lead.Masked
				return nil
			})
			return ids, masked, err
		}
		if ids, masked, err := took(Filter{}, 0); err != nil || !slices.Equal(ids, []string{held}) || !masked {
			t.Errorf("a manager took %v, masked %t, %v", ids, masked, err)
		}
		n := 0
		w.must(w.Export(ctx, w.hr, Filter{}, 3, func(l Line) error {
			if n++; l.Lead.Masked {
				t.Error("masked for HR")
			}
			return nil
		}))
		if n != 3 {
			t.Errorf("HR took %d", n)
		}
		w.want(w.Export(ctx, w.hr, Filter{}, 2, func(Line) error { return nil }), fault.TooLarge, "intake.export_large")
		if w.count(`SELECT count(*) FROM lead_export`) != 3 || w.count(`SELECT sum(leads) FROM lead_export`) != 4 {
			t.Error("not every export is on record")
		}
		_, _, err = w.List(ctx, w.amy, Filter{}, "")
		w.want(err, fault.Forbidden, "leads.managers_only")
	})
}

func TestDuplicatesAreFoundByPhoneAndCompany(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i, file := range []string{"company,phone\n甲公司,02-2345-6789\n乙公司,02-2345-6780\n", "company,phone\n丙公司,02-2345-6781\n丁公司,02-2345-6782\n"} {
			b, err := w.begin(ctx, w.hr, "")
			w.must(err)
			rows, _, problems := read(file)
			w.must(problems.Err())
			if i == 1 { // such as came in before the rules were what they are
				rows[0].phoneKey, rows[1].companyKey = phoneKey("0223456789"), companyKey("乙股份有限公司")
			}
			w.must(b.stage(rows))
			_, err = b.apply("")
			w.must(err)
		}
		for by, want := range map[Sameness]string{SamePhone: "甲公司丙公司", SameCompany: "乙公司丁公司"} {
			groups, next, err := w.Duplicates(ctx, w.hr, by, "")
			w.must(err)
			if len(groups) != 1 || next != "" || groups[0].Lines[0].Lead.Company+groups[0].Lines[1].Lead.Company != want || groups[0].Shared {
				t.Errorf("by %s: %+v", by, groups)
			}
		}
		lines, _, err := w.List(ctx, w.hr, Filter{}, "")
		w.must(err)
		w.must(w.Close(ctx, w.hr, lines[0].Lead.ID, Closing{Outcome: OutcomeDuplicate, Reason: "x"}))
		if groups, _, err := w.Duplicates(ctx, w.hr, SameCompany, ""); err != nil || len(groups) != 0 {
			t.Errorf("what is closed is no duplicate: %+v %v", groups, err)
		}
		_, _, err = w.Duplicates(ctx, w.amy, SamePhone, "")
		w.want(err, fault.Forbidden, "leads.managers_only")
	})
}
