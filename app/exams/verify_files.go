package exams

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"bainian/app/blobs"
	"bainian/app/ledger"
	"bainian/app/store"
)

// ofFile is the kind of record of a file that somebody handed in.
const ofFile = "handed-in file"

// VerifyFiles looks at the bytes of every file that is kept: they have the hash that the journal and the answers name.
// A file that was given up, or of a person whose data was erased, may be gone.
func (r *Room) VerifyFiles(ctx context.Context, folder *blobs.Store) (looked int, findings ledger.Findings, err error) {
	type kept struct{ id, attempt, sha256 string }
	var all []kept
	if err := r.db.Read(ctx, func(rx *store.Rx) error {
		all, err = store.All(rx, func(row store.Row) (k kept, err error) {
			return k, row.Scan(&k.id, &k.attempt, &k.sha256)
		}, `SELECT id, attempt_id, sha256 FROM upload WHERE stored_ms IS NOT NULL AND (settled_ms IS NULL OR kept) ORDER BY id`)
		return err
	}); err != nil {
		return 0, nil, err
	}
	for _, k := range all {
		find := func(why string) {
			findings.Add(ledger.Finding{Kind: ofFile, Record: fmt.Sprintf("attempt %s, file %s", k.attempt, k.id), Why: why})
		}
		looked++
		switch sum, err := bytesOf(folder, k.sha256); {
		case errors.Is(err, fs.ErrNotExist):
			find("its bytes are missing")
		case err != nil:
			return looked, findings, err
		case sum != k.sha256:
			find("its bytes are not those that were handed in")
		}
	}
	return looked, findings, nil
}

// bytesOf is the SHA-256 of a blob's bytes.
func bytesOf(folder *blobs.Store, name string) (string, error) {
	f, err := folder.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}
