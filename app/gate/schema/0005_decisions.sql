-- What the gate was asked and what it answered. Reasons are requirement keys as others may know them, by blanks.
-- person_id refers to nobody by constraint: an unknown subject is on record as well, with the number it was called by.
CREATE TABLE gate_decision (
  id             TEXT    NOT NULL PRIMARY KEY,
  at_ms          BIGINT  NOT NULL,
  way            TEXT    NOT NULL,
  person_id      TEXT    NOT NULL,
  number         TEXT    NOT NULL,
  action         TEXT    NOT NULL,
  allowed        BOOLEAN NOT NULL,
  level          TEXT    NOT NULL,
  reasons        TEXT    NOT NULL,
  policy_version BIGINT  NOT NULL,
  actor          TEXT    NOT NULL,
  entries        BIGINT  NOT NULL,
  CONSTRAINT gate_decision_entries CHECK (entries > 0)
);
CREATE INDEX gate_decision_of ON gate_decision (person_id, at_ms, id);
CREATE INDEX gate_decision_at ON gate_decision (at_ms, id);
