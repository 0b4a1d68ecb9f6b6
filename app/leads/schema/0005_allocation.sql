-- Where a person sells: what is allocated to them. A row is replaced by the next one of the same person.
CREATE TABLE lead_beat (
  id          TEXT   NOT NULL PRIMARY KEY,
  person_id   TEXT   NOT NULL REFERENCES employee (id),
  territories TEXT   NOT NULL,                  -- JSON; none: any
  industries  TEXT   NOT NULL,
  by_id       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  replaced_ms BIGINT
);
CREATE UNIQUE INDEX lead_beat_now ON lead_beat (person_id) WHERE replaced_ms IS NULL;

-- Leads planned for the people of one manager on a business day. It is a draft once it is ready, until it is published or
-- discarded, and over once every share of it has been given.
CREATE TABLE allocation (
  id           TEXT   NOT NULL PRIMARY KEY,
  day          TEXT   NOT NULL,                 -- the business day whose limits it counts to, yyyy-mm-dd
  team_of      TEXT   NOT NULL,                 -- the manager; '' for those who have none
  by_id        TEXT   NOT NULL,
  at_ms        BIGINT NOT NULL,
  ready_ms     BIGINT,                          -- all its shares are written
  published_ms BIGINT,
  published_by TEXT,
  done_ms      BIGINT,
  discarded_ms BIGINT,
  discarded_by TEXT,
  CONSTRAINT allocation_published CHECK ((published_ms IS NULL) = (published_by IS NULL) AND (published_ms IS NULL OR ready_ms IS NOT NULL)),
  CONSTRAINT allocation_done CHECK (done_ms IS NULL OR published_ms IS NOT NULL),
  CONSTRAINT allocation_discarded CHECK ((discarded_ms IS NULL) = (discarded_by IS NULL) AND (discarded_ms IS NULL OR published_ms IS NULL))
);
CREATE UNIQUE INDEX allocation_draft ON allocation (team_of) WHERE ready_ms IS NOT NULL AND published_ms IS NULL AND discarded_ms IS NULL;
CREATE INDEX allocation_of_team ON allocation (team_of, id);
CREATE INDEX allocation_of_day ON allocation (day);

-- What one person is to get, one document: a night plans a million leads. It is given once, in one transaction.
CREATE TABLE allocation_share (
  allocation_id TEXT   NOT NULL REFERENCES allocation (id),
  place         BIGINT NOT NULL,                -- by employee number, from 0
  person_id     TEXT   NOT NULL REFERENCES employee (id),
  room          BIGINT NOT NULL,                -- how many the person's limits allowed when it was drafted
  barred        TEXT   NOT NULL CONSTRAINT allocation_share_barred CHECK (barred IN ('', 'closed', 'leave', 'full', 'elsewhere')),
  leads         TEXT   NOT NULL,                -- JSON: ids, in the order in which they are given
  planned       BIGINT NOT NULL,                -- how many they are
  given         BIGINT,
  missed        TEXT,                           -- JSON: which of them were not, and why
  given_ms      BIGINT,
  PRIMARY KEY (allocation_id, place),
  CONSTRAINT allocation_share_given CHECK ((given_ms IS NULL) = (given IS NULL) AND (given_ms IS NULL) = (missed IS NULL)
    AND (given IS NULL OR given BETWEEN 0 AND planned))
);
CREATE UNIQUE INDEX allocation_share_person ON allocation_share (allocation_id, person_id);
CREATE INDEX allocation_share_open ON allocation_share (person_id) WHERE given_ms IS NULL;

-- The evenings on which the drafts of a day were made.
CREATE TABLE allocation_evening (
  day   TEXT   NOT NULL PRIMARY KEY,
  at_ms BIGINT NOT NULL
);

-- Which leads a person waits for: a plan asks for many people at once.
CREATE INDEX tenure_cooling ON tenure (holder_id, cool_ms) WHERE ended_ms IS NOT NULL;
