CREATE TABLE declaration (
  sitting_id TEXT   NOT NULL PRIMARY KEY REFERENCES sitting (id),
  test       TEXT   NOT NULL,              -- name and version of the one test that raises findings
  doc        TEXT   NOT NULL,              -- JSON Declaration, as committed to the ledger
  leaf_id    TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);

CREATE TABLE comparison (
  sitting_id TEXT   NOT NULL PRIMARY KEY REFERENCES sitting (id),
  papers     BIGINT NOT NULL,
  pairs      BIGINT NOT NULL,
  positional BIGINT NOT NULL,              -- papers left out: answered by position
  threshold  DOUBLE PRECISION NOT NULL,    -- p-value bound of each comparison
  found      BIGINT NOT NULL,
  at_ms      BIGINT NOT NULL
);

CREATE TABLE finding (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  attempt_a  TEXT   NOT NULL REFERENCES attempt (id),
  attempt_b  TEXT   NOT NULL REFERENCES attempt (id),
  alignment  TEXT   NOT NULL,
  matches    BIGINT NOT NULL,
  slots      BIGINT NOT NULL,
  needed     BIGINT NOT NULL,              -- matches from which on the test finds
  p          DOUBLE PRECISION NOT NULL,
  at_ms      BIGINT NOT NULL,
  CONSTRAINT finding_alignment CHECK (alignment IN ('number', 'item'))
);
CREATE UNIQUE INDEX finding_pair ON finding (sitting_id, attempt_a, attempt_b);

CREATE TABLE integrity_case (
  number     BIGINT NOT NULL PRIMARY KEY,
  person_id  TEXT   NOT NULL REFERENCES employee (id),
  attempt_id TEXT   NOT NULL REFERENCES attempt (id),
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  state      TEXT   NOT NULL,
  review_ms  BIGINT,                       -- until when it suspends the gate
  outcome    TEXT,
  at_ms      BIGINT NOT NULL,
  CONSTRAINT case_state CHECK (state IN ('flagged', 'open', 'second', 'closed')),
  CONSTRAINT case_outcome CHECK (outcome IN ('not_upheld', 'resit', 'red_line')),
  CONSTRAINT case_closed CHECK ((outcome IS NULL) = (state <> 'closed')),
  CONSTRAINT case_opened CHECK (state NOT IN ('open', 'second') OR review_ms IS NOT NULL)
);
CREATE UNIQUE INDEX case_attempt ON integrity_case (attempt_id);
CREATE INDEX case_person ON integrity_case (person_id);
CREATE INDEX case_waiting ON integrity_case (state, number) WHERE state <> 'closed';

CREATE TABLE case_finding (
  number     BIGINT NOT NULL REFERENCES integrity_case (number),
  finding_id TEXT   NOT NULL REFERENCES finding (id),
  PRIMARY KEY (number, finding_id)
);

CREATE TABLE case_event (
  id     TEXT   NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL REFERENCES integrity_case (number),
  kind   TEXT   NOT NULL,                  -- flagged, reported, opened, renewed, voted, closed, overturned, viewed
  text   TEXT   NOT NULL,
  by_id  TEXT   NOT NULL,
  at_ms  BIGINT NOT NULL
);
CREATE INDEX case_event_case ON case_event (number, at_ms);

CREATE TABLE case_fact (
  id     TEXT   NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL REFERENCES integrity_case (number),
  kind   TEXT   NOT NULL,
  text   TEXT   NOT NULL,
  origin TEXT   NOT NULL,                  -- where it comes from and when it was made
  by_id  TEXT   NOT NULL,
  at_ms  BIGINT NOT NULL,
  CONSTRAINT fact_kind CHECK (kind IN ('invigilator_note', 'document', 'concurrent_sessions', 'admission', 'statistical', 'telemetry', 'other'))
);
CREATE INDEX case_fact_case ON case_fact (number, at_ms);

CREATE TABLE case_retraction (
  fact_id TEXT   NOT NULL PRIMARY KEY REFERENCES case_fact (id),
  reason  TEXT   NOT NULL,
  by_id   TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL
);

CREATE TABLE case_tie (
  number      BIGINT NOT NULL REFERENCES integrity_case (number),
  reviewer_id TEXT   NOT NULL REFERENCES employee (id),
  reason      TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  PRIMARY KEY (number, reviewer_id)
);

CREATE TABLE case_vote (
  id          TEXT   NOT NULL PRIMARY KEY,
  number      BIGINT NOT NULL REFERENCES integrity_case (number),
  reviewer_id TEXT   NOT NULL REFERENCES employee (id),
  outcome     TEXT   NOT NULL,
  reason      TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  CONSTRAINT vote_outcome CHECK (outcome IN ('not_upheld', 'resit', 'red_line'))
);
CREATE UNIQUE INDEX case_vote_once ON case_vote (number, reviewer_id);

CREATE TABLE verdict (
  number     BIGINT NOT NULL PRIMARY KEY REFERENCES integrity_case (number),
  person_id  TEXT   NOT NULL REFERENCES employee (id),
  attempt_id TEXT   NOT NULL REFERENCES attempt (id),
  outcome    TEXT   NOT NULL,
  leaf_id    TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  CONSTRAINT verdict_outcome CHECK (outcome IN ('not_upheld', 'resit', 'red_line'))
);
CREATE INDEX verdict_person ON verdict (person_id, outcome);

CREATE TABLE overturning (
  number BIGINT NOT NULL PRIMARY KEY REFERENCES verdict (number),
  reason TEXT   NOT NULL,
  by_id  TEXT   NOT NULL,
  at_ms  BIGINT NOT NULL
);
