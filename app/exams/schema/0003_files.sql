-- A file that a candidate hands in for a question, from its beginning on. What it holds lies in the blobs; what counts
-- of it is what the saved answer names.
CREATE TABLE upload (
  id         TEXT    NOT NULL PRIMARY KEY,
  attempt_id TEXT    NOT NULL REFERENCES attempt (id),
  n          BIGINT  NOT NULL,              -- 1-based place on the form
  name       TEXT    NOT NULL,              -- as its owner calls it, made fit to be shown; never a path
  claimed    TEXT    NOT NULL,              -- the media type that the browser named; on record, never believed
  size       BIGINT  NOT NULL,              -- bytes, declared; the parts must come to exactly that
  seconds    BIGINT  NOT NULL,              -- how long it runs, as the browser says; 0 when it does not say
  parts      TEXT    NOT NULL,              -- JSON: the SHA-256 of each part, which seals what it holds; [] when it is not sealed
  by_id      TEXT    NOT NULL,
  at_ms      BIGINT  NOT NULL,              -- begun
  given_ms   BIGINT  NOT NULL,              -- of one begun off-line, when that was; else at_ms
  sha256     TEXT,                          -- of all of it; from then on the row holds the blob
  type       TEXT,                          -- media type, by what it holds
  stored_ms  BIGINT,                        -- all of it is there, and an answer may name it
  settled_ms BIGINT,                        -- it is decided whether it stays
  kept       BOOLEAN NOT NULL DEFAULT FALSE, -- it stays, as long as the attempt's record
  CONSTRAINT upload_size CHECK (size > 0),
  CONSTRAINT upload_stored CHECK (stored_ms IS NULL OR sha256 IS NOT NULL AND type IS NOT NULL),
  CONSTRAINT upload_kept CHECK (NOT kept OR settled_ms IS NOT NULL AND stored_ms IS NOT NULL)
);
CREATE INDEX upload_attempt ON upload (attempt_id, n);
CREATE INDEX upload_unsettled ON upload (at_ms) WHERE settled_ms IS NULL;
CREATE INDEX upload_blob ON upload (sha256) WHERE sha256 IS NOT NULL;

-- A blob that nobody holds and that is being removed. While the row is there nobody takes hold of it anew, so that no
-- file is removed under whoever has just handed in the same bytes.
CREATE TABLE blob_removal (
  sha256 TEXT   NOT NULL PRIMARY KEY,
  at_ms  BIGINT NOT NULL
);
