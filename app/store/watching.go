package store

// BeforeEach has f called before every statement of every Write. It is meant for tests that stop the program between two
// statements; call it before the database is used.
func (db *DB) BeforeEach(f func(query string)) { db.before = f }
