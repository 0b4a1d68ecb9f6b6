package exams

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// dice are random numbers that follow from a seed, the same on every machine and in every version: 64-bit
// big-endian words of SHA-256("bainian deal 1" + seed + 64-bit block number). Golden vectors in the tests
// hold them in place, since forms that were dealt are replayed for years.
type dice struct {
	seed  [32]byte
	block uint64
	words []byte
}

func newDice(seed [32]byte) *dice { return &dice{seed: seed} }

func (d *dice) word() uint64 {
	if len(d.words) == 0 {
		in := append([]byte("bainian deal 1"), d.seed[:]...)
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(in, d.block))
		d.words, d.block = sum[:], d.block+1
	}
	w := binary.BigEndian.Uint64(d.words)
	d.words = d.words[8:]
	return w
}

// below is a number from 0 to n-1, each as likely: words of the last, incomplete run of n are thrown again.
func (d *dice) below(n int) int {
	m := uint64(n)
	limit := math.MaxUint64 - math.MaxUint64%m
	for {
		if w := d.word(); w < limit {
			return int(w % m)
		}
	}
}

// shuffle is Fisher and Yates'.
func shuffle[T any](d *dice, rows []T) {
	for n := len(rows) - 1; n > 0; n-- {
		k := d.below(n + 1)
		rows[n], rows[k] = rows[k], rows[n]
	}
}
