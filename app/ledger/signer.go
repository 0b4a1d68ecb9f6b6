package ledger

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Signer signs receipts and checkpoints with the installation's Ed25519 key.
type Signer struct {
	signer note.Signer
	public string
	seed   []byte // of the private key
}

// keyName is the origin that signed notes carry.
const keyName = "bainian"

// LoadSigner reads the key file, or makes one (mode 0600) when there is none. A file that is there but
// cannot be read or parsed is an error: a new key beside old signatures would make them worthless.
func LoadSigner(path string, random io.Reader) (*Signer, error) {
	src, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newSigner(path, random)
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: signing key: %w", err)
	}
	private, public, ok := strings.Cut(strings.TrimSpace(string(src)), "\n")
	if !ok {
		return nil, fmt.Errorf("ledger: signing key %s: want the private key and the public key, a line each", path)
	}
	return parseSigner(private, strings.TrimSpace(public))
}

func newSigner(path string, random io.Reader) (*Signer, error) {
	private, public, err := note.GenerateKey(random, keyName)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("ledger: signing key: %w", err)
	}
	_, err = f.WriteString(private + "\n" + public + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return nil, fmt.Errorf("ledger: signing key: %w", err)
	}
	return parseSigner(private, public)
}

func parseSigner(private, public string) (*Signer, error) {
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, fmt.Errorf("ledger: signing key: %w", err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return nil, fmt.Errorf("ledger: signing key: %w", err)
	}
	if signer.KeyHash() != verifier.KeyHash() || signer.Name() != verifier.Name() {
		return nil, errors.New("ledger: signing key: the public key is not that of the private key")
	}
	seed, err := seedOf(private)
	if err != nil {
		return nil, err
	}
	return &Signer{signer, public, seed}, nil
}

// seedOf is the Ed25519 seed in a private key as notes write it: PRIVATE+KEY+name+hash+base64 of the algorithm's byte
// and the seed.
func seedOf(private string) ([]byte, error) {
	parts := strings.SplitN(private, "+", 5) // base64 may hold the sign, too
	key, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(key) != 1+ed25519.SeedSize {
		return nil, errors.New("ledger: signing key: the private key is not an Ed25519 seed")
	}
	return key[1:], nil
}

// Derive is a secret of 32 bytes for another purpose than the ledger's, by HKDF-SHA-256 (RFC 5869) with that label, so
// that a purpose needs no key file of its own and no key serves two. The signing key does not follow from it.
func (s *Signer) Derive(label string) ([]byte, error) {
	return hkdf.Key(sha256.New, s.seed, nil, label, sha256.Size)
}

// Public is the verifier key, as signed notes name it: "bainian+hash+base64".
func (s *Signer) Public() string { return s.public }

// LoadPublic is the public key that a command line names: the key itself, or a file that holds it on a line of its
// own, as the file of the signing key does.
func LoadPublic(keyOrFile string) (string, error) {
	if _, err := note.NewVerifier(keyOrFile); err == nil {
		return keyOrFile, nil
	}
	src, err := os.ReadFile(keyOrFile)
	if err != nil {
		return "", fmt.Errorf("ledger: public key: %w", err)
	}
	for line := range strings.Lines(string(src)) {
		if line = strings.TrimSpace(line); line != "" {
			if _, err := note.NewVerifier(line); err == nil {
				return line, nil
			}
		}
	}
	return "", fmt.Errorf("ledger: public key: there is none in %s", keyOrFile)
}

// Name is the origin that the key's notes carry.
func (s *Signer) Name() string { return s.signer.Name() }

// Sign returns text as a signed note. The text must end in a newline and hold no blank line at its end.
func (s *Signer) Sign(text string) (string, error) {
	msg, err := note.Sign(&note.Note{Text: text}, s.signer)
	return string(msg), err
}

// Open checks a signed note against this key and returns its text.
func (s *Signer) Open(signed string) (string, error) { return Open(signed, s.public) }

// Open checks a signed note against a verifier key and returns its text; it needs nothing but the two.
func Open(signed, public string) (string, error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return "", fmt.Errorf("ledger: verifier key: %w", err)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return "", fmt.Errorf("ledger: note: %w", err)
	}
	for _, sig := range n.Sigs {
		// A signature has one spelling: the bits that base64 leaves over in its last letter are none of it.
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return "", fmt.Errorf("ledger: note: signature: %w", err)
		}
	}
	return n.Text, nil
}
