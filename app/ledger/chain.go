package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// version of the entry format; chains written under it are continued, never rewritten.
const version = 1

// Head is the end of a chain: the last entry's number and hash. The zero Head is an empty chain.
type Head struct {
	Seq  int64
	Hash [32]byte
}

// Hex is the hash as 64 lower-case hex digits.
func (h Head) Hex() string { return hex.EncodeToString(h.Hash[:]) }

// ParseHead reads a head as it is kept in a row.
func ParseHead(seq int64, hexHash string) (Head, error) {
	hash, err := parseHash(hexHash)
	return Head{seq, hash}, err
}

// Entry is one link of a chain as stored.
type Entry struct {
	Chain   string
	Seq     int64 // 1, 2, 3, … without gaps
	Type    string
	AtMs    int64
	Payload []byte // nil after erasure
	Removed bool   // the payload was removed on record: its time was over
	MAC     [32]byte
	Hash    [32]byte
}

// MAC is HMAC-SHA-256 of the payload under the subject's key.
func MAC(subjectKey, payload []byte) [32]byte {
	m := hmac.New(sha256.New, subjectKey)
	m.Write(payload)
	return [32]byte(m.Sum(nil))
}

// Hash is SHA-256 over the length-prefixed (4 bytes, big endian) format version, chain, sequence number,
// type, milliseconds, previous hash and payload MAC.
func Hash(chain string, seq int64, typ string, ms int64, prev, mac [32]byte) [32]byte {
	b := make([]byte, 0, 192)
	field := func(v ...byte) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	field(version)
	field([]byte(chain)...)
	field(binary.BigEndian.AppendUint64(nil, uint64(seq))...)
	field([]byte(typ)...)
	field(binary.BigEndian.AppendUint64(nil, uint64(ms))...)
	field(prev[:]...)
	field(mac[:]...)
	return sha256.Sum256(b)
}

// BadEntry names the first entry of a chain that does not hold.
type BadEntry struct {
	Chain string
	Seq   int64  // the entry, or the place where one is missing
	Why   string // "missing", "payload", "hash" or "head"
}

func (e *BadEntry) Error() string {
	return fmt.Sprintf("ledger: chain %s: entry %d: %s does not hold", e.Chain, e.Seq, e.Why)
}

// VerifyChain checks the entries of one chain, in order, against its known head. A person is erased whole: with
// the key nil no payload may be left, with a key none may be missing. It returns a *BadEntry for the first that was changed, dropped, reordered or cut off.
func VerifyChain(chain string, entries []Entry, head Head, key []byte) error {
	prev := Head{}
	for _, e := range entries {
		if e.Seq != prev.Seq+1 || e.Chain != chain {
			return &BadEntry{chain, prev.Seq + 1, "missing"}
		}
		if gone := key == nil || e.Removed; gone != (e.Payload == nil) || !gone && MAC(key, e.Payload) != e.MAC {
			return &BadEntry{chain, e.Seq, "payload"}
		}
		if Hash(chain, e.Seq, e.Type, e.AtMs, prev.Hash, e.MAC) != e.Hash {
			return &BadEntry{chain, e.Seq, "hash"}
		}
		prev = Head{e.Seq, e.Hash}
	}
	if prev.Seq < head.Seq {
		return &BadEntry{chain, prev.Seq + 1, "missing"}
	}
	if prev != head {
		return &BadEntry{chain, prev.Seq, "head"}
	}
	return nil
}

func parseHash(s string) ([32]byte, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		return [32]byte{}, fmt.Errorf("ledger: %q is not a SHA-256 in hex", s)
	}
	return [32]byte(b), nil
}
