-- What the private pool's hard maximum counts from, where that is not the beginning: moved on by pauses, and in a chain of
-- transfers the beginning of its first tenure.
ALTER TABLE tenure ADD COLUMN since_ms BIGINT;

-- k leads into the private pool, k back to the public one.
CREATE TABLE swap (
  id        TEXT   NOT NULL PRIMARY KEY,
  person_id TEXT   NOT NULL REFERENCES employee (id),
  request   TEXT,                               -- idempotency key
  at_ms     BIGINT NOT NULL
);
CREATE UNIQUE INDEX swap_request ON swap (person_id, request) WHERE request IS NOT NULL;

CREATE TABLE swap_lead (
  swap_id   TEXT   NOT NULL REFERENCES swap (id),
  place     BIGINT NOT NULL,                    -- as the person named them
  way       TEXT   NOT NULL CONSTRAINT swap_lead_way CHECK (way IN ('in', 'out')),
  lead_id   TEXT   NOT NULL REFERENCES lead (id),
  tenure_id TEXT   NOT NULL REFERENCES tenure (id),
  was       TEXT   NOT NULL CONSTRAINT swap_lead_was CHECK (was IN ('held', 'private')),
  PRIMARY KEY (swap_id, lead_id),
  CONSTRAINT swap_lead_held CHECK (way = 'out' OR was = 'held')
);

-- Every change of a lead's stage.
CREATE TABLE lead_stage (
  id         TEXT   NOT NULL PRIMARY KEY,
  lead_id    TEXT   NOT NULL REFERENCES lead (id),
  tenure_id  TEXT   REFERENCES tenure (id),     -- in which it changed; of a lead that nobody holds, none
  from_stage TEXT   NOT NULL,
  to_stage   TEXT   NOT NULL,
  note       TEXT   NOT NULL,
  due_ms     BIGINT,                            -- where the clock stood when it came to an exempt stage
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);
CREATE INDEX lead_stage_of_lead ON lead_stage (lead_id, id);
CREATE INDEX lead_stage_of_tenure ON lead_stage (tenure_id, id) WHERE tenure_id IS NOT NULL;

-- How it ended with a lead, as often as it did.
CREATE TABLE lead_closing (
  id        TEXT   NOT NULL PRIMARY KEY,
  lead_id   TEXT   NOT NULL REFERENCES lead (id),
  tenure_id TEXT   REFERENCES tenure (id),
  outcome   TEXT   NOT NULL CONSTRAINT lead_closing_outcome CHECK (outcome IN ('won', 'lost', 'invalid', 'duplicate')),
  reason    TEXT   NOT NULL,
  stage     TEXT   NOT NULL,                    -- at which
  by_id     TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL
);
CREATE INDEX lead_closing_of_lead ON lead_closing (lead_id, id);
CREATE INDEX lead_closing_by_time ON lead_closing (at_ms);

CREATE TABLE lead_reopening (
  closing_id TEXT   NOT NULL PRIMARY KEY REFERENCES lead_closing (id),
  reason     TEXT   NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);

CREATE INDEX lead_handover ON lead (id) WHERE state = 'handover';
CREATE INDEX tenure_exempt ON tenure (holder_id) WHERE ended_ms IS NULL AND exempt;
