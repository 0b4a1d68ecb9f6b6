package gate_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

// logOf is the text of a log of those lines.
func logOf(t testing.TB, lines ...gate.GlassLine) string {
	t.Helper()
	var chain gate.GlassChain
	text := ""
	for _, l := range lines {
		one, next, err := chain.Next(l)
		if err != nil {
			t.Fatal(err)
		}
		text, chain = text+one, next
	}
	return text
}

func readLog(t testing.TB, text string) gate.GlassLog {
	t.Helper()
	log, err := gate.ReadGlassLog(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// A log that was changed is found, and the line is named; one whose last line was cut short is read up to there.
func TestN3_AChangedGlassLogIsNamed(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	lines := []gate.GlassLine{{At: at, Kind: gate.LineBroken, Episode: "x", By: []gate.GlassHolder{{ID: "a", Name: "甲"}, {ID: "b", Name: "乙"}}, Reason: "機房停電\n第二行"}}
	for n := range 5 {
		lines = append(lines, gate.GlassLine{At: at.Add(time.Duration(n) * time.Second), Kind: gate.LineDecision, Number: fmt.Sprint("e", n), Action: gate.Draw, Allowed: n%2 == 0})
	}
	text := logOf(t, lines...)
	if log := readLog(t, text); len(log.Lines) != 6 || log.Torn != 0 || log.Whole != int64(len(text)) || log.Lines[0].By[1].Name != "乙" || log.Lines[5].N != 6 {
		t.Errorf("%+v", log)
	}
	for at := range text {
		changed := []byte(text)
		changed[at] ^= 1
		if log, err := gate.ReadGlassLog(strings.NewReader(string(changed))); err == nil && log.Torn == 0 {
			t.Fatalf("byte %d changed unseen", at)
		}
	}
	rows := strings.SplitAfter(text, "\n")
	for name, rows := range map[string][]string{
		"dropped":   slices.Delete(slices.Clone(rows), 2, 3),
		"the first": rows[1:],
		"twice":     slices.Insert(slices.Clone(rows), 2, rows[1]),
		"swapped":   {rows[0], rows[2], rows[1]},
	} {
		if log, err := gate.ReadGlassLog(strings.NewReader(strings.Join(rows, ""))); !errors.Is(err, gate.ErrGlassLog) || len(log.Lines) > 2 {
			t.Errorf("%s: %v after %d lines", name, err, len(log.Lines))
		}
	}
	for end := range text { // the power goes at any byte
		log, err := gate.ReadGlassLog(strings.NewReader(text[:end]))
		if err != nil || log.Whole+int64(log.Torn) != int64(end) || len(log.Lines) != strings.Count(text[:end], "\n") {
			t.Fatalf("cut at %d: %+v, %v", end, log, err)
		}
	}
}

// An episode comes home once, however often its log does and however long it has grown, with what the glass let through
// that the gate itself would have denied.
func TestG2_WhatTheGlassDecidedComesHomeOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, gone := w.Ready("Amy"), w.Ready("Ben")
		snapshot := taken(w)
		if err := w.Directory.Deactivate(w.Ctx, people.System(), gone.ID, "離職"); err != nil { // after the snapshot
			t.Fatal(err)
		}
		told := 0
		w.Keeper.OnBroughtHome(func(_ *store.Tx, e gate.Episode) error { told++; return nil })
		at := snapshot.At.Add(time.Minute)
		glass := gate.NewGlass(snapshot)
		lines := []gate.GlassLine{
			{At: at, Kind: gate.LineRefused, Number: "e9"},
			{At: at, Kind: gate.LineBroken, Episode: "0190a000-0000-7000-8000-000000000001", By: []gate.GlassHolder{{ID: w.HR.ID, Name: w.HR.Name}, {ID: "x", Name: "管理員"}}, Reason: "資料庫停擺", Snapshot: snapshot.At, Policy: 1, Machine: "spare"},
		}
		decide := func(number string, a gate.Action) {
			d, err := glass.Decide(number, at)
			l := gate.GlassLine{At: at, Kind: gate.LineDecision, Way: "evaluation", Number: number, Person: d.PersonID, Action: a, Allowed: d.Allows(a), Level: d.Level, Machine: "CRM"}
			if err != nil {
				l.Reasons = []string{fault.KeyOf(err)}
			}
			lines = append(lines, l)
			at = at.Add(time.Second)
		}
		for range 60 {
			decide(amy.Number, gate.Draw)
		}
		decide(gone.Number, gate.Draw)
		decide(gone.Number, gate.Hold)
		decide("nobody", gate.Draw)
		first := readLog(t, logOf(t, lines...))
		bring := func(log gate.GlassLog, want int) {
			t.Helper()
			if n, err := w.Keeper.BringHome(w.Ctx, people.System(), log); err != nil || n != want {
				t.Fatalf("%d new lines, want %d: %v", n, want, err)
			}
		}
		bring(first, 64)
		bring(first, 0)
		lines = append(lines, gate.GlassLine{At: at, Kind: gate.LineMended})
		bring(readLog(t, logOf(t, lines...)), 1)
		if told != 2 {
			t.Errorf("told %d times", told)
		}
		all, err := w.Keeper.Episodes(w.Ctx, w.HR)
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		e := all[0]
		if e.Allowed != 62 || e.Denied != 1 || e.Wrong != 2 || !e.Mended || e.Reason != "資料庫停擺" || !slices.Equal(e.By, []string{w.HR.Name, "管理員"}) || !e.Snapshot.Equal(snapshot.At) || !e.Until.Equal(at) || e.Read {
			t.Errorf("%+v", e)
		}
		_, wrong, next, err := w.Keeper.Episode(w.Ctx, w.HR, e.ID, true, 0)
		if err != nil || next != 0 || len(wrong) != 2 || wrong[0].PersonID != gone.ID || !slices.Equal(wrong[1].Reasons, []string{"employed"}) {
			t.Errorf("%+v, %v", wrong, err)
		}
		_, page, next, err := w.Keeper.Episode(w.Ctx, w.HR, e.ID, false, 0)
		if err != nil || len(page) != 50 || next == 0 {
			t.Errorf("%d, %d, %v", len(page), next, err)
		}
		if _, page, next, err = w.Keeper.Episode(w.Ctx, w.HR, e.ID, false, next); err != nil || len(page) != 13 || next != 0 {
			t.Errorf("%d, %d, %v", len(page), next, err)
		}
		if got := decisions(w, amy, gate.Asking{}); len(got) != 50 || got[0].Way != gate.ByGlass || got[0].Actor != "CRM" {
			t.Errorf("%d in the logbook: %+v", len(got), got[0])
		}
		if n, err := w.Keeper.Unread(w.Ctx, w.HR); err != nil || n != 1 {
			t.Error(n, err)
		}
		for range 2 {
			if err := w.Keeper.Acknowledge(w.Ctx, w.HR, e.ID); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := w.Keeper.Unread(w.Ctx, w.HR); err != nil || n != 0 {
			t.Error(n, err)
		}
		if _, err := w.Keeper.Episodes(w.Ctx, w.Manager); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a manager reads it: %v", err)
		}
		if _, _, _, err := w.Keeper.Episode(w.Ctx, w.HR, "none", false, 0); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
