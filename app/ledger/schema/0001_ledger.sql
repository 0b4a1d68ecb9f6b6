CREATE TABLE journal (
  chain   TEXT   NOT NULL,
  seq     BIGINT NOT NULL,
  type    TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL,
  payload TEXT,                     -- NULL once erased; the MAC stays
  mac     TEXT   NOT NULL,
  hash    TEXT   NOT NULL,
  PRIMARY KEY (chain, seq)
);

CREATE TABLE subject_key (
  subject TEXT   NOT NULL PRIMARY KEY,
  key     TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL
);

CREATE TABLE leaf (
  id       TEXT   NOT NULL PRIMARY KEY,
  kind     TEXT   NOT NULL,
  data     TEXT   NOT NULL,
  at_ms    BIGINT NOT NULL,
  position BIGINT                   -- place in the tree, NULL until the sequencer has taken it
);
CREATE INDEX leaf_waiting ON leaf (id) WHERE position IS NULL;
CREATE UNIQUE INDEX leaf_position ON leaf (position) WHERE position IS NOT NULL;

CREATE TABLE tree_hash (
  place BIGINT NOT NULL PRIMARY KEY, -- tlog.StoredHashIndex
  hash  TEXT   NOT NULL
);

CREATE TABLE checkpoint (
  size  BIGINT NOT NULL PRIMARY KEY,
  note  TEXT   NOT NULL,             -- C2SP signed note: origin, size, root
  at_ms BIGINT NOT NULL
);
