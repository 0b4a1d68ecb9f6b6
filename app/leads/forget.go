package leads

import (
	"strings"

	"bainian/app/store"
)

// forgetDayIn takes a person out of what the days of those who held their lead say, before the lead itself forgets them.
// What was written about the lead alone goes whole, and its files with the next sweep; of a report, a sharing or a story that
// is about others too, only what names them.
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
	const (
		holders = ` IN (SELECT t.holder_id FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE l.id = ? OR l.merged_into = ?)`
		since   = ` >= (SELECT min(t.began_ms) FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE l.id = ? OR l.merged_into = ?)`
	)
	for _, x := range []struct {
		table   string
		columns []string
		from    string
	}{
		{"day_report", []string{"went", "tomorrow"}, `day_report x WHERE x.person_id` + holders + ` AND x.at_ms` + since},
		{"day_report_remark", []string{"remark"}, `day_report_remark x JOIN day_report d ON d.id = x.report_id WHERE d.person_id` + holders + ` AND d.at_ms` + since},
		{"sharing", []string{"met", "said", "worked"}, `sharing x WHERE x.person_id` + holders + ` AND x.at_ms` + since},
		{"story", []string{"title", "met", "said", "worked", "industry", "objection", "search"}, `story x WHERE x.author_id` + holders + ` AND x.at_ms` + since},
	} {
		if err := strikeIn(tx, leads, x.table, x.columns, x.from, leadID); err != nil {
			return err
		}
	}
	return nil
}

// strikeIn strikes what names some leads out of columns of a table, which is x in from; from takes the lead's id four times.
func strikeIn(tx *store.Tx, leads []Lead, table string, columns []string, from, leadID string) error {
	texts, err := store.All(tx.Rx, func(row store.Row) ([]any, error) {
		values := make([]string, len(columns)+1)
		dest := make([]any, len(values))
		for i := range values {
			dest[i] = &values[i]
		}
		err := row.Scan(dest...)
		return append(anys(values[1:]), values[0]), err
	}, `SELECT x.id, x.`+strings.Join(columns, `, x.`)+` FROM `+from, leadID, leadID, leadID, leadID)
	if err != nil {
		return err
	}
	for _, args := range texts {
		struck := 0
		for i, text := range args[:len(columns)] {
			clean, n := scrub(text.(string), leads...)
			args[i], struck = clean, struck+n
		}
		if struck == 0 {
			continue
		}
		if _, err := tx.Exec(`UPDATE `+table+` SET `+strings.Join(columns, ` = ?, `)+` = ? WHERE id = ?`, args...); err != nil {
			return err
		}
	}
	return nil
}
