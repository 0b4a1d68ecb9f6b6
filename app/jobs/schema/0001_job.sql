CREATE TABLE job (
	id         TEXT PRIMARY KEY,
	kind       TEXT NOT NULL,
	payload    TEXT NOT NULL,
	added_ms   BIGINT NOT NULL,
	ready_ms   BIGINT NOT NULL,
	tries      BIGINT NOT NULL,
	last_error TEXT NOT NULL,
	failed_ms  BIGINT
);

CREATE INDEX job_ready ON job (ready_ms) WHERE failed_ms IS NULL;
CREATE INDEX job_failed ON job (failed_ms) WHERE failed_ms IS NOT NULL;
