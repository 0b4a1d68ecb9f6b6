package people

import (
	"context"
	"testing"

	"bainian/app/fault"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// Between the reading of a file and its one transaction somebody may change the directory.
func TestImportOfAStalePlanChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx, d := context.Background(), New(db)
		known, err := d.roll(ctx)
		if err != nil {
			t.Fatal(err)
		}
		rows, _ := parse([]byte(header+"N1,Amy,n1@example.com,,,\n"), known.at)
		changes, _, _ := plan(System(), rows, known)
		if _, err := d.Create(ctx, System(), NewPerson{Number: "N2", Name: "Bob", Email: "n2@example.com"}); err != nil {
			t.Fatal(err)
		}
		if err := d.apply(ctx, System(), changes, known.edition); !fault.HasKey(err, "people.import_stale") {
			t.Fatal(err)
		}
		if _, err := d.ByNumber(ctx, "N1"); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		if known, err = d.roll(ctx); err != nil {
			t.Fatal(err)
		}
		if err := d.apply(ctx, System(), changes, known.edition); err != nil {
			t.Fatal(err)
		}
		if p, err := d.ByNumber(ctx, "N1"); err != nil || p.Name != "Amy" {
			t.Fatal(p, err)
		}
	}, Schema())
}
