-- The salesperson's day: the order of the route, what is planned, what came with a follow-up, and which masked leads were opened.
CREATE TABLE lead_route (
  person_id TEXT   NOT NULL REFERENCES employee (id),
  day       TEXT   NOT NULL,                    -- business day, yyyy-mm-dd
  leads     TEXT   NOT NULL,                    -- ids in the order in which they are visited, a JSON array
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (person_id, day)
);

CREATE TABLE lead_plan (
  id           TEXT   NOT NULL PRIMARY KEY,
  tenure_id    TEXT   NOT NULL REFERENCES tenure (id),
  person_id    TEXT   NOT NULL REFERENCES employee (id),
  kind         TEXT   NOT NULL CONSTRAINT lead_plan_kind CHECK (kind IN ('call', 'visit', 'message')),
  day          TEXT   NOT NULL,                 -- calendar day, yyyy-mm-dd
  minute       BIGINT CONSTRAINT lead_plan_minute CHECK (minute BETWEEN 0 AND 1439),  -- of that day; none: at any time
  at_ms        BIGINT NOT NULL,
  follow_up_id TEXT   REFERENCES follow_up (id),  -- what became of it
  dropped_ms   BIGINT,
  CONSTRAINT lead_plan_end CHECK (follow_up_id IS NULL OR dropped_ms IS NULL)
);
CREATE UNIQUE INDEX lead_plan_open ON lead_plan (tenure_id, day, kind) WHERE follow_up_id IS NULL AND dropped_ms IS NULL;
CREATE INDEX lead_plan_of_person ON lead_plan (person_id, day);

-- The same press of a button is one follow-up.
ALTER TABLE follow_up ADD COLUMN request TEXT;
CREATE UNIQUE INDEX follow_up_request ON follow_up (by_id, request) WHERE request IS NOT NULL;

-- A file is written down before it is stored, so that what is never needed can be found and swept.
CREATE TABLE follow_up_file (
  id           TEXT   NOT NULL PRIMARY KEY,
  follow_up_id TEXT   REFERENCES follow_up (id), -- none: the follow-up did not come about
  lead_id      TEXT   NOT NULL REFERENCES lead (id),
  name         TEXT   NOT NULL,                 -- as it was called by whoever sent it
  type         TEXT   NOT NULL,                 -- media type, by its content
  size         BIGINT NOT NULL,
  sha256       TEXT   NOT NULL,
  by_id        TEXT   NOT NULL,
  at_ms        BIGINT NOT NULL,
  swept_ms     BIGINT
);
CREATE INDEX follow_up_file_of_follow_up ON follow_up_file (follow_up_id, id);
CREATE INDEX follow_up_file_loose ON follow_up_file (at_ms) WHERE follow_up_id IS NULL AND swept_ms IS NULL;
CREATE INDEX follow_up_file_blob ON follow_up_file (sha256);

-- Which masked leads of the pool a person has opened on a business day.
CREATE TABLE lead_view (
  person_id TEXT   NOT NULL REFERENCES employee (id),
  day       TEXT   NOT NULL,
  lead_id   TEXT   NOT NULL REFERENCES lead (id),
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (person_id, day, lead_id)
);
CREATE INDEX lead_in_territory ON lead (pool, territory, rank) WHERE state = 'pool';
CREATE INDEX lead_in_industry ON lead (pool, industry, rank) WHERE state = 'pool';
CREATE INDEX lead_event_of_person ON lead_event (person_id, at_ms);
