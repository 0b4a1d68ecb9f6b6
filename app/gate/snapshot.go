package gate

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"bainian/app/ledger"
	"bainian/app/people"
)

// GlassGood is how long after its snapshot the broken glass may answer.
const GlassGood = 4 * time.Hour

// Snapshot is whom the gate lets take leads, and who may go on holding theirs, as of one moment: what decisions are made
// from while the database cannot be reached. Who is not in it takes and holds nothing.
//
// As a file it is a signed note of a few lines, a blank line, and a body of JSON lines whose SHA-256 the note names.
// The first line of the note is said by no other note of the same key.
type Snapshot struct {
	At            time.Time
	PolicyVersion int
	Holders       []Holder
	Machines      []Machine
	Sessions      []Session
	People        []SnapshotPerson
	Digest        string // of the body, in hex; set by Sign and OpenSnapshot
}

// Holder may, together with another, have decisions made from the snapshot. Verifier is the argon2id form of their
// passphrase.
type Holder struct {
	ID       string    `json:"id"`
	Number   string    `json:"number"`
	Name     string    `json:"name"`
	Verifier string    `json:"verifier"`
	Enrolled time.Time `json:"enrolled"`
}

// Machine is one that may ask: its name, the digest of its token and what that is for.
type Machine struct {
	Name  string       `json:"name"`
	Token string       `json:"token"`
	Scope people.Scope `json:"scope"`
}

// Session is a person who is signed in: the digest of the session's token, and until when it holds.
type Session struct {
	Token  string    `json:"token"`
	Number string    `json:"number"` // as people.NumberKey has it
	Until  time.Time `json:"until"`
}

// SnapshotPerson is how far the gate is open for a person who may at least go on holding.
type SnapshotPerson struct {
	ID     string    `json:"id"`
	Number string    `json:"number"` // as people.NumberKey has it
	Level  Level     `json:"level"`
	Until  time.Time `json:"until,omitzero"` // when the level ends by itself
	PerDay int       `json:"per_day,omitempty"`
	Cap    int       `json:"cap,omitempty"`
}

// snapshotOf is a decision as the snapshot keeps it, and whether there is anything to keep.
func snapshotOf(d Decision, key string) (SnapshotPerson, bool) {
	s := SnapshotPerson{ID: d.PersonID, Number: key, Level: d.Level}
	if d.Level.Takes() {
		s.Until, s.PerDay, s.Cap = d.Until, d.PerDay(), d.Cap()
	}
	return s, d.Allows(Hold)
}

const (
	snapshotTitle   = "bainian break-glass snapshot"
	snapshotVersion = "1"
)

// bodyLine is one line of the body: exactly one member is set.
type bodyLine struct {
	Holder  *Holder         `json:"holder,omitempty"`
	Machine *Machine        `json:"machine,omitempty"`
	Session *Session        `json:"session,omitempty"`
	Person  *SnapshotPerson `json:"person,omitempty"`
}

// lines are the body's, one after the other.
func (s *Snapshot) lines() iter.Seq[bodyLine] {
	return func(yield func(bodyLine) bool) {
		for i := range s.Holders {
			if !yield(bodyLine{Holder: &s.Holders[i]}) {
				return
			}
		}
		for i := range s.Machines {
			if !yield(bodyLine{Machine: &s.Machines[i]}) {
				return
			}
		}
		for i := range s.Sessions {
			if !yield(bodyLine{Session: &s.Sessions[i]}) {
				return
			}
		}
		for i := range s.People {
			if !yield(bodyLine{Person: &s.People[i]}) {
				return
			}
		}
	}
}

// Sign writes the snapshot as a file.
func (s *Snapshot) Sign(signer *ledger.Signer) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	for line := range s.lines() {
		if err := encoder.Encode(line); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256(body.Bytes())
	s.Digest = hex.EncodeToString(sum[:])
	note, err := signer.Sign(fmt.Sprintf("%s\nversion %s\nat %d\npolicy %d\npeople %d\nbody %s\n",
		snapshotTitle, snapshotVersion, s.At.UnixMilli(), s.PolicyVersion, len(s.People), s.Digest))
	if err != nil {
		return nil, err
	}
	return append([]byte(note+"\n"), body.Bytes()...), nil
}

// The ways in which a file is no snapshot to decide from.
var (
	ErrSnapshotForm   = errors.New("this is not a snapshot of the gate")
	ErrSnapshotForged = errors.New("the snapshot was changed after it was signed, or another house signed it")
	ErrSnapshotOld    = errors.New("the snapshot is more than 4 hours old")
	ErrSnapshotFuture = errors.New("the snapshot is from the future: the clock of this machine, or of the one that made it, is wrong")
)

// OpenSnapshot reads a file and checks it against the house's public key. Whether it is still good is GoodAt's to say.
func OpenSnapshot(file []byte, public string) (*Snapshot, error) {
	signed, body, found := cutNote(file)
	if !found || !strings.HasPrefix(signed, snapshotTitle+"\n") {
		return nil, ErrSnapshotForm
	}
	text, err := ledger.Open(signed, public)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrSnapshotForged, err)
	}
	s, people, err := parseHead(text)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != s.Digest {
		return nil, ErrSnapshotForged
	}
	lines := bufio.NewScanner(bytes.NewReader(body))
	for n := 1; lines.Scan(); n++ {
		var line bodyLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("%w: line %d of its body: %w", ErrSnapshotForm, n, err)
		}
		switch {
		case line.Holder != nil:
			s.Holders = append(s.Holders, *line.Holder)
		case line.Machine != nil:
			s.Machines = append(s.Machines, *line.Machine)
		case line.Session != nil:
			s.Sessions = append(s.Sessions, *line.Session)
		case line.Person != nil:
			s.People = append(s.People, *line.Person)
		}
	}
	if err := lines.Err(); err != nil || len(s.People) != people {
		return nil, ErrSnapshotForm
	}
	return s, nil
}

// cutNote parts a file after the note's signature: the note's text has no blank line, its signature is one line.
func cutNote(file []byte) (signed string, body []byte, found bool) {
	blank := bytes.Index(file, []byte("\n\n"))
	if blank < 0 {
		return "", nil, false
	}
	end := bytes.Index(file[blank+2:], []byte("\n\n"))
	if end < 0 {
		return "", nil, false
	}
	end += blank + 2
	return string(file[:end+1]), file[end+2:], true
}

func parseHead(text string) (s *Snapshot, people int, err error) {
	values := map[string]string{}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n")[1:] {
		name, value, _ := strings.Cut(line, " ")
		values[name] = value
	}
	if values["version"] != snapshotVersion {
		return nil, 0, fmt.Errorf("%w that this version of the program reads", ErrSnapshotForm)
	}
	at, err := strconv.ParseInt(values["at"], 10, 64)
	policy, err2 := strconv.Atoi(values["policy"])
	people, err3 := strconv.Atoi(values["people"])
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrSnapshotForm, err)
	}
	return &Snapshot{At: time.UnixMilli(at).UTC(), PolicyVersion: policy, Digest: values["body"]}, people, nil
}

// Ends is when nothing is decided from the snapshot any more.
func (s *Snapshot) Ends() time.Time { return s.At.Add(GlassGood) }

// GoodAt reports why nothing may be decided from the snapshot at a time.
func (s *Snapshot) GoodAt(now time.Time) error {
	switch {
	case now.Before(s.At):
		return ErrSnapshotFuture
	case !now.Before(s.Ends()):
		return ErrSnapshotOld
	}
	return nil
}
