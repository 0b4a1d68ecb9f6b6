package leads

import (
	"context"
	"encoding/json"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// WebExport is the most leads that a page hands out; the command has no limit.
const WebExport = 50_000

// exportPage is how many leads an export reads at once.
const exportPage = 500

// Export goes through the leads of a filter until each returns an error, and records who took which and how many: for HR
// and admins as they are, for managers those that their people hold, masked. More than most, unless 0, are TooLarge.
func (p *Pool) Export(ctx context.Context, actor people.Person, f Filter, most int, each func(Line) error) error {
	masked := !actor.Has(people.HR, people.Admin)
	f.held = masked // what waits in the pool is nobody's of the team
	said := f
	if isPhone(f.Text) {
		said.Text = maskPhone(f.Text) // a record of who looked for somebody is not to outlive what is known of them
	}
	doc, err := json.Marshal(said)
	if err != nil {
		return err
	}
	where, args, err := f.where(actor)
	if err != nil {
		return err
	}
	id := ""
	if err := p.db.Write(ctx, func(tx *store.Tx) error {
		id = tx.NewID()
		_, err := tx.Exec(`INSERT INTO lead_export (id, filter, masked, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, id, string(doc), masked, actor.ID, store.Ms(tx.Now))
		return err
	}); err != nil {
		return err
	}
	if most > 0 {
		n := 0
		if err := p.db.Read(ctx, func(rx *store.Rx) error {
			return rx.Row(`SELECT count(*) FROM (SELECT 1 FROM lead l LEFT JOIN tenure t ON t.lead_id = l.id AND t.ended_ms IS NULL WHERE `+imported+where+` LIMIT ?) x`,
				append(args, most+1)...).Scan(&n)
		}); err != nil {
			return err
		}
		if n > most {
			return fault.New(fault.TooLarge, "intake.export_large", "max", most)
		}
	}
	n := 0
	for after, more := "", true; more; {
		var lines []Line
		err := p.db.Read(ctx, func(rx *store.Rx) (err error) {
			lines, after, err = p.pageIn(rx, actor, f, after, exportPage)
			for i := range lines {
				if err == nil && masked {
					lines[i].Lead, err = p.maskedIn(rx, lines[i].Lead)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := each(l); err != nil {
				return err
			}
			n++
		}
		more = after != ""
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE lead_export SET leads = ? WHERE id = ?`, n, id)
		return err
	})
}
