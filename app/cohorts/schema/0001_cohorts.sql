CREATE TABLE cohort (
  id         TEXT   NOT NULL PRIMARY KEY,
  number     BIGINT NOT NULL CONSTRAINT cohort_number UNIQUE CONSTRAINT cohort_number_counts CHECK (number > 0),
  name       TEXT   NOT NULL,
  starts_on  TEXT   NOT NULL,
  ends_on    TEXT   NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  CONSTRAINT cohort_days CHECK (ends_on >= starts_on)
);

CREATE TABLE enrolment (
  id          TEXT   NOT NULL PRIMARY KEY,
  cohort_id   TEXT   NOT NULL REFERENCES cohort (id),
  employee_id TEXT   NOT NULL REFERENCES employee (id),
  joined_ms   BIGINT NOT NULL,
  joined_by   TEXT   NOT NULL,
  left_ms     BIGINT,
  left_by     TEXT,
  reason      TEXT   NOT NULL DEFAULT '',
  CONSTRAINT enrolment_left CHECK ((left_ms IS NULL) = (left_by IS NULL))
);
CREATE UNIQUE INDEX enrolment_one ON enrolment (employee_id) WHERE left_ms IS NULL;   -- one cohort at a time
CREATE INDEX enrolment_members ON enrolment (cohort_id) WHERE left_ms IS NULL;
CREATE INDEX enrolment_history ON enrolment (employee_id, joined_ms);

CREATE TABLE timetable_session (
  id           TEXT   NOT NULL PRIMARY KEY,
  cohort_id    TEXT   NOT NULL REFERENCES cohort (id),
  at_ms        BIGINT NOT NULL,
  kind         TEXT   NOT NULL CONSTRAINT timetable_session_kind CHECK (kind IN ('lecture', 'sharing', 'exam')),
  title        TEXT   NOT NULL,
  lecturer     TEXT   NOT NULL,
  place        TEXT   NOT NULL,
  by_id        TEXT   NOT NULL,
  added_ms     BIGINT NOT NULL,
  cancelled_ms BIGINT,
  cancelled_by TEXT,
  CONSTRAINT timetable_session_cancelled CHECK ((cancelled_ms IS NULL) = (cancelled_by IS NULL))
);
CREATE INDEX timetable_session_by_time ON timetable_session (cohort_id, at_ms) WHERE cancelled_ms IS NULL;
