-- An import is leads from the moment it is applied; a moment later, row by row, they can be taken. Until then they stand
-- apart from the others of their pool, so that nobody's draw has to pass a million that are not there yet.
ALTER TABLE lead_import ADD COLUMN name TEXT NOT NULL DEFAULT '';   -- of the file
ALTER TABLE lead_import ADD COLUMN admitted_ms BIGINT;              -- all of it can be taken since
ALTER TABLE lead_import ADD COLUMN dropped_ms BIGINT;               -- it broke off, and nothing of it was ever a lead
UPDATE lead_import SET admitted_ms = applied_ms;
CREATE INDEX lead_import_pending ON lead_import (id) WHERE admitted_ms IS NULL AND dropped_ms IS NULL;
CREATE INDEX lead_import_applied ON lead_import (applied_ms) WHERE applied_ms IS NOT NULL;

ALTER TABLE lead DROP CONSTRAINT lead_access;
ALTER TABLE lead ADD CONSTRAINT lead_access CHECK (access IN ('open', 'newcomers', 'embargo', 'coming'));
CREATE INDEX lead_of_import ON lead (import_id, id);

-- A file that was uploaded to be looked at; it goes a day later, or once it is applied.
CREATE TABLE lead_file (
  id        TEXT   NOT NULL PRIMARY KEY,
  name      TEXT   NOT NULL,
  size      BIGINT NOT NULL,
  by_id     TEXT   NOT NULL REFERENCES employee (id),
  at_ms     BIGINT NOT NULL,
  import_id TEXT   REFERENCES lead_import (id)
);
CREATE INDEX lead_file_by_time ON lead_file (at_ms);
CREATE TABLE lead_file_part (
  file_id TEXT   NOT NULL REFERENCES lead_file (id),
  n       BIGINT NOT NULL,
  content BYTEA  NOT NULL,
  PRIMARY KEY (file_id, n)
);
CREATE INDEX swap_lead_of_lead ON swap_lead (lead_id);              -- what is staged is removed again without a look at every swap

-- Who took leads out of the house, which and how many.
CREATE TABLE lead_export (
  id     TEXT    NOT NULL PRIMARY KEY,
  filter TEXT    NOT NULL,                      -- JSON
  masked BOOLEAN NOT NULL,
  leads  BIGINT,                                -- once the last one was read
  by_id  TEXT    NOT NULL,
  at_ms  BIGINT  NOT NULL
);

-- One thing that a person did with several leads, each for itself.
CREATE TABLE lead_bulk (
  id      TEXT   NOT NULL PRIMARY KEY,
  request TEXT   NOT NULL,                      -- idempotency key
  action  TEXT   NOT NULL CONSTRAINT lead_bulk_action CHECK (action IN ('assign', 'transfer', 'move', 'close', 'reclaim', 'merge')),
  by_id   TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL
);
CREATE UNIQUE INDEX lead_bulk_request ON lead_bulk (by_id, request);
CREATE TABLE lead_bulk_item (
  bulk_id TEXT   NOT NULL REFERENCES lead_bulk (id),
  place   BIGINT NOT NULL,
  lead_id TEXT   NOT NULL,
  done_ms BIGINT,
  failed  TEXT   NOT NULL DEFAULT '',           -- the message key of what stood in the way, '' when it was done
  args    TEXT   NOT NULL DEFAULT '',           -- JSON, of that message
  PRIMARY KEY (bulk_id, place)
);
