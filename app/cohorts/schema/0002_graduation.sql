-- That somebody has graduated from a cohort: taken as ready by who trained them. Taken back by a record of its own.
CREATE TABLE graduation (
  id          TEXT   NOT NULL PRIMARY KEY,
  cohort_id   TEXT   NOT NULL REFERENCES cohort (id),
  employee_id TEXT   NOT NULL REFERENCES employee (id),
  by_id       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL
);
CREATE INDEX graduation_person ON graduation (employee_id, at_ms);
CREATE INDEX graduation_cohort ON graduation (cohort_id);

CREATE TABLE graduation_undoing (
  graduation_id TEXT   NOT NULL PRIMARY KEY REFERENCES graduation (id),
  reason        TEXT   NOT NULL CONSTRAINT graduation_undoing_reason CHECK (reason <> ''),
  by_id         TEXT   NOT NULL,
  at_ms         BIGINT NOT NULL
);
