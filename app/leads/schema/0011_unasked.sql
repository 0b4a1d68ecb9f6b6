-- No query asks for it.
DROP INDEX tenure_ended_by_time;
