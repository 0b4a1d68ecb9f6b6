package exams

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"bainian/app/blobs"
	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// Snapshot is one picture of a candidate's camera. It is evidence for people who look at a case, and never looked at by
// a program.
type Snapshot struct {
	ID, AttemptID string
	Faces         int // as the browser counted them: 0, 1, 2 for more, -1 when it did not
	At            time.Time
	Gone          time.Time // when the picture was removed, zero while it is there

	sha256 string // of the encrypted bytes
}

const (
	// mostSnapshot is what a picture may weigh; one of 320 × 240 points weighs a tenth of it.
	mostSnapshot = 200 << 10
	// largestSide bounds what whoever looks at it must unfold.
	largestSide = 1280
	// betweenSnapshots is the least time between two of an attempt: the page takes one in half a minute.
	betweenSnapshots = 10 * time.Second
	// mostSnapshots are as many as an attempt keeps.
	mostSnapshots = 1000
)

// snapshotPayload is the entry of a picture in the journal.
type snapshotPayload struct {
	ID     string `json:"id"`
	SHA256 string `json:"sha256"` // of the picture itself
	Size   int    `json:"size"`
	Faces  int    `json:"faces"`
}

// TakeSnapshot keeps a JPEG of the actor's camera. Faults: NotFound for another person's attempt; Conflict
// exams.snapshots_off where the exam keeps none or the person did not consent, exams.over, exams.other_device; TooLarge; Invalid exams.snapshot_form
// for what is no JPEG of moderate size; TooMany exams.snapshot_soon for one that comes too soon.
func (r *Room) TakeSnapshot(ctx context.Context, actor people.Person, attemptID, device string, faces int, jpeg []byte) error {
	seat, err := r.seat(ctx, attemptID)
	if err != nil {
		return err
	}
	switch {
	case seat.personID != actor.ID:
		return errMissing()
	case seat.blueprint.Integrity.Camera != CameraSnapshots:
		return fault.New(fault.Conflict, "exams.snapshots_off")
	case len(jpeg) > mostSnapshot:
		return fault.New(fault.TooLarge, "exams.snapshot_large", "kb", mostSnapshot>>10)
	case faces < -1 || faces > 2:
		return fault.New(fault.Invalid, "exams.snapshot_faces").In("faces")
	}
	if err := namesDevice(device); err != nil {
		return err
	}
	form, err := blobs.Sniff(bytes.NewReader(jpeg), int64(len(jpeg)))
	if err != nil {
		return err
	}
	if form.Type != "image/jpeg" || min(form.Width, form.Height) < 1 || max(form.Width, form.Height) > largestSide {
		return fault.New(fault.Invalid, "exams.snapshot_form", "side", largestSide)
	}
	id := r.db.NewID()
	var key []byte
	if err := r.db.Read(ctx, func(rx *store.Rx) error {
		if _, err := picturedIn(rx, actor, attemptID, device); err != nil {
			return err
		}
		k, ok, err := ledger.KeyOfIn(rx, actor.ID)
		if err == nil && !ok {
			err = errMissing()
		}
		key = k
		return err
	}); err != nil {
		return err
	}
	sealed := seal(key, id, jpeg)
	// The bytes are there before anything names them. What a crash leaves in between is a file that nobody can read:
	// its key is made of an id that is written nowhere.
	draft, err := r.files.Draft(bytes.NewReader(sealed), int64(len(sealed)))
	if err != nil {
		return onDisk(err)
	}
	defer draft.Discard()
	if err := draft.Keep(); err != nil {
		return onDisk(err)
	}
	sum := sha256.Sum256(jpeg)
	var refusal error
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		a, err := picturedIn(tx.Rx, actor, attemptID, device)
		if refusal = err; err != nil {
			return err
		}
		if err := heardIn(tx, &a); err != nil {
			return err
		}
		if err := appendIn(tx, &a, entrySnapshot, snapshotPayload{id, hex.EncodeToString(sum[:]), len(jpeg), faces}); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO snapshot (id, attempt_id, sha256, size, faces, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			id, attemptID, draft.Name, len(jpeg), faces, store.Ms(tx.Now))
		return err
	})
	if refusal != nil { // after any other error a row may name it, since the end of a commit can be lost on the way
		_ = r.files.Remove(draft.Name)
	}
	return err
}

// picturedIn is the actor's attempt if it takes a picture from that device now.
func picturedIn(rx *store.Rx, actor people.Person, attemptID, device string) (Attempt, error) {
	a, err := ownIn(rx, actor, attemptID)
	if err != nil {
		return a, err
	}
	if err := a.holds(device); err != nil {
		return a, err
	}
	if g, _, err := AgreementIn(rx, attemptID); err != nil {
		return a, err
	} else if g.Camera != Consented {
		return a, fault.New(fault.Conflict, "exams.snapshots_off")
	}
	return a, soonIn(rx, attemptID)
}

// soonIn refuses a picture that comes too soon after another, or after too many.
func soonIn(rx *store.Rx, attemptID string) error {
	var n int
	var last int64
	if err := rx.Row(`SELECT count(*), coalesce(max(at_ms), 0) FROM snapshot WHERE attempt_id = ?`, attemptID).Scan(&n, &last); err != nil {
		return err
	}
	if n >= mostSnapshots || rx.Now.Sub(store.Time(last)) < betweenSnapshots {
		return fault.New(fault.TooMany, "exams.snapshot_soon")
	}
	return nil
}

// SnapshotsIn are the pictures of an attempt, oldest first, with those that were removed.
func SnapshotsIn(rx *store.Rx, attemptID string) ([]Snapshot, error) {
	return store.All(rx, scanSnapshot, `SELECT `+snapshotColumns+` WHERE s.attempt_id = ? ORDER BY s.at_ms, s.id`, attemptID)
}

const snapshotColumns = `s.id, s.attempt_id, s.sha256, s.faces, s.at_ms, coalesce(r.at_ms, 0)
	FROM snapshot s LEFT JOIN snapshot_removal r ON r.snapshot_id = s.id`

func scanSnapshot(row store.Row) (s Snapshot, err error) {
	var at, gone int64
	err = row.Scan(&s.ID, &s.AttemptID, &s.sha256, &s.Faces, &at, &gone)
	s.At = store.Time(at)
	if gone > 0 {
		s.Gone = store.Time(gone)
	}
	return s, err
}

// Picture is the JPEG of a snapshot, for a domain that has settled who may see it. Faults: NotFound for one of another
// attempt, one that was removed, and one whose key was erased.
func (r *Room) Picture(ctx context.Context, attemptID, id string) ([]byte, error) {
	var s Snapshot
	var key []byte
	err := r.db.Read(ctx, func(rx *store.Rx) error {
		var ok bool
		var err error
		if s, ok, err = store.First(rx, scanSnapshot, `SELECT `+snapshotColumns+` WHERE s.id = ? AND s.attempt_id = ?`, id, attemptID); err != nil {
			return err
		}
		if !ok || !s.Gone.IsZero() {
			return errMissing()
		}
		a, _, err := AttemptIn(rx, attemptID)
		if err != nil {
			return err
		}
		if key, ok, err = ledger.KeyOfIn(rx, a.PersonID); err == nil && !ok {
			err = errMissing()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	f, err := r.files.Open(s.sha256)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "exams.file_lost")
	}
	defer f.Close()
	sealed, err := io.ReadAll(io.LimitReader(f, mostSnapshot+sealing))
	if err != nil {
		return nil, err
	}
	jpeg, err := unseal(key, id, sealed)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "exams.file_lost")
	}
	return jpeg, nil
}

// sealing is by how much sealing lengthens a picture: the tag of GCM.
const sealing = 16

// seal encrypts with AES-256-GCM under HMAC-SHA-256(person's key, "snapshot " + id). Each id has a key of its own, which
// encrypts once, and so the nonce is zero.
func seal(key []byte, id string, jpeg []byte) []byte {
	return gcm(key, id).Seal(nil, make([]byte, 12), jpeg, nil)
}

func unseal(key []byte, id string, sealed []byte) ([]byte, error) {
	return gcm(key, id).Open(nil, make([]byte, 12), sealed, nil)
}

func gcm(key []byte, id string) cipher.AEAD {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("snapshot " + id))
	block, err := aes.NewCipher(m.Sum(nil))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// ForgetSnapshots removes up to 200 pictures of attempts that ended before then, but of those that keep refuses, and
// returns how many went. What the journal says of them stays. keep is asked again in the transaction that lets them go,
// so that a case that is opened meanwhile holds them.
func (r *Room) ForgetSnapshots(ctx context.Context, before time.Time, keep func(rx *store.Rx, attemptID string) (bool, error)) (int, error) {
	var attempts []string
	err := r.db.Read(ctx, func(rx *store.Rx) error {
		all, err := store.All(rx, scanText, `SELECT DISTINCT s.attempt_id FROM snapshot s JOIN attempt a ON a.id = s.attempt_id
			LEFT JOIN snapshot_removal r ON r.snapshot_id = s.id WHERE a.ended_ms < ? AND r.snapshot_id IS NULL ORDER BY s.attempt_id`, store.Ms(before))
		if err != nil {
			return err
		}
		for _, id := range all {
			if kept, err := keep(rx, id); err != nil {
				return err
			} else if !kept {
				attempts = append(attempts, id)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	gone := 0
	for _, id := range attempts[:min(len(attempts), forgottenAtOnce)] {
		var n int
		if err := r.db.Write(ctx, func(tx *store.Tx) error {
			n = 0
			if kept, err := keep(tx.Rx, id); err != nil || kept {
				return err
			}
			n, err = forgetSnapshotsIn(tx, id, forgottenAtOnce-gone)
			return err
		}); err != nil {
			return gone, err
		}
		if gone += n; gone >= forgottenAtOnce {
			break
		}
	}
	return gone, r.removeBlobs(ctx)
}

// forgottenAtOnce keeps one transaction short.
const forgottenAtOnce = 200

// forgetSnapshotsIn lets up to so many pictures of an attempt go, on record. Their bytes go after it (removeBlobs), also
// when there is a crash in between.
func forgetSnapshotsIn(tx *store.Tx, attemptID string, most int) (int, error) {
	going, err := store.All(tx.Rx, scanSnapshot, `SELECT `+snapshotColumns+` WHERE s.attempt_id = ? AND r.snapshot_id IS NULL ORDER BY s.at_ms, s.id LIMIT ?`, attemptID, most)
	if err != nil {
		return 0, err
	}
	for _, s := range going {
		if _, err := tx.Exec(`INSERT INTO snapshot_removal (snapshot_id, reason, by_id, at_ms) VALUES (?, 'retention', ?, ?)`, s.ID, people.SystemID, store.Ms(tx.Now)); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(`INSERT INTO blob_removal (sha256, at_ms) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING`, s.sha256, store.Ms(tx.Now)); err != nil {
			return 0, err
		}
	}
	return len(going), nil
}
