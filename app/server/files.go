package server

import (
	"errors"
	"os"
	"path/filepath"
)

// replaceFile puts content in a file's place in one step, for its owner alone to read: whoever reads it, and whatever
// the power does, finds the old or the new one whole.
func replaceFile(path string, content []byte) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
