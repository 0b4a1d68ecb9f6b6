//go:build unix

package server

import (
	"os"
	"syscall"
)

// lock keeps a file to this process for as long as it is open.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
