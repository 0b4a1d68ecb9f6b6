-- Several pools, each with terms of its own (content/pools.yaml), and the stages that a lead goes through.
ALTER TABLE lead ADD COLUMN pool TEXT NOT NULL DEFAULT 'default';
ALTER TABLE lead ADD COLUMN stage TEXT NOT NULL DEFAULT 'lead';
-- Who may draw it while it is in the pool, and when that widens: a fresh one may be under embargo, or be kept for newcomers.
ALTER TABLE lead ADD COLUMN access TEXT NOT NULL DEFAULT 'open' CONSTRAINT lead_access CHECK (access IN ('open', 'newcomers', 'embargo'));
ALTER TABLE lead ADD COLUMN widens_ms BIGINT;
CREATE INDEX lead_in_pool ON lead (pool, access, rank) WHERE state = 'pool';
DROP INDEX lead_pool;
CREATE INDEX lead_widens ON lead (widens_ms) WHERE widens_ms IS NOT NULL;

ALTER TABLE tenure ADD COLUMN pool TEXT NOT NULL DEFAULT 'default';                -- whose terms its clock goes by
ALTER TABLE tenure ADD COLUMN exempt BOOLEAN NOT NULL DEFAULT FALSE;               -- its lead is at a stage from which nothing is reclaimed
ALTER TABLE tenure ADD COLUMN private_ms BIGINT;                                   -- in the private pool since
DROP INDEX tenure_due;
CREATE INDEX tenure_due ON tenure (due_ms) WHERE ended_ms IS NULL AND paused_ms IS NULL AND NOT exempt;
CREATE INDEX tenure_ended_by_time ON tenure (ended_ms) WHERE ended_ms IS NOT NULL;
ALTER TABLE tenure DROP CONSTRAINT tenure_how;
ALTER TABLE tenure ADD CONSTRAINT tenure_how CHECK (ended_how IN
  ('returned', 'reclaimed', 'trust', 'deactivated', 'handover', 'closed', 'swapped', 'transferred', 'ruled', 'merged'));

ALTER TABLE lead_event DROP CONSTRAINT lead_event_kind;
ALTER TABLE lead_event ADD CONSTRAINT lead_event_kind CHECK (kind IN
  ('drawn', 'assigned', 'returned', 'reclaimed', 'trusted', 'restored', 'trust', 'deactivated', 'handover', 'closed',
   'swapped', 'kept', 'transferred', 'staged', 'ruled', 'merged', 'moved', 'reopened', 'erased'));

-- What a person drew from a pool that has a daily limit of its own; like lead_day, never counted down.
CREATE TABLE lead_pool_day (
  person_id TEXT   NOT NULL REFERENCES employee (id),
  day       TEXT   NOT NULL,
  pool      TEXT   NOT NULL,
  drawn     BIGINT NOT NULL CONSTRAINT lead_pool_day_drawn CHECK (drawn >= 0),
  PRIMARY KEY (person_id, day, pool)
);

-- Approved leave: its days are no business days of the person's clocks.
CREATE TABLE absence (
  id           TEXT   NOT NULL PRIMARY KEY,
  person_id    TEXT   NOT NULL REFERENCES employee (id),
  from_day     TEXT   NOT NULL,                 -- yyyy-mm-dd, in the company's zone
  to_day       TEXT   NOT NULL,                 -- the last day of it
  reason       TEXT   NOT NULL,
  by_id        TEXT   NOT NULL,                 -- who approved it
  at_ms        BIGINT NOT NULL,
  withdrawn_ms BIGINT,
  withdrawn_by TEXT,
  CONSTRAINT absence_days CHECK (from_day <= to_day),
  CONSTRAINT absence_withdrawn CHECK ((withdrawn_ms IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX absence_of_person ON absence (person_id, to_day);
