package leads

import (
	"testing"

	"bainian/app/store"
	"bainian/app/store/storetest"
)

// TestEveryReferenceToALeadHasAnIndex, for a row that is removed is looked for by each of them.
func TestEveryReferenceToALeadHasAnIndex(t *testing.T) {
	db, _ := storetest.SQLite(t, schemas()...)
	if err := db.Read(ctx, func(rx *store.Rx) error {
		without, err := store.All(rx, scanText, `SELECT m.name || '.' || f."from" FROM sqlite_master m, pragma_foreign_key_list(m.name) f
			WHERE m.type = 'table' AND f."table" = 'lead' AND NOT EXISTS
			(SELECT 1 FROM pragma_index_list(m.name) i, pragma_index_info(i.name) c WHERE c.seqno = 0 AND c.name = f."from" AND (NOT i.partial OR i.name = 'lead_merged'))`)
		for _, column := range without {
			t.Errorf("%s is looked through whole", column)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
