-- What candidates are told of what an exam records: every text that anybody agreed to, once.
CREATE TABLE notice (
  digest  TEXT   NOT NULL PRIMARY KEY,      -- SHA-256 of version, language and text
  version BIGINT NOT NULL,
  lang    TEXT   NOT NULL,
  text    TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL
);

-- Who agreed to which of them before which attempt. The start of the attempt's journal holds the same.
CREATE TABLE agreement (
  attempt_id TEXT   NOT NULL PRIMARY KEY REFERENCES attempt (id),
  person_id  TEXT   NOT NULL REFERENCES employee (id),
  notice     TEXT   NOT NULL REFERENCES notice (digest),
  camera     TEXT   NOT NULL,               -- '' where nothing was asked
  screen     TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL,
  CONSTRAINT agreement_camera CHECK (camera IN ('', 'consent', 'declined', 'in_person')),
  CONSTRAINT agreement_screen CHECK (screen IN ('', 'consent', 'declined'))
);

-- How the reports of a browser stand: numbers, times and counts, so that what is forged, repeated or out of order is
-- recognised and a flood is counted instead of kept. What was reported is in the journal.
CREATE TABLE observation (
  attempt_id TEXT   NOT NULL PRIMARY KEY REFERENCES attempt (id),
  last_ms    BIGINT NOT NULL,               -- of the latest report
  rtt_ms     BIGINT NOT NULL,               -- the time that the one before it took, by the browser; 0 is unknown
  state      TEXT   NOT NULL                -- JSON reception
);

-- From which network and browser an attempt is sat: codes under the person's key, which tell a change and nothing else.
ALTER TABLE attempt ADD COLUMN origin TEXT NOT NULL DEFAULT '';

-- Which signals an accommodation explains, so that they are not held against the person.
CREATE TABLE accommodation_signal (
  accommodation_id TEXT NOT NULL REFERENCES accommodation (id),
  signal           TEXT NOT NULL,
  PRIMARY KEY (accommodation_id, signal)
);
