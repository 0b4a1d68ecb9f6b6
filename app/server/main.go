// Package server is the program: its configuration, its subcommands, the wiring of all domains and the
// furnished demonstration company.
package server

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// Version is what the program calls itself.
const Version = "0.1.0"

// Main runs the subcommand that the command line names and exits: 0 done, 1 refused or failed, 2 not understood.
func Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(Run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// Run is Main for a program that has more to do: it returns the exit status.
func Run(ctx context.Context, args, environ []string, out, errOut io.Writer) int {
	return run(ctx, args, environ, out, errOut)
}

// command is a subcommand: it reads its own flags and answers with an exit status.
type command func(ctx context.Context, p program) int

// program is what every subcommand works with.
type program struct {
	name     string
	args     []string
	environ  []string
	out, err io.Writer
	in       io.Reader // standard input
}

// The exit statuses of every subcommand.
const (
	exitOK     = 0
	exitFailed = 1 // problems found, input refused
	exitUsage  = 2 // could not run
)

func run(ctx context.Context, args, environ []string, out, errOut io.Writer) int {
	commands := map[string]command{"serve": serveCommand, "lint": lintCommand, "import": importCommand, "export": exportCommand, "token": tokenCommand, "verify": verifyCommand,
		"analyse": analyseCommand, "version": versionCommand, "seb-key": sebKeyCommand, "witness": witnessCommand, "break-glass": breakGlassCommand}
	name := "serve"
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	do, ok := commands[name]
	if !ok {
		fmt.Fprintf(errOut, "bainian: unknown command %q; there are serve, lint, import, export, token, verify, witness, break-glass, seb-key, analyse and version\n", name)
		return exitUsage
	}
	return do(ctx, program{name, args, environ, out, errOut, os.Stdin})
}

// configure reads the configuration and the subcommand's own flags.
func (p program) configure(more func(*flag.FlagSet)) (c Config, rest []string, status int, ok bool) {
	c, rest, err := parseConfig("bainian "+p.name, p.args, p.environ, p.err, more)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return c, nil, exitOK, false
	case err != nil:
		return c, nil, p.fail(err, exitUsage), false
	}
	return c, rest, exitOK, true
}

func (p program) fail(err error, status int) int {
	fmt.Fprintln(p.err, "bainian:", err)
	return status
}

func (p program) log(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: level}))
}

func versionCommand(_ context.Context, p program) int {
	if len(p.args) > 0 {
		return p.fail(fmt.Errorf("%w: unexpected %q", errUsage, p.args[0]), exitUsage)
	}
	fmt.Fprintln(p.out, "bainian", Version)
	return exitOK
}

// secret is an unguessable word of so many random bytes, safe in a URL and easy to read aloud.
func secret(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails: it would end the program
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}
