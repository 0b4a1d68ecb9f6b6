// Command load puts an exam day's load on a server and says what it held: candidates who sign in, start, think,
// answer, change answers, lose the network, come back and hand in. At the end every answer that the server has
// acknowledged is read back through the server and compared with what it said then; one that is missing makes the
// exit status 1.
//
// Without -url it starts a furnished server of its own, a process apart with a folder of its own, and ends it. With
// -url it asks that server for a rehearsal (exams/rehearsal.go), which needs a token for rehearsals, and removes it
// afterwards. Either way the candidates are those of a rehearsal and come over the network.
//
// main.go reads the command line and tells the story of a run; plan.go holds what a run is asked for, drive.go its
// phases, candidate.go one candidate, line.go their connection, check.go the reading back, measure.go times, report.go
// what is printed, own.go the server of one's own, rehearsal.go the rehearsal, compare.go the rates to measure a
// server by, and fill.go a database with a million attempts in it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if child, ok := childOf(os.Args); ok {
		os.Exit(child())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(Main(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// The exit statuses.
const (
	exitKept  = 0 // every acknowledged answer was found again
	exitLost  = 1 // one was not, or it could not be told, or the run failed
	exitUsage = 2
)

// Main runs the command line.
func Main(ctx context.Context, args []string, out, say io.Writer) int {
	p, err := parse(args, say)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitKept
	case err != nil:
		fmt.Fprintln(say, "load:", err)
		return exitUsage
	}
	report, err := run(ctx, p, say)
	if err != nil {
		fmt.Fprintln(say, "load:", err)
		return exitLost
	}
	if err := report.print(out, p.json); err != nil {
		fmt.Fprintln(say, "load:", err)
		return exitLost
	}
	if report.Lost > 0 || report.Unchecked > 0 {
		return exitLost
	}
	return exitKept
}

// run is a whole run, from the server to the report.
func run(ctx context.Context, p plan, say io.Writer) (r *report, err error) {
	var own *ownServer
	if p.url == "" {
		if own, err = startOwn(ctx, p, say); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, own.end()) }()
		p.url, p.token = own.url, own.token
	}
	s, err := begin(ctx, p, say)
	if err != nil {
		return nil, err
	}
	if own != nil {
		s.server = own.processorTime
	}
	if r, err = s.run(ctx, own); err != nil || own == nil {
		return r, err
	}
	r.Server = own.usage()
	if p.compare {
		if err := own.halt(); err != nil { // it would take its share of the machine
			return nil, err
		}
		r.Beside, err = compare(ctx, p, r, say)
	}
	return r, err
}

// run is the exam day and what is found of it afterwards. Interrupted, it still looks after what was acknowledged.
func (s *simulation) run(ctx context.Context, own *ownServer) (r *report, err error) {
	after := context.WithoutCancel(ctx)
	defer func() { err = errors.Join(err, s.remove(after, own == nil)) }()
	if err := s.act(ctx); err != nil {
		return nil, err
	}
	s.check(after)
	return s.report(), nil
}
