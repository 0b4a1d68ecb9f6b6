package documents

import (
	"encoding/json"

	"bainian/app/locale"
	"bainian/app/store"
)

const (
	headColumns = `d.path, d.kind, v.version, v.lang, v.hash, v.origin, v.by_id, v.at_ms, v.note, v.retired, (c.id IS NOT NULL)`
	conflicts   = ` LEFT JOIN document_conflict c ON c.path = d.path AND c.resolved_ms IS NULL`
	current     = ` FROM document d JOIN document_version v ON v.path = d.path AND v.version = d.version` + conflicts
	every       = ` FROM document_version v JOIN document d ON d.path = v.path` + conflicts
)

func headDest(h *Head, ms *int64) []any {
	return []any{&h.Path, &h.Kind, &h.Version, &h.Lang, &h.Hash, &h.Origin, &h.PublishedBy, ms, &h.Note, &h.Retired, &h.Conflict}
}

func scanHead(row store.Row) (h Head, err error) {
	var ms int64
	err = row.Scan(headDest(&h, &ms)...)
	h.PublishedAt = store.Time(ms)
	return h, err
}

func scanDoc(row store.Row) (d Doc, err error) {
	var ms int64
	var sources string
	if err := row.Scan(append(headDest(&d.Head, &ms), &sources)...); err != nil {
		return d, err
	}
	d.PublishedAt = store.Time(ms)
	d.Sources, err = decode(sources)
	return d, err
}

func encode(sources map[locale.Lang]string) string {
	text, err := json.Marshal(sources)
	if err != nil {
		panic(err) // a map of strings cannot fail
	}
	return string(text)
}

func decode(text string) (sources map[locale.Lang]string, err error) {
	return sources, json.Unmarshal([]byte(text), &sources)
}

// shelved is a document's row.
type shelved struct {
	path     string
	kind     Kind
	version  int
	retired  bool
	fileHash string
	origin   Origin // of the current version
	hash     string // of the current version
	lang     locale.Lang
}

// takes reports whether loading the file d makes a version: it changed, and the web has not published since.
func (s shelved) takes(d Doc) bool {
	return d.Hash != s.fileHash && (s.version == 0 || s.origin != FromWeb)
}

const shelvedQuery = `SELECT d.path, d.kind, d.version, d.retired, d.file_hash, v.origin, v.hash, v.lang
	FROM document d JOIN document_version v ON v.path = d.path AND v.version = d.version`

func scanShelved(row store.Row) (s shelved, err error) {
	return s, row.Scan(&s.path, &s.kind, &s.version, &s.retired, &s.fileHash, &s.origin, &s.hash, &s.lang)
}

// publishIn makes d the next version after s and the current one; a zero s makes the document. encoded is
// encode(d.Sources), made before the transaction.
func publishIn(tx *store.Tx, s shelved, d Doc, encoded string) (Head, error) {
	h := d.Head
	h.Version, h.PublishedAt, h.Draft = s.version+1, tx.Now, false
	fileHash := s.fileHash
	if h.Origin == FromFile {
		fileHash = h.Hash
	}
	if h.Retired {
		fileHash = ""
	}
	if _, err := tx.Exec(`INSERT INTO document (path, kind, version, retired, file_hash) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (path) DO UPDATE SET version = excluded.version, retired = excluded.retired, file_hash = excluded.file_hash`,
		h.Path, string(h.Kind), h.Version, h.Retired, fileHash); err != nil {
		return Head{}, err
	}
	if _, err := tx.Exec(`INSERT INTO document_version (path, version, origin, lang, hash, sources, retired, note, by_id, at_ms)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		h.Path, h.Version, string(h.Origin), string(h.Lang), h.Hash, encoded, h.Retired, h.Note, h.PublishedBy, store.Ms(tx.Now)); err != nil {
		return Head{}, err
	}
	_, err := tx.Exec(`UPDATE document_edition SET number = number + 1 WHERE one = 1`)
	return h, err
}
