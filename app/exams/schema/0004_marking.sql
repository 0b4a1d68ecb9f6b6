-- Answers that wait to be marked by a person; until there are none the attempt is neither passed nor failed.
ALTER TABLE attempt ADD COLUMN pending BIGINT NOT NULL DEFAULT 0;
CREATE INDEX attempt_pending ON attempt (sitting_id) WHERE pending > 0;

-- What a revision was graded from beyond the paper and its pinned keys.
ALTER TABLE result ADD COLUMN mark_id TEXT;                   -- the hand mark that brought it about
ALTER TABLE result ADD COLUMN basis TEXT NOT NULL DEFAULT ''; -- JSON basis; '' on those of the time before

-- One answer that a person marks. Its id is random, so that it tells neither who gave the answer nor when; the
-- queue goes by it.
CREATE TABLE script (
  id         TEXT   NOT NULL PRIMARY KEY,
  attempt_id TEXT   NOT NULL REFERENCES attempt (id),
  n          BIGINT NOT NULL,              -- 1-based place on the form
  exam       TEXT   NOT NULL,
  bank       TEXT   NOT NULL,
  item       TEXT   NOT NULL,
  state      TEXT   NOT NULL,
  handed_ms  BIGINT NOT NULL,              -- when the paper was handed in
  claim_by   TEXT,                         -- who is marking it at present
  claim_ms   BIGINT,                       -- until when nobody else may
  marked_ms  BIGINT,                       -- when it was marked first
  CONSTRAINT script_state CHECK (state IN ('waiting', 'second', 'disputed', 'marked')),
  CONSTRAINT script_claim CHECK ((claim_by IS NULL) = (claim_ms IS NULL)),
  CONSTRAINT script_marked CHECK ((marked_ms IS NULL) = (state <> 'marked'))
);
CREATE UNIQUE INDEX script_answer ON script (attempt_id, n);
CREATE INDEX script_queue ON script (exam, bank, item, id);
CREATE INDEX script_claimed ON script (claim_by) WHERE claim_by IS NOT NULL;

-- What one person gave one answer: added, never changed.
CREATE TABLE hand_mark (
  id        TEXT   NOT NULL PRIMARY KEY,
  script_id TEXT   NOT NULL REFERENCES script (id),
  kind      TEXT   NOT NULL,
  points    TEXT   NOT NULL,               -- JSON: thousandths of a point per criterion
  score     BIGINT NOT NULL,               -- their sum
  comment   TEXT   NOT NULL,               -- to the candidate, markdown
  reason    TEXT   NOT NULL,               -- of a settlement, a correction, or a marker's second thoughts
  by_id     TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL,
  leaf_id   TEXT   NOT NULL,               -- of the ledger's tree, which holds the record's hash
  CONSTRAINT hand_mark_kind CHECK (kind IN ('given', 'settled', 'corrected'))
);
CREATE INDEX hand_mark_script ON hand_mark (script_id, at_ms, id);

-- What a marker has begun and not given yet.
CREATE TABLE mark_draft (
  script_id TEXT   NOT NULL REFERENCES script (id),
  person_id TEXT   NOT NULL,
  points    TEXT   NOT NULL,               -- JSON, -1 where nothing is set
  comment   TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (script_id, person_id)
);

-- Who looked up whose answer it is.
CREATE TABLE unblinding (
  id        TEXT   NOT NULL PRIMARY KEY,
  script_id TEXT   NOT NULL REFERENCES script (id),
  reason    TEXT   NOT NULL,
  by_id     TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL
);
CREATE INDEX unblinding_script ON unblinding (script_id);

-- The comment bank: what markers say of answers to one item again and again.
CREATE TABLE stock_comment (
  id         TEXT   NOT NULL PRIMARY KEY,
  bank       TEXT   NOT NULL,
  item       TEXT   NOT NULL,
  text       TEXT   NOT NULL,              -- markdown
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  retired_by TEXT,
  retired_ms BIGINT,
  CONSTRAINT stock_comment_retired CHECK ((retired_ms IS NULL) = (retired_by IS NULL))
);
CREATE INDEX stock_comment_item ON stock_comment (bank, item) WHERE retired_ms IS NULL;

-- A candidate's appeal on the mark of one question.
CREATE TABLE mark_appeal (
  id          TEXT   NOT NULL PRIMARY KEY,
  attempt_id  TEXT   NOT NULL REFERENCES attempt (id),
  n           BIGINT NOT NULL,             -- 1-based place on the form
  text        TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  state       TEXT   NOT NULL,
  answer      TEXT   NOT NULL DEFAULT '',  -- the reason of the decision, to the candidate
  mark_id     TEXT,                        -- the mark that an upheld appeal led to
  decided_by  TEXT,
  decided_ms  BIGINT,
  leaf_id     TEXT,                        -- of the decision, in the ledger's tree
  CONSTRAINT mark_appeal_state CHECK (state IN ('open', 'upheld', 'declined')),
  CONSTRAINT mark_appeal_decided CHECK ((decided_ms IS NULL) = (state = 'open'))
);
CREATE UNIQUE INDEX mark_appeal_question ON mark_appeal (attempt_id, n);
CREATE INDEX mark_appeal_open ON mark_appeal (id) WHERE state = 'open';

ALTER TABLE regrade ADD COLUMN leaf_id TEXT NOT NULL DEFAULT ''; -- of the ledger's tree, which holds the hash of the diff
