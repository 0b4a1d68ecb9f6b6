-- Each time a person's gate came to stand differently, as it was told to whoever asks to be told.
CREATE TABLE gate_change (
  person_id      TEXT   NOT NULL REFERENCES employee (id),
  sequence       BIGINT NOT NULL,
  standing       TEXT   NOT NULL,
  level          TEXT   NOT NULL,
  until_ms       BIGINT,               -- when it ends by itself, or the suspension must be decided
  policy_version BIGINT NOT NULL,
  at_ms          BIGINT NOT NULL,
  PRIMARY KEY (person_id, sequence)
);

-- The last of them for each person, and when time alone may next change it. Without a change yet the gate has always
-- been closed: standing 'closed', sequence 0.
CREATE TABLE gate_state (
  person_id TEXT   NOT NULL PRIMARY KEY REFERENCES employee (id),
  sequence  BIGINT NOT NULL,
  standing  TEXT   NOT NULL,
  level     TEXT   NOT NULL,
  until_ms  BIGINT,
  due_ms    BIGINT NOT NULL,
  at_ms     BIGINT NOT NULL
);
CREATE INDEX gate_state_due ON gate_state (due_ms);

-- How far the look at everybody has come that follows when what decisions rest on has changed for all.
CREATE TABLE gate_round (
  one   BIGINT NOT NULL PRIMARY KEY,
  terms TEXT   NOT NULL,               -- what it looks by
  after TEXT,                          -- the last person looked at; NULL once everybody was
  at_ms BIGINT NOT NULL,
  CONSTRAINT gate_round_one CHECK (one = 1)
);
