CREATE TABLE lead_import (
  id         TEXT   NOT NULL PRIMARY KEY,
  leads      BIGINT NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  applied_ms BIGINT                             -- its rows are leads from here on
);

CREATE TABLE lead (
  id          TEXT   NOT NULL PRIMARY KEY,
  import_id   TEXT   NOT NULL REFERENCES lead_import (id),
  company     TEXT   NOT NULL CONSTRAINT lead_company CHECK (company <> ''),
  company_key TEXT   NOT NULL,                  -- folded: what duplicates are found by
  contact     TEXT   NOT NULL,
  phone       TEXT   NOT NULL,
  phone_key   TEXT   NOT NULL,
  industry    TEXT   NOT NULL,
  territory   TEXT   NOT NULL,
  source      TEXT   NOT NULL,
  note        TEXT   NOT NULL,
  state       TEXT   NOT NULL DEFAULT 'pool'
              CONSTRAINT lead_state CHECK (state IN ('pool', 'held', 'private', 'trust', 'handover', 'closed')),
  rank        BIGINT NOT NULL                   -- random: draws start at random points of it and rarely meet
);
CREATE INDEX lead_pool ON lead (rank) WHERE state = 'pool';
CREATE INDEX lead_by_phone ON lead (phone_key);
CREATE INDEX lead_by_company ON lead (company_key);

CREATE TABLE tenure (
  id         TEXT   NOT NULL PRIMARY KEY,
  lead_id    TEXT   NOT NULL REFERENCES lead (id),
  holder_id  TEXT   NOT NULL REFERENCES employee (id),
  by_id      TEXT   NOT NULL,                   -- the holder who drew it, or the manager who assigned it
  request    TEXT,                              -- idempotency key of the draw
  began_ms   BIGINT NOT NULL,
  due_ms     BIGINT NOT NULL,
  hard_ms    BIGINT NOT NULL,
  follow_ups BIGINT NOT NULL DEFAULT 0,
  paused_ms  BIGINT,                            -- in trust since
  ended_ms   BIGINT,
  ended_how  TEXT   CONSTRAINT tenure_how CHECK (ended_how IN ('returned', 'reclaimed', 'trust', 'deactivated', 'handover', 'closed')),
  ended_by   TEXT,
  cool_ms    BIGINT,                            -- until when the former holder waits
  CONSTRAINT tenure_clock CHECK (began_ms < due_ms AND due_ms <= hard_ms),
  CONSTRAINT tenure_ended CHECK ((ended_ms IS NULL) = (ended_how IS NULL) AND (ended_ms IS NULL) = (ended_by IS NULL)
    AND (ended_ms IS NULL) = (cool_ms IS NULL) AND (ended_ms IS NULL OR paused_ms IS NULL))
);
CREATE UNIQUE INDEX tenure_open ON tenure (lead_id) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX tenure_request ON tenure (holder_id, request) WHERE request IS NOT NULL;
CREATE INDEX tenure_held ON tenure (holder_id) WHERE ended_ms IS NULL;
CREATE INDEX tenure_due ON tenure (due_ms) WHERE ended_ms IS NULL AND paused_ms IS NULL;
CREATE INDEX tenure_of_lead ON tenure (lead_id, holder_id);

CREATE TABLE follow_up (
  id        TEXT   NOT NULL PRIMARY KEY,
  tenure_id TEXT   NOT NULL REFERENCES tenure (id),
  kind      TEXT   NOT NULL CONSTRAINT follow_up_kind CHECK (kind IN ('call', 'visit', 'message', 'note')),
  outcome   TEXT   NOT NULL,
  next_step TEXT   NOT NULL,
  due_ms    BIGINT NOT NULL,                    -- where it left the clock
  by_id     TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL
);
CREATE INDEX follow_up_of_tenure ON follow_up (tenure_id, id);
CREATE INDEX follow_up_by_time ON follow_up (at_ms, by_id);

CREATE TABLE trust (
  id        TEXT   NOT NULL PRIMARY KEY,
  tenure_id TEXT   NOT NULL REFERENCES tenure (id),
  person_id TEXT   NOT NULL REFERENCES employee (id),
  was       TEXT   NOT NULL CONSTRAINT trust_was CHECK (was IN ('held', 'private')),
  cause     TEXT   NOT NULL,
  by_id     TEXT   NOT NULL,
  since_ms  BIGINT NOT NULL,
  ended_ms  BIGINT,
  ended_how TEXT   CONSTRAINT trust_how CHECK (ended_how IN ('restored', 'released')),
  ended_by  TEXT,
  CONSTRAINT trust_ended CHECK ((ended_ms IS NULL) = (ended_how IS NULL) AND (ended_ms IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX trust_open ON trust (tenure_id) WHERE ended_ms IS NULL;

CREATE TABLE lead_event (
  id        TEXT   NOT NULL PRIMARY KEY,
  lead_id   TEXT   NOT NULL REFERENCES lead (id),
  kind      TEXT   NOT NULL CONSTRAINT lead_event_kind CHECK (kind IN
            ('drawn', 'assigned', 'returned', 'reclaimed', 'trusted', 'restored', 'trust', 'deactivated', 'handover', 'closed')),
  person_id TEXT   NOT NULL REFERENCES employee (id),   -- the holder
  note      TEXT   NOT NULL,
  by_id     TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL
);
CREATE INDEX lead_event_of_lead ON lead_event (lead_id, id);

CREATE TABLE lead_day (
  person_id TEXT   NOT NULL REFERENCES employee (id),
  day       TEXT   NOT NULL,                    -- business day, yyyy-mm-dd
  drawn     BIGINT NOT NULL CONSTRAINT lead_day_drawn CHECK (drawn >= 0),
  allocated BIGINT NOT NULL CONSTRAINT lead_day_allocated CHECK (allocated >= 0),
  PRIMARY KEY (person_id, day)
);
