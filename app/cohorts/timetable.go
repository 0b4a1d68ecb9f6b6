package cohorts

import (
	"context"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// AddSession puts a session on its cohort's timetable; its ID is given. Trainers, HR and administrators may.
func (r *Roster) AddSession(ctx context.Context, actor people.Person, s Session) (Session, error) {
	if err := maySchedule(actor); err != nil {
		return Session{}, err
	}
	s.Title, s.Lecturer, s.Place = strings.TrimSpace(s.Title), strings.TrimSpace(s.Lecturer), strings.TrimSpace(s.Place)
	if err := s.check(); err != nil {
		return Session{}, err
	}
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := find(tx.Rx, "c.id = ?", s.CohortID); err != nil {
			return err
		}
		return addIn(tx, actor, &s)
	})
	return s, err
}

// addIn gives a session its id and puts it on the timetable.
func addIn(tx *store.Tx, actor people.Person, s *Session) error {
	s.ID = tx.NewID()
	_, err := tx.Exec(`INSERT INTO timetable_session (`+sessionColumns+`, by_id, added_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, s.CohortID, store.Ms(s.At), string(s.Kind), s.Title, s.Lecturer, s.Place, actor.ID, store.Ms(tx.Now))
	return err
}

// Programme is the programme that a cohort can be given; NotFound without one.
func (r *Roster) Programme(ctx context.Context) (*Programme, error) {
	d, err := r.shelf.Doc(ctx, ProgrammePath)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "cohorts.programme_none")
	}
	if err != nil {
		return nil, err
	}
	p, problems := programmeOf(d)
	return p, problems.Err()
}

// Schedule gives a cohort the whole programme, in one language. A cohort that has sessions already is a Conflict,
// so that two clicks do not make two timetables; so is one too short for it.
func (r *Roster) Schedule(ctx context.Context, actor people.Person, cohortID string, calendar Calendar, lang locale.Lang) (sessions []Session, err error) {
	if err := maySchedule(actor); err != nil {
		return nil, err
	}
	p, err := r.Programme(ctx)
	if err != nil {
		return nil, err
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		c, err := find(tx.Rx, "c.id = ?", cohortID)
		if err != nil {
			return err
		}
		var begun bool
		if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM timetable_session WHERE cohort_id = ? AND cancelled_ms IS NULL)`, c.ID).Scan(&begun); err != nil {
			return err
		}
		if begun {
			return fault.New(fault.Conflict, "cohorts.timetable_begun")
		}
		if sessions, err = p.Lay(c, calendar, lang); err != nil {
			return err
		}
		for i := range sessions {
			if err := addIn(tx, actor, &sessions[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return sessions, err
}

// CancelSession takes a session off the timetable; one that is not on it is NotFound.
func (r *Roster) CancelSession(ctx context.Context, actor people.Person, id string) error {
	if err := maySchedule(actor); err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`UPDATE timetable_session SET cancelled_ms = ?, cancelled_by = ? WHERE id = ? AND cancelled_ms IS NULL`,
			store.Ms(tx.Now), actor.ID, id)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "cohorts.session_not_found")
		}
		return err
	})
}

// Today is the sessions of a cohort on the day of that time in its zone, by time.
func (r *Roster) Today(ctx context.Context, cohortID string, day time.Time) ([]Session, error) {
	y, m, d := day.Date()
	return r.sessions(ctx, cohortID, time.Date(y, m, d, 0, 0, 0, 0, day.Location()), time.Date(y, m, d+1, 0, 0, 0, 0, day.Location()))
}

// Timetable is all sessions of a cohort, by time.
func (r *Roster) Timetable(ctx context.Context, cohortID string) ([]Session, error) {
	return r.sessions(ctx, cohortID, time.UnixMilli(0), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC))
}

func (r *Roster) sessions(ctx context.Context, cohortID string, from, until time.Time) ([]Session, error) {
	var all []Session
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		all, err = store.All(rx, scanSession, `SELECT `+sessionColumns+` FROM timetable_session
			WHERE cohort_id = ? AND at_ms >= ? AND at_ms < ? AND cancelled_ms IS NULL ORDER BY at_ms, id`,
			cohortID, store.Ms(from), store.Ms(until))
		return err
	})
	return all, err
}

func maySchedule(actor people.Person) error {
	if actor.Has(people.Trainer, people.HR, people.Admin) {
		return nil
	}
	return fault.New(fault.Forbidden, "cohorts.trainer_only")
}
