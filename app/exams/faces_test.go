package exams

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"bainian/app/ledger"
)

// TestFacesAreSignalsWhileTheyLast: one face is none; no face, and more than one, last until the count changes or ends,
// however often they are said again; and nothing is kept of a camera that the policy does not ask for.
func TestFacesAreSignalsWhileTheyLast(t *testing.T) {
	var entries []ledger.Entry
	said := func(second int64, kind string, n int) {
		payload, err := json.Marshal(observePayload{Events: []claim{{Event: Event{Kind: kind, N: n}}}})
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, ledger.Entry{Type: entryObserve, AtMs: second * 1000, Payload: payload})
	}
	said(0, "camera_on", 0)
	said(5, "faces", 1)
	said(10, "faces", 0)
	said(70, "faces", 0)
	said(100, "faces", 2)
	said(130, "faces", 1)
	said(200, "faces", 0)
	said(230, "camera_off", 0)
	said(260, "camera_on", 0)
	said(300, "faces", 2)
	policy := unwatched()
	if got := TracesOf("a", entries, 1, policy, nil).Signals; len(got) != 0 {
		t.Errorf("without a camera there are signals: %+v", got)
	}
	policy.Camera = CameraPresence
	type seen struct {
		kind string
		at   int64
		for_ time.Duration
	}
	var got []seen
	for _, s := range TracesOf("a", entries, 1, policy, nil).Signals {
		got = append(got, seen{s.Kind, s.At.Unix(), s.Length})
	}
	want := []seen{{"face_none", 10, 90 * time.Second}, {"face_more", 100, 30 * time.Second}, {"face_none", 200, 30 * time.Second},
		{"camera_off", 230, 30 * time.Second}, {"face_more", 300, 0}}
	if !slices.Equal(got, want) {
		t.Errorf("signals %v\nwant %v", got, want)
	}
}
