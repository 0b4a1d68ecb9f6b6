package exams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"bainian/app/blobs"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// File is a file that is being handed in.
type File struct {
	ID, AttemptID string
	N             int // the question it answers
	Name          string
	Size          int64
	Seconds       int
	Total         int       // how many parts it has
	Have          []int     // the parts that are there, as long as it is not stored
	StoredAt      time.Time // zero until all of it is there
	SHA256, Type  string    // once it is stored

	seals   []string  // SHA-256 of each part; none when it is not sealed
	givenAt time.Time // when it was begun
	settled bool
	kept    bool
}

// Attachment is how an answer names the file.
func (f File) Attachment() questions.Attachment {
	return questions.Attachment{SHA256: f.SHA256, Name: f.Name, Type: f.Type, Size: f.Size, Seconds: f.Seconds}
}

// filePayload is what the journal keeps of a file: what was declared and sealed when it was begun, and what it was once
// all of it had come.
type filePayload struct {
	N       int    `json:"n"`
	File    string `json:"file"`
	Size    int64  `json:"size,omitempty"`
	Seal    string `json:"seal,omitempty"` // SHA-256 over those of the parts
	GivenMs int64  `json:"given_ms,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
	Type    string `json:"type,omitempty"`
}

// The time of a file (E2). A file is begun like an answer is saved: until the deadline, or within the grace when the
// server saw the candidate cut off across it. One that was begun in time and sealed, so that nothing of it can be made
// any more, may go on arriving for the grace; one that nobody could seal must have arrived by the deadline. An answer
// that names only files that were sealed in time is taken within the grace, and marked late.

// sealedBy reports whether all that the file holds was fixed at that time.
func (f File) sealedBy(deadline time.Time) bool {
	return len(f.seals) > 0 && !f.givenAt.After(deadline)
}

// takesPart is the reason why nothing of a file comes in now, or nil.
func (a Attempt) takesPart(now time.Time, device string, f File) error {
	switch err := a.holds(device); {
	case err != nil:
		return err
	case !a.PausedAt.IsZero():
		return fault.New(fault.Conflict, "exams.paused")
	case now.After(a.Deadline) && (now.After(a.DueAt) || !f.sealedBy(a.Deadline)):
		return fault.New(fault.Conflict, "exams.over")
	}
	return nil
}

// BeginFile announces a file for a question of the actor's attempt. Announcing the same one again, as after a lost
// reply, gives the one that was begun. Faults: as Answer's; Invalid and TooLarge for what can never be taken.
func (r *Room) BeginFile(ctx context.Context, actor people.Person, attemptID string, n NewFile) (File, error) {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return File{}, err
	}
	if d.personID != actor.ID {
		return File{}, errMissing()
	}
	if err := namesDevice(n.Device); err != nil {
		return File{}, err
	}
	var malformed error
	if n.N < 1 || n.N > len(d.items) {
		malformed = fault.New(fault.Invalid, "exams.not_on_form", "number", n.N, "total", len(d.items))
	} else {
		malformed = n.check(d.items[n.N-1])
	}
	n.Name = fileName(n.Name)
	if len(n.Type) > 100 {
		n.Type = ""
	}
	seals := append([]string{}, n.Parts...)
	doc, err := json.Marshal(seals)
	if err != nil {
		return File{}, err
	}
	var f File
	var refusal error
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		f, refusal = File{}, malformed
		a, ok, err := AttemptIn(tx.Rx, attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		if err := a.holds(n.Device); err != nil {
			refusal = err
			return nil
		}
		var g given
		if refusal == nil {
			g, refusal = a.takes(tx.Now, Save{Device: n.Device, ElapsedMs: n.ElapsedMs})
		}
		again := false
		if refusal == nil {
			f, again, refusal, err = begunIn(tx.Rx, a, n)
		}
		if err != nil {
			return err
		}
		if err := heardIn(tx, &a); err != nil || refusal != nil || again {
			return err
		}
		f = File{ID: tx.NewID(), AttemptID: a.ID, N: n.N, Name: n.Name, Size: n.Size, Seconds: n.Seconds, Total: partsOf(n.Size), seals: seals, givenAt: g.at}
		entry := filePayload{N: n.N, File: f.ID, Size: n.Size}
		if len(seals) > 0 {
			entry.Seal = digest(strings.Join(seals, ""))
		}
		if g.late {
			entry.GivenMs = store.Ms(g.at)
		}
		if err := appendIn(tx, &a, entryFile, entry); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO upload (id, attempt_id, n, name, claimed, size, seconds, parts, by_id, at_ms, given_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			f.ID, a.ID, f.N, f.Name, n.Type, f.Size, f.Seconds, string(doc), actor.ID, store.Ms(tx.Now), store.Ms(g.at))
		return err
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return File{}, err
	}
	return f, r.haveParts(&f)
}

// begunIn is the file if it was begun before, or the reason why the attempt takes no more.
func begunIn(rx *store.Rx, a Attempt, n NewFile) (f File, again bool, refusal, err error) {
	all, err := store.All(rx, scanFile, `SELECT `+fileColumns+` FROM upload WHERE attempt_id = ? ORDER BY id`, a.ID)
	if err != nil {
		return f, false, nil, err
	}
	sum := n.Size
	for _, old := range all {
		if !old.settled && len(n.Parts) > 0 && slices.Equal(old.seals, n.Parts) && old.N == n.N && old.Size == n.Size && old.Name == n.Name {
			return old, true, nil, nil
		}
		sum += old.Size
	}
	switch {
	case len(all) >= mostUploads:
		return f, false, fault.New(fault.Conflict, "exams.file_many", "max", mostUploads), nil
	case sum > mostOfAttempt:
		return f, false, fault.New(fault.TooLarge, "exams.file_sum", "mb", mostOfAttempt>>20), nil
	}
	return f, false, nil, nil
}

// PutPart keeps part k of a file; once it returns, the part is durable. A part that came before is taken again, and one
// of a stored file is no longer needed: both are no error. Faults: as Answer's; Invalid exams.file_part for a part that
// is not what was announced; Invalid when the first part tells that the file is none the question takes.
func (r *Room) PutPart(ctx context.Context, actor people.Person, attemptID, fileID, device string, k int, content []byte) error {
	d, f, err := r.arriving(ctx, actor, attemptID, fileID, device)
	if err != nil || !f.StoredAt.IsZero() {
		return err
	}
	if k < 0 || k >= f.Total || int64(len(content)) != partSize(f.Size, k) || len(f.seals) > 0 && digest(string(content)) != f.seals[k] {
		return fault.New(fault.Invalid, "exams.file_part").In("part")
	}
	if k == 0 {
		if err := mayFit(content[:min(len(content), blobs.SniffLength)], d.kinds(f.N), f.Name); err != nil {
			return err
		}
	}
	tray, err := r.files.Tray(f.ID)
	if err != nil {
		return err
	}
	return onDisk(tray.Put(k, bytes.NewReader(content), PartSize))
}

// kinds are the kinds of file that question n takes.
func (d *dealt) kinds(n int) []string {
	item := d.items[n-1]
	return FileKinds(item.Kind, item.Accept)
}

// arriving is a file of which something comes in now. Every such call is a contact, one that is refused too.
func (r *Room) arriving(ctx context.Context, actor people.Person, attemptID, fileID, device string) (*dealt, File, error) {
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return nil, File{}, err
	}
	if d.personID != actor.ID {
		return nil, File{}, errMissing()
	}
	if err := namesDevice(device); err != nil {
		return nil, File{}, err
	}
	var f File
	var refusal error
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		a, ok, err := AttemptIn(tx.Rx, attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		var found bool
		if f, found, err = fileIn(tx.Rx, attemptID, fileID); err != nil {
			return err
		}
		if !found {
			refusal = errMissing()
		} else if refusal = a.takesPart(tx.Now, device, f); !f.StoredAt.IsZero() {
			refusal = nil // all of it is there, and saying so again harms nobody
		}
		return listenIn(tx, &a, device)
	})
	if err == nil {
		err = refusal
	}
	return d, f, err
}

// FileState is how far a file of the actor's has come, to go on with the parts that are missing.
func (r *Room) FileState(ctx context.Context, actor people.Person, attemptID, fileID string) (f File, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		if _, err := ownIn(rx, actor, attemptID); err != nil {
			return err
		}
		var found bool
		if f, found, err = fileIn(rx, attemptID, fileID); err == nil && !found {
			err = errMissing()
		}
		return err
	})
	if err != nil {
		return f, err
	}
	return f, r.haveParts(&f)
}

func (r *Room) haveParts(f *File) error {
	f.Have = nil
	if !f.StoredAt.IsZero() {
		return nil
	}
	tray, err := r.files.Tray(f.ID)
	if err != nil {
		return err
	}
	parts, err := tray.Parts()
	for k := range f.Total {
		if parts[k] == partSize(f.Size, k) {
			f.Have = append(f.Have, k)
		}
	}
	return err
}

// CompleteFile puts the parts together, looks at what they hold, and gives the words by which an answer names the file.
// Completing it again gives the same. Faults: Conflict exams.file_parts while some are missing; Invalid for a file that
// is none the question takes; Busy while the same bytes are being removed or the disk is full.
func (r *Room) CompleteFile(ctx context.Context, actor people.Person, attemptID, fileID, device string) (questions.Attachment, error) {
	d, f, err := r.arriving(ctx, actor, attemptID, fileID, device)
	if err != nil || !f.StoredAt.IsZero() {
		return f.Attachment(), err
	}
	if err := r.haveParts(&f); err != nil {
		return questions.Attachment{}, err
	}
	if len(f.Have) < f.Total {
		return questions.Attachment{}, fault.New(fault.Conflict, "exams.file_parts", "missing", f.Total-len(f.Have))
	}
	tray, err := r.files.Tray(f.ID)
	if err != nil {
		return questions.Attachment{}, err
	}
	parts := tray.Reader(f.Total)
	defer parts.Close()
	draft, err := r.files.Draft(parts, f.Size)
	if err != nil {
		return questions.Attachment{}, onDisk(err)
	}
	defer draft.Discard()
	form, err := blobs.Sniff(draft, draft.Size)
	if err != nil {
		return questions.Attachment{}, err
	}
	if err := fits(form, draft.Size, d.kinds(f.N), f.Name); err != nil {
		return questions.Attachment{}, err
	}
	f.SHA256, f.Type = draft.Name, form.Type
	// Take hold of the blob, have it there, and only then say that it is.
	if err := r.db.Write(ctx, func(tx *store.Tx) error { return holdIn(tx, f, device) }); err != nil {
		return questions.Attachment{}, err
	}
	if err := draft.Keep(); err != nil {
		return questions.Attachment{}, onDisk(err)
	}
	if err := r.db.Write(ctx, func(tx *store.Tx) error { return storedIn(tx, f, device) }); err != nil {
		return questions.Attachment{}, err
	}
	_ = tray.Clear() // the file is stored; parts that another tab is still sending are the sweep's
	return f.Attachment(), nil
}

// holdIn makes the file one that needs its blob, unless that is just being removed.
func holdIn(tx *store.Tx, f File, device string) error {
	if err := stillArrivesIn(tx, f, device); err != nil {
		return err
	}
	_, removing, err := store.First(tx.Rx, scanText, `SELECT sha256 FROM blob_removal WHERE sha256 = ?`, f.SHA256)
	if err != nil {
		return err
	}
	if removing {
		return fault.New(fault.Busy, "exams.file_busy")
	}
	_, err = tx.Exec(`UPDATE upload SET sha256 = ?, type = ? WHERE id = ?`, f.SHA256, f.Type, f.ID)
	return err
}

// storedIn says that the blob is there, in the row and in the journal.
func storedIn(tx *store.Tx, f File, device string) error {
	now, found, err := fileIn(tx.Rx, f.AttemptID, f.ID)
	if err != nil || !found || !now.StoredAt.IsZero() {
		return err
	}
	if err := stillArrivesIn(tx, f, device); err != nil {
		return err
	}
	a, _, err := AttemptIn(tx.Rx, f.AttemptID)
	if err != nil {
		return err
	}
	if err := appendIn(tx, &a, entryFile, filePayload{N: f.N, File: f.ID, SHA256: f.SHA256, Type: f.Type}); err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE upload SET stored_ms = ? WHERE id = ?`, store.Ms(tx.Now), f.ID)
	return err
}

// stillArrivesIn looks again at what may have changed while the file was put together.
func stillArrivesIn(tx *store.Tx, f File, device string) error {
	a, ok, err := AttemptIn(tx.Rx, f.AttemptID)
	if err != nil || !ok {
		return orMissing(err)
	}
	now, found, err := fileIn(tx.Rx, f.AttemptID, f.ID)
	if err != nil || !found {
		return orMissing(err)
	}
	if !now.StoredAt.IsZero() {
		return nil
	}
	return a.takesPart(tx.Now, device, now)
}

// attachedIn is the outcome of a save that names files: each must be stored by this attempt for that question. One
// that comes after the deadline is taken within the grace if all its files were sealed in time.
func attachedIn(rx *store.Rx, a Attempt, n int, s Save, g given, refusal error) (given, error, error) {
	late := refusal != nil && fault.HasKey(refusal, "exams.over") && !a.Over() && !rx.Now.After(a.DueAt)
	if refusal != nil && !late {
		return g, refusal, nil
	}
	stored, err := store.All(rx, scanFile, `SELECT `+fileColumns+` FROM upload WHERE attempt_id = ? AND n = ? AND stored_ms IS NOT NULL ORDER BY id`, a.ID, n)
	if err != nil {
		return g, nil, err
	}
	var at time.Time
	for _, named := range s.Response.Files {
		i := slices.IndexFunc(stored, func(f File) bool { return !f.settled && f.Attachment() == named })
		if i < 0 {
			return g, fault.New(fault.Invalid, "exams.file_unknown", "number", n).In("files"), nil
		}
		if late && !stored[i].sealedBy(a.Deadline) {
			return g, refusal, nil
		}
		if stored[i].givenAt.After(at) {
			at = stored[i].givenAt
		}
	}
	if late {
		return given{at: at, late: true}, nil, nil
	}
	return g, nil, nil
}

// onDisk is a fault with words for what passes: a disk that has no room, and parts that a second call has just put
// together. Whoever sends tries again.
func onDisk(err error) error {
	switch {
	case errors.Is(err, blobs.ErrFull):
		return fault.Wrap(err, fault.Busy, "exams.file_full")
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(err, fault.Busy, "exams.file_busy")
	}
	return err
}

const fileColumns = `id, attempt_id, n, name, size, seconds, parts, given_ms, sha256, type, stored_ms, settled_ms, kept`

func scanFile(row store.Row) (f File, err error) {
	var parts string
	var givenMs int64
	var sha, typ *string
	var stored, settled *int64
	if err = row.Scan(&f.ID, &f.AttemptID, &f.N, &f.Name, &f.Size, &f.Seconds, &parts, &givenMs, &sha, &typ, &stored, &settled, &f.kept); err != nil {
		return f, err
	}
	if sha != nil && typ != nil {
		f.SHA256, f.Type = *sha, *typ
	}
	f.Total, f.givenAt = partsOf(f.Size), store.Time(givenMs)
	f.StoredAt, f.settled = store.NullTime(stored), settled != nil
	return f, json.Unmarshal([]byte(parts), &f.seals)
}

// fileIn is a file of an attempt that is not decided away.
func fileIn(rx *store.Rx, attemptID, id string) (File, bool, error) {
	f, found, err := store.First(rx, scanFile, `SELECT `+fileColumns+` FROM upload WHERE id = ? AND attempt_id = ?`, id, attemptID)
	return f, found && (!f.settled || f.kept), err
}
