package blobs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// Tray holds the parts of one file on its way in.
type Tray struct {
	store *Store
	dir   string
}

// trayForm is what a tray may be called: an id of the caller's, never what a person typed.
var trayForm = regexp.MustCompile(`^[0-9a-f][0-9a-f-]{0,63}$`)

// Tray is the tray of that name. It needs no making: the first part does that.
func (s *Store) Tray(name string) (*Tray, error) {
	if !trayForm.MatchString(name) {
		return nil, fmt.Errorf("blobs: %q names no tray: %w", name, fs.ErrNotExist)
	}
	return &Tray{store: s, dir: filepath.Join(s.dir, trays, name)}, nil
}

// Trays are the names of all trays that hold something.
func (s *Store) Trays() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.dir, trays))
	var names []string
	for _, e := range entries {
		if trayForm.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// Put keeps part k, counted from 0, at most limit bytes. The same part again takes the place of the earlier one.
func (t *Tray) Put(k int, r io.Reader, limit int64) error {
	d, err := t.store.Draft(r, limit)
	if err != nil {
		return err
	}
	defer d.Discard()
	if err := place(d.File.Name(), t.part(k)); err != nil {
		return disk(err)
	}
	d.kept = true
	return nil
}

func (t *Tray) part(k int) string { return filepath.Join(t.dir, strconv.Itoa(k)) }

// Parts are the sizes of the parts that are there, by number.
func (t *Tray) Parts() (map[int]int64, error) {
	parts := map[int]int64{}
	entries, err := os.ReadDir(t.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return parts, nil
	}
	for _, e := range entries {
		k, bad := strconv.Atoi(e.Name())
		info, gone := e.Info()
		if bad == nil && gone == nil {
			parts[k] = info.Size()
		}
	}
	return parts, err
}

// Reader reads parts 0 to n-1 one after the other.
func (t *Tray) Reader(n int) io.ReadCloser { return &inTurn{tray: t, n: n} }

// inTurn opens one part at a time: a file may have hundreds.
type inTurn struct {
	tray    *Tray
	next, n int
	open    *os.File
}

func (r *inTurn) Read(p []byte) (int, error) {
	for {
		if r.open == nil {
			if r.next == r.n {
				return 0, io.EOF
			}
			f, err := os.Open(r.tray.part(r.next))
			if err != nil {
				return 0, err
			}
			r.open, r.next = f, r.next+1
		}
		n, err := r.open.Read(p)
		if err != io.EOF {
			return n, err
		}
		if err := r.Close(); err != nil || n > 0 {
			return n, err
		}
	}
}

func (r *inTurn) Close() error {
	if r.open == nil {
		return nil
	}
	err := r.open.Close()
	r.open = nil
	return err
}

// Clear takes all parts away. An empty tray is no error.
func (t *Tray) Clear() error {
	if err := os.RemoveAll(t.dir); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(t.dir))
}
