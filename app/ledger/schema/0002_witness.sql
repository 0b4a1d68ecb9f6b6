-- What a witness, whose key is kept elsewhere, has said of a checkpoint (C2SP tlog-cosignature): added, never changed.
CREATE TABLE cosignature (
  size    BIGINT NOT NULL REFERENCES checkpoint (size),
  witness TEXT   NOT NULL,           -- its public key
  line    TEXT   NOT NULL,           -- the signature line, as it stands in the note
  at_ms   BIGINT NOT NULL,           -- when it came
  PRIMARY KEY (size, witness)
);

-- The checkpoint that was taken as the root of a day, of which the leaf is in its tree.
CREATE TABLE daily_root (
  day     TEXT   NOT NULL PRIMARY KEY, -- 2026-11-28, in the company's zone
  size    BIGINT NOT NULL REFERENCES checkpoint (size),
  leaf_id TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL
);

-- How far each chain that was being written had come at a moment; the leaf holds the hash of the list.
CREATE TABLE chain_heads (
  leaf_id TEXT   NOT NULL PRIMARY KEY,
  list    TEXT   NOT NULL,           -- a line per chain: its name, the number of its last entry, that entry's hash
  at_ms   BIGINT NOT NULL
);

-- The hash of a record of evidence as it was when it was sealed; the leaf holds the hash over all that were sealed with it.
CREATE TABLE seal (
  kind       TEXT NOT NULL,          -- of evidence
  record     TEXT NOT NULL,          -- its key
  digest     TEXT NOT NULL,
  leaf_id    TEXT NOT NULL,
  release_id TEXT,                   -- leaf by which an erasure let the record go, or hold less
  PRIMARY KEY (kind, record)
);
CREATE INDEX seal_leaf ON seal (leaf_id);

-- Up to when records of a kind have been looked for.
CREATE TABLE sealed_until (
  kind  TEXT   NOT NULL PRIMARY KEY,
  at_ms BIGINT NOT NULL
);

-- What was erased, of whom, by whom and why; the leaf holds the hash of the record.
CREATE TABLE erasure (
  id      TEXT   NOT NULL PRIMARY KEY,
  subject TEXT   NOT NULL,
  scope   TEXT   NOT NULL,           -- person: the key is gone and every payload with it; records: some records
  reason  TEXT   NOT NULL,
  by_id   TEXT   NOT NULL,
  leaf_id TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL,
  CONSTRAINT erasure_scope CHECK (scope IN ('person', 'records'))
);
CREATE INDEX erasure_subject ON erasure (subject);
