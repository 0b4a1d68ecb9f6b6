-- The end of the case's chain in the ledger, and the clock that runs: whose move it is, and until when.
ALTER TABLE integrity_case ADD COLUMN head_seq  BIGINT NOT NULL DEFAULT 0;
ALTER TABLE integrity_case ADD COLUMN head_hash TEXT   NOT NULL DEFAULT '';
ALTER TABLE integrity_case ADD COLUMN step      TEXT   NOT NULL DEFAULT ''; -- '' while nobody is waited for
ALTER TABLE integrity_case ADD COLUMN due_ms    BIGINT;
ALTER TABLE integrity_case ADD COLUMN clock_id  TEXT   NOT NULL DEFAULT '';

-- What happens to a case once at most.
CREATE UNIQUE INDEX case_event_once ON case_event (number, kind) WHERE kind IN ('noticed', 'statement', 'unheard', 'appealed', 'rejected', 'final');

-- Every time that was set, as it was told: never moved, replaced by a later one.
CREATE TABLE case_clock (
  id     TEXT   NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL REFERENCES integrity_case (number),
  step   TEXT   NOT NULL,                  -- triage, notice, statement, decision, inquiry, appeal, appeal_decision; suspension
  due_ms BIGINT NOT NULL,
  by_id  TEXT   NOT NULL,                  -- whose deed set it
  at_ms  BIGINT NOT NULL
);
CREATE INDEX case_clock_case ON case_clock (number, at_ms);

-- That somebody was reminded of a clock, once before its end and once after.
CREATE TABLE case_reminder (
  clock_id TEXT    NOT NULL REFERENCES case_clock (id),
  passed   BOOLEAN NOT NULL,
  told     TEXT    NOT NULL,               -- ids, with commas
  at_ms    BIGINT  NOT NULL,
  PRIMARY KEY (clock_id, passed)
);

-- What the person has begun to write and not handed in.
CREATE TABLE case_draft (
  number BIGINT NOT NULL REFERENCES integrity_case (number),
  kind   TEXT   NOT NULL,
  text   TEXT   NOT NULL,
  at_ms  BIGINT NOT NULL,
  PRIMARY KEY (number, kind),
  CONSTRAINT draft_kind CHECK (kind IN ('statement', 'appeal'))
);

-- What the retention's daily round removed.
CREATE TABLE retention_run (
  id      TEXT   NOT NULL PRIMARY KEY,
  keeper  TEXT   NOT NULL,                 -- of what: events, and what other parts keep
  removed BIGINT NOT NULL,
  records BIGINT NOT NULL,                 -- of how many attempts, pictures, …
  at_ms   BIGINT NOT NULL
);
CREATE INDEX retention_run_at ON retention_run (at_ms);

-- Every record of a case in one shape: what its chain holds.
CREATE VIEW case_record AS
  SELECT 'case' AS kind, attempt_id AS id, number, person_id AS by_id, at_ms, sitting_id AS a, '' AS b, '' AS c FROM integrity_case
  UNION ALL SELECT 'finding', f.id, l.number, '', f.at_ms, f.attempt_a || ' ' || f.attempt_b, f.alignment,
    CAST(f.matches AS TEXT) || '/' || CAST(f.slots AS TEXT) || ' ' || CAST(f.needed AS TEXT) FROM case_finding l JOIN finding f ON f.id = l.finding_id
  UNION ALL SELECT 'event', id, number, by_id, at_ms, kind, text, '' FROM case_event
  UNION ALL SELECT 'fact', id, number, by_id, at_ms, kind, text, origin FROM case_fact
  UNION ALL SELECT 'retraction', r.fact_id, f.number, r.by_id, r.at_ms, r.reason, '', '' FROM case_retraction r JOIN case_fact f ON f.id = r.fact_id
  UNION ALL SELECT 'tie', reviewer_id, number, reviewer_id, at_ms, reason, '', '' FROM case_tie
  UNION ALL SELECT 'vote', id, number, reviewer_id, at_ms, outcome, reason, '' FROM case_vote
  UNION ALL SELECT 'verdict', leaf_id, number, '', at_ms, outcome, person_id, attempt_id FROM verdict
  UNION ALL SELECT 'overturning', CAST(number AS TEXT), number, by_id, at_ms, reason, '', '' FROM overturning
  UNION ALL SELECT 'clock', id, number, by_id, at_ms, step, CAST(due_ms AS TEXT), '' FROM case_clock;
