package gate

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// GlassLine is one line of the log that a broken glass keeps, in a file of its own: a hash, a blank, and the line as
// JSON. The hash covers the one before it, so that a line that was changed, dropped, moved or put in is found. An episode
// begins with a line of kind "broken" and goes on to the next.
type GlassLine struct {
	N    int       `json:"n"` // from 1, in the file
	At   time.Time `json:"at"`
	Kind LineKind  `json:"kind"`

	// broken
	Episode  string        `json:"episode,omitempty"`
	By       []GlassHolder `json:"by,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Snapshot time.Time     `json:"snapshot,omitzero"`
	Digest   string        `json:"digest,omitempty"` // of the snapshot
	Policy   int           `json:"policy,omitempty"`
	Machine  string        `json:"machine,omitempty"` // where it runs; of a decision, who asked
	Torn     int           `json:"torn,omitempty"`    // bytes of a last line that was never finished and was cut off

	// decision; refused: Number alone
	Way     Way      `json:"way,omitempty"`
	Person  string   `json:"person,omitempty"`
	Number  string   `json:"number,omitempty"`
	Action  Action   `json:"action,omitempty"`
	Allowed bool     `json:"allowed,omitempty"`
	Level   Level    `json:"level,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
}

// GlassHolder is one of the two who broke the glass.
type GlassHolder struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// LineKind is what a line is about.
type LineKind string

const (
	LineRefused  LineKind = "refused"  // a passphrase was wrong
	LineBroken   LineKind = "broken"   // two holders had decisions made from the snapshot
	LineDecision LineKind = "decision" // somebody asked
	LineTick     LineKind = "tick"     // a minute passed: a clock that is set back behind it is found
	LineMended   LineKind = "mended"   // it was ended, or its time was over
)

// glassSeed is what the first line's hash covers in place of one before it.
const glassSeed = "bainian break-glass log 1"

// GlassChain is how far a log has come.
type GlassChain struct {
	N    int
	At   time.Time
	Hash string
}

// Next is the text of a line that continues the log, its end of line included, and the chain after it.
func (c GlassChain) Next(l GlassLine) (string, GlassChain, error) {
	l.N = c.N + 1
	text, err := json.Marshal(l)
	if err != nil {
		return "", c, err
	}
	hash := c.over(text)
	return hash + " " + string(text) + "\n", GlassChain{l.N, l.At, hash}, nil
}

func (c GlassChain) over(text []byte) string {
	before := c.Hash
	if before == "" {
		before = glassSeed
	}
	sum := sha256.Sum256(append([]byte(before+"\n"), text...))
	return hex.EncodeToString(sum[:])
}

// ErrGlassLog is a log that is not as it was written.
var ErrGlassLog = errors.New("the break-glass log is not as it was written")

// GlassLog is a log as it was read.
type GlassLog struct {
	Lines []GlassLine
	Chain GlassChain
	Whole int64 // bytes of whole lines
	Torn  int   // bytes behind them: a line that the end of the program or of the power cut short
}

// ReadGlassLog reads a log and checks every whole line. The lines before one that is wrong come with the error.
func ReadGlassLog(r io.Reader) (GlassLog, error) {
	var log GlassLog
	in := bufio.NewReader(r)
	for {
		text, err := in.ReadBytes('\n')
		if err == io.EOF {
			log.Torn = len(text)
			return log, nil
		}
		if err != nil {
			return log, err
		}
		wrong := func(why string) error { return fmt.Errorf("%w: line %d %s", ErrGlassLog, log.Chain.N+1, why) }
		if len(text) < 67 || text[64] != ' ' {
			return log, wrong("has no hash")
		}
		hash, doc := string(text[:64]), text[65:len(text)-1]
		if log.Chain.over(doc) != hash {
			return log, wrong("does not follow from the one before it: one of them was changed, or lines are missing")
		}
		var line GlassLine
		if err := json.Unmarshal(doc, &line); err != nil || line.N != log.Chain.N+1 {
			return log, wrong("cannot be read")
		}
		log.Lines, log.Whole = append(log.Lines, line), log.Whole+int64(len(text))
		log.Chain = GlassChain{line.N, line.At, hash}
	}
}
