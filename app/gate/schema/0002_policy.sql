-- A manager's word that somebody below them is ready, with a note; withdrawn by a record of its own.
CREATE TABLE sign_off (
  id        TEXT   NOT NULL PRIMARY KEY,
  person_id TEXT   NOT NULL REFERENCES employee (id),
  note      TEXT   NOT NULL CONSTRAINT sign_off_note CHECK (note <> ''),
  by_id     TEXT   NOT NULL REFERENCES employee (id),
  at_ms     BIGINT NOT NULL
);
CREATE INDEX sign_off_person ON sign_off (person_id, at_ms);

CREATE TABLE sign_off_withdrawal (
  sign_off_id TEXT   NOT NULL PRIMARY KEY REFERENCES sign_off (id),
  reason      TEXT   NOT NULL CONSTRAINT sign_off_withdrawal_reason CHECK (reason <> ''),
  by_id       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL
);

-- That HR meant it when a policy that locks everybody out was published: which text, why, and what it did.
CREATE TABLE policy_override (
  id      TEXT   NOT NULL PRIMARY KEY,
  hash    TEXT   NOT NULL,              -- of the text, as document_version has it
  open_before BIGINT NOT NULL,              -- people who could take leads before
  open_after  BIGINT NOT NULL,              -- and of those, who still can
  reason  TEXT   NOT NULL CONSTRAINT policy_override_reason CHECK (reason <> ''),
  by_id   TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL
);
CREATE INDEX policy_override_hash ON policy_override (hash, at_ms);
