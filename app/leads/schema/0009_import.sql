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
