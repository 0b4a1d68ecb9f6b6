-- Who was told, at which hour of which day, that leads will be reclaimed that day.
CREATE TABLE lead_warning (
  person_id TEXT   NOT NULL REFERENCES employee (id),   -- who was told
  day       TEXT   NOT NULL,                            -- yyyy-mm-dd, in the company's zone
  clock     BIGINT NOT NULL,                            -- minutes since midnight
  kind      TEXT   NOT NULL CONSTRAINT lead_warning_kind CHECK (kind IN ('holder', 'manager')),
  leads     BIGINT NOT NULL,
  at_ms     BIGINT NOT NULL,
  PRIMARY KEY (person_id, day, clock, kind)
);
