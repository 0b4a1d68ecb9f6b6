package people

import (
	"cmp"
	"context"
	"io"
	"slices"

	"bainian/app/fault"
	"bainian/app/sheet"
	"bainian/app/store"
)

const stageRows = 200 // rows staged by one transaction

// Report is what an import would do or did.
type Report struct {
	Rows               int // readable lines of the file
	New, Changed, Same int
	Problems           fault.Problems // by line; with any of them nothing is applied
	Applied            bool
}

// Cohorts is where an import enrols people; cohorts.Roster is one.
type Cohorts interface {
	// PlacesIn are the numbers of all cohorts, and by person id the number of the cohort they are in.
	PlacesIn(rx *store.Rx) (numbers []int, of map[string]int, err error)
	// PlaceIn moves people into the cohort with that number.
	PlaceIn(tx *store.Tx, by Person, number int, personIDs []string) error
}

// EnrolIn lets imports have a cohort column; without it every cohort is unknown. Call it before the program
// starts to serve.
func (d *Directory) EnrolIn(c Cohorts) { d.cohorts = c }

// Import reads people from a CSV of at most 10 MB and 10,000 rows and enters those that are new, by number, or
// changed; nobody is ever removed by it. It applies all of the file or, with any problem or without apply,
// nothing: then the Report says what it would do. A file over the limit is TooLarge.
func (d *Directory) Import(ctx context.Context, actor Person, file io.Reader, apply bool) (Report, error) {
	if err := mayKeep(actor); err != nil {
		return Report{}, err
	}
	data, err := sheet.Load(file)
	if err != nil {
		return Report{}, err
	}
	known, err := d.roll(ctx)
	if err != nil {
		return Report{}, err
	}
	rows, problems := parse(data, known.at)
	changes, same, more := plan(actor, rows, known)
	problems = append(problems, more...)
	slices.SortStableFunc(problems, func(a, b fault.Problem) int { return cmp.Compare(a.Line, b.Line) })
	report := Report{Rows: len(rows), Same: same, Problems: problems}
	for _, c := range changes {
		if c.personID == "" {
			report.New++
		} else {
			report.Changed++
		}
	}
	if !apply || problems != nil {
		return report, nil
	}
	if len(changes) > 0 {
		if err := d.apply(ctx, actor, changes, known.edition); err != nil {
			return Report{}, err
		}
	}
	report.Applied = true
	return report, nil
}

// roll reads the directory that a file is compared with.
func (d *Directory) roll(ctx context.Context) (roll, error) {
	var r roll
	err := d.db.Read(ctx, func(rx *store.Rx) (err error) {
		r.at = rx.Now
		if r.people, err = store.All(rx, scanPerson, `SELECT `+personColumns+` FROM employee e`); err != nil {
			return err
		}
		if d.cohorts != nil {
			if r.cohorts, r.cohort, err = d.cohorts.PlacesIn(rx); err != nil {
				return err
			}
		}
		r.edition, err = edition(rx)
		return err
	})
	return r, err
}

// edition grows with every change of the directory.
func edition(rx *store.Rx) (int, error) {
	n := 0
	err := rx.Row(`SELECT count(*) FROM employee_change`).Scan(&n)
	return n, err
}

// apply stages the changes in short transactions, so that nobody's answer waits behind a long one, and takes
// them over in one. It is a Conflict when the directory is not the one that the changes were planned for.
func (d *Directory) apply(ctx context.Context, actor Person, changes []planned, planned int) error {
	importID := ""
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		importID = tx.NewID()
		_, err := tx.Exec(`INSERT INTO employee_import (id, by_id, at_ms) VALUES (?, ?, ?)`, importID, actor.ID, store.Ms(tx.Now))
		return err
	})
	if err != nil {
		return err
	}
	places := map[int][]string{}
	for some := range slices.Chunk(changes, stageRows) {
		ids := make([]string, len(some))
		err := d.db.Write(ctx, func(tx *store.Tx) error {
			for i, c := range some {
				if ids[i] = c.personID; ids[i] == "" {
					ids[i] = tx.NewID()
				}
				if err := stage(tx, importID, ids[i], c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i, c := range some {
			if c.cohort > 0 {
				places[c.cohort] = append(places[c.cohort], ids[i])
			}
		}
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		now, err := edition(tx.Rx)
		if err != nil {
			return err
		}
		if now != planned {
			return fault.New(fault.Conflict, "people.import_stale")
		}
		if err := takeOver(tx, importID); err != nil {
			return err
		}
		for number, ids := range places {
			if err := d.cohorts.PlaceIn(tx, actor, number, ids); err != nil {
				return err
			}
		}
		return nil
	})
}

func stage(tx *store.Tx, importID, personID string, c planned) error {
	p := c.as(personID)
	_, err := tx.Exec(`INSERT INTO employee_import_row (import_id, line, employee_id, change_id, is_new, number, number_key, name,
			email, email_key, search, roles, manager_key, hired_on, fields)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		importID, c.line, personID, tx.NewID(), c.personID == "", p.Number, fold(p.Number), p.Name,
		p.Email, fold(p.Email), searchable(p), joinRoles(p.Roles), fold(c.manager), p.HiredOn, encodeFields(c.fields))
	return err
}

// takeOver makes the staged rows the directory's. Managers come last, for they may be among the new.
func takeOver(tx *store.Tx, importID string) error {
	if _, err := tx.Exec(`UPDATE employee_import SET applied_ms = ? WHERE id = ?`, store.Ms(tx.Now), importID); err != nil {
		return err
	}
	for _, statement := range []string{
		`INSERT INTO employee (id, number, number_key, name, email, email_key, search, roles, hired_on, created_ms)
			SELECT r.employee_id, r.number, r.number_key, r.name, r.email, r.email_key, r.search, r.roles, r.hired_on, i.applied_ms
			FROM employee_import_row r JOIN employee_import i ON i.id = r.import_id WHERE i.id = ? AND r.is_new`,
		`UPDATE employee SET number = r.number, name = r.name, email = r.email, email_key = r.email_key, search = r.search,
			roles = r.roles, hired_on = r.hired_on, manager_id = (SELECT m.id FROM employee m WHERE m.number_key = r.manager_key)
			FROM employee_import_row r WHERE r.import_id = ? AND r.employee_id = employee.id`,
		`INSERT INTO employee_change (id, employee_id, kind, fields, by_id, at_ms)
			SELECT r.change_id, r.employee_id, CASE WHEN r.is_new THEN 'created' ELSE 'updated' END, r.fields, i.by_id, i.applied_ms
			FROM employee_import_row r JOIN employee_import i ON i.id = r.import_id WHERE i.id = ?`,
	} {
		if _, err := tx.Exec(statement, importID); err != nil {
			return err
		}
	}
	return nil
}
