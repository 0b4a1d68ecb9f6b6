-- Who may break the glass: the verifier of a passphrase, emptied when it ends.
CREATE TABLE glass_holder (
  id        TEXT   NOT NULL PRIMARY KEY,
  person_id TEXT   NOT NULL REFERENCES employee (id),
  verifier  TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL,
  ended_ms  BIGINT,
  ended_by  TEXT,
  CONSTRAINT glass_holder_verifier CHECK ((verifier = '') = (ended_ms IS NOT NULL))
);
CREATE UNIQUE INDEX glass_holder_now ON glass_holder (person_id) WHERE ended_ms IS NULL;

-- One breaking of the glass, as its log tells it, with what an import found out when the database was back.
-- ended_ms is that of the last line so far; by_ids are the two holders, by a blank.
CREATE TABLE break_glass (
  id             TEXT   NOT NULL PRIMARY KEY,
  at_ms          BIGINT NOT NULL,
  ended_ms       BIGINT NOT NULL,
  mended         BOOLEAN NOT NULL,
  snapshot_ms    BIGINT NOT NULL,
  digest         TEXT   NOT NULL,
  policy_version BIGINT NOT NULL,
  by_ids         TEXT   NOT NULL,
  by_names       TEXT   NOT NULL,
  reason         TEXT   NOT NULL,
  machine        TEXT   NOT NULL,
  last_line      BIGINT NOT NULL,
  imported_ms    BIGINT NOT NULL,
  imported_by    TEXT   NOT NULL
);
CREATE INDEX break_glass_at ON break_glass (at_ms, id);

-- A decision of a broken glass. now_denied: the gate itself would have said no when the log was brought home.
CREATE TABLE break_glass_decision (
  glass_id   TEXT    NOT NULL REFERENCES break_glass (id),
  line       BIGINT  NOT NULL,
  at_ms      BIGINT  NOT NULL,
  way        TEXT    NOT NULL,
  person_id  TEXT    NOT NULL,
  number     TEXT    NOT NULL,
  action     TEXT    NOT NULL,
  allowed    BOOLEAN NOT NULL,
  machine    TEXT    NOT NULL,
  now_denied BOOLEAN NOT NULL,
  reasons    TEXT    NOT NULL,
  CONSTRAINT break_glass_decision_denied CHECK (allowed OR NOT now_denied),
  PRIMARY KEY (glass_id, line)
);
CREATE INDEX break_glass_wrong ON break_glass_decision (glass_id, line) WHERE now_denied;

-- Who has read what a breaking of the glass came to.
CREATE TABLE break_glass_reading (
  glass_id  TEXT   NOT NULL REFERENCES break_glass (id),
  person_id TEXT   NOT NULL REFERENCES employee (id),
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (glass_id, person_id)
);
