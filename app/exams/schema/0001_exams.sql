CREATE TABLE sitting (
  id           TEXT   NOT NULL PRIMARY KEY,
  exam         TEXT   NOT NULL,             -- slug of the blueprint
  exam_version BIGINT NOT NULL,
  pins         TEXT   NOT NULL,             -- JSON Pins: path and version of the blueprint and of each bank
  title        TEXT   NOT NULL,             -- JSON, by language
  minutes      BIGINT NOT NULL,             -- the blueprint's time limit
  cohort_id    TEXT   REFERENCES cohort (id), -- NULL: everyone
  opens_ms     BIGINT NOT NULL,
  closes_ms    BIGINT NOT NULL,
  secret       TEXT   NOT NULL,             -- 32 bytes in hex; seeds every form of the sitting
  commitment   TEXT   NOT NULL,             -- SHA-256 over secret and pins, in the ledger before anyone starts
  by_id        TEXT   NOT NULL,
  at_ms        BIGINT NOT NULL,
  closed_by    TEXT,                        -- no more starts
  closed_ms    BIGINT,
  settled_ms   BIGINT,                      -- every attempt has ended and is graded
  CONSTRAINT sitting_window CHECK (opens_ms < closes_ms),
  CONSTRAINT sitting_closed CHECK ((closed_ms IS NULL) = (closed_by IS NULL))
);
CREATE INDEX sitting_unsettled ON sitting (closes_ms) WHERE settled_ms IS NULL;
CREATE INDEX sitting_exam ON sitting (exam);

CREATE TABLE sitting_invigilator (
  sitting_id TEXT NOT NULL REFERENCES sitting (id),
  person_id  TEXT NOT NULL REFERENCES employee (id),
  PRIMARY KEY (sitting_id, person_id)
);

CREATE TABLE sitting_note (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  person_id  TEXT   NOT NULL REFERENCES employee (id), -- whom it is about
  text       TEXT   NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);
CREATE INDEX sitting_note_person ON sitting_note (sitting_id, person_id);

-- The row that every save reads and writes; what never changes of an attempt and is large is in attempt_form.
CREATE TABLE attempt (
  id          TEXT    NOT NULL PRIMARY KEY,
  sitting_id  TEXT    NOT NULL REFERENCES sitting (id),
  exam        TEXT    NOT NULL,             -- the sitting's, for the index of live attempts
  person_id   TEXT    NOT NULL REFERENCES employee (id),
  state       TEXT    NOT NULL,
  started_ms  BIGINT  NOT NULL,
  deadline_ms BIGINT  NOT NULL,             -- by deadline.go, recomputed with each extension and pause
  due_ms      BIGINT  NOT NULL,             -- deadline + off-line grace: when it is graded unasked
  paused_ms   BIGINT,
  ended_ms    BIGINT,
  card        TEXT    NOT NULL,             -- the answer card: a character per question, 1 answered, 0 not
  device      TEXT    NOT NULL DEFAULT '',  -- the lease; empty until a device takes it
  last_seq    BIGINT  NOT NULL DEFAULT 0,   -- the candidate's own count of saves
  head_seq    BIGINT  NOT NULL,             -- end of the journal
  head_hash   TEXT    NOT NULL,
  contact_ms  BIGINT  NOT NULL,             -- last contact
  gap_from_ms BIGINT  NOT NULL DEFAULT 0,   -- the latest disconnection that the server saw
  gap_to_ms   BIGINT  NOT NULL DEFAULT 0,
  revision    BIGINT  NOT NULL DEFAULT 0,   -- of the result that counts; 0 before grading
  score       BIGINT  NOT NULL DEFAULT 0,   -- thousandths of a point
  max_score   BIGINT  NOT NULL DEFAULT 0,
  passed      BOOLEAN NOT NULL DEFAULT FALSE,
  aside       BOOLEAN NOT NULL DEFAULT FALSE, -- a verdict set it aside: see set_aside
  CONSTRAINT attempt_state CHECK (state IN ('live', 'submitted', 'expired')),
  CONSTRAINT attempt_ended CHECK ((ended_ms IS NULL) = (state = 'live'))
);
CREATE UNIQUE INDEX attempt_live ON attempt (person_id, exam) WHERE state = 'live';
CREATE INDEX attempt_due ON attempt (due_ms) WHERE state = 'live';
CREATE INDEX attempt_person ON attempt (person_id, exam);
CREATE INDEX attempt_sitting ON attempt (sitting_id);

CREATE TABLE attempt_form (
  attempt_id TEXT NOT NULL PRIMARY KEY REFERENCES attempt (id),
  form       TEXT NOT NULL                  -- JSON Form: the items with their layouts
);

CREATE TABLE answer (
  attempt_id TEXT    NOT NULL REFERENCES attempt (id),
  n          BIGINT  NOT NULL,              -- 1-based place on the form
  response   TEXT    NOT NULL,              -- JSON questions.Response, in displayed positions
  seq        BIGINT  NOT NULL,
  first_ms   BIGINT  NOT NULL,              -- of the first save
  at_ms      BIGINT  NOT NULL,              -- of this one; of a late one, when it was given
  late       BOOLEAN NOT NULL,              -- given off-line, accepted within the grace
  hash       TEXT    NOT NULL,              -- of its journal entry
  PRIMARY KEY (attempt_id, n)
);

CREATE TABLE submission (
  attempt_id TEXT   NOT NULL PRIMARY KEY REFERENCES attempt (id),
  cause      TEXT   NOT NULL,
  head_seq   BIGINT NOT NULL,
  head_hash  TEXT   NOT NULL,
  receipt    TEXT   NOT NULL,               -- signed note
  leaf_id    TEXT   NOT NULL,               -- of the ledger's tree
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  CONSTRAINT submission_cause CHECK (cause IN ('submitted', 'expired', 'closed'))
);

CREATE TABLE result (
  attempt_id TEXT    NOT NULL REFERENCES attempt (id),
  revision   BIGINT  NOT NULL,              -- 1 is the grading at the end, the others are regrades
  marks      TEXT    NOT NULL,              -- JSON Marks
  score      BIGINT  NOT NULL,
  max_score  BIGINT  NOT NULL,
  passed     BOOLEAN NOT NULL,
  regrade_id TEXT,
  by_id      TEXT    NOT NULL,
  at_ms      BIGINT  NOT NULL,
  PRIMARY KEY (attempt_id, revision)
);

CREATE TABLE regrade (
  id           TEXT   NOT NULL PRIMARY KEY,
  exam         TEXT   NOT NULL,
  bank         TEXT   NOT NULL,
  bank_version BIGINT NOT NULL,             -- whose keys were applied
  diff         TEXT   NOT NULL,             -- JSON Diff, as confirmed
  reason       TEXT   NOT NULL,
  by_id        TEXT   NOT NULL,
  at_ms        BIGINT NOT NULL
);

CREATE TABLE accommodation (
  id            TEXT   NOT NULL PRIMARY KEY,
  person_id     TEXT   NOT NULL REFERENCES employee (id),
  multiplier    BIGINT NOT NULL,            -- thousandths of the time limit; the latest row of a person holds
  extra_minutes BIGINT NOT NULL,
  reason        TEXT   NOT NULL,
  by_id         TEXT   NOT NULL,
  at_ms         BIGINT NOT NULL
);
CREATE INDEX accommodation_person ON accommodation (person_id, at_ms);

CREATE TABLE extension (
  id         TEXT   NOT NULL PRIMARY KEY,
  attempt_id TEXT   NOT NULL REFERENCES attempt (id),
  minutes    BIGINT NOT NULL,
  reason     TEXT   NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);
CREATE INDEX extension_attempt ON extension (attempt_id);

CREATE TABLE pause (
  id         TEXT   NOT NULL PRIMARY KEY,
  attempt_id TEXT   NOT NULL REFERENCES attempt (id),
  reason     TEXT   NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  ended_by   TEXT,
  ended_ms   BIGINT
);
CREATE UNIQUE INDEX pause_open ON pause (attempt_id) WHERE ended_ms IS NULL;

CREATE TABLE set_aside (
  id            TEXT   NOT NULL PRIMARY KEY,
  attempt_id    TEXT   NOT NULL REFERENCES attempt (id),
  reason        TEXT   NOT NULL,
  by_id         TEXT   NOT NULL,
  at_ms         BIGINT NOT NULL,
  undone_reason TEXT,                       -- by an upheld appeal
  undone_by     TEXT,
  undone_ms     BIGINT,
  CONSTRAINT set_aside_undone CHECK ((undone_ms IS NULL) = (undone_by IS NULL))
);
CREATE UNIQUE INDEX set_aside_holds ON set_aside (attempt_id) WHERE undone_ms IS NULL;
