CREATE TABLE waiver (
  id          TEXT   NOT NULL PRIMARY KEY,
  person_id   TEXT   NOT NULL REFERENCES employee (id),
  requirement TEXT   NOT NULL,
  until_ms    BIGINT NOT NULL,
  reason      TEXT   NOT NULL,
  by_id       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  CONSTRAINT waiver_until CHECK (until_ms > at_ms)
);
CREATE INDEX waiver_person ON waiver (person_id, until_ms);

CREATE TABLE waiver_withdrawal (
  waiver_id TEXT   NOT NULL PRIMARY KEY REFERENCES waiver (id),
  by_id     TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL
);

-- When a person first took a lead: the newcomer's days count from here.
CREATE TABLE gate_opening (
  person_id TEXT   NOT NULL PRIMARY KEY REFERENCES employee (id),
  at_ms     BIGINT NOT NULL
);
