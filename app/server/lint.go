package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
)

// lintCommand reads content and quizzes as a start would and says everything that is wrong with them: those of
// -root, or of the folder it is run in, or else those in the program. With paths, only what concerns those files or folders is said; a file from elsewhere is read as if it lay in its
// place among the rest.
func lintCommand(ctx context.Context, p program) int {
	var asJSON, fix bool
	c, paths, status, ok := p.configure(func(f *flag.FlagSet) {
		f.BoolVar(&fix, "fix", false, "give an id to every item of the named banks that has none, then lint")
		f.BoolVar(&asJSON, "json", false, "print one JSON object per problem and line: file, line, item, key, message")
	})
	if !ok {
		return status
	}
	catalog, err := locale.Load()
	if err != nil {
		return p.fail(err, exitUsage)
	}
	if c.Root == "" && len(paths) == 0 && isFolder("content") && isFolder("quizzes") {
		c.Root = "."
	}
	view, err := overlay(filesOf(c), paths)
	if err != nil {
		return p.fail(err, exitUsage)
	}
	if fix {
		if err := view.giveIDs(p.err); err != nil {
			return p.fail(err, exitUsage)
		}
	}
	problems, err := lint(ctx, c, view, p.log(slog.LevelWarn))
	if err != nil {
		return p.fail(err, exitUsage)
	}
	if problems, err = view.concerning(problems, func() (fault.Problems, error) { return lint(ctx, c, filesOf(c), p.log(slog.LevelWarn)) }); err != nil {
		return p.fail(err, exitUsage)
	}
	if err := p.printProblems(catalog, problems, asJSON); err != nil {
		return p.fail(err, exitUsage)
	}
	fmt.Fprintf(p.err, "%d problems in %s\n", len(problems), linted(c, paths))
	if len(problems) > 0 {
		return exitFailed
	}
	return exitOK
}

func linted(c Config, paths []string) string {
	switch {
	case len(paths) > 0:
		return strings.Join(paths, ", ")
	case c.Root != "":
		return "the content of " + c.Root
	}
	return "the content in this program"
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// lint loads files into a database that is thrown away.
func lint(ctx context.Context, c Config, files fs.FS, log *slog.Logger) (problems fault.Problems, err error) {
	dir, err := os.MkdirTemp("", "bainian-lint-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c.DB, c.Key = "sqlite:"+filepath.Join(dir, "lint.db"), filepath.Join(dir, "key")
	h, err := OpenHouse(ctx, c, files, time.Now, log)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	_, problems, err = h.Load(ctx)
	return problems, err
}
