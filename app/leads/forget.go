package leads

import "bainian/app/store"

// forgetDayIn takes a person out of what the days of those who held their lead say, before the lead itself forgets them.
// What was written about the lead alone goes whole, and its files with the next sweep; of a report, which is about others
// too, only what names them.
func forgetDayIn(tx *store.Tx, leadID string) error {
	const (
		these   = ` IN (SELECT id FROM lead WHERE id = ? OR merged_into = ?)`
		tenures = ` IN (SELECT t.id FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE l.id = ? OR l.merged_into = ?)`
	)
	leads, err := store.All(tx.Rx, scanLead, `SELECT `+leadColumns+` FROM lead l WHERE l.id = ? OR l.merged_into = ?`, leadID, leadID)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`UPDATE sharing SET met = '', said = '', worked = '', request = id WHERE lead_id` + these,
		`UPDATE follow_up_file SET name = '', follow_up_id = NULL WHERE lead_id` + these,
		`UPDATE follow_up SET request = NULL WHERE tenure_id` + tenures, // it was made of the words
	} {
		if _, err := tx.Exec(statement, leadID, leadID); err != nil {
			return err
		}
	}
	type report struct{ id, went, tomorrow string }
	reports, err := store.All(tx.Rx, func(row store.Row) (r report, err error) { return r, row.Scan(&r.id, &r.went, &r.tomorrow) },
		`SELECT d.id, d.went, d.tomorrow FROM day_report d WHERE EXISTS (SELECT 1 FROM tenure t JOIN lead l ON l.id = t.lead_id
		WHERE t.holder_id = d.person_id AND (l.id = ? OR l.merged_into = ?) AND d.at_ms >= t.began_ms)`, leadID, leadID)
	if err != nil {
		return err
	}
	for _, r := range reports {
		went, n := scrub(r.went, leads...)
		tomorrow, m := scrub(r.tomorrow, leads...)
		if n+m == 0 {
			continue
		}
		if _, err := tx.Exec(`UPDATE day_report SET went = ?, tomorrow = ? WHERE id = ?`, went, tomorrow, r.id); err != nil {
			return err
		}
	}
	type remark struct{ id, text string }
	remarks, err := store.All(tx.Rx, func(row store.Row) (r remark, err error) { return r, row.Scan(&r.id, &r.text) },
		`SELECT m.id, m.remark FROM day_report_remark m JOIN day_report d ON d.id = m.report_id WHERE EXISTS (SELECT 1 FROM tenure t JOIN lead l ON l.id = t.lead_id
		WHERE t.holder_id = d.person_id AND (l.id = ? OR l.merged_into = ?) AND d.at_ms >= t.began_ms)`, leadID, leadID)
	if err != nil {
		return err
	}
	for _, r := range remarks {
		text, n := scrub(r.text, leads...)
		if n == 0 {
			continue
		}
		if _, err := tx.Exec(`UPDATE day_report_remark SET remark = ? WHERE id = ?`, text, r.id); err != nil {
			return err
		}
	}
	return nil
}
