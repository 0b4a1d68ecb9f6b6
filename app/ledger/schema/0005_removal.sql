-- Entries whose payload was removed when its time was over; the leaf commits to which they were.
CREATE TABLE removal (
  chain   TEXT   NOT NULL,
  seq     BIGINT NOT NULL,
  leaf_id TEXT   NOT NULL,
  at_ms   BIGINT NOT NULL,
  PRIMARY KEY (chain, seq)
);
CREATE INDEX removal_leaf ON removal (leaf_id);
