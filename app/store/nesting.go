package store

import (
	"bytes"
	"runtime"
	"sync"
)

// RefuseNesting makes a Read or Write inside a closure fail at once instead of waiting for itself forever.
// It costs a microsecond per call and is meant for tests; storetest turns it on before the database is used.
func (db *DB) RefuseNesting() { db.inside = &closures{} }

// closures is the set of goroutines that are running a closure.
type closures struct{ goroutines sync.Map }

func (c *closures) here() bool {
	_, inside := c.goroutines.Load(goroutine())
	return inside
}

func watch[T any](c *closures, f func(T) error) func(T) error {
	return func(tx T) error {
		id := goroutine()
		c.goroutines.Store(id, true)
		defer c.goroutines.Delete(id)
		return f(tx)
	}
}

// goroutine is the number that a stack trace gives this goroutine: "goroutine 18 [running]: …".
func goroutine() string {
	var buf [64]byte
	fields := bytes.Fields(buf[:runtime.Stack(buf[:], false)])
	return string(fields[1])
}
