CREATE TABLE document (
	path      TEXT PRIMARY KEY,
	kind      TEXT NOT NULL,
	version   BIGINT NOT NULL, -- the current one
	retired   BOOLEAN NOT NULL,
	file_hash TEXT NOT NULL    -- of its files when they were last loaded; empty without files
);

CREATE TABLE document_version (
	path    TEXT NOT NULL REFERENCES document (path),
	version BIGINT NOT NULL,
	origin  TEXT NOT NULL CONSTRAINT document_version_origin CHECK (origin IN ('file', 'web')),
	lang    TEXT NOT NULL, -- of the base file
	hash    TEXT NOT NULL,
	sources TEXT NOT NULL, -- JSON: language to text; empty when retired
	retired BOOLEAN NOT NULL,
	note    TEXT NOT NULL,
	by_id   TEXT NOT NULL,
	at_ms   BIGINT NOT NULL,
	PRIMARY KEY (path, version)
);

CREATE TABLE document_draft (
	path         TEXT NOT NULL,
	by_id        TEXT NOT NULL,
	lang         TEXT NOT NULL,
	base_version BIGINT NOT NULL, -- 0 for a document that does not exist yet
	text         TEXT NOT NULL,
	at_ms        BIGINT NOT NULL,
	PRIMARY KEY (path, by_id, lang)
);

CREATE TABLE document_conflict (
	id          TEXT PRIMARY KEY,
	path        TEXT NOT NULL REFERENCES document (path),
	version     BIGINT NOT NULL, -- of the web, which stayed
	lang        TEXT NOT NULL,
	hash        TEXT NOT NULL,   -- of the file
	sources     TEXT NOT NULL,   -- of the file
	at_ms       BIGINT NOT NULL,
	kept        TEXT CONSTRAINT document_conflict_kept CHECK (kept IN ('web', 'file', 'same', 'newer')),
	note        TEXT,
	resolved_by TEXT,
	resolved_ms BIGINT
);

CREATE UNIQUE INDEX document_conflict_open ON document_conflict (path) WHERE resolved_ms IS NULL;

CREATE TABLE document_edition (
	one    BIGINT PRIMARY KEY CONSTRAINT document_edition_one CHECK (one = 1),
	number BIGINT NOT NULL
);

INSERT INTO document_edition (one, number) VALUES (1, 0);
