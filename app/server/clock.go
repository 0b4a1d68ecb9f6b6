package server

import (
	"sync/atomic"
	"time"
)

// clock is the machine's time, moved back while the demonstration is furnished so that its records lie in the
// past as they would have come about.
type clock struct{ behind atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(-time.Duration(c.behind.Load())) }

// setBehind makes now so much earlier than the machine's time; 0 is the present.
func (c *clock) setBehind(d time.Duration) { c.behind.Store(int64(d)) }
