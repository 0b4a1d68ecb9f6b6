package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"bainian/app/ledger"
)

// witnessCommand cosigns the ledger's latest checkpoint with a key that is kept elsewhere, by another department or
// another company: from then on whoever holds the database and the signing key cannot rewrite what the witness has seen.
// It remembers the last checkpoint that it cosigned and refuses, loudly, what does not continue it. Exit status: 0
// cosigned, 1 refused, 2 could not look.
func witnessCommand(ctx context.Context, p program) int {
	var w witnessing
	var fresh, name string
	flags := flag.NewFlagSet("bainian witness", flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.StringVar(&fresh, "new", "", "make a key in this file, print its public half, and do nothing else")
	flags.StringVar(&name, "name", "witness", "with -new: the witness's name, such as audit.example.com")
	flags.StringVar(&w.key, "key", "", "file of the witness's key")
	flags.StringVar(&w.log, "log", "", "public key of the ledger that is witnessed, or a file that holds it")
	flags.StringVar(&w.from, "from", "", "address of the site, such as https://training.example.com; or a file of a checkpoint or of a proof of consistency")
	flags.StringVar(&w.state, "state", "", "file in which the witness remembers what it has seen (default <key>.seen)")
	flags.BoolVar(&w.print, "print", false, "print the cosigned checkpoint instead of posting it back")
	rest, err := parseAnywhere(flags, p.args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err == nil && len(rest) > 0:
		err = fmt.Errorf("%w: unexpected %q", errUsage, rest[0])
	case err == nil && fresh == "" && (w.key == "" || w.log == "" || w.from == ""):
		err = fmt.Errorf("%w: -key, -log and -from are needed, or -new", errUsage)
	}
	if err != nil {
		return p.fail(err, exitUsage)
	}
	if fresh != "" {
		if err := newWitness(p, fresh, name); err != nil {
			return p.fail(err, exitUsage)
		}
		return exitOK
	}
	if w.state == "" {
		w.state = w.key + ".seen"
	}
	err = w.cosign(ctx, p)
	fork, other := (*ledger.Fork)(nil), (*ledger.ErrOtherLog)(nil)
	switch {
	case errors.As(err, &fork):
		fmt.Fprintf(p.err, "bainian: %v\n\nThis witness cosigned, and now is shown:\n\n%s\n%s\nIt cosigns nothing more of this ledger. Keep both, and ask who changed what lies between.\n", err, fork.Earlier.Note, fork.Later.Note)
		return exitFailed
	case errors.As(err, &other), errors.Is(err, errRefused):
		return p.fail(err, exitFailed)
	case err != nil:
		return p.fail(err, exitUsage)
	}
	return exitOK
}

// newWitness makes a key file that nobody else may read.
func newWitness(p program, file, name string) error {
	private, public, err := ledger.NewWitnessKey(rand.Reader, name)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(private + "\n" + public + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	fmt.Fprintln(p.out, public)
	return nil
}

// witnessing is one look of a witness at a ledger.
type witnessing struct {
	key, log, from, state string
	print                 bool
}

// errRefused is an answer of the site that is none.
var errRefused = errors.New("the site refused")

func (w witnessing) cosign(ctx context.Context, p program) error {
	src, err := os.ReadFile(w.key)
	if err != nil {
		return err
	}
	private, _, _ := strings.Cut(string(src), "\n")
	key, err := ledger.ParseWitnessKey(private)
	if err != nil {
		return fmt.Errorf("%s: %w", w.key, err)
	}
	public, err := ledger.LoadPublic(w.log)
	if err != nil {
		return err
	}
	seen, err := w.remembered(public)
	if err != nil {
		return err
	}
	signed, path, err := w.shown(ctx, seen)
	if err != nil {
		return err
	}
	c, next, err := seen.Next(signed, path)
	if err != nil {
		return err
	}
	// What was seen lasts before it is said, so that a crash between the two cannot make the witness forget.
	if err := w.remember(next); err != nil {
		return err
	}
	text, signatures, _ := strings.Cut(c.Note, "\n\n")
	first, _, _ := strings.Cut(signatures, "\n")
	cosigned := text + "\n\n" + first + "\n" + key.Cosign(c, time.Now())
	if w.print || !w.online() {
		fmt.Fprint(p.out, cosigned)
		return nil
	}
	if _, err := w.ask(ctx, http.MethodPost, "/ledger/cosignatures", cosigned); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "cosigned the checkpoint of size %d with root %s\n", c.Size, c.Root)
	return nil
}

func (w witnessing) online() bool {
	return strings.HasPrefix(w.from, "http://") || strings.HasPrefix(w.from, "https://")
}

// shown is the checkpoint that the witness is shown, and the path to it from what it has seen.
func (w witnessing) shown(ctx context.Context, seen ledger.Observed) (signed string, path tlog.TreeProof, err error) {
	last, any, err := seen.Last()
	if err != nil {
		return "", nil, err
	}
	if !w.online() {
		src, err := os.ReadFile(w.from)
		if err != nil {
			return "", nil, err
		}
		if proof, err := ledger.ParseConsistency(string(src)); err == nil {
			if any && proof.Old != last.Size {
				return "", nil, fmt.Errorf("%s proves from size %d, and the witness has seen size %d", w.from, proof.Old, last.Size)
			}
			return proof.Checkpoint, proof.Path, nil
		}
		if c, err := ledger.OpenCheckpoint(string(src), seen.Log); err == nil && any && c.Size > last.Size {
			return "", nil, fmt.Errorf("the witness has seen size %d: it needs the proof from there, which stands at /ledger/checkpoints/%d?old=%d of the site", last.Size, c.Size, last.Size)
		}
		return string(src), nil, nil
	}
	if signed, err = w.ask(ctx, http.MethodGet, "/ledger/checkpoint", ""); err != nil || !any {
		return signed, nil, err
	}
	c, err := ledger.OpenCheckpoint(signed, seen.Log)
	if err != nil || c.Size <= last.Size {
		return signed, nil, err
	}
	text, err := w.ask(ctx, http.MethodGet, fmt.Sprintf("/ledger/checkpoints/%d?old=%d", c.Size, last.Size), "")
	if err != nil {
		return "", nil, err
	}
	proof, err := ledger.ParseConsistency(text)
	return signed, proof.Path, err
}

// mostShown bounds what a site may answer.
const mostShown = 1 << 20

// ask makes one request of the site; what is not a 2xx is refused, a redirection too.
func (w witnessing) ask(ctx context.Context, method, path, body string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(w.from, "/")+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	client := &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, mostShown))
	if err != nil {
		return "", err
	}
	if response.StatusCode/100 != 2 {
		return "", fmt.Errorf("%w: %s %s: %s %s", errRefused, method, path, response.Status, strings.TrimSpace(string(answer)))
	}
	return string(answer), nil
}

// remembered is what the witness has seen of this ledger.
func (w witnessing) remembered(public string) (ledger.Observed, error) {
	src, err := os.ReadFile(w.state)
	if errors.Is(err, fs.ErrNotExist) {
		return ledger.Observed{Log: public}, nil
	}
	var seen ledger.Observed
	if err == nil {
		err = json.Unmarshal(src, &seen)
	}
	if err != nil {
		return seen, fmt.Errorf("%s: %w", w.state, err)
	}
	if seen.Log != public {
		return seen, fmt.Errorf("%s remembers another ledger, %s", w.state, seen.Log)
	}
	return seen, nil
}

// remember replaces the witness's memory in one step.
func (w witnessing) remember(seen ledger.Observed) error {
	doc, err := json.MarshalIndent(seen, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(w.state, append(doc, '\n'))
}
