package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"
)

// counter tells the ids of one millisecond apart, across transactions: records that are made with the same time
// then still sort in the order in which they were made.
type counter struct {
	mu sync.Mutex
	ms int64
	n  uint32
}

// next counts up within a millisecond, from a random start; 24 bits.
func (c *counter) next(ms int64) uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ms != c.ms {
		var b [4]byte
		rand.Read(b[:])
		c.ms, c.n = ms, binary.BigEndian.Uint32(b[:])&0x7fffff
	}
	c.n++
	return c.n & 0xffffff
}

// NewID is an id as a transaction makes them, for what must be known before the transaction that stores it.
func (db *DB) NewID() string { return newID(db.now(), &db.ids) }

// NewID is a UUIDv7 of tx.Now. The ids that one process makes sort in the order in which they were made: the 24
// bits below the millisecond count up, and 50 bits are random (RFC 9562 §6.2).
func (tx *Tx) NewID() string { return newID(tx.Now, tx.counter) }

func newID(now time.Time, counter *counter) string {
	var b [16]byte
	rand.Read(b[9:])
	n := counter.next(now.UnixMilli())
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16|0x7000|uint64(n>>12))
	b[8] = 0x80 | byte(n>>6)&0x3f
	b[9] = byte(n)<<2 | b[9]&3

	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	s[8] = '-'
	hex.Encode(s[9:13], b[4:6])
	s[13] = '-'
	hex.Encode(s[14:18], b[6:8])
	s[18] = '-'
	hex.Encode(s[19:23], b[8:10])
	s[23] = '-'
	hex.Encode(s[24:36], b[10:16])
	return string(s[:])
}

// Secret is n random bytes.
func (tx *Tx) Secret(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
