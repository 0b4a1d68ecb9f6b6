package people

import (
	"embed"

	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this domain.
func Schema() store.Schema { return store.Schema{Domain: "people", Files: schema} }

// Directory knows the people.
type Directory struct {
	db            *store.DB
	hashing       chan struct{} // a slot for each password being hashed: 19 MiB and a core for some 30 ms
	onDeactivated []func(*store.Tx, Person) error
	onReactivated []func(*store.Tx, Person) error
	cohorts       Cohorts // nil unless imports enrol
}

// New makes the directory over a migrated database.
func New(db *store.DB) *Directory {
	return &Directory{db: db, hashing: make(chan struct{}, hashingSlots)}
}

// OnDeactivated adds what must happen in the transaction of every deactivation, before the program starts to
// serve. An error of f undoes the deactivation.
func (d *Directory) OnDeactivated(f func(tx *store.Tx, p Person) error) {
	d.onDeactivated = append(d.onDeactivated, f)
}

// OnReactivated is OnDeactivated for those who come back.
func (d *Directory) OnReactivated(f func(tx *store.Tx, p Person) error) {
	d.onReactivated = append(d.onReactivated, f)
}
