-- What was known of the items when a sitting was opened, under its SHA-256: the pins of sittings name it.
CREATE TABLE facility (
  digest TEXT NOT NULL PRIMARY KEY,
  doc    TEXT NOT NULL                      -- JSON Known: by bank and item the mean share of its points, in thousandths
);
CREATE INDEX attempt_exam ON attempt (exam, ended_ms);

-- One more attempt for a person who has used up theirs, by HR.
CREATE TABLE attempt_grant (
  id        TEXT   NOT NULL PRIMARY KEY,
  person_id TEXT   NOT NULL REFERENCES employee (id),
  exam      TEXT   NOT NULL,
  reason    TEXT   NOT NULL,
  by_id     TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL
);
CREATE INDEX attempt_grant_person ON attempt_grant (person_id, exam, at_ms);
