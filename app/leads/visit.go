package leads

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bainian/app/blobs"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	// MaxFile is how many bytes a file has that comes with a follow-up: a phone's photo of a business card.
	MaxFile = 8 << 20
	// MaxFiles is how many come with one follow-up.
	MaxFiles = 3
	maxName  = 120
	// looseAge is how long a file stays whose follow-up did not come about.
	looseAge = 24 * time.Hour
)

// Upload is a file as somebody sends it.
type Upload struct {
	Name string
	Data []byte
}

// Attachment is a file that came with a follow-up.
type Attachment struct {
	ID, FollowUpID, LeadID string
	Name, Type, SHA256     string
	Size                   int64
	By                     string
	At                     time.Time
}

// Picture reports whether it can be shown in place.
func (a Attachment) Picture() bool { return strings.HasPrefix(a.Type, "image/") }

// Worked is a follow-up with everything that goes with it.
type Worked struct {
	Contact
	NextKind  Kind     // of what is planned next; "" for a visit
	NextDay   string   // yyyy-mm-dd, "" when nothing is planned
	NextClock string   // hh:mm or ""
	Files     []Upload // business cards and the like
	Request   string   // names the page on which it was said
}

// Work records a follow-up with its files, has it keep what was planned for today, and plans what comes next, all in one
// transaction. The same words from the same page are one follow-up. Beside FollowUp's faults: Invalid for a plan or a
// file that cannot be taken, TooLarge for a file.
func (d *Diary) Work(ctx context.Context, actor people.Person, leadID string, w Worked) (t Tenure, err error) {
	files, err := d.takeFiles(ctx, actor, leadID, w.Files)
	if err != nil {
		return t, err
	}
	request := ""
	if w.Request != "" {
		request = same(w.Request, leadID, string(w.Kind), w.Outcome, w.Next)
	}
	if w.NextKind == "" {
		w.NextKind = Visit
	}
	return d.followUp(ctx, actor, leadID, w.Contact, request, func(tx *store.Tx, t Tenure, id string) error {
		days, err := d.workdaysIn(tx.Rx)
		if err != nil {
			return err
		}
		if err := keepPlansIn(tx, t, w.Kind, id, tx.Now.In(days.Zone).Format(time.DateOnly)); err != nil {
			return err
		}
		for _, f := range files {
			if _, err := tx.Exec(`UPDATE follow_up_file SET follow_up_id = ? WHERE id = ?`, id, f); err != nil {
				return err
			}
		}
		if w.NextDay == "" {
			return nil
		}
		_, err = d.planIn(tx, t, w.NextKind, w.NextDay, w.NextClock)
		return err
	})
}

// takeFiles looks at files, writes them down and stores them, for a lead that the actor holds. They belong to nothing yet.
func (d *Diary) takeFiles(ctx context.Context, actor people.Person, leadID string, uploads []Upload) (ids []string, err error) {
	if len(uploads) > MaxFiles {
		return nil, fault.New(fault.Invalid, "day.files_many", "max", MaxFiles).In("file")
	}
	for _, u := range uploads {
		if len(u.Data) > MaxFile {
			return nil, fault.New(fault.TooLarge, "day.file_large", "name", fileName(u.Name), "mb", MaxFile>>20).In("file")
		}
		form, err := blobs.Sniff(bytes.NewReader(u.Data), int64(len(u.Data)))
		if err != nil {
			return nil, err
		}
		if form.Kind != blobs.Image && form.Kind != blobs.PDF {
			return nil, fault.New(fault.Invalid, "day.file_kind", "name", fileName(u.Name)).In("file")
		}
		id, err := d.takeFile(ctx, actor, leadID, u, form)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (d *Diary) takeFile(ctx context.Context, actor people.Person, leadID string, u Upload, form blobs.Form) (id string, err error) {
	draft, err := d.files.Draft(bytes.NewReader(u.Data), MaxFile)
	if errors.Is(err, blobs.ErrFull) {
		return "", fault.Wrap(err, fault.Busy, "day.file_full")
	} else if err != nil {
		return "", err
	}
	defer draft.Discard()
	if err := d.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := heldIn(tx.Rx, actor, leadID); err != nil {
			return err
		}
		id = tx.NewID()
		_, err := tx.Exec(`INSERT INTO follow_up_file (id, lead_id, name, type, size, sha256, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			id, leadID, fileName(u.Name), form.Type, draft.Size, draft.Name, actor.ID, store.Ms(tx.Now))
		return err
	}); err != nil {
		return "", err
	}
	return id, draft.Keep()
}

// fileName is a name without a path, without what does not show, and not too long.
func fileName(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, filepath.Base(strings.ReplaceAll(name, `\`, "/"))))
	if utf8.RuneCountInString(name) > maxName {
		ext := filepath.Ext(name)
		if utf8.RuneCountInString(ext) > 10 {
			ext = ""
		}
		name = string([]rune(name)[:maxName-utf8.RuneCountInString(ext)]) + ext
	}
	if name == "" || name == "." || name == "/" {
		return "file"
	}
	return name
}

// Files are the files of a lead's follow-ups that the actor may see, by follow-up: their own to its holder, all of them to
// the managers above the holder and to admins.
func (d *Diary) Files(ctx context.Context, actor people.Person, leadID string) (files map[string][]Attachment, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		files = map[string][]Attachment{}
		all, err := attachmentsIn(rx, `f.lead_id = ?`, leadID)
		if err != nil {
			return err
		}
		for _, a := range all {
			ok, err := maySeeFileIn(rx, actor, a)
			if err != nil {
				return err
			}
			if ok {
				files[a.FollowUpID] = append(files[a.FollowUpID], a)
			}
		}
		return nil
	})
	return files, err
}

// StoredFile is a file to send. Content is to be closed.
type StoredFile struct {
	Attachment
	Content *os.File
}

// File is one file of a lead, or NotFound for whoever may not see it.
func (d *Diary) File(ctx context.Context, actor people.Person, leadID, fileID string) (s StoredFile, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		all, err := attachmentsIn(rx, `f.lead_id = ? AND f.id = ?`, leadID, fileID)
		if err != nil {
			return err
		}
		missing := fault.New(fault.NotFound, "day.no_file")
		if len(all) == 0 {
			return missing
		}
		s.Attachment = all[0]
		ok, err := maySeeFileIn(rx, actor, all[0])
		if err == nil && !ok {
			err = missing
		}
		return err
	})
	if err != nil {
		return s, err
	}
	s.Content, err = d.files.Open(s.SHA256)
	if errors.Is(err, fs.ErrNotExist) {
		err = fault.Wrap(err, fault.NotFound, "day.no_file")
	}
	return s, err
}

func attachmentsIn(rx *store.Rx, where string, args ...any) ([]Attachment, error) {
	return store.All(rx, func(row store.Row) (a Attachment, err error) {
		var at int64
		err = row.Scan(&a.ID, &a.FollowUpID, &a.LeadID, &a.Name, &a.Type, &a.Size, &a.SHA256, &a.By, &at)
		a.At = store.Time(at)
		return a, err
	}, `SELECT f.id, f.follow_up_id, f.lead_id, f.name, f.type, f.size, f.sha256, f.by_id, f.at_ms FROM follow_up_file f
		WHERE f.follow_up_id IS NOT NULL AND `+where+` ORDER BY f.id`, args...)
}

// maySeeFileIn reports whether somebody may see a file: whoever sent it, as long as they hold the lead, and those who manage
// its holder. A card that a customer gave to one person is not handed on with the lead.
func maySeeFileIn(rx *store.Rx, actor people.Person, a Attachment) (bool, error) {
	t, open, err := openIn(rx, a.LeadID)
	if err != nil {
		return false, err
	}
	if a.By == actor.ID {
		return open && t.HolderID == actor.ID && t.Paused.IsZero(), nil
	}
	return managesIn(rx, actor, a.By)
}

// SweepFiles removes files whose follow-up did not come about a day ago. It is a job.
func (d *Diary) SweepFiles(ctx context.Context) error {
	var loose []string
	var before time.Time
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		before = rx.Now.Add(-looseAge)
		loose, err = store.All(rx, scanText, `SELECT id FROM follow_up_file WHERE follow_up_id IS NULL AND swept_ms IS NULL AND at_ms < ? ORDER BY at_ms LIMIT 200`, store.Ms(before))
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range loose {
		name, wanted := "", false
		if err := d.db.Read(ctx, func(rx *store.Rx) error {
			if err := rx.Row(`SELECT sha256 FROM follow_up_file WHERE id = ?`, id).Scan(&name); err != nil {
				return err
			}
			return rx.Row(`SELECT EXISTS (SELECT 1 FROM follow_up_file WHERE sha256 = ? AND swept_ms IS NULL AND id <> ?)`, name, id).Scan(&wanted)
		}); err != nil {
			return err
		}
		if !wanted { // first the file: what is not removed stays on the list
			if err := d.files.Remove(name); err != nil {
				return err
			}
		}
		if err := d.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE follow_up_file SET swept_ms = ? WHERE id = ? AND follow_up_id IS NULL`, store.Ms(tx.Now), id)
			return err
		}); err != nil {
			return err
		}
	}
	return d.files.Tidy(before)
}
