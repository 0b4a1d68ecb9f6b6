-- Each look at everybody whom a CRM lets take leads, and what came of it.
CREATE TABLE crm_run (
  id       TEXT   NOT NULL PRIMARY KEY,
  crm      TEXT   NOT NULL,
  entitled BIGINT NOT NULL,            -- people who could take leads there, as it was found
  repaired BIGINT NOT NULL,
  undone   BIGINT NOT NULL,            -- repairs that failed, and people about whom nothing could be decided
  error    TEXT   NOT NULL,            -- why it came to no end; '' for one that did
  at_ms    BIGINT NOT NULL
);
CREATE INDEX crm_run_by_crm ON crm_run (crm, id);

-- Each time a CRM was brought into line about one person.
CREATE TABLE crm_repair (
  id     TEXT   NOT NULL PRIMARY KEY,
  crm    TEXT   NOT NULL,
  number TEXT   NOT NULL,              -- employee number
  found  TEXT   NOT NULL,
  error  TEXT   NOT NULL,              -- '' for one that worked
  at_ms  BIGINT NOT NULL,
  -- told: the gate had just changed; extra: the CRM let somebody who may not; longer: beyond what the gate says; missing:
  -- it did not let somebody who may
  CONSTRAINT crm_repair_found CHECK (found IN ('told', 'extra', 'longer', 'missing'))
);
CREATE INDEX crm_repair_by_crm ON crm_repair (crm, id);
CREATE INDEX crm_repair_drift ON crm_repair (crm, number, at_ms) WHERE found IN ('extra', 'longer');

-- People whose gate has changed and about whom the CRM has not been told yet. sequence is that of the gate's change: who
-- changes again while the CRM is told stays in the line.
CREATE TABLE crm_line (
  number   TEXT    NOT NULL PRIMARY KEY,
  sequence BIGINT  NOT NULL,
  closes   BOOLEAN NOT NULL,
  at_ms    BIGINT  NOT NULL
);
