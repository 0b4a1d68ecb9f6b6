// Package jobs does later what a transaction has promised: mail, webhooks, statistics, sweeps.
//
// A job is a row of the table job, added in the transaction of its cause. Any process takes it by moving its
// ready_ms to the end of a lease, runs its handler and removes it; a failure moves ready_ms on by a backoff,
// and after the last try the row stays with its last error until somebody calls Retry. A job therefore runs
// at least once, and now and then twice: handlers must bear that.
//
// A schedule (Every) is a job that is put back instead of removed, so one process at a time runs it. A standing job
// (Stand, Wake) works off the line behind one key, such as a host that letters wait for, with workers of its kind's own.
package jobs
