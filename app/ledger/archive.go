package ledger

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// ArchiveFile is one file of a signed archive.
type ArchiveFile struct {
	Name string // ASCII without a space, such as "journal.jsonl"
	Body []byte
}

// Archive is files that belong together, under one signature: what left the installation as evidence.
type Archive struct {
	Subject string // what it is about, one line: "case 12"
	At      time.Time
	Files   []ArchiveFile
}

const (
	manifestName  = "MANIFEST.txt"
	manifestTitle = "bainian evidence"
	// mostArchived bounds what is read of one file of an archive that somebody hands us.
	mostArchived = 64 << 20
)

// WriteArchive writes a ZIP of the files with MANIFEST.txt at its end: a signed note with the SHA-256 and the size of each.
func (s *Signer) WriteArchive(w io.Writer, a Archive) error {
	z := zip.NewWriter(w)
	var manifest strings.Builder
	fmt.Fprintf(&manifest, "%s\n%s\nmade %s\n", manifestTitle, a.Subject, a.At.UTC().Format(time.RFC3339))
	for _, f := range a.Files {
		sum := sha256.Sum256(f.Body)
		fmt.Fprintf(&manifest, "file %s %d %s\n", hex.EncodeToString(sum[:]), len(f.Body), f.Name)
	}
	signed, err := s.Sign(manifest.String())
	if err != nil {
		return err
	}
	for _, f := range append(a.Files[:len(a.Files):len(a.Files)], ArchiveFile{manifestName, []byte(signed)}) {
		out, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: a.At})
		if err != nil {
			return err
		}
		if _, err := out.Write(f.Body); err != nil {
			return err
		}
	}
	return z.Close()
}

var errManifest = errors.New("ledger: the archive has no manifest that can be read")

// OpenArchive reads an archive and checks it against a public key: the manifest's signature, and that the files are the
// ones it names, all of them and no others. What does not hold comes back as findings, with the files that do.
func OpenArchive(src []byte, public string) (a Archive, bad []Finding, err error) {
	z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		return a, nil, fmt.Errorf("ledger: archive: %w", err)
	}
	bodies := map[string][]byte{}
	for _, f := range z.File {
		if _, twice := bodies[f.Name]; twice {
			bad = append(bad, ofArchive(f.Name, "it is there twice"))
			continue
		}
		if bodies[f.Name], err = unpacked(f); err != nil {
			bad = append(bad, ofArchive(f.Name, "it cannot be read: "+err.Error()))
		}
	}
	signed, ok := bodies[manifestName]
	if !ok {
		return a, bad, errManifest
	}
	text, err := Open(string(signed), public)
	if err != nil {
		return a, bad, err
	}
	listed, err := a.parse(text)
	if err != nil {
		return a, bad, err
	}
	delete(bodies, manifestName)
	for _, l := range listed {
		body, ok := bodies[l.name]
		sum := sha256.Sum256(body)
		switch {
		case !ok:
			bad = append(bad, ofArchive(l.name, "it is missing"))
		case int64(len(body)) != l.size || hex.EncodeToString(sum[:]) != l.hash:
			bad = append(bad, ofArchive(l.name, "it is not the one that was signed for"))
		default:
			a.Files = append(a.Files, ArchiveFile{l.name, body})
		}
		delete(bodies, l.name)
	}
	for _, f := range z.File {
		if _, left := bodies[f.Name]; left {
			bad = append(bad, ofArchive(f.Name, "the manifest does not know it"))
			delete(bodies, f.Name)
		}
	}
	return a, bad, nil
}

// File is the body of a file of the archive, nil where there is none.
func (a Archive) File(name string) []byte {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Body
		}
	}
	return nil
}

func ofArchive(name, why string) Finding { return Finding{"file", name, why} }

func unpacked(f *zip.File) ([]byte, error) {
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	body, err := io.ReadAll(io.LimitReader(in, mostArchived+1))
	if err == nil && len(body) > mostArchived {
		err = fmt.Errorf("it is larger than %d MB", mostArchived>>20)
	}
	return body, err
}

type listedFile struct {
	hash, name string
	size       int64
}

func (a *Archive) parse(text string) (listed []listedFile, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 || lines[0] != manifestTitle {
		return nil, errManifest
	}
	a.Subject = lines[1]
	made, ok := strings.CutPrefix(lines[2], "made ")
	if a.At, err = time.Parse(time.RFC3339, made); err != nil || !ok {
		return nil, errManifest
	}
	for _, line := range lines[3:] {
		parts := strings.Split(line, " ")
		if len(parts) != 4 || parts[0] != "file" {
			return nil, errManifest
		}
		size, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil {
			return nil, errManifest
		}
		listed = append(listed, listedFile{parts[1], parts[3], size})
	}
	return listed, nil
}

// WriteArchive writes an archive under the log's key.
func (l *Log) WriteArchive(w io.Writer, a Archive) error { return l.signer.WriteArchive(w, a) }
