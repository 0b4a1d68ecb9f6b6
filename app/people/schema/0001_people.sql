CREATE TABLE employee (
  id          TEXT    NOT NULL PRIMARY KEY,
  number      TEXT    NOT NULL,
  number_key  TEXT    NOT NULL CONSTRAINT employee_number UNIQUE,   -- folded: what is unique and looked up
  name        TEXT    NOT NULL,
  email       TEXT    NOT NULL,
  email_key   TEXT    NOT NULL CONSTRAINT employee_email UNIQUE,
  search      TEXT    NOT NULL,                                     -- folded number, e-mail and name
  roles       TEXT    NOT NULL CONSTRAINT employee_roles CHECK (roles <> ''),   -- "hr,reviewer"
  manager_id  TEXT    REFERENCES employee (id) CONSTRAINT employee_manager CHECK (manager_id <> id),
  lang        TEXT    NOT NULL DEFAULT '',
  active      BOOLEAN NOT NULL DEFAULT TRUE,
  hired_on    TEXT    NOT NULL DEFAULT '',
  created_ms  BIGINT  NOT NULL
);
CREATE INDEX employee_by_manager ON employee (manager_id);

CREATE TABLE employee_change (
  id          TEXT   NOT NULL PRIMARY KEY,
  employee_id TEXT   NOT NULL REFERENCES employee (id),
  kind        TEXT   NOT NULL CONSTRAINT employee_change_kind
              CHECK (kind IN ('created', 'updated', 'password', 'sessions_ended', 'deactivated', 'reactivated')),
  fields      TEXT   NOT NULL DEFAULT '[]',                         -- [{"field", "old", "new"}]
  reason      TEXT   NOT NULL DEFAULT '',
  by_id       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL
);
CREATE INDEX employee_change_by_employee ON employee_change (employee_id, id);

CREATE TABLE credential (
  employee_id TEXT   NOT NULL PRIMARY KEY REFERENCES employee (id),
  hash        TEXT   NOT NULL,                                      -- argon2id, with its parameters and salt
  at_ms       BIGINT NOT NULL
);

CREATE TABLE session (
  hash        TEXT   NOT NULL PRIMARY KEY,                          -- SHA-256 of the token, hex
  employee_id TEXT   NOT NULL REFERENCES employee (id),
  started_ms  BIGINT NOT NULL,
  expires_ms  BIGINT NOT NULL,
  ended_ms    BIGINT,
  ended_by    TEXT,
  CONSTRAINT session_ended CHECK ((ended_ms IS NULL) = (ended_by IS NULL))
);
CREATE INDEX session_open ON session (employee_id) WHERE ended_ms IS NULL;

CREATE TABLE sign_in (
  id          TEXT    NOT NULL PRIMARY KEY,
  login_hash  TEXT    NOT NULL,                                     -- SHA-256: people type passwords into the wrong field
  ok          BOOLEAN NOT NULL DEFAULT FALSE,                       -- failed until proved right
  at_ms       BIGINT  NOT NULL
);
CREATE INDEX sign_in_failed ON sign_in (login_hash, at_ms) WHERE NOT ok;

CREATE TABLE invitation (
  hash        TEXT   NOT NULL PRIMARY KEY,                          -- SHA-256 of the token, hex
  employee_id TEXT   NOT NULL REFERENCES employee (id),
  by_id       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  expires_ms  BIGINT NOT NULL,
  used_ms     BIGINT
);
CREATE INDEX invitation_open ON invitation (employee_id) WHERE used_ms IS NULL;

CREATE TABLE api_token (
  id          TEXT   NOT NULL PRIMARY KEY,
  name        TEXT   NOT NULL,
  hash        TEXT   NOT NULL CONSTRAINT api_token_hash UNIQUE,
  by_id       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  revoked_ms  BIGINT,
  revoked_by  TEXT,
  CONSTRAINT api_token_revoked CHECK ((revoked_ms IS NULL) = (revoked_by IS NULL))
);

CREATE TABLE employee_import (
  id          TEXT   NOT NULL PRIMARY KEY,
  by_id       TEXT   NOT NULL,
  at_ms       BIGINT NOT NULL,
  applied_ms  BIGINT
);

CREATE TABLE employee_import_row (
  import_id   TEXT    NOT NULL REFERENCES employee_import (id),
  line        BIGINT  NOT NULL,
  employee_id TEXT    NOT NULL,
  change_id   TEXT    NOT NULL,
  is_new      BOOLEAN NOT NULL,
  number      TEXT    NOT NULL,
  number_key  TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  email       TEXT    NOT NULL,
  email_key   TEXT    NOT NULL,
  search      TEXT    NOT NULL,
  roles       TEXT    NOT NULL,
  manager_key TEXT    NOT NULL,
  hired_on    TEXT    NOT NULL,
  fields      TEXT    NOT NULL,
  PRIMARY KEY (import_id, line)
);
