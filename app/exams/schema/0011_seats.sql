-- Where people sit at a sitting. A plan is never changed: a later one takes its place.
CREATE TABLE seating (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  seats      TEXT   NOT NULL,              -- JSON: the place by person
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);
CREATE INDEX seating_sitting ON seating (sitting_id, id);
