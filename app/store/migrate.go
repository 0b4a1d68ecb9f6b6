package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"

	"bainian/app/fault"
)

// Schema is the migrations of one domain: the files schema/NNNN_name.sql, applied in the order of their names.
type Schema struct {
	Domain string
	Files  fs.FS
}

// migration is one file, known by domain and name.
type migration struct{ name, text, sum string }

var (
	migrationName = regexp.MustCompile(`^[0-9]{4}_[a-z0-9_]+\.sql$`)
	// A deferred constraint would fail at the COMMIT that SQLite's writer shares among many closures.
	deferred = regexp.MustCompile(`(?i)\bDEFERRABLE\b`)
)

const schemaTable = `CREATE TABLE IF NOT EXISTS schema_migration (
	name  TEXT PRIMARY KEY,
	sum   TEXT NOT NULL,
	at_ms BIGINT NOT NULL
)`

// Migrate brings the database up to the schemas of this program, given all together in their order: it applies
// what is missing, each migration once, all in one transaction. It refuses a database that an edited or an
// unknown migration has changed ("store.schema_edited", "store.schema_newer"). Several processes may start
// together.
func (db *DB) Migrate(ctx context.Context, schemas ...Schema) error {
	known, err := migrations(schemas)
	if err != nil {
		return err
	}
	if err := db.enter(ctx); err != nil {
		return err
	}
	defer db.open.RUnlock()
	return db.engine.upgrade(ctx, db.now(), func(tx *Tx, script func(string) error) error {
		if _, err := tx.Exec(schemaTable); err != nil {
			return err
		}
		missing, err := missing(tx.Rx, known)
		if err != nil {
			return err
		}
		for _, m := range missing {
			if err := script(m.text); err != nil {
				return fmt.Errorf("store: migration %s: %w", m.name, err)
			}
			if _, err := tx.Exec("INSERT INTO schema_migration (name, sum, at_ms) VALUES (?, ?, ?)", m.name, m.sum, Ms(tx.Now)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Matches reports why a database is not of these schemas as they are now: "store.schema_older", "store.schema_newer" or
// "store.schema_edited". It changes nothing.
func (db *DB) Matches(ctx context.Context, schemas ...Schema) error {
	known, err := migrations(schemas)
	if err != nil {
		return err
	}
	return db.Read(ctx, func(rx *Rx) error {
		lacks, err := missing(rx, known)
		if err == nil && len(lacks) > 0 {
			err = fault.New(fault.Conflict, "store.schema_older", "migration", lacks[0].name)
		}
		return err
	})
}

// missing are the known migrations that the database lacks.
func missing(rx *Rx, known []migration) ([]migration, error) {
	applied := map[string]string{}
	err := rx.Each("SELECT name, sum FROM schema_migration ORDER BY name", nil, func(row Row) error {
		var name, sum string
		err := row.Scan(&name, &sum)
		applied[name] = sum
		return err
	})
	if err != nil {
		return nil, err
	}
	var missing []migration
	for _, m := range known {
		sum, ok := applied[m.name]
		switch {
		case !ok:
			missing = append(missing, m)
		case sum != m.sum:
			return nil, fault.New(fault.Conflict, "store.schema_edited", "migration", m.name)
		}
		delete(applied, m.name)
	}
	for name := range applied {
		return nil, fault.New(fault.Conflict, "store.schema_newer", "migration", name)
	}
	return missing, nil
}

// migrations reads the files of all schemas, in order.
func migrations(schemas []Schema) ([]migration, error) {
	var all []migration
	for _, s := range schemas {
		files, err := fs.Glob(s.Files, "schema/*.sql")
		if err != nil {
			return nil, err
		}
		slices.Sort(files)
		for _, file := range files {
			name := s.Domain + "/" + path.Base(file)
			text, err := fs.ReadFile(s.Files, file)
			switch {
			case err != nil:
				return nil, fmt.Errorf("store: migration %s: %w", name, err)
			case !migrationName.MatchString(path.Base(file)):
				return nil, fmt.Errorf("store: migration %s: the name must be like 0001_init.sql", name)
			case deferred.Match(text):
				return nil, fmt.Errorf("store: migration %s: DEFERRABLE constraints fail other people's writes", name)
			}
			sum := sha256.Sum256(text)
			all = append(all, migration{name, string(text), hex.EncodeToString(sum[:])})
		}
	}
	return all, nil
}
