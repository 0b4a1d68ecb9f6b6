// Package store is the one door to the database, SQLite or PostgreSQL, and makes the two behave alike.
//
//   - Read runs a closure over one snapshot; Rx can only query.
//   - Write runs a closure as one serializable transaction and returns when it is durable. A closure can run
//     more than once, so it must have no effects but its statements; effects go in Tx.After or in a job.
//   - A failed statement poisons its transaction: Write then fails whatever the closure returns.
//   - A closure never calls Read or Write. Domains compose through functions that take an Rx or a Tx.
//   - Once a closure has been taken from the queue, Write waits for its outcome even if the caller gives up.
//
// SQL is one text for both engines with "?" placeholders. Types that mean the same on both: TEXT, BIGINT,
// BOOLEAN, DOUBLE PRECISION and BYTEA; times are BIGINT unix milliseconds (Ms, Time).
//
// The store's own table is schema_migration: which migrations were applied, with their checksums.
package store
