package server

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"bainian/app/gate"
)

// glassLog is the file of a broken glass, open for one process at its end.
type glassLog struct {
	mu    sync.Mutex
	file  *os.File
	chain gate.GlassChain
	torn  int // bytes that were cut off when it was opened: a line that had never been finished
}

// openGlassLog opens a log, or makes one that only its owner reads. A log that was changed, or one that another process
// has open, is refused; a last line that was never finished is cut off.
func openGlassLog(path string) (*glassLog, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: another process has it open: %w", path, err), f.Close())
	}
	read, err := gate.ReadGlassLog(f)
	if err == nil && read.Torn > 0 {
		err = f.Truncate(read.Whole)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return &glassLog{file: f, chain: read.Chain, torn: read.Torn}, nil
}

// put adds a line, which is on the disk when it returns. Its time is never before that of the last line.
func (l *glassLog) put(line gate.GlassLine, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if line.At = now.UTC(); line.At.Before(l.chain.At) {
		line.At = l.chain.At
	}
	text, next, err := l.chain.Next(line)
	if err != nil {
		return err
	}
	if _, err := l.file.WriteString(text); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.chain = next
	return nil
}

// last is the time of the last line; zero in an empty log.
func (l *glassLog) last() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.chain.At
}

func (l *glassLog) close() error { return l.file.Close() }
