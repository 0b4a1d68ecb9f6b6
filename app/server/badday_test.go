package server

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/store"
)

// The bad days of a server: the program as a process of its own, candidates who speak to it over HTTP, and a data
// folder that is read once it is over. What a browser meets on a bad day is in app/web/learn/badday_test.go.

// Each acknowledged answer outlives a kill −9 in the middle of the saves of several candidates, and what they send
// again because no answer came gets the receipt it would have had.
func TestBadDay_ServerKilledDuringSaves(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db string) { killedDuringSaves(t, newBadDay(t, t.TempDir(), db, 8)) })
}

func killedDuringSaves(t *testing.T, d *badDay) {
	client := wires()
	p := d.run()
	d.starts(client, p.url)
	for round := range 2 {
		var acknowledged sync.WaitGroup
		acknowledged.Add(len(d.candidates))
		var all sync.WaitGroup
		for _, c := range d.candidates {
			all.Go(func() {
				for count := 1; ; count++ {
					if _, _, err := c.put(client, p.url, c.next()); err != nil {
						if count <= 25 {
							t.Errorf("before the kill: %v", err)
							acknowledged.Done()
						}
						return
					}
					if count == 25 {
						acknowledged.Done()
					}
				}
			})
		}
		acknowledged.Wait()
		d.ok(p.Process.Kill())
		all.Wait()
		<-p.done
		_ = p.Wait()
		if t.Failed() {
			t.FailNow()
		}

		p = d.run() // on the same folder
		d.everyone(func(c *candidateClient) {
			resent := *c.last // in the air when the server died: nobody knows whether it arrived
			for range 2 {
				if status, _, err := c.put(client, p.url, &resent); err != nil || status != http.StatusOK {
					t.Errorf("round %d: sent again: %d %v", round, status, err)
				}
			}
			if status, _, err := c.put(client, p.url, c.next()); err != nil || status != http.StatusOK {
				t.Errorf("round %d: going on: %d %v", round, status, err)
			}
		})
	}
	d.stop(p)
	d.nothingLost()
}

// While another process holds the database, saves wait or are told when to try again; none is lost or doubled.
func TestBadDay_DatabaseLockedByAnotherProcess(t *testing.T) {
	t.Parallel()
	d := newBadDay(t, t.TempDir(), "", 6)
	client := wires()
	p := d.run()
	d.starts(client, p.url)
	for _, held := range []time.Duration{time.Second, 7 * time.Second} { // within the patience of a write, and beyond it
		release := d.lock(held)
		began := time.Now()
		var mu sync.Mutex
		outcomes := map[int]int{}
		d.everyone(func(c *candidateClient) {
			save := c.next()
			for {
				status, header, err := c.put(client, p.url, save)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				outcomes[status]++
				mu.Unlock()
				if status == http.StatusOK {
					return
				}
				if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
					t.Errorf("status %d, Retry-After %q", status, header.Get("Retry-After"))
					return
				}
				time.Sleep(200 * time.Millisecond)
			}
		})
		release()
		if took := time.Since(began); took < held-200*time.Millisecond {
			t.Errorf("saved after %v while the database was held for %v", took, held)
		}
		if refused := outcomes[http.StatusServiceUnavailable]; (refused > 0) != (held > 5*time.Second) {
			t.Errorf("held for %v: %v", held, outcomes)
		}
	}
	d.stop(p)
	d.nothingLost()
}

// A full disk: saves say that they were not stored, what was acknowledged stays, and with room again the same saves
// are taken.
func TestBadDay_DiskFull(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	d := newBadDay(t, disk.folder, "", 6)
	client := wires()
	p := d.run()
	d.starts(client, p.url)
	save := func(c *candidateClient) bool { // false when the disk is full
		status, header, err := c.put(client, p.url, c.last)
		if err != nil || status != http.StatusOK && (status != http.StatusServiceUnavailable || header.Get("Retry-After") == "") {
			t.Errorf("status %d: %v", status, err)
		}
		return status == http.StatusOK
	}
	d.everyone(func(c *candidateClient) {
		for range 3 {
			c.next()
			if !save(c) {
				t.Error("refused while there is room")
			}
		}
	})
	disk.fill(p.Process.Pid)
	d.everyone(func(c *candidateClient) {
		for range 3000 { // what room is left is soon used up
			if c.next(); !save(c) {
				return
			}
		}
		t.Error("the disk was never full")
	})
	d.everyone(func(c *candidateClient) {
		if save(c) {
			t.Error("stored on a full disk")
		}
		res, _, err := c.send(client, p.url, "GET", "/attempts/"+c.attempt+"/state", "", nil)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("reading on a full disk: %v %v", res, err)
		}
	})
	if !strings.Contains(p.said.String(), "store.full") {
		t.Errorf("nobody who keeps the machine is told:\n%s", p.said)
	}
	disk.free(p.Process.Pid)
	d.everyone(func(c *candidateClient) {
		if !save(c) || !save(c) { // the one that was refused, and once more
			t.Error("refused with room again")
		}
		c.next()
		if !save(c) {
			t.Error("cannot go on with room again")
		}
	})
	d.stop(p)
	d.nothingLost()
}

// Five hundred candidates press start in the same second, each of them twice: five hundred live attempts, one each.
func TestBadDay_FiveHundredStartsInTheSameSecond(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db string) { fiveHundredStarts(t, newBadDay(t, t.TempDir(), db, 500)) })
}

func fiveHundredStarts(t *testing.T, d *badDay) {
	p := d.run()
	client := wires()
	notice := d.notice(client, p.url)
	var mu sync.Mutex
	attempts := map[string]string{} // → person
	began := time.Now()
	d.everyone(func(c *candidateClient) {
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				id, err := c.start(client, p.url, d.sitting.ID, notice)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if other, taken := attempts[id]; taken && other != c.id {
					t.Errorf("attempt %s is two people's", id)
				}
				attempts[id] = c.id
				c.attempt = id
			})
		}
		both.Wait()
	})
	t.Logf("%d starts, pressed twice, took %v", len(d.candidates), time.Since(began))
	if len(attempts) != len(d.candidates) {
		t.Errorf("%d attempts, want %d", len(attempts), len(d.candidates))
	}
	d.everyone(func(c *candidateClient) { // and each can answer on what they were dealt
		if status, _, err := c.put(client, p.url, c.next()); err != nil || status != http.StatusOK {
			t.Errorf("%d %v", status, err)
		}
	})
	d.stop(p)
	h := d.open()
	defer func() { d.ok(h.Close()) }()
	var live map[string]string
	d.ok(h.DB.Read(context.Background(), func(rx *store.Rx) error {
		live = map[string]string{}
		return rx.Each(`SELECT id, person_id FROM attempt WHERE state = 'live'`, nil, func(row store.Row) error {
			var id, person string
			err := row.Scan(&id, &person)
			live[id] = person
			return err
		})
	}))
	if !maps.Equal(live, attempts) {
		t.Errorf("%d live attempts on record, %d were told", len(live), len(attempts))
	}
}
