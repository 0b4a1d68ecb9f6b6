package main

import (
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"
)

// plan is what a run is asked for.
type plan struct {
	url, token string // a server that runs already; "" is one of our own
	db, data   string // of our own: a database other than SQLite in data, and a folder that is kept
	profile    string // of our own: file for its CPU profile

	candidates, workers int
	minutes             float64
	every, poll         time.Duration // between two answers of a candidate, 0 is flat out; between two looks at the clock
	passwords           int           // so many sign in by password
	lossy               int           // of a hundred answers so many meet a bad network
	seed                uint64
	fill                int // attempts that the database of our own is filled with beforehand

	compare, json bool
}

// The bounds of a run.
const (
	mostCandidates = 20_000
	mostMinutes    = 12 * 60
	mostWorkers    = 512
)

func parse(args []string, out io.Writer) (plan, error) {
	var p plan
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&p.url, "url", "", "public address of a running server; without it a furnished server is started and ended")
	f.StringVar(&p.token, "token", os.Getenv("LOAD_TOKEN"), "with -url: its API token for rehearsals (or LOAD_TOKEN)")
	f.StringVar(&p.db, "db", "", "without -url: database of the server, such as postgres://… (default SQLite in its folder)")
	f.StringVar(&p.data, "data", "", "without -url: its folder, which is then kept (default a temporary one)")
	f.StringVar(&p.profile, "profile", "", "without -url: write a CPU profile of the server to this file")
	f.IntVar(&p.candidates, "candidates", 100, "how many candidates sit the exam at once")
	f.Float64Var(&p.minutes, "minutes", 1, "how long they answer")
	f.DurationVar(&p.every, "every", 20*time.Second, "a candidate's time between two answers; 0 is flat out")
	f.DurationVar(&p.poll, "poll", 3500*time.Millisecond, "a candidate's time between two looks at the clock; 0 is never")
	f.IntVar(&p.workers, "workers", 64, "how many connections the candidates share")
	f.IntVar(&p.passwords, "passwords", 8, "how many candidates sign in by password; the others have sessions, for to hash passwords is dear on purpose and not what is measured")
	f.IntVar(&p.lossy, "lossy", 3, "of a hundred answers, how many meet a network that fails")
	f.Uint64Var(&p.seed, "seed", 1, "of what the candidates do")
	f.IntVar(&p.fill, "seed-attempts", 0, "without -url: fill the database with so many attempts beforehand")
	f.BoolVar(&p.compare, "compare", false, "without -url: measure as well what the store alone and a bare Fiber handler do")
	f.BoolVar(&p.json, "json", false, "print one JSON object on standard output")
	if err := f.Parse(args); err != nil {
		return p, err
	}
	if f.NArg() > 0 {
		return p, fmt.Errorf("unexpected %q", f.Arg(0))
	}
	return p, p.check()
}

func (p *plan) check() error {
	switch {
	case p.candidates < 1 || p.candidates > mostCandidates:
		return fmt.Errorf("-candidates must be from 1 to %d", mostCandidates)
	case !(p.minutes > 0 && p.minutes <= mostMinutes):
		return fmt.Errorf("-minutes must be above 0 and at most %d", mostMinutes)
	case p.workers < 1 || p.workers > mostWorkers:
		return fmt.Errorf("-workers must be from 1 to %d", mostWorkers)
	case p.every < 0 || p.poll < 0:
		return fmt.Errorf("-every and -poll must not be negative")
	case p.lossy < 0 || p.lossy > 50:
		return fmt.Errorf("-lossy must be from 0 to 50")
	case p.fill < 0 || p.fill > 10_000_000:
		return fmt.Errorf("-seed-attempts must be from 0 to 10000000")
	}
	p.workers = min(p.workers, p.candidates)
	p.passwords = max(0, min(p.passwords, p.candidates))
	if p.url == "" {
		return nil
	}
	if p.db != "" || p.data != "" || p.profile != "" || p.fill > 0 || p.compare {
		return fmt.Errorf("-db, -data, -profile, -seed-attempts and -compare are for a server of one's own, without -url")
	}
	if p.token == "" {
		return fmt.Errorf("-url needs -token, an API token for rehearsals")
	}
	u, err := url.Parse(p.url)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("-url must be http://… or https://…")
	}
	p.url = u.Scheme + "://" + u.Host
	return nil
}

// lasts is how long the candidates answer.
func (p plan) lasts() time.Duration { return time.Duration(p.minutes * float64(time.Minute)) }
