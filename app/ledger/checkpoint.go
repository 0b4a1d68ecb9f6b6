package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"bainian/app/store"
)

// Checkpoint is what a log said it held at some size (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	At     time.Time // when it was made; zero in those of the time before that was told
	After  int64     // the size of the checkpoint before it, 0 for the first
	Note   string    // as it was signed, with the signatures that are known
}

// timeLine begins the extension line that tells when a checkpoint was made, and after which.
const timeLine = "time "

// text is what a checkpoint signs: origin, size, root, and in a line of its own the time in unix milliseconds with the
// size of the checkpoint before, so that none can go missing unseen.
func (c Checkpoint) text() string {
	text := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
	if !c.At.IsZero() {
		text += fmt.Sprintf("%s%d after %d\n", timeLine, store.Ms(c.At), c.After)
	}
	return text
}

var errCheckpoint = errors.New("ledger: this is no checkpoint")

// parseCheckpoint reads the text of a note. Extension lines that it does not know are left.
func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" || lines[0] == "" {
		return c, errCheckpoint
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 1 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return c, errCheckpoint
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return c, errCheckpoint
	}
	for _, line := range lines[3:] {
		if strings.HasPrefix(line, timeLine) {
			var at int64
			if _, err := fmt.Sscanf(line, timeLine+"%d after %d", &at, &c.After); err != nil {
				return c, errCheckpoint
			}
			c.At = store.Time(at)
		}
	}
	return c, nil
}

// ErrOtherLog is a checkpoint of another log, or of this one under another key.
type ErrOtherLog struct{ Origin, Key string }

func (e *ErrOtherLog) Error() string {
	return fmt.Sprintf("ledger: a checkpoint of another log: its origin is %q, and the key %s did not sign it", e.Origin, e.Key)
}

// OpenCheckpoint reads a signed checkpoint. It is an *ErrOtherLog when the log of that public key did not sign it, and
// another error when it is none.
func OpenCheckpoint(signed, public string) (Checkpoint, error) {
	signed = strings.TrimSpace(Normalised(signed)) + "\n"
	text, _, found := strings.Cut(signed, "\n\n")
	c, err := parseCheckpoint(text + "\n")
	if err != nil || !found {
		return c, errCheckpoint
	}
	verifier, err := verifierOf(public)
	if err != nil {
		return c, err
	}
	if _, err := Open(signed, public); err != nil || c.Origin != verifier.Name() {
		return c, &ErrOtherLog{c.Origin, public}
	}
	c.Note = signed
	return c, nil
}

// Normalised undoes what editors and mail programs do to a text file: a mark at its beginning and ends of lines of
// another system. What was signed has neither.
func Normalised(file string) string {
	return strings.ReplaceAll(strings.TrimPrefix(file, "\ufeff"), "\r\n", "\n")
}

// signedTree is a checkpoint as stored.
type signedTree struct {
	size, at int64
	note     string
}

func scanCheckpoint(r store.Row) (s signedTree, err error) {
	err = r.Scan(&s.size, &s.note, &s.at)
	return s, err
}

// loggedIn is the checkpoint of that size with the log's own signature; false when there is none.
func loggedIn(rx *store.Rx, size int64) (c Checkpoint, ok bool, err error) {
	s, ok, err := store.First(rx, scanCheckpoint, `SELECT size, note, at_ms FROM checkpoint WHERE size = ?`, size)
	if err != nil || !ok {
		return c, false, err
	}
	text, _, _ := strings.Cut(s.note, "\n\n")
	if c, err = parseCheckpoint(text + "\n"); err != nil {
		return c, false, fmt.Errorf("%w, of size %d", err, size)
	}
	c.Note = s.note
	return c, true, nil
}

// checkpointIn is the checkpoint of that size with the signatures of its witnesses, too.
func checkpointIn(rx *store.Rx, size int64) (c Checkpoint, ok bool, err error) {
	if c, ok, err = loggedIn(rx, size); err != nil || !ok {
		return c, false, err
	}
	lines, err := store.All(rx, scanText, `SELECT line FROM cosignature WHERE size = ? ORDER BY at_ms, witness`, size)
	c.Note += strings.Join(lines, "")
	return c, true, err
}
