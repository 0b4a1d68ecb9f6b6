-- What a trainer decides of a sitting beyond its window.
ALTER TABLE sitting ADD COLUMN named        BOOLEAN NOT NULL DEFAULT FALSE; -- for the people in sitting_person alone
ALTER TABLE sitting ADD COLUMN passcode     TEXT    NOT NULL DEFAULT '';    -- '' is none; shown to those who watch
ALTER TABLE sitting ADD COLUMN late_minutes BIGINT  NOT NULL DEFAULT 0;     -- after the opening, in which one may start; 0 is until the window ends
ALTER TABLE sitting ADD COLUMN hard_end     BOOLEAN NOT NULL DEFAULT FALSE; -- the window cuts accommodations as well
ALTER TABLE sitting ADD COLUMN feedback     TEXT    NOT NULL DEFAULT '';    -- JSON Feedback: phases that differ from the blueprint's

-- Whom a named sitting is for. Rows are staged before their sitting's row is written, which is why they do not
-- refer to it: a sitting that was never opened leaves rows that nothing reads.
CREATE TABLE sitting_person (
  sitting_id TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES employee (id),
  PRIMARY KEY (sitting_id, person_id)
);
CREATE INDEX sitting_person_person ON sitting_person (person_id);

-- Every passcode that was typed; one that was right opens the sitting to its person.
CREATE TABLE passcode_try (
  id         TEXT    NOT NULL PRIMARY KEY,
  sitting_id TEXT    NOT NULL REFERENCES sitting (id),
  person_id  TEXT    NOT NULL REFERENCES employee (id),
  passed     BOOLEAN NOT NULL,
  at_ms      BIGINT  NOT NULL
);
CREATE INDEX passcode_try_person ON passcode_try (sitting_id, person_id, at_ms);

-- Late joiners whom somebody let in after the late entry had ended.
CREATE TABLE admission (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  person_id  TEXT   NOT NULL REFERENCES employee (id),
  reason     TEXT   NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);
CREATE UNIQUE INDEX admission_person ON admission (sitting_id, person_id);

-- What was done to all live attempts of a sitting at once. It is carried out in steps, each of which moves upto on.
CREATE TABLE adjustment (
  id         TEXT   NOT NULL PRIMARY KEY,
  sitting_id TEXT   NOT NULL REFERENCES sitting (id),
  what       TEXT   NOT NULL,
  minutes    BIGINT NOT NULL,
  reason     TEXT   NOT NULL,
  by_id      TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  upto       TEXT   NOT NULL DEFAULT '', -- the last attempt it came to
  reached    BIGINT NOT NULL DEFAULT 0,  -- attempts whose time it changed
  done_ms    BIGINT,
  CONSTRAINT adjustment_what CHECK (what IN ('extended', 'paused', 'resumed'))
);
CREATE INDEX adjustment_sitting ON adjustment (sitting_id, id);

-- An accommodation has a label, of which the latest row of a person holds, until it is ended or runs out.
ALTER TABLE accommodation ADD COLUMN label    TEXT   NOT NULL DEFAULT '';
ALTER TABLE accommodation ADD COLUMN until_ms BIGINT; -- NULL: until it is ended

CREATE TABLE accommodation_end (
  accommodation_id TEXT   NOT NULL PRIMARY KEY REFERENCES accommodation (id),
  reason           TEXT   NOT NULL,
  by_id            TEXT   NOT NULL,
  at_ms            BIGINT NOT NULL
);
