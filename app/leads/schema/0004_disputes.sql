-- Two people on one customer, leads that are the same, and what is forgotten on request.
ALTER TABLE lead ADD COLUMN merged_into TEXT REFERENCES lead (id);                 -- the lead that this one was a duplicate of
CREATE INDEX lead_merged ON lead (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE lead_merge (
  dropped_id TEXT   NOT NULL PRIMARY KEY REFERENCES lead (id),
  kept_id    TEXT   NOT NULL REFERENCES lead (id),
  reason     TEXT   NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  CONSTRAINT lead_merge_two CHECK (dropped_id <> kept_id)
);

CREATE TABLE dispute (
  id          TEXT   NOT NULL PRIMARY KEY,
  lead_id     TEXT   NOT NULL REFERENCES lead (id),
  holder_id   TEXT   NOT NULL REFERENCES employee (id),   -- who held it
  claimant_id TEXT   NOT NULL REFERENCES employee (id),
  other_id    TEXT   REFERENCES lead (id),                -- the claimant's own lead of the same customer
  text        TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  winner_id   TEXT   REFERENCES employee (id),
  ruling      TEXT,
  ruled_by    TEXT,
  ruled_ms    BIGINT,
  CONSTRAINT dispute_two CHECK (holder_id <> claimant_id),
  CONSTRAINT dispute_ruled CHECK ((ruled_ms IS NULL) = (ruled_by IS NULL) AND (ruled_ms IS NULL) = (ruling IS NULL)
    AND (ruled_ms IS NULL) = (winner_id IS NULL))
);
CREATE UNIQUE INDEX dispute_open ON dispute (lead_id, claimant_id) WHERE ruled_ms IS NULL;
CREATE INDEX dispute_waiting ON dispute (at_ms) WHERE ruled_ms IS NULL;

CREATE TABLE lead_erasure (
  lead_id TEXT   NOT NULL PRIMARY KEY REFERENCES lead (id),
  reason  TEXT   NOT NULL,                      -- without what was erased
  by_id   TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL
);
