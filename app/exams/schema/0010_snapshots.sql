-- A picture of the candidate's camera, taken during an attempt whose exam says so. Its bytes lie in the blobs, encrypted
-- under a key that is made of the person's key, so that erasing that key leaves nothing to look at.
CREATE TABLE snapshot (
  id         TEXT   NOT NULL PRIMARY KEY,
  attempt_id TEXT   NOT NULL REFERENCES attempt (id),
  sha256     TEXT   NOT NULL,              -- of the encrypted bytes: the blob's name
  size       BIGINT NOT NULL,              -- of the picture in bytes
  faces      BIGINT NOT NULL,              -- as the browser counted them: 0, 1, 2 for more, -1 when it did not
  at_ms      BIGINT NOT NULL,
  CONSTRAINT snapshot_size CHECK (size > 0),
  CONSTRAINT snapshot_faces CHECK (faces BETWEEN -1 AND 2)
);
CREATE INDEX snapshot_attempt ON snapshot (attempt_id, at_ms);

-- That a picture is no longer there, and why.
CREATE TABLE snapshot_removal (
  snapshot_id TEXT   NOT NULL PRIMARY KEY REFERENCES snapshot (id),
  reason      TEXT   NOT NULL,
  by_id       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  CONSTRAINT snapshot_removal_reason CHECK (reason IN ('retention', 'erasure'))
);
