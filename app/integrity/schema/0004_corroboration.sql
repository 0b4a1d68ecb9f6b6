-- What the tests that raise nothing say of a closed sitting, once: a JSON Corroboration.
CREATE TABLE corroboration (
  sitting_id TEXT   NOT NULL PRIMARY KEY REFERENCES sitting (id),
  detector   TEXT   NOT NULL,              -- version of the program's tests, as declared when the sitting opened
  doc        TEXT   NOT NULL,
  at_ms      BIGINT NOT NULL
);
