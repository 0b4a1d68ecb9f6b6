-- How often its watchers had something for the candidate of an attempt: a message, an answer to a call. Every room that
-- asks how time stands is told this number, and asks for the words when it has grown.
ALTER TABLE attempt ADD COLUMN news BIGINT NOT NULL DEFAULT 0;

-- What the browser of a live attempt claimed of itself, folded as it came in: what the board of its sitting shows.
CREATE TABLE pulse (
  attempt_id TEXT   NOT NULL PRIMARY KEY REFERENCES attempt (id),
  blurred_ms BIGINT NOT NULL DEFAULT 0,  -- since when its window has no focus, by the server's clock; 0 while it has
  hidden_ms  BIGINT NOT NULL DEFAULT 0,  -- since when its page is not to be seen; 0 while it is
  claims     TEXT   NOT NULL DEFAULT '', -- JSON: how often, by kind of claim; '' before the first
  looked     TEXT   NOT NULL DEFAULT ''  -- JSON: the claims at the last look, after which they count anew
);

-- That somebody who watches has looked at what the board called attention to.
CREATE TABLE look (
  id         TEXT   NOT NULL PRIMARY KEY,
  attempt_id TEXT   NOT NULL REFERENCES attempt (id),
  claims     TEXT   NOT NULL,            -- JSON, as they stood
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);
CREATE INDEX look_attempt ON look (attempt_id, id);

-- What those who watch say to the candidates of a sitting. One to all is copied in steps, each of which moves upto on.
CREATE TABLE sitting_message (
  id         TEXT    NOT NULL PRIMARY KEY,
  sitting_id TEXT    NOT NULL REFERENCES sitting (id),
  to_id      TEXT    NOT NULL,            -- the attempt it is for, '' for all that are live
  text       TEXT    NOT NULL,
  by_id      TEXT    NOT NULL,
  at_ms      BIGINT  NOT NULL,
  upto       TEXT    NOT NULL DEFAULT '', -- the last attempt it came to
  copies     BIGINT  NOT NULL DEFAULT 0,
  done_ms    BIGINT
);
CREATE INDEX sitting_message_sitting ON sitting_message (sitting_id, id);

CREATE TABLE message_copy (
  attempt_id TEXT   NOT NULL REFERENCES attempt (id),
  message_id TEXT   NOT NULL REFERENCES sitting_message (id),
  sitting_id TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  seen_ms    BIGINT,                     -- when the candidate said so
  PRIMARY KEY (attempt_id, message_id)
);
CREATE INDEX message_copy_unseen ON message_copy (sitting_id, attempt_id) WHERE seen_ms IS NULL;
CREATE INDEX message_copy_message ON message_copy (message_id) WHERE seen_ms IS NULL;

-- A candidate calls those who watch; one call at a time is open.
CREATE TABLE candidate_call (
  id           TEXT   NOT NULL PRIMARY KEY,
  sitting_id   TEXT   NOT NULL REFERENCES sitting (id),
  attempt_id   TEXT   NOT NULL REFERENCES attempt (id),
  text         TEXT   NOT NULL,
  at_ms        BIGINT NOT NULL,
  answered_by  TEXT,
  answered_ms  BIGINT,
  withdrawn_ms BIGINT,                   -- by the candidate
  CONSTRAINT candidate_call_answered CHECK ((answered_ms IS NULL) = (answered_by IS NULL)),
  CONSTRAINT candidate_call_closed CHECK (answered_ms IS NULL OR withdrawn_ms IS NULL)
);
CREATE UNIQUE INDEX candidate_call_open ON candidate_call (attempt_id) WHERE answered_ms IS NULL AND withdrawn_ms IS NULL;
CREATE INDEX candidate_call_sitting ON candidate_call (sitting_id, id);
CREATE INDEX candidate_call_attempt ON candidate_call (attempt_id, id);

-- A second device asks for the paper where somebody who watches must agree; one request at a time is open.
CREATE TABLE takeover (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  attempt_id TEXT   NOT NULL REFERENCES attempt (id),
  device     TEXT   NOT NULL,            -- that asks
  holder     TEXT   NOT NULL,            -- the device that had the paper then
  browser    TEXT   NOT NULL,            -- as it names itself; a claim
  at_ms      BIGINT NOT NULL,
  decision   TEXT,
  decided_by TEXT,
  decided_ms BIGINT,
  used_ms    BIGINT,                     -- when the device took the paper
  CONSTRAINT takeover_decision CHECK (decision IN ('approved', 'refused', 'silent', 'dropped')),
  CONSTRAINT takeover_decided CHECK ((decided_ms IS NULL) = (decision IS NULL) AND (decided_by IS NULL) = (decision IS NULL))
);
CREATE UNIQUE INDEX takeover_open ON takeover (attempt_id) WHERE decided_ms IS NULL;
CREATE INDEX takeover_sitting ON takeover (sitting_id) WHERE decided_ms IS NULL;
CREATE INDEX takeover_attempt ON takeover (attempt_id, id);
