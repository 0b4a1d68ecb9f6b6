-- That somebody has completed every lesson of a course again since a newer version of its course.md came out. The first
-- completion is in course_completion, with the version that was current then.
CREATE TABLE course_renewal (
	person_id TEXT NOT NULL REFERENCES employee (id),
	course    TEXT NOT NULL, -- "values/culture"
	version   BIGINT NOT NULL, -- of course.md
	at_ms     BIGINT NOT NULL,
	PRIMARY KEY (person_id, course, version)
);
