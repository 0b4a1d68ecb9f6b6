-- A load test on the installation itself: who asked for it, with how many candidates, and what became of it. Its
-- sitting and its papers are erased when it ends, so the sitting is named here without a reference.
CREATE TABLE rehearsal (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL,
  candidates BIGINT NOT NULL,
  by_name    TEXT   NOT NULL,               -- of the API token
  at_ms      BIGINT NOT NULL,
  ends_ms    BIGINT NOT NULL,               -- when it ends unasked
  ended_by   TEXT,                          -- the API token's name, or system
  ended_ms   BIGINT,
  dismissed  BIGINT NOT NULL DEFAULT 0,     -- candidates sent home so far
  attempts   BIGINT NOT NULL DEFAULT 0,     -- attempts erased so far
  erased_ms  BIGINT,                        -- nothing is left of it but this row
  CONSTRAINT rehearsal_ended CHECK ((ended_ms IS NULL) = (ended_by IS NULL))
);
CREATE INDEX rehearsal_open ON rehearsal (at_ms) WHERE erased_ms IS NULL;
