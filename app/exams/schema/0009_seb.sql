-- Safe Exam Browser. A configuration is written for one person at one sitting, and known by its Config Key; the token in
-- its start URL is kept as a hash, and signs its person in once.
CREATE TABLE seb_config (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  person_id  TEXT   NOT NULL REFERENCES employee (id),
  config_key TEXT   NOT NULL, -- hex
  token_hash TEXT   NOT NULL UNIQUE,
  at_ms      BIGINT NOT NULL,
  used_ms    BIGINT -- NULL until its start URL has signed the person in
);
CREATE INDEX seb_config_person ON seb_config (sitting_id, person_id);

-- Sessions that proved to be in Safe Exam Browser, for the pages that an engine asks for without showing its keys. A
-- session is known by a hash of its token.
CREATE TABLE seb_session (
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  person_id  TEXT   NOT NULL REFERENCES employee (id),
  hash       TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  PRIMARY KEY (sitting_id, person_id, hash)
);

-- What clients showed, as far as it changed: the keys that may be used, none, or others. Whoever was let in all the same
-- has an exemption.
CREATE TABLE seb_visit (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  person_id  TEXT   NOT NULL REFERENCES employee (id),
  attempt_id TEXT   NOT NULL, -- '' before the start
  verdict    TEXT   NOT NULL,
  url        TEXT   NOT NULL,
  expected   TEXT   NOT NULL, -- hashes for that URL, apart by spaces; not all of them where there are many keys
  received   TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  CONSTRAINT seb_visit_verdict CHECK (verdict IN ('matched', 'missing', 'wrong'))
);
CREATE INDEX seb_visit_person ON seb_visit (sitting_id, person_id, id);

-- Candidates who may sit outside Safe Exam Browser, as it cannot be used by them or on their machine.
CREATE TABLE seb_exemption (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  person_id  TEXT   NOT NULL REFERENCES employee (id),
  reason     TEXT   NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);
CREATE UNIQUE INDEX seb_exemption_person ON seb_exemption (sitting_id, person_id);
