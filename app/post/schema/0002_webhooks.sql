-- What happened, for whoever subscribes to it. Of events about one topic the latest holds the whole state, so that the
-- ones before it need not arrive.
CREATE TABLE event (
  id       TEXT    NOT NULL PRIMARY KEY,  -- webhook-id, the same on every try and replay
  kind     TEXT    NOT NULL,              -- gate.revoked, ledger.root, …
  topic    TEXT    NOT NULL,              -- whose state it tells; '' for none
  subject  TEXT    NOT NULL,              -- the topic's name for others: an employee number
  sequence BIGINT  NOT NULL,              -- grows within the topic; 0 without one
  urgent   BOOLEAN NOT NULL,              -- it goes before what can wait
  data     TEXT    NOT NULL,              -- JSON
  at_ms    BIGINT  NOT NULL,
  CONSTRAINT event_sequence CHECK ((topic = '') = (sequence = 0))
);
CREATE UNIQUE INDEX event_topic ON event (topic, sequence) WHERE topic <> '';

-- A subscription, as it stands now; how it came to is in webhook_change.
CREATE TABLE webhook (
  id          TEXT    NOT NULL PRIMARY KEY,
  url         TEXT    NOT NULL,
  description TEXT    NOT NULL,
  kinds       TEXT    NOT NULL,           -- "gate.closed,gate.opened"
  enabled     BOOLEAN NOT NULL,
  gone        BOOLEAN NOT NULL DEFAULT FALSE,   -- it was the other side that asked to end it
  by_id       TEXT    NOT NULL,
  at_ms       BIGINT  NOT NULL
);

CREATE TABLE webhook_change (
  id         TEXT   NOT NULL PRIMARY KEY,
  webhook_id TEXT   NOT NULL REFERENCES webhook (id),
  kind       TEXT   NOT NULL,
  detail     TEXT   NOT NULL,             -- JSON: what it became
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  CONSTRAINT webhook_change_kind CHECK (kind IN ('created', 'changed', 'enabled', 'disabled', 'gone', 'rotated', 'tested', 'replayed'))
);
CREATE INDEX webhook_change_by_webhook ON webhook_change (webhook_id, id);

-- What deliveries are signed with. A key that was replaced signs beside its successor until until_ms.
CREATE TABLE webhook_key (
  id         TEXT   NOT NULL PRIMARY KEY,
  webhook_id TEXT   NOT NULL REFERENCES webhook (id),
  scheme     TEXT   NOT NULL,
  secret     TEXT   NOT NULL,             -- base64: the key of v1, the seed of v1a
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  until_ms   BIGINT,
  CONSTRAINT webhook_key_scheme CHECK (scheme IN ('v1', 'v1a'))
);
CREATE INDEX webhook_key_by_webhook ON webhook_key (webhook_id, id);

-- One event on its way to one subscription.
CREATE TABLE delivery (
  id         TEXT    NOT NULL PRIMARY KEY,
  webhook_id TEXT    NOT NULL REFERENCES webhook (id),
  event_id   TEXT    NOT NULL REFERENCES event (id),
  kind       TEXT    NOT NULL,
  topic      TEXT    NOT NULL,
  urgent     BOOLEAN NOT NULL,
  state      TEXT    NOT NULL,
  tries      BIGINT  NOT NULL DEFAULT 0,
  next_ms    BIGINT,                      -- when it is tried next
  at_ms      BIGINT  NOT NULL,
  end_ms     BIGINT,
  CONSTRAINT delivery_state CHECK (state IN ('waiting', 'sent', 'superseded', 'failed', 'cancelled')),
  CONSTRAINT delivery_next CHECK ((state = 'waiting') = (next_ms IS NOT NULL)),
  CONSTRAINT delivery_end CHECK ((state = 'waiting') = (end_ms IS NULL))
);
CREATE INDEX delivery_due ON delivery (webhook_id, urgent, next_ms) WHERE state = 'waiting';
CREATE INDEX delivery_topic ON delivery (webhook_id, topic) WHERE state IN ('waiting', 'failed');
CREATE INDEX delivery_unsent ON delivery (at_ms) WHERE urgent AND state IN ('waiting', 'failed');
CREATE INDEX delivery_by_webhook ON delivery (webhook_id, id);

CREATE TABLE delivery_try (
  delivery_id TEXT   NOT NULL REFERENCES delivery (id),
  n           BIGINT NOT NULL,
  code        BIGINT NOT NULL,            -- status of the answer; 0 without one
  cause       TEXT   NOT NULL,            -- of its failure; '' for one that went
  at_ms       BIGINT NOT NULL,
  PRIMARY KEY (delivery_id, n)
);
