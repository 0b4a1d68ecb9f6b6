-- A staged row that is removed again is looked for wherever a lead may be referred to: each of these by an index.
CREATE INDEX lead_view_of_lead ON lead_view (lead_id);
CREATE INDEX sharing_of_lead ON sharing (lead_id);
CREATE INDEX follow_up_file_of_lead ON follow_up_file (lead_id);
CREATE INDEX dispute_of_lead ON dispute (lead_id);
CREATE INDEX dispute_of_other ON dispute (other_id);
CREATE INDEX lead_merge_of_kept ON lead_merge (kept_id);

-- A board, a report and the signs ask for one person's follow-ups, not for everybody's of a time.
CREATE INDEX follow_up_of_person ON follow_up (by_id, at_ms);
