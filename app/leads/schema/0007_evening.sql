-- The salesperson's evening: the daily report, what is shared, and what of it is kept for others to learn from.
CREATE TABLE day_report (
  id        TEXT   NOT NULL PRIMARY KEY,
  person_id TEXT   NOT NULL REFERENCES employee (id),
  day       TEXT   NOT NULL,                    -- calendar day, yyyy-mm-dd
  went      TEXT   NOT NULL,
  tomorrow  TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL,                    -- saved last
  tally     TEXT,                               -- JSON: what the records said when it was handed in
  handed_ms BIGINT,
  late      BOOLEAN NOT NULL DEFAULT FALSE,
  CONSTRAINT day_report_handed CHECK ((handed_ms IS NULL) = (tally IS NULL) AND (handed_ms IS NOT NULL OR NOT late))
);
CREATE UNIQUE INDEX day_report_of_day ON day_report (person_id, day);

CREATE TABLE day_report_remark (
  id        TEXT   NOT NULL PRIMARY KEY,
  report_id TEXT   NOT NULL REFERENCES day_report (id),
  remark    TEXT   NOT NULL,
  by_id     TEXT   NOT NULL REFERENCES employee (id),
  at_ms     BIGINT NOT NULL
);
CREATE INDEX day_report_remark_of_report ON day_report_remark (report_id, id);

CREATE TABLE sharing (
  id        TEXT   NOT NULL PRIMARY KEY,
  person_id TEXT   NOT NULL REFERENCES employee (id),
  lead_id   TEXT   REFERENCES lead (id),        -- what it is about, for the author and for what has to be struck out
  met       TEXT   NOT NULL,
  said      TEXT   NOT NULL,
  worked    TEXT   NOT NULL,
  industry  TEXT   NOT NULL,
  stage     TEXT   NOT NULL,
  request   TEXT   NOT NULL,
  at_ms     BIGINT NOT NULL
);
CREATE UNIQUE INDEX sharing_request ON sharing (person_id, request);
CREATE INDEX sharing_of_person ON sharing (person_id, id);

CREATE TABLE story (
  id            TEXT   NOT NULL PRIMARY KEY,
  sharing_id    TEXT   NOT NULL REFERENCES sharing (id),
  author_id     TEXT   NOT NULL REFERENCES employee (id),
  title         TEXT   NOT NULL CONSTRAINT story_title CHECK (title <> ''),
  met           TEXT   NOT NULL,
  said          TEXT   NOT NULL,
  worked        TEXT   NOT NULL,
  industry      TEXT   NOT NULL,
  stage         TEXT   NOT NULL,
  objection     TEXT   NOT NULL,
  search        TEXT   NOT NULL,                -- folded: what it is found by
  by_id         TEXT   NOT NULL REFERENCES employee (id),
  at_ms         BIGINT NOT NULL,
  withdrawn_ms  BIGINT,
  withdrawn_by  TEXT,
  CONSTRAINT story_withdrawn CHECK ((withdrawn_ms IS NULL) = (withdrawn_by IS NULL))
);
CREATE UNIQUE INDEX story_of_sharing ON story (sharing_id) WHERE withdrawn_ms IS NULL;

CREATE TABLE story_lesson (
  id       TEXT   NOT NULL PRIMARY KEY,
  story_id TEXT   NOT NULL REFERENCES story (id),
  path     TEXT   NOT NULL,                     -- of the lesson's document
  by_id    TEXT   NOT NULL REFERENCES employee (id),
  at_ms    BIGINT NOT NULL
);
CREATE INDEX story_lesson_of_story ON story_lesson (story_id, id);
