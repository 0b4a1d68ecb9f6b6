package learn_test

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// TestMain has twice as many browsers at once as there are processors: they mostly wait for what a page does by its clock.
func TestMain(m *testing.M) {
	flag.Parse()
	cores := runtime.GOMAXPROCS(0)
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(cores) {
		if err := f.Value.Set(strconv.Itoa(2 * cores)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
