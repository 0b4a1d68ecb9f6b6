package leads

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/fault"
	"bainian/app/sheet"
	"bainian/app/store"
)

var largeRows = flag.Int("import.rows", 5_000, "rows of the large import; 1,000,000 is what is promised")

// columnar is a CSV of so many rows that is made as it is read, each line as long as the others.
type columnar struct {
	rows  int
	line  func(i int) string
	width int
}

func newColumnar(rows int, line func(i int) string) *columnar {
	return &columnar{rows, line, len(line(0))}
}

func (c *columnar) size() int64 { return int64((c.rows + 1) * c.width) }

func (c *columnar) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		i := int(off) / c.width
		if i > c.rows {
			return n, io.EOF
		}
		k := copy(p[n:], c.line(i)[int(off)%c.width:])
		n, off = n+k, off+int64(k)
	}
	return n, nil
}

// numbered are rows that repeat none, the first one the names.
func numbered(i int) string {
	line := "company,phone,territory,note"
	if i > 0 {
		line = fmt.Sprintf("企業%07d,03-%08d,北區,來源%07d", i, i, i)
	}
	return line + strings.Repeat(" ", 63-len(line)) + "\n"
}

// TestLargeImport takes a large file in while people draw. With -import.rows=1000000 it is what the issue promises.
func TestLargeImport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay, w.perDay, w.capacity = 100_000, 100_000, 100_000
		w.open()
		w.stock(100)
		file := newColumnar(*largeRows, numbered)
		var slowest atomic.Int64
		done, stopped := make(chan struct{}), make(chan int)
		go func() {
			drawn := 0
			defer func() { stopped <- drawn }()
			for {
				select {
				case <-done:
					return
				default:
				}
				began := time.Now()
				if _, err := w.Draw(ctx, w.amy, "", ""); err == nil {
					drawn++
				} else if !fault.HasKey(err, "leads.empty") {
					t.Error(err)
				}
				slowest.Store(max(slowest.Load(), int64(time.Since(began))))
				time.Sleep(20 * time.Millisecond)
			}
		}()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var peak uint64
		began := time.Now()
		report, err := w.Take(ctx, w.hr, file, file.size(), Intake{Name: "large.csv"}, true)
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		peak = max(after.HeapInuse, before.HeapInuse) - before.HeapInuse
		close(done)
		drawn := <-stopped
		w.must(err)
		if !report.Applied || report.New != *largeRows || report.Wrong+report.Left != 0 {
			t.Fatalf("%+v", report)
		}
		if n := w.count(`SELECT count(*) FROM lead WHERE access = 'coming'`); n != 0 {
			t.Errorf("%d leads cannot be taken", n)
		}
		t.Logf("%d rows in %v, %.0f a second; %d draws meanwhile, the slowest %v; heap after it %d MB more", *largeRows, took.Round(time.Millisecond),
			float64(*largeRows)/took.Seconds(), drawn, time.Duration(slowest.Load()).Round(time.Millisecond), peak>>20)
		began = time.Now()
		report, err = w.Take(ctx, w.hr, file, file.size(), Intake{}, false)
		w.must(err)
		if report.New != 0 || report.Left != *largeRows || len(report.Duplicates) != min(*largeRows, shownFindings) {
			t.Errorf("%d new, %d left out, %d shown", report.New, report.Left, len(report.Duplicates))
		}
		took = time.Since(began)
		t.Logf("looked at again in %v, %.0f a second", took.Round(time.Millisecond), float64(*largeRows)/took.Seconds())
	})
}

// breaking is a file that breaks off.
type breaking struct {
	*bytes.Reader
	at int64
}

var errBroke = errors.New("the machine went down")

func (b breaking) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > b.at {
		return 0, errBroke
	}
	return b.Reader.ReadAt(p, off)
}

// TestAnyFileIsTakenWhollyOrNotAtAll takes files with bad and repeated lines among good ones.
func TestAnyFileIsTakenWhollyOrNotAtAll(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		next := 0
		rapid.Check(t, func(t *rapid.T) {
			file, bad, fresh := bytes.NewBufferString("公司,電話\n"), 0, 0
			for range rapid.IntRange(1, 500).Draw(t, "rows") {
				switch rapid.IntRange(0, 400).Draw(t, "kind") {
				case 0:
					bad++
					file.WriteString(",02-12345678\n")
				case 1:
					if next > 0 {
						fmt.Fprintf(file, "企業%d,\n", next) // the line before, or another file's
						break
					}
					fallthrough
				default:
					next++
					fresh++
					fmt.Fprintf(file, "企業%d,\n", next)
				}
			}
			before := w.count(`SELECT count(*) FROM lead l WHERE ` + imported)
			report, err := w.Take(ctx, w.hr, bytes.NewReader(file.Bytes()), int64(file.Len()), Intake{}, true)
			if err != nil {
				t.Fatal(err)
			}
			came := w.count(`SELECT count(*) FROM lead l WHERE `+imported) - before
			if report.Wrong != bad || report.Applied != (bad == 0) || came != map[bool]int{true: report.New}[report.Applied] {
				t.Fatalf("%d bad lines; %d leads came by %+v", bad, came, report)
			}
			if report.New < fresh || report.New+report.Left+bad != report.Rows {
				t.Fatalf("of %d lines, %d at least fresh: %+v", report.Rows, fresh, report)
			}
			if n := w.count(`SELECT count(*) FROM lead l WHERE NOT (` + imported + `) OR access = 'coming'`); n != 0 {
				t.Fatalf("%d rows are left that are no leads", n)
			}
		})
	})
}

// TestAnImportThatBreaksOffLeavesNothing breaks it off by the file, by whoever waits, and by the death of the process.
func TestAnImportThatBreaksOffLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var file bytes.Buffer
		file.WriteString("company\n")
		for i := range 20_000 {
			fmt.Fprintf(&file, "企業%d\n", i)
		}
		data := file.Bytes()
		left := func() int { return w.count(`SELECT count(*) FROM lead`) }
		half := breaking{bytes.NewReader(data), 100_000}
		if _, err := w.Take(ctx, w.hr, half, int64(len(data)), Intake{Reading: sheet.Reading{Encoding: sheet.UTF8, Comma: ','}}, true); !fault.Is(err, fault.Malformed) || left() != 0 {
			t.Errorf("%v, %d left", err, left())
		}
		gone, cancel := context.WithCancel(ctx)
		stop := errors.New("stop")
		b, err := w.begin(gone, w.hr, "half.csv")
		w.must(err)
		tk := &taker{Pool: w.Pool, ctx: gone}
		tk.scanner = scanner{rules: Standard(), phones: seen{}, companies: seen{}, problem: tk.wrong, duplicate: tk.repeated}
		staged := 0
		f := form()
		f.MaxRows = MostRows
		_, err = tk.take(sheet.Text(data), f, func(rows []row) error {
			if staged += len(rows); staged > 600 {
				cancel()
				return stop
			}
			return b.stage(rows)
		})
		if !errors.Is(err, stop) || left() != 600 {
			t.Fatalf("%v, %d staged", err, left())
		}
		// The process is dead; what it staged is nobody's and in nobody's way.
		_, err = w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		w.must(w.TendImports(ctx))
		if left() != 600 {
			t.Error("what may still be at work was swept")
		}
		w.clock.Add(deadAfter + time.Minute)
		w.must(w.TendImports(ctx))
		if left() != 0 || w.count(`SELECT count(*) FROM lead_import WHERE dropped_ms IS NOT NULL`) != 2 {
			t.Errorf("%d left", left())
		}
		b.ctx = ctx
		_, err = b.apply("") // and it was not dead after all
		w.want(err, fault.Conflict, "intake.dropped")
	})
}

// TestWhatWasAppliedIsAdmittedByWhoeverIsLeft kills the process between the two.
func TestWhatWasAppliedIsAdmittedByWhoeverIsLeft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b, err := w.begin(ctx, w.hr, "")
		w.must(err)
		rows, _, problems := read("company\n甲公司\n乙公司\n")
		w.must(problems.Err())
		w.must(b.stage(rows))
		w.must(w.db.Write(ctx, func(tx *store.Tx) error {
			_, _, err := b.flipIn(tx, "")
			return err
		}))
		_, err = w.Draw(ctx, w.amy, "", "")
		w.want(err, fault.Conflict, "leads.empty")
		_, err = w.Assign(ctx, w.manager, w.all()[0], w.amy.ID)
		w.want(err, fault.Conflict, "intake.coming")
		w.must(w.TendImports(ctx))
		w.draw(w.amy)
		w.draw(w.amy)
		if w.count(`SELECT count(*) FROM lead_import WHERE admitted_ms IS NULL`) != 0 {
			t.Error("it is tended for ever")
		}
	})
}

// TestALargeImportSurvivesSmallOnes lets others import while it is on its way, a few leads and many.
func TestALargeImportSurvivesSmallOnes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, others := range []int{3, 2 * stageRows} {
			b, err := w.begin(ctx, w.hr, "")
			w.must(err)
			var mine, theirs bytes.Buffer
			mine.WriteString("company\n")
			theirs.WriteString("company\n")
			for i := range 500 {
				fmt.Fprintf(&mine, "企業%d之%d\n", others, i)
			}
			for i := range others {
				fmt.Fprintf(&theirs, "企業%d之%d股份有限公司\n", others, 450+i)
			}
			rows, _, problems := read(mine.String())
			w.must(problems.Err())
			for len(rows) > 0 {
				w.must(b.stage(rows[:100]))
				rows = rows[100:]
			}
			before := w.count(`SELECT count(*) FROM lead l WHERE ` + imported)
			report, err := w.Import(ctx, w.hr, &theirs, true)
			w.must(err)
			if report.New != others {
				t.Fatalf("what is on its way stood in the way: %+v", report)
			}
			late, err := b.apply("")
			w.must(err)
			if want := min(50, others); late != want {
				t.Errorf("%d were left out, want %d", late, want)
			}
			after := w.count(`SELECT count(*) FROM lead l WHERE ` + imported)
			if after-before != others+500-late || w.count(`SELECT count(*) FROM lead GROUP BY company_key HAVING count(*) > 1`+` UNION ALL SELECT 0`) != 0 {
				t.Errorf("%d leads came", after-before)
			}
			if n := w.count(`SELECT leads FROM lead_import WHERE id = ?`, b.id); n != 500-late {
				t.Errorf("it says that it brought %d", n)
			}
		}
	})
}
