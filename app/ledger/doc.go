// Package ledger is the tamper-evident journal: what happened in an attempt, in an order nobody can change
// unseen.
//
// Vocabulary. A chain is the entries of one attempt; each entry's hash covers the one before it. A payload
// enters a hash only through HMAC-SHA-256 under its subject's key, so that erasing the key erases the
// person's data while every proof still stands. A leaf is a commitment (a sitting's secret, a submission's
// last hash, a verdict) that the Log puts into one Merkle tree, whose signed checkpoints
// (C2SP tlog-checkpoint, Ed25519) can leave the machine.
//
// Tables: journal (entries), subject_key, leaf (commitments with their place in the tree), tree_hash
// (stored hashes of golang.org/x/mod/sumdb/tlog), checkpoint (signed notes).
package ledger
