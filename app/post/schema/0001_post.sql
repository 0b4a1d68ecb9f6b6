-- What is to leave the house, by mail or webhook, from the transaction of its cause on.
CREATE TABLE dispatch (
  id      TEXT   NOT NULL PRIMARY KEY,
  channel TEXT   NOT NULL,
  kind    TEXT   NOT NULL,           -- what it is about: ledger.root, case.notice, …
  address TEXT   NOT NULL,           -- of a mail, whom it goes to; of a webhook, the host
  subject TEXT   NOT NULL,
  body    TEXT   NOT NULL,           -- '' once it has left: the words are not kept longer than it takes
  digest  TEXT   NOT NULL,           -- SHA-256 of the body
  state   TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL,
  sent_ms BIGINT,
  CONSTRAINT dispatch_channel CHECK (channel IN ('mail', 'webhook')),
  CONSTRAINT dispatch_state CHECK (state IN ('waiting', 'sent', 'unconfigured')),
  CONSTRAINT dispatch_sent CHECK ((sent_ms IS NULL) = (state <> 'sent'))
);
CREATE INDEX dispatch_waiting ON dispatch (id) WHERE state = 'waiting';

-- Each attempt to send one; error is '' for the one that went.
CREATE TABLE dispatch_try (
  dispatch_id TEXT   NOT NULL REFERENCES dispatch (id),
  n           BIGINT NOT NULL,
  error       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  PRIMARY KEY (dispatch_id, n)
);
