package store

import "sync"

// bells are the names that somebody in this process listens to.
type bells struct {
	mu     sync.Mutex
	hearer map[string][]chan struct{}
}

// Listen gives a channel that receives after a transaction of this process that rang the name has become
// durable. Several rings may arrive as one, and those of other processes never do: poll as well.
func (db *DB) Listen(name string) <-chan struct{} {
	db.bells.mu.Lock()
	defer db.bells.mu.Unlock()
	if db.bells.hearer == nil {
		db.bells.hearer = map[string][]chan struct{}{}
	}
	c := make(chan struct{}, 1)
	db.bells.hearer[name] = append(db.bells.hearer[name], c)
	return c
}

// Ring wakes those who Listen to the name, once the transaction is durable.
func (tx *Tx) Ring(name string) { tx.After(func() { tx.bells.ring(name) }) }

func (b *bells) ring(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.hearer[name] {
		select {
		case c <- struct{}{}:
		default: // it has not looked since the last ring
		}
	}
}
