-- A grant is what an entitlement token says; the token itself is not kept. Who asked for it is the name of an API token.
CREATE TABLE gate_grant (
  id             TEXT   NOT NULL PRIMARY KEY,
  person_id      TEXT   NOT NULL REFERENCES employee (id),
  asked_by       TEXT   NOT NULL,
  audience       TEXT   NOT NULL,
  action         TEXT   NOT NULL,
  level          TEXT   NOT NULL,
  policy_version BIGINT NOT NULL,
  at_ms          BIGINT NOT NULL,
  until_ms       BIGINT NOT NULL,
  CONSTRAINT gate_grant_until CHECK (until_ms > at_ms AND until_ms <= at_ms + 300000)
);
CREATE INDEX gate_grant_at ON gate_grant (at_ms);
