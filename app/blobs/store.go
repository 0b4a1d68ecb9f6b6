package blobs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

var (
	// ErrTooLarge is a file of more bytes than its limit. What came after the limit was not read.
	ErrTooLarge = errors.New("blobs: more bytes than the limit")
	// ErrFull is a disk without room. Nothing of the file is kept.
	ErrFull = errors.New("blobs: the disk is full")
)

// Store is the folder of all blobs.
type Store struct{ dir string }

// The folders beside the blobs.
const (
	writing = "tmp"
	trays   = "parts"
)

// Open makes the folder where it is missing. Only this program's user may look into it.
func Open(dir string) (*Store, error) {
	if dir == "" {
		return nil, errors.New("blobs: no folder was named")
	}
	s := &Store{dir: dir}
	for _, name := range []string{writing, trays} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, fmt.Errorf("blobs: %w", err)
		}
	}
	return s, syncFolder(dir)
}

// OpenToRead is the folder as it is, to be looked at: nothing is made in it. fs.ErrNotExist when there is none.
func OpenToRead(dir string) (*Store, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("blobs: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("blobs: %s is no folder", dir)
	}
	return &Store{dir: dir}, nil
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// IsName reports whether a text is a name that a blob may have: a SHA-256 in hex.
func IsName(name string) bool { return hashForm.MatchString(name) }

// path is where a blob lies. Whatever is not a hash has no place, so no name leads out of the folder.
func (s *Store) path(name string) (string, error) {
	if !IsName(name) {
		return "", fmt.Errorf("blobs: %q is no SHA-256: %w", name, fs.ErrNotExist)
	}
	return filepath.Join(s.dir, name[:2], name[2:]), nil
}

// Put keeps what r gives, at most limit bytes, and returns its name and size. Putting the same bytes again
// changes nothing.
func (s *Store) Put(r io.Reader, limit int64) (name string, size int64, err error) {
	d, err := s.Draft(r, limit)
	if err != nil {
		return "", 0, err
	}
	defer d.Discard()
	return d.Name, d.Size, d.Keep()
}

// Open is a blob to read; fs.ErrNotExist when there is none of that name.
func (s *Store) Open(name string) (*os.File, error) {
	path, err := s.path(name)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// Has reports whether there is a blob of that name.
func (s *Store) Has(name string) (bool, error) {
	path, err := s.path(name)
	if err == nil {
		_, err = os.Stat(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Remove takes a blob away; one that is not there is no error. Whoever is reading it reads on.
func (s *Store) Remove(name string) error {
	path, err := s.path(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// Tidy removes what a crash left half written, if it was last touched before that time.
func (s *Store) Tidy(before time.Time) error {
	entries, err := os.ReadDir(filepath.Join(s.dir, writing))
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.ModTime().Before(before) {
			err = os.Remove(filepath.Join(s.dir, writing, e.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Draft is a blob that is written and hashed, to be looked at before it is kept. Discard must follow; after Keep
// it only closes.
type Draft struct {
	Name string // SHA-256 in hex
	Size int64
	*os.File

	store *Store
	kept  bool
}

// Draft writes what r gives, at most limit bytes.
func (s *Store) Draft(r io.Reader, limit int64) (*Draft, error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, writing), "")
	if err != nil {
		return nil, disk(err)
	}
	d := &Draft{File: f, store: s}
	hash := sha256.New()
	d.Size, err = io.Copy(io.MultiWriter(f, hash), io.LimitReader(r, limit))
	if err == nil {
		err = ended(r)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		d.Discard()
		return nil, disk(err)
	}
	d.Name = hex.EncodeToString(hash.Sum(nil))
	return d, nil
}

// ended is the fault of a reader that has more to give.
func ended(r io.Reader) error {
	var more [1]byte
	switch _, err := io.ReadFull(r, more[:]); err {
	case nil:
		return ErrTooLarge
	case io.EOF:
		return nil
	default:
		return err
	}
}

// Keep gives the draft its name. Once it returns, the blob is there and stays through a power cut.
func (d *Draft) Keep() error {
	path, err := d.store.path(d.Name)
	if err != nil {
		return err
	}
	if err := place(d.File.Name(), path); err != nil {
		return disk(err)
	}
	d.kept = true
	return nil
}

// Discard closes the draft, and removes it unless it was kept.
func (d *Draft) Discard() {
	d.File.Close()
	if !d.kept {
		os.Remove(d.File.Name())
	}
}

// place renames a synced file to where it belongs and syncs the folders that name it.
func place(from, to string) error {
	folder := filepath.Dir(to)
	switch err := os.Mkdir(folder, 0o700); {
	case err == nil:
		if err := syncFolder(filepath.Dir(folder)); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes the names in a folder last.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// disk tells a full disk from other failures.
func disk(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
