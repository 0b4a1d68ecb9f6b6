package gate_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/ledger"
	"bainian/app/people"
)

const passphrase = "三座山 four rivers 五條路"

// enrolled are people with a passphrase for the glass; the password is not asked for here.
func enrolled(w *apptest.World, all ...people.Person) {
	w.Helper()
	for _, p := range all {
		if err := w.Keeper.Enrol(w.Ctx, p, "$argon2id$of "+p.ID); err != nil {
			w.Fatal(err)
		}
	}
}

func taken(w *apptest.World) *gate.Snapshot {
	w.Helper()
	s, err := w.Keeper.TakeSnapshot(w.Ctx)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// The file says what the snapshot said, and a file that was changed anywhere is no snapshot.
func TestG2_ASnapshotThatWasTamperedWithOpensNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, ben := w.Ready("Amy"), w.NewHire("Ben")
		enrolled(w, w.HR)
		token, err := w.Directory.NewToken(w.Ctx, people.System(), "CRM")
		if err != nil {
			t.Fatal(err)
		}
		file, err := taken(w).Sign(w.Signer)
		if err != nil {
			t.Fatal(err)
		}
		s, err := gate.OpenSnapshot(file, w.Signer.Public())
		if err != nil {
			t.Fatal(err)
		}
		if !s.At.Equal(w.Clock.Now()) || s.PolicyVersion != 1 || len(s.Holders) != 1 || s.Holders[0].ID != w.HR.ID || len(s.Machines) != 1 {
			t.Errorf("%+v", s)
		}
		for _, secret := range []string{token, "Ben", "Amy", "test.example", "exam", "case"} {
			if bytes.Contains(file, []byte(secret)) {
				t.Errorf("%q is in the file", secret)
			}
		}
		glass := gate.NewGlass(s)
		if name, err := glass.Machine(token, people.Decisions); err != nil || name != "CRM" {
			t.Errorf("the CRM's token: %q, %v", name, err)
		}
		if _, err := glass.Machine(token, people.Metrics); !fault.Is(err, fault.Forbidden) {
			t.Errorf("for something else: %v", err)
		}
		if _, err := glass.Machine("bn_other", people.Decisions); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a token that is none: %v", err)
		}
		for p, want := range map[*people.Person]map[gate.Action]bool{&amy: {gate.Draw: true, gate.Assign: true, gate.Hold: true}, &ben: {gate.Hold: true}} {
			for _, a := range []gate.Action{gate.Draw, gate.Assign, gate.Hold, "sell"} {
				d, err := glass.Decide(strings.ToLower(p.Number), s.At)
				if err != nil || d.Allows(a) != want[a] || d.PersonID != p.ID {
					t.Errorf("%s %s: %+v, %v", p.Name, a, d, err)
				}
			}
		}
		d, _ := glass.Decide(amy.Number, s.At)
		if real, err := w.Keeper.Decide(w.Ctx, amy.ID); err != nil || d.Level != real.Level || !d.Until.Equal(real.Until) || d.PerDay() != real.PerDay() || d.Cap() != real.Cap() {
			t.Errorf("%+v, the gate says %+v", d, real)
		}
		d, _ = glass.Decide(ben.Number, s.At)
		if r := d.Reasons(gate.Others); len(r) != 1 || r[0].Key != "glass.reason_closed" {
			t.Errorf("a denial without its reason: %+v", r)
		}
		if _, err := glass.Decide("nobody", s.At); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}

		for at := range file { // every byte
			for _, flip := range []byte{1, 32} {
				changed := slices.Clone(file)
				changed[at] ^= flip
				if got, err := gate.OpenSnapshot(changed, w.Signer.Public()); err == nil {
					t.Fatalf("byte %d changed, and it opens: %+v", at, got)
				}
			}
		}
		for _, n := range []int{0, 1, len(file) / 2, len(file) - 1} {
			if _, err := gate.OpenSnapshot(file[:n], w.Signer.Public()); err == nil {
				t.Errorf("%d bytes of %d open", n, len(file))
			}
		}
		if _, err := gate.OpenSnapshot(append(slices.Clone(file), file[len(file)-40:]...), w.Signer.Public()); !errors.Is(err, gate.ErrSnapshotForged) {
			t.Errorf("with more behind it: %v", err)
		}
		other, err := ledger.LoadSigner(filepath.Join(t.TempDir(), "key"), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := gate.OpenSnapshot(file, other.Public()); !errors.Is(err, gate.ErrSnapshotForged) {
			t.Errorf("by another house: %v", err)
		}
		// What the same key signs for something else is no snapshot.
		for _, text := range []string{"bainian evidence\nversion 1\nat 1\npolicy 1\npeople 0\nbody e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"} {
			note, err := w.Signer.Sign(text)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := gate.OpenSnapshot([]byte(note+"\n"), w.Signer.Public()); !errors.Is(err, gate.ErrSnapshotForm) {
				t.Errorf("%v", err)
			}
		}
	})
}

// The glass says yes for four hours from its snapshot and not a moment longer, nor before it, nor to whoever has run out.
func TestG2_TheGlassIsGoodForFourHours(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	glass := gate.NewGlass(&gate.Snapshot{At: at, PolicyVersion: 3, People: []gate.SnapshotPerson{
		{ID: "a", Number: "e1", Level: gate.Full, PerDay: 50, Cap: 200}, {ID: "b", Number: "e2", Level: gate.Limited, Until: at.Add(time.Hour)}, {ID: "c", Number: "e3", Level: gate.Shadow}},
		Sessions: []gate.Session{{Token: people.TokenDigest("t"), Number: "e1", Until: at.Add(time.Hour)}}})
	for _, x := range []struct {
		number string
		after  time.Duration
		draw   bool
		hold   bool
	}{
		{"e1", 0, true, true}, {"E1", 4*time.Hour - 1, true, true}, {"e1", 4 * time.Hour, false, false}, {"e1", -1, false, false}, {"e1", 100 * time.Hour, false, false},
		{"e2", time.Hour - 1, true, true}, {"e2", time.Hour, false, true}, {"e3", 0, false, true}, {"e4", 0, false, false}, {"", 0, false, false},
	} {
		d, err := glass.Decide(x.number, at.Add(x.after))
		if d.Allows(gate.Draw) != x.draw || d.Allows(gate.Assign) != x.draw || d.Allows(gate.Hold) != x.hold {
			t.Errorf("%s after %v: %+v, %v", x.number, x.after, d, err)
		}
		if !x.draw && err == nil && len(d.Reasons(gate.Others)) == 0 {
			t.Errorf("%s after %v is denied without a reason", x.number, x.after)
		}
	}
	if p, err := glass.Visitor("t", at); err != nil || p.Number != "e1" || p.ID != "a" {
		t.Errorf("%+v, %v", p, err)
	}
	for token, after := range map[string]time.Duration{"t": time.Hour, "x": 0} {
		if _, err := glass.Visitor(token, at.Add(after)); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("session %s after %v: %v", token, after, err)
		}
	}
}

// Whoever left, or stands under a case or a red line, is out of the next snapshot, as a holder and as a person.
func TestG4_TheNextSnapshotKnowsWhatHappened(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		admin, leaver := w.Hire("管理", people.Admin), w.Hire("離職人資", people.HR)
		amy := w.NewHire("Amy")
		w.Sign(amy)
		w.Read(amy, "values")
		attempt := w.Sit(amy, w.Sitting("values"), apptest.Knows)
		amyHR := amy
		amyHR.Roles = []people.Role{people.NewHire, people.HR}
		if _, err := w.Directory.Update(w.Ctx, people.System(), amyHR); err != nil {
			t.Fatal(err)
		}
		if err := w.Keeper.Enrol(w.Ctx, w.Manager, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a manager enrols: %v", err)
		}
		enrolled(w, w.HR, admin, leaver, amyHR)
		enrolled(w, w.HR) // anew
		holders := func() (ids []string) {
			for _, h := range taken(w).Holders {
				ids = append(ids, h.ID)
			}
			return ids
		}
		if got := holders(); len(got) != 4 {
			t.Errorf("holders %v", got)
		}
		if err := w.Directory.Deactivate(w.Ctx, people.System(), leaver.ID, "離職"); err != nil {
			t.Fatal(err)
		}
		number, err := w.Desk.Report(w.Ctx, w.Watch, attempt, "紙條與答案逐題一致")
		if err == nil {
			err = w.Desk.Open(w.Ctx, w.Reviewer[0], number)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := holders(); len(got) != 2 || slices.Contains(got, leaver.ID) || slices.Contains(got, amy.ID) {
			t.Errorf("holders %v", got)
		}
		if d, err := gate.NewGlass(taken(w)).Decide(amy.Number, w.Clock.Now()); err != nil || !d.Allows(gate.Hold) {
			t.Errorf("under an open case: %+v, %v", d, err)
		}
		if _, err := gate.NewGlass(taken(w)).Decide(leaver.Number, w.Clock.Now()); !fault.Is(err, fault.NotFound) {
			t.Errorf("who left: %v", err)
		}
		if err := w.Desk.AddFact(w.Ctx, w.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: "寫著答案的一張紙條", Origin: "監考當場收走"}); err != nil {
			t.Fatal(err)
		}
		w.Decide(number, integrity.RedLine)
		if _, err := gate.NewGlass(taken(w)).Decide(amy.Number, w.Clock.Now()); !fault.Is(err, fault.NotFound) {
			t.Errorf("under a red line: %v", err)
		}
		if err := w.Keeper.EndEnrolment(w.Ctx, w.HR, admin.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("HR ends an admin's: %v", err)
		}
		if err := w.Keeper.EndEnrolment(w.Ctx, admin, w.HR.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.Keeper.EndEnrolment(w.Ctx, admin, w.HR.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("twice: %v", err)
		}
		if got := holders(); !slices.Equal(got, []string{admin.ID}) {
			t.Errorf("holders %v", got)
		}
		all, err := w.Keeper.Enrolments(w.Ctx, admin)
		if err != nil || len(all) != 5 || !all[0].EndedAt.IsZero() || all[4].EndedAt.IsZero() {
			t.Errorf("%+v, %v", all, err)
		}
		if _, err := w.Keeper.Enrolments(w.Ctx, w.Manager); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a manager reads who: %v", err)
		}
	})
}

func TestPassphrase(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const password = "a good long sentence"
		if err := w.Directory.SetPassword(w.Ctx, people.System(), w.HR.ID, password); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct{ password, passphrase, key string }{
			{password, "short", "glass.passphrase_short"}, {password, password, "glass.passphrase_password"}, {password, "aaaaaaaaaaaaaaaaaaaa", "people.password_common"},
			{"wrong password", passphrase, "glass.wrong_password"},
		} {
			if _, err := w.Directory.Passphrase(w.Ctx, w.HR, x.password, x.passphrase); !fault.HasKey(err, x.key) {
				t.Errorf("%q, %q: %v", x.password, x.passphrase, err)
			}
		}
		verifier, err := w.Directory.Passphrase(w.Ctx, w.HR, password, passphrase)
		if err != nil {
			t.Fatal(err)
		}
		for said, want := range map[string]bool{passphrase: true, password: false, "": false} {
			if ok, err := people.IsPassphrase(said, verifier); ok != want || err != nil {
				t.Errorf("%q: %v, %v", said, ok, err)
			}
		}
	})
}
