package server

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"bainian/app/store/storetest"
)

// limitIsNoDeath makes a limit on the size of files an error, as a full disk is one.
func limitIsNoDeath() { signal.Ignore(syscall.SIGXFSZ) }

// smallDisk is a file system of its own where the machine lets us mount one, else a limit on the process's files,
// which refuses a write just as a quota does.
func smallDisk(t *testing.T) disk {
	t.Helper()
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=24m"); err == nil {
		t.Cleanup(func() {
			if err := syscall.Unmount(folder, 0); err != nil {
				t.Error(err)
			}
		})
		ballast := filepath.Join(folder, "ballast")
		return disk{filepath.Join(folder, "data"), func(int) {
			f, err := os.Create(ballast)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			block := make([]byte, 64<<10)
			for err == nil {
				_, err = f.Write(block)
			}
			if !strings.Contains(err.Error(), syscall.ENOSPC.Error()) {
				t.Fatal(err)
			}
		}, func(int) {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		}}
	}
	prlimit, err := exec.LookPath("prlimit")
	if err != nil {
		storetest.Skip(t, "no file system can be mounted, and there is no prlimit")
	}
	limit := func(pid int, most string) {
		if out, err := exec.Command(prlimit, fmt.Sprintf("--pid=%d", pid), "--fsize="+most+":unlimited").CombinedOutput(); err != nil {
			t.Fatalf("prlimit: %v %s", err, out)
		}
	}
	return disk{folder, func(pid int) {
		largest := int64(0)
		err := filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				info, err := e.Info()
				if err != nil {
					return err
				}
				largest = max(largest, info.Size())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		limit(pid, fmt.Sprint(largest+64<<10))
	}, func(pid int) { limit(pid, "unlimited") }}
}
