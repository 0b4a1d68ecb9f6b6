package server

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/questions"
)

// overlaid is the shipped files with those that were named on the command line laid over them.
type overlaid struct {
	fs.FS
	named map[string]string // place → path as given
}

// overlay lays the named files and folders over the rest, each in its place: what its path says from content/ or
// quizzes/ on, or by its name alone.
func overlay(base fs.FS, paths []string) (*overlaid, error) {
	o := &overlaid{FS: base, named: map[string]string{}}
	for _, given := range paths {
		info, err := os.Stat(given)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if err := o.add(given); err != nil {
				return nil, err
			}
			continue
		}
		err = filepath.WalkDir(given, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !isSource(file) {
				return err
			}
			return o.add(file)
		})
		if err != nil {
			return nil, err
		}
	}
	return o, nil
}

func isSource(file string) bool {
	name := filepath.Base(file)
	return (strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".yaml")) && name != "README.md"
}

func (o *overlaid) add(file string) error {
	absolute, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	place := placeOf(filepath.ToSlash(absolute))
	if place == "" {
		return fmt.Errorf("%s: its name does not say what it is; lessons lie in content/<track>/<course>/, banks are *.bank.md, exams *.exam.md", file)
	}
	o.named[place] = file
	return nil
}

// placeOf is where a file belongs: "" when nothing tells.
func placeOf(absolute string) string {
	for _, top := range []string{"content", "quizzes"} {
		if i := strings.LastIndex(absolute, "/"+top+"/"); i >= 0 {
			return absolute[i+1:]
		}
	}
	name := path.Base(absolute)
	switch {
	case strings.Contains(name, ".bank."), strings.Contains(name, ".exam."):
		return "quizzes/" + name
	case name == "policy.yaml", name == "pools.yaml", name == "company.yaml", strings.HasPrefix(name, "pledge."):
		return "content/" + name
	}
	return ""
}

// giveIDs writes the ids that the lint proposes into the named banks and says how many.
func (o *overlaid) giveIDs(say io.Writer) error {
	for _, place := range slices.Sorted(maps.Keys(o.named)) {
		if kind, ok := documents.KindOf(place); !ok || kind != documents.Bank {
			continue
		}
		file := o.named[place]
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		fixed, n := questions.FixIDs(questions.File{Name: file, Source: source})
		if n == 0 {
			continue
		}
		if err := os.WriteFile(file, fixed, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(say, "%s: %d ids given\n", file, n)
	}
	return nil
}

// Open prefers a named file.
func (o *overlaid) Open(name string) (fs.File, error) {
	if file, ok := o.named[name]; ok {
		return os.Open(file)
	}
	return o.FS.Open(name)
}

// ReadDir lists a folder with the named files that belong in it.
func (o *overlaid) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	seen := map[string]bool{}
	for _, e := range entries {
		seen[e.Name()] = true
	}
	for place, file := range o.named {
		inside, ok := strings.CutPrefix(place, name+"/")
		if !ok {
			continue
		}
		first, _, deeper := strings.Cut(inside, "/")
		if seen[first] {
			continue
		}
		seen[first] = true
		if deeper {
			entries = append(entries, folder(first))
			continue
		}
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		entries = append(entries, renamed{fs.FileInfoToDirEntry(info), first})
	}
	return entries, nil
}

// Stat knows the folders that exist only because of a named file.
func (o *overlaid) Stat(name string) (fs.FileInfo, error) {
	if file, ok := o.named[name]; ok {
		return os.Stat(file)
	}
	info, err := fs.Stat(o.FS, name)
	if err == nil {
		return info, nil
	}
	for place := range o.named {
		if strings.HasPrefix(place, name+"/") {
			return folder(path.Base(name)), nil
		}
	}
	return nil, err
}

// concerning are the problems of the named files, by the names they were given, and those that they cause in other
// files: an exam that can no longer be dealt, say. Without named files they are all problems; without says what is
// wrong without the named files.
func (o *overlaid) concerning(problems fault.Problems, without func() (fault.Problems, error)) (fault.Problems, error) {
	if len(o.named) == 0 {
		return problems, nil
	}
	var out, others fault.Problems
	for _, p := range problems {
		if given, ok := o.named[p.File]; ok {
			p.File = given
			out = append(out, p)
		} else {
			others = append(others, p)
		}
	}
	if len(others) == 0 {
		return out, nil
	}
	before, err := without()
	if err != nil {
		return nil, err
	}
	for _, p := range others {
		known := slices.ContainsFunc(before, func(q fault.Problem) bool { return reflect.DeepEqual(p, q) })
		if !known {
			out = append(out, p)
		}
	}
	return out, nil
}

type renamed struct {
	fs.DirEntry
	name string
}

func (r renamed) Name() string { return r.name }

// folder is a directory that no disk holds.
type folder string

func (f folder) Name() string               { return string(f) }
func (f folder) IsDir() bool                { return true }
func (f folder) Type() fs.FileMode          { return fs.ModeDir }
func (f folder) Info() (fs.FileInfo, error) { return f, nil }
func (f folder) Size() int64                { return 0 }
func (f folder) Mode() fs.FileMode          { return fs.ModeDir | 0o555 }
func (f folder) ModTime() time.Time         { return time.Time{} }
func (f folder) Sys() any                   { return nil }
