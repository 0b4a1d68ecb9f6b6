package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"bainian/app/gate"
	"bainian/app/people"
)

const (
	mostTries = 6           // wrong passphrases before the program ends
	firstWait = time.Second // after one; it doubles
)

// authorised asks for the passphrases of two different holders. A wrong one is on record before it is answered, and each
// makes the next wait longer.
func authorised(ctx context.Context, desk *terminal, s *gate.Snapshot, log *glassLog, h hand) (by []gate.GlassHolder, err error) {
	if len(s.Holders) < gate.HoldersNeeded {
		return nil, fmt.Errorf("%w: the snapshot knows %d holders of a passphrase, and %d are needed", errGlass, len(s.Holders), gate.HoldersNeeded)
	}
	for tries := 0; len(by) < gate.HoldersNeeded; {
		number, err := desk.ask(fmt.Sprintf("Holder %d of %d, employee number: ", len(by)+1, gate.HoldersNeeded))
		if err != nil {
			return nil, err
		}
		passphrase, err := desk.secret("Passphrase: ")
		if err != nil {
			return nil, err
		}
		holder, known, err := holderOf(s, number, passphrase)
		if err != nil {
			return nil, err
		}
		if known && len(by) > 0 && by[0].ID == holder.ID {
			desk.say("That is the first holder again; another one is needed.")
			known = false
		}
		if known {
			by = append(by, gate.GlassHolder{ID: holder.ID, Name: holder.Name})
			desk.say("Thank you, " + holder.Name + ".")
			continue
		}
		if err := log.put(gate.GlassLine{Kind: gate.LineRefused, Number: people.NumberKey(number)}, h.now()); err != nil {
			return nil, err
		}
		if tries++; tries == mostTries {
			return nil, fmt.Errorf("%w: %d passphrases were wrong", errGlass, tries)
		}
		desk.say("That is not right.")
		if err := desk.wait(ctx, firstWait<<(tries-1)); err != nil {
			return nil, err
		}
	}
	return by, nil
}

// holderOf is the holder of that number if the passphrase is theirs. Whether there is such a holder does not show in how
// long it takes.
func holderOf(s *gate.Snapshot, number, passphrase string) (gate.Holder, bool, error) {
	compared := s.Holders[0]
	known := false
	for _, h := range s.Holders {
		if h.Number == people.NumberKey(number) {
			compared, known = h, true
		}
	}
	right, err := people.IsPassphrase(passphrase, compared.Verifier)
	return compared, right && known, err
}

// terminal is where people sit.
type terminal struct {
	in    *bufio.Reader
	file  *os.File // the terminal itself; nil where lines come from elsewhere
	out   io.Writer
	sleep func(time.Duration) <-chan time.Time
}

func newTerminal(p program) *terminal {
	t := &terminal{in: bufio.NewReader(p.in), out: p.err, sleep: time.After}
	if f, ok := p.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.file = f
	}
	return t
}

func (t *terminal) say(text string) { fmt.Fprintln(t.out, text) }

// ask is the line that somebody types.
func (t *terminal) ask(prompt string) (string, error) {
	fmt.Fprint(t.out, prompt)
	line, err := t.in.ReadString('\n')
	if err != nil && (line == "" || !errors.Is(err, io.EOF)) {
		return "", fmt.Errorf("%w: nobody answers: %w", errGlass, err)
	}
	return strings.TrimSpace(line), nil
}

// secret is a line that nobody sees being typed.
func (t *terminal) secret(prompt string) (string, error) {
	if t.file == nil {
		return t.ask(prompt)
	}
	fmt.Fprint(t.out, prompt)
	typed, err := term.ReadPassword(int(t.file.Fd()))
	fmt.Fprintln(t.out)
	return strings.TrimSpace(string(typed)), err
}

func (t *terminal) wait(ctx context.Context, d time.Duration) error {
	select {
	case <-t.sleep(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
