package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// algCosignature is the type byte of an Ed25519 key for cosignatures (C2SP tlog-cosignature, cosignature/v1); a key
// that signs a log's own checkpoints is of another type, so that neither can be passed off as the other.
const algCosignature = 0x04

const privatePrefix = "PRIVATE+KEY+"

// WitnessKey is the key by which a witness cosigns.
type WitnessKey struct {
	name    string
	id      uint32
	private ed25519.PrivateKey
}

// NewWitnessKey makes the key of a witness: the private half to be kept by it alone, and the public one.
func NewWitnessKey(random io.Reader, name string) (private, public string, err error) {
	if !validName(name) {
		return "", "", fmt.Errorf("ledger: %q is no name of a witness: it may hold neither blanks nor +", name)
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return "", "", err
	}
	key := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	public = encodeKey(name, key, key)
	return privatePrefix + encodeKey(name, key, seed), public, nil
}

// validName is what the format of notes asks of a key's name.
func validName(name string) bool {
	return name != "" && len(name) <= 200 && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == '+' || r == '\u2014' || r == 0x7f })
}

// encodeKey is a key as text: name, key id and the bytes after the type.
func encodeKey(name string, public ed25519.PublicKey, bytes []byte) string {
	return fmt.Sprintf("%s+%08x+%s", name, keyID(name, public), base64.StdEncoding.EncodeToString(append([]byte{algCosignature}, bytes...)))
}

func keyID(name string, public ed25519.PublicKey) uint32 {
	h := sha256.Sum256(append([]byte(name+"\n"), append([]byte{algCosignature}, public...)...))
	return binary.BigEndian.Uint32(h[:])
}

var errWitnessKey = errors.New("ledger: this is no key of a witness (C2SP cosignature/v1: name+hash+base64)")

// decodeKey reads what encodeKey writes.
func decodeKey(text string) (name string, id uint32, bytes []byte, err error) {
	name, rest, _ := strings.Cut(text, "+")
	hash, encoded, _ := strings.Cut(rest, "+")
	number, err := hex.DecodeString(hash)
	if err != nil || len(number) != 4 || !validName(name) {
		return "", 0, nil, errWitnessKey
	}
	bytes, err = base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(bytes) != 1+32 || bytes[0] != algCosignature {
		return "", 0, nil, errWitnessKey
	}
	return name, binary.BigEndian.Uint32(number), bytes[1:], nil
}

// ParseWitnessKey reads the private key of a witness.
func ParseWitnessKey(private string) (*WitnessKey, error) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(private), privatePrefix)
	if !ok {
		return nil, errWitnessKey
	}
	name, id, seed, err := decodeKey(rest)
	if err != nil {
		return nil, err
	}
	key := ed25519.NewKeyFromSeed(seed)
	if keyID(name, key.Public().(ed25519.PublicKey)) != id {
		return nil, errWitnessKey
	}
	return &WitnessKey{name, id, key}, nil
}

// Public is the public half.
func (k *WitnessKey) Public() string {
	public := k.private.Public().(ed25519.PublicKey)
	return encodeKey(k.name, public, public)
}

// Cosign is the signature line by which the witness says of a checkpoint that, at that time, its tree continued every
// other that the witness had seen.
func (k *WitnessKey) Cosign(c Checkpoint, at time.Time) string {
	text, _, _ := strings.Cut(c.Note, "\n\n")
	seconds := uint64(at.Unix())
	signature := binary.BigEndian.AppendUint32(nil, k.id)
	signature = binary.BigEndian.AppendUint64(signature, seconds)
	signature = append(signature, ed25519.Sign(k.private, cosigned(text+"\n", seconds))...)
	return fmt.Sprintf("\u2014 %s %s\n", k.name, base64.StdEncoding.EncodeToString(signature))
}

// cosigned is the message of a cosignature: header, time in seconds, and the text of the note.
func cosigned(text string, seconds uint64) []byte {
	return []byte("cosignature/v1\ntime " + strconv.FormatUint(seconds, 10) + "\n" + text)
}

// Witness verifies the cosignatures of one public key.
type Witness struct {
	Public string
	name   string
	id     uint32
	key    ed25519.PublicKey
}

// ParseWitness reads the public key of a witness.
func ParseWitness(public string) (Witness, error) {
	name, id, key, err := decodeKey(strings.TrimSpace(public))
	if err != nil || keyID(name, key) != id {
		return Witness{}, errWitnessKey
	}
	return Witness{strings.TrimSpace(public), name, id, key}, nil
}

// Cosignature is what a witness said of a checkpoint.
type Cosignature struct {
	Witness string // its public key
	Line    string // as it stands in the note
	At      time.Time
}

// On is the witness's cosignature on a checkpoint; false when there is none that holds.
func (w Witness) On(c Checkpoint) (Cosignature, bool) {
	text, signatures, _ := strings.Cut(c.Note, "\n\n")
	for line := range strings.Lines(signatures) {
		name, encoded, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "\u2014 "), " ")
		raw, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || name != w.name || len(raw) != 4+8+ed25519.SignatureSize || binary.BigEndian.Uint32(raw) != w.id {
			continue
		}
		seconds := binary.BigEndian.Uint64(raw[4:])
		if seconds <= 1<<62 && ed25519.Verify(w.key, cosigned(text+"\n", seconds), raw[12:]) {
			return Cosignature{w.Public, strings.TrimSuffix(line, "\n") + "\n", time.Unix(int64(seconds), 0).UTC()}, true
		}
	}
	return Cosignature{}, false
}

// verifierOf is the public key of a log; one of a witness is refused by name.
func verifierOf(public string) (note.Verifier, error) {
	v, err := note.NewVerifier(public)
	if err == nil {
		return v, nil
	}
	if _, witness := ParseWitness(public); witness == nil {
		return nil, errors.New("ledger: this is the key of a witness, and not of a log")
	}
	return nil, fmt.Errorf("ledger: verifier key: %w", err)
}
