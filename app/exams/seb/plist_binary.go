package seb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"time"
	"unicode/utf16"
)

// The binary property list of Apple: objects, a table of where each begins, and at the end how to read both.
// Objects name each other by number, so that a few hundred bytes can stand for a tree without end: depth, number of
// nodes and length of all texts are bounded.
const (
	binaryMagic   = "bplist00"
	binaryTrailer = 32
	maxNodes      = 1 << 20
)

var (
	errBinary = errors.New("the binary property list is broken")
	errBulky  = errors.New("the binary property list unfolds to too much")
)

type binaryReader struct {
	src     []byte // without the trailer
	offsets []uint64
	refSize int
	nodes   int // that may still be read
	bytes   int // of texts and data that may still be read
}

func parseBinary(src []byte) (any, error) {
	if len(src) < len(binaryMagic)+binaryTrailer {
		return nil, errBinary
	}
	body, trailer := src[:len(src)-binaryTrailer], src[len(src)-binaryTrailer:]
	offsetSize, refSize := int(trailer[6]), int(trailer[7])
	count, top, table := binary.BigEndian.Uint64(trailer[8:]), binary.BigEndian.Uint64(trailer[16:]), binary.BigEndian.Uint64(trailer[24:])
	if offsetSize < 1 || offsetSize > 8 || refSize < 1 || refSize > 8 || count == 0 || count > uint64(len(body)) ||
		table > uint64(len(body)) || count*uint64(offsetSize) > uint64(len(body))-table {
		return nil, errBinary
	}
	r := &binaryReader{src: body, refSize: refSize, nodes: maxNodes, bytes: maxPlain}
	for n := range count {
		at := table + n*uint64(offsetSize)
		r.offsets = append(r.offsets, uintOf(body[at:at+uint64(offsetSize)]))
	}
	return r.object(top, 0)
}

// uintOf is a big-endian number of up to eight bytes.
func uintOf(b []byte) (n uint64) {
	for _, x := range b {
		n = n<<8 | uint64(x)
	}
	return n
}

// take is n bytes from there.
func (r *binaryReader) take(at, n uint64) ([]byte, error) {
	if at > uint64(len(r.src)) || n > uint64(len(r.src))-at {
		return nil, errBinary
	}
	return r.src[at : at+n], nil
}

func (r *binaryReader) object(ref uint64, depth int) (any, error) {
	if ref >= uint64(len(r.offsets)) {
		return nil, errBinary
	}
	if r.nodes--; r.nodes < 0 {
		return nil, errBulky
	}
	at := r.offsets[ref]
	marker, err := r.take(at, 1)
	if err != nil {
		return nil, err
	}
	kind, low := marker[0]>>4, uint64(marker[0]&15)
	at++
	switch {
	case marker[0] == 0x08 || marker[0] == 0x09:
		return marker[0] == 0x09, nil
	case kind == 1 && low <= 4:
		b, err := r.take(at, 1<<low)
		return Integer(signed(b).String()), err
	case marker[0] == 0x22:
		b, err := r.take(at, 4)
		if err != nil {
			return nil, err
		}
		return finite(float64(math.Float32frombits(binary.BigEndian.Uint32(b))))
	case marker[0] == 0x23 || marker[0] == 0x33:
		b, err := r.take(at, 8)
		if err != nil {
			return nil, err
		}
		f, err := finite(math.Float64frombits(binary.BigEndian.Uint64(b)))
		if err != nil || marker[0] == 0x23 {
			return f, err
		}
		return appleDate(f.(float64))
	case kind == 4 || kind == 5 || kind == 6 || kind == 0xA || kind == 0xD:
		if low == 15 {
			if low, at, err = r.length(at); err != nil {
				return nil, err
			}
		}
		return r.sized(kind, at, low, depth)
	}
	return nil, fmt.Errorf("%w: an object of kind %#02x", errBinary, marker[0])
}

// length is a count that did not fit into the marker, and where what it counts begins.
func (r *binaryReader) length(at uint64) (n, next uint64, err error) {
	marker, err := r.take(at, 1)
	if err != nil {
		return 0, 0, err
	}
	if marker[0]>>4 != 1 || marker[0]&15 > 3 {
		return 0, 0, errBinary
	}
	size := uint64(1) << (marker[0] & 15)
	b, err := r.take(at+1, size)
	return uintOf(b), at + 1 + size, err
}

func (r *binaryReader) sized(kind byte, at, n uint64, depth int) (any, error) {
	unit := map[byte]uint64{4: 1, 5: 1, 6: 2, 0xA: uint64(r.refSize), 0xD: 2 * uint64(r.refSize)}[kind]
	if n > uint64(len(r.src)) {
		return nil, errBinary
	}
	b, err := r.take(at, n*unit)
	if err != nil {
		return nil, err
	}
	if kind <= 6 {
		if r.bytes -= len(b); r.bytes < 0 {
			return nil, errBulky
		}
	} else if depth >= maxDepth {
		return nil, errDeep
	}
	switch kind {
	case 4:
		return append([]byte{}, b...), nil
	case 5:
		return string(b), nil
	case 6:
		units := make([]uint16, n)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(b[2*i:])
		}
		return string(utf16.Decode(units)), nil
	case 0xA:
		return r.list(b, depth)
	}
	keys, err := r.list(b[:len(b)/2], depth)
	if err != nil {
		return nil, err
	}
	values, err := r.list(b[len(b)/2:], depth)
	if err != nil {
		return nil, err
	}
	d := Dict{}
	for i, k := range keys {
		name, ok := k.(string)
		if !ok {
			return nil, fmt.Errorf("%w: a key that is no text", errBinary)
		}
		d[name] = values[i]
	}
	return d, nil
}

func (r *binaryReader) list(refs []byte, depth int) ([]any, error) {
	all := []any{}
	for ; len(refs) > 0; refs = refs[r.refSize:] {
		v, err := r.object(uintOf(refs[:r.refSize]), depth+1)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// signed is a whole number: one of eight bytes and more has a sign, shorter ones have none.
func signed(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) >= 8 && b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

func finite(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%w: a number without a value", errBinary)
	}
	return f, nil
}

// appleDate is a date as seconds since the beginning of 2001.
func appleDate(seconds float64) (any, error) {
	if math.Abs(seconds) > 1e11 {
		return nil, fmt.Errorf("%w: a date beyond all calendars", errBinary)
	}
	return time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(math.Floor(seconds)) * time.Second), nil
}
