CREATE TABLE progress (
	person_id    TEXT NOT NULL REFERENCES employee (id),
	lesson       TEXT NOT NULL, -- "values/red-line"
	version      BIGINT NOT NULL, -- that was opened first
	opened_ms    BIGINT NOT NULL,
	seconds      BIGINT NOT NULL, -- read, as far as the server can believe it
	read_ms      BIGINT NOT NULL, -- when seconds last grew
	checks       TEXT NOT NULL,   -- JSON: check id to its last answer
	done_ms      BIGINT,          -- last completion
	done_version BIGINT,
	PRIMARY KEY (person_id, lesson)
);

CREATE TABLE check_answer (
	id        TEXT PRIMARY KEY,
	person_id TEXT NOT NULL REFERENCES employee (id),
	lesson    TEXT NOT NULL,
	version   BIGINT NOT NULL, -- of the lesson
	check_id  TEXT NOT NULL,
	response  TEXT NOT NULL, -- JSON, in the positions of the source file
	mark      BIGINT NOT NULL, -- thousandths of a point
	points    BIGINT NOT NULL, -- thousandths of a point that could be had
	at_ms     BIGINT NOT NULL
);

CREATE INDEX check_answer_person ON check_answer (person_id, lesson);

CREATE TABLE lesson_completion (
	id        TEXT PRIMARY KEY,
	person_id TEXT NOT NULL REFERENCES employee (id),
	lesson    TEXT NOT NULL,
	version   BIGINT NOT NULL,
	seconds   BIGINT NOT NULL, -- read by then
	at_ms     BIGINT NOT NULL
);

CREATE INDEX lesson_completion_person ON lesson_completion (person_id, lesson, at_ms);

CREATE TABLE course_completion (
	person_id TEXT NOT NULL REFERENCES employee (id),
	course    TEXT NOT NULL, -- "values/culture"
	version   BIGINT NOT NULL, -- of course.md
	at_ms     BIGINT NOT NULL,
	PRIMARY KEY (person_id, course)
);

CREATE TABLE pledge_signature (
	person_id TEXT NOT NULL REFERENCES employee (id),
	version   BIGINT NOT NULL, -- of the pledge
	lang      TEXT NOT NULL,   -- that it was read in
	at_ms     BIGINT NOT NULL,
	PRIMARY KEY (person_id, version)
);
