package page

import "sync"

// keptLimit is how many things are kept; beyond it the shelf starts anew.
const keptLimit = 4096

// Kept is what was made before, by everything that it was made of, so that it is made once for all who would get
// the same. It says nothing about people: whatever differs between two of them, or between now and later, is in
// the key or is not kept. The zero Kept is ready to use.
type Kept[K comparable, V any] struct {
	mu  sync.RWMutex
	all map[K]V
}

// Get is what was made for that key, or what produce makes now.
func (k *Kept[K, V]) Get(key K, produce func() (V, error)) (V, error) {
	k.mu.RLock()
	v, ok := k.all[key]
	k.mu.RUnlock()
	if ok {
		return v, nil
	}
	v, err := produce()
	if err != nil {
		return v, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil || len(k.all) >= keptLimit {
		k.all = map[K]V{}
	}
	k.all[key] = v
	return v, nil
}
