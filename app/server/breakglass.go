package server

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"time"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web"
	"bainian/app/web/page"
)

// breakGlassCommand answers machines from the last snapshot of the gate while the database cannot be reached, for four
// hours from the snapshot at most, once two holders of a passphrase have said so. It opens no database. With -import it
// puts on record what was decided meanwhile, with -verify it checks a log. Exit status: 0 done, 1 refused, 2 could not run.
func breakGlassCommand(ctx context.Context, p program) int {
	var b breaking
	var bring, verify string
	c, rest, status, ok := p.configure(func(f *flag.FlagSet) {
		f.StringVar(&b.log, "log", "", "file that every answer is written to (default <snapshot>.log)")
		f.StringVar(&b.reason, "reason", "", "why the glass is broken; asked for when it is not given")
		f.StringVar(&bring, "import", "", "put what this log tells on record in the database, and do nothing else")
		f.StringVar(&verify, "verify", "", "check this log, and do nothing else")
	})
	if !ok {
		return status
	}
	var err error
	switch {
	case len(rest) > 0:
		return p.fail(fmt.Errorf("%w: unexpected %q", errUsage, rest[0]), exitUsage)
	case verify != "":
		err = verifyGlassLog(p, verify)
	case bring != "":
		err = importGlassLog(ctx, c, p, bring)
	case c.Snapshot == noSnapshot:
		return p.fail(fmt.Errorf("%w: -snapshot: a file is needed", errUsage), exitUsage)
	default:
		if b.log == "" {
			b.log = glassLogOf(c.Snapshot)
		}
		err = b.serve(ctx, c, p)
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errGlass), errors.Is(err, gate.ErrGlassLog), errors.Is(err, gate.ErrSnapshotForm), errors.Is(err, gate.ErrSnapshotForged),
		errors.Is(err, gate.ErrSnapshotOld), errors.Is(err, gate.ErrSnapshotFuture):
		return p.fail(err, exitFailed)
	}
	return p.fail(err, exitUsage)
}

// errGlass is that the glass stays whole.
var errGlass = errors.New("the glass is not broken")

func verifyGlassLog(p program, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	log, err := gate.ReadGlassLog(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	fmt.Fprintf(p.out, "%d lines, each following from the one before it; the last is of %s\n", len(log.Lines), log.Chain.At.Format(time.RFC3339))
	if log.Torn > 0 {
		fmt.Fprintf(p.out, "after them %d bytes of a line that was never finished\n", log.Torn)
	}
	return nil
}

func importGlassLog(ctx context.Context, c Config, p program, path string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	h, err := OpenHouse(ctx, c, filesOf(c), time.Now, p.log(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer h.Close()
	lines, err := h.bringHome(ctx, path)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d lines are new on record\n", lines)
	return nil
}

// breaking is one breaking of the glass.
type breaking struct {
	log, reason string
}

func (b breaking) serve(ctx context.Context, c Config, p program) error {
	say := func(format string, args ...any) { fmt.Fprintf(p.err, format+"\n", args...) }
	hand := newHand()
	file, err := os.ReadFile(c.Snapshot)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: there is no snapshot at %s", errGlass, c.Snapshot)
	}
	if err != nil {
		return err
	}
	public, err := ledger.LoadPublic(c.Key)
	if err != nil {
		return err
	}
	snapshot, err := gate.OpenSnapshot(file, public)
	if err == nil {
		err = snapshot.GoodAt(hand.now())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.Snapshot, err)
	}
	log, err := openGlassLog(b.log)
	if err != nil {
		return err
	}
	defer log.close()
	if now := hand.now(); now.Before(log.last()) {
		return fmt.Errorf("%w: it is %s, and the log's last line is of %s: the clock was set back", errGlass, now.Format(time.RFC3339), log.last().Format(time.RFC3339))
	}
	say("百年大計 Bainian %s, break-glass\n  snapshot  %s of %s, policy %d, %d people, good until %s\n  log       %s",
		Version, c.Snapshot, snapshot.At.Format(time.RFC3339), snapshot.PolicyVersion, len(snapshot.People), snapshot.Ends().Format(time.RFC3339), b.log)

	desk := newTerminal(p)
	by, err := authorised(ctx, desk, snapshot, log, hand)
	if err != nil {
		return err
	}
	if b.reason == "" {
		if b.reason, err = desk.ask("Why is the glass broken? "); err != nil {
			return err
		}
	}
	if len([]rune(b.reason)) < 8 {
		return fmt.Errorf("%w: a reason of at least 8 characters is needed", errGlass)
	}
	if err := snapshot.GoodAt(hand.now()); err != nil { // typing takes its time
		return err
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	c.reachedAt(listener.Addr())
	machine, _ := os.Hostname()
	if err := log.put(gate.GlassLine{Kind: gate.LineBroken, Episode: episodeID(), By: by, Reason: b.reason, Snapshot: snapshot.At, Digest: snapshot.Digest,
		Policy: snapshot.PolicyVersion, Machine: machine, Torn: log.torn}, hand.now()); err != nil {
		return err
	}
	glass := &glassHouse{glass: gate.NewGlass(snapshot), log: log, hand: hand}
	return glass.answer(ctx, c, p, listener, say)
}

// answer serves until ctx ends or the snapshot's time is over.
func (g *glassHouse) answer(ctx context.Context, c Config, p program, listener net.Listener, say func(string, ...any)) error {
	catalog, err := locale.Load()
	if err != nil {
		return err
	}
	static, err := fs.Sub(filesOf(c), "static")
	if err != nil {
		return err
	}
	app, err := web.GlassApp(page.Config{Catalog: catalog, Directory: g, Static: static, BaseURL: c.URL, Zone: c.location(), Clock: g.hand.now, Log: p.log(slog.LevelInfo)}, g)
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- app.Listener(listener) }()
	say("  ready     %s  for decisions alone; nobody who was revoked after the snapshot is known here", c.URL)
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	minute := g.hand.now()
	for {
		select {
		case err := <-served:
			return errors.Join(err, g.log.put(gate.GlassLine{Kind: gate.LineMended, Reason: "failed"}, g.hand.now()))
		case <-ctx.Done():
			say("stopping")
		case <-tick.C:
			now := g.hand.now()
			if g.glass.Snapshot().GoodAt(now) == nil {
				if now.Sub(minute) < time.Minute {
					continue
				}
				minute = now
				if err := g.log.put(gate.GlassLine{Kind: gate.LineTick}, now); err != nil {
					say("  log       %v", err) // answers that cannot be written down are denials by now
				}
				continue
			}
			say("the snapshot is 4 hours old: nothing more is decided from it")
		}
		err := app.ShutdownWithTimeout(lastWrite)
		return errors.Join(err, g.log.put(gate.GlassLine{Kind: gate.LineMended}, g.hand.now()))
	}
}

// tickEvery is how often it is looked whether the time is over; every answer looks by itself.
const tickEvery = time.Second

// episodeID is a random UUID: without a database nobody counts.
func episodeID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it would end the program
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// hand is a clock that is not set back: the later of the machine's time and the time that has passed since it was made.
type hand struct{ began time.Time }

func newHand() hand { return hand{time.Now()} }

func (h hand) now() time.Time {
	passed, shown := h.began.Add(time.Since(h.began)), time.Now().Round(0) // Round drops the monotonic reading
	if shown.After(passed.Round(0)) {
		return shown
	}
	return passed.Round(0)
}

// glassHouse is the house as a broken glass knows it: what the web asks of a directory, and of a gate.
type glassHouse struct {
	page.Directory // nil: nothing but the two below is asked
	glass          *gate.Glass
	log            *glassLog
	hand           hand
}

func (g *glassHouse) TokenName(_ context.Context, plain string, scope people.Scope) (string, error) {
	return g.glass.Machine(plain, scope)
}

func (g *glassHouse) Session(_ context.Context, token string) (people.Person, error) {
	return g.glass.Visitor(token, g.hand.now())
}

func (g *glassHouse) DecideNumber(_ context.Context, number string) (gate.Decision, error) {
	return g.glass.Decide(number, g.hand.now())
}

func (g *glassHouse) Taken() time.Time { return g.glass.Snapshot().At }

// Note writes an answer to the log before it is given.
func (g *glassHouse) Note(e gate.Entry) error {
	err := g.log.put(gate.GlassLine{Kind: gate.LineDecision, Way: e.Way, Person: e.PersonID, Number: e.Number, Action: e.Action, Allowed: e.Allowed,
		Level: e.Level, Reasons: e.Reasons, Machine: e.Actor}, g.hand.now())
	if err != nil {
		return fault.Wrap(err, fault.Busy, "gate.unavailable")
	}
	return nil
}
