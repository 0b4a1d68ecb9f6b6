package stats

import (
	"sync"
	"sync/atomic"
)

// parallel does the pieces 0 … n−1 on so many workers (at least one). A piece writes only what is its own, so the
// outcome is the same whatever the number of workers.
func parallel(workers, n int, piece func(i int)) {
	if workers <= 1 || n <= 1 {
		for i := range n {
			piece(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				piece(i)
			}
		})
	}
	wg.Wait()
}
