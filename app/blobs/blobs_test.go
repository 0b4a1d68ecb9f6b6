package blobs

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets a test start this program again as another process that stores parts until it is killed.
func TestMain(m *testing.M) {
	dir := os.Getenv("BLOBS_TEST_CHILD")
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := Open(dir)
	for k := 0; err == nil; k++ {
		var tray *Tray
		if tray, err = s.Tray("0-1"); err == nil {
			err = tray.Put(k, bytes.NewReader(part(k)), 1<<20)
		}
		if err == nil {
			_, _, err = s.Put(bytes.NewReader(part(k)), 1<<20)
		}
		os.Stdout.WriteString(strconv.Itoa(k) + "\n")
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func part(k int) []byte { return bytes.Repeat([]byte(strconv.Itoa(k)+" "), 20000) }

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "百年 100%", "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// left are the files that are still being written, as far as the folder tells.
func left(t *testing.T, s *Store) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, writing))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestBlobIsNamedByItsBytes(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, content := range []string{"", "回款", strings.Repeat("x", 100_000)} {
		name, size, err := s.Put(strings.NewReader(content), 100_000)
		if err != nil || name != sum([]byte(content)) || size != int64(len(content)) {
			t.Fatalf("%s %d %v", name, size, err)
		}
		if again, _, err := s.Put(strings.NewReader(content), 100_000); err != nil || again != name {
			t.Fatalf("%s %v", again, err)
		}
		f, err := s.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err != nil || string(got) != content {
			t.Errorf("%d bytes came back of %d, %v", len(got), len(content), err)
		}
		if err := s.Remove(name); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			t.Error(err)
		}
		if got, err := io.ReadAll(f); err != nil || string(got) != content {
			t.Error("whoever was reading lost the blob", err)
		}
		f.Close()
		if has, err := s.Has(name); has || err != nil {
			t.Errorf("removed and still there: %v %v", has, err)
		}
		if err := s.Remove(name); err != nil {
			t.Error(err)
		}
	}
	if n := left(t, s); n > 0 {
		t.Errorf("%d half-written files", n)
	}
}

func TestBlobOverItsLimitIsNotKept(t *testing.T) {
	t.Parallel()
	s := open(t)
	endless := &counted{}
	if _, _, err := s.Put(endless, 1000); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
	if endless.read > 64<<10 {
		t.Errorf("%d bytes were read of a file that may have 1000", endless.read)
	}
	if _, _, err := s.Put(strings.NewReader(strings.Repeat("x", 1000)), 1000); err != nil {
		t.Error(err)
	}
	broken := errors.New("the line is cut")
	if _, _, err := s.Put(io.MultiReader(strings.NewReader("half"), failing{broken}), 1000); !errors.Is(err, broken) {
		t.Error(err)
	}
	if has, _ := s.Has(sum([]byte("half"))); has || left(t, s) > 0 {
		t.Error("half a file is kept")
	}
}

// counted gives bytes without end.
type counted struct{ read int }

func (c *counted) Read(p []byte) (int, error) {
	c.read += len(p)
	return len(p), nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestNoNameLeadsOutOfTheFolder(t *testing.T) {
	t.Parallel()
	s := open(t)
	hash := sum(nil)
	for _, name := range []string{"", "../../x", "..", hash[:63], hash + "0", strings.ToUpper(sum([]byte("x"))), "ab/" + hash[3:], hash[:62] + "/x", "\x00" + hash[1:]} {
		if _, err := s.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q): %v", name, err)
		}
		if has, err := s.Has(name); has || err != nil {
			t.Errorf("Has(%q): %v %v", name, has, err)
		}
		if err := s.Remove(name); err == nil {
			t.Errorf("Remove(%q)", name)
		}
	}
	for _, name := range []string{"", "..", "../x", "a/b", "-", ".", strings.Repeat("a", 65)} {
		if _, err := s.Tray(name); err == nil {
			t.Errorf("Tray(%q)", name)
		}
	}
}

func TestManyPutTheSameBytes(t *testing.T) {
	t.Parallel()
	s := open(t)
	content := part(7)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if name, _, err := s.Put(bytes.NewReader(content), 1<<20); err != nil || name != sum(content) {
				t.Errorf("%s %v", name, err)
			}
		})
	}
	all.Wait()
	if n := left(t, s); n > 0 {
		t.Errorf("%d half-written files", n)
	}
}

func TestTrayPutsPartsTogether(t *testing.T) {
	t.Parallel()
	s := open(t)
	tray, err := s.Tray("0190-ab")
	if err != nil {
		t.Fatal(err)
	}
	if parts, err := tray.Parts(); err != nil || len(parts) != 0 {
		t.Fatalf("%v %v", parts, err)
	}
	var whole []byte
	for _, k := range []int{2, 0, 11, 1, 2} { // in any order, and one again
		if err := tray.Put(k, bytes.NewReader(part(k)), 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	for k := range 3 {
		whole = append(whole, part(k)...)
	}
	parts, err := tray.Parts()
	if err != nil || len(parts) != 4 || parts[11] != int64(len(part(11))) {
		t.Fatalf("%v %v", parts, err)
	}
	r := tray.Reader(3)
	d, err := s.Draft(r, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != sum(whole) || d.Size != int64(len(whole)) {
		t.Errorf("%d bytes together, want %d", d.Size, len(whole))
	}
	if has, _ := s.Has(d.Name); has {
		t.Error("a draft is there before it is kept")
	}
	d.Discard()
	r.Close()
	if _, err := io.ReadAll(tray.Reader(4)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a part is missing, and reading says %v", err)
	}
	if err := tray.Put(0, &counted{}, 100); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if names, err := s.Trays(); err != nil || len(names) != 1 || names[0] != "0190-ab" {
		t.Errorf("%v %v", names, err)
	}
	if err := errors.Join(tray.Clear(), tray.Clear()); err != nil {
		t.Error(err)
	}
	if names, _ := s.Trays(); len(names) != 0 || left(t, s) != 0 {
		t.Error("something is left", names)
	}
}

func TestTidyTakesOnlyWhatIsOld(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, name := range []string{"old", "new"} {
		if err := os.WriteFile(filepath.Join(s.dir, writing, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(filepath.Join(s.dir, writing, "old"), yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	if err := s.Tidy(time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := left(t, s); n != 1 {
		t.Errorf("%d files left, want the new one", n)
	}
}

// TestE1_PartsSurviveKill9 kills a process between two parts, or in the middle of one: every part and every blob that
// it had reported is there whole, and nothing has a name that is not whole.
func TestE1_PartsSurviveKill9(t *testing.T) {
	t.Parallel()
	s := open(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "BLOBS_TEST_CHILD="+s.dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	stored := 0
	for ; stored < 40; stored++ {
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	_ = cmd.Wait()
	stored += bytes.Count(rest, []byte("\n"))

	tray, err := s.Tray("0-1")
	if err != nil {
		t.Fatal(err)
	}
	parts, err := tray.Parts()
	if err != nil || len(parts) < stored {
		t.Fatalf("%d parts of %d: %v", len(parts), stored, err)
	}
	for k := range parts {
		if got, err := os.ReadFile(tray.part(k)); err != nil || !bytes.Equal(got, part(k)) {
			t.Errorf("part %d is not whole: %v", k, err)
		}
		has, err := s.Has(sum(part(k)))
		if err != nil || k < stored && !has {
			t.Errorf("blob %d: %v %v", k, has, err)
		}
	}
}
