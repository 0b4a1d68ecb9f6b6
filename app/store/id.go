package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
)

// NewID is a UUIDv7 of tx.Now. The ids of one transaction sort in the order in which they were made: their
// 12 bits below the millisecond count up from a random start, and 62 bits are random (RFC 9562 §6.2).
func (tx *Tx) NewID() string {
	var b [16]byte
	rand.Read(b[6:])
	if tx.ids == 0 {
		tx.ids = binary.BigEndian.Uint16(b[6:]) & 0x7ff
	}
	tx.ids++
	binary.BigEndian.PutUint64(b[:8], uint64(tx.Now.UnixMilli())<<16|0x7000|uint64(tx.ids&0xfff))
	b[8] = b[8]&0x3f | 0x80

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
