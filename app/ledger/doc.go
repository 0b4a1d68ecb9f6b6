// Package ledger is the tamper-evident journal: what happened in an attempt, in an order nobody can change
// unseen.
//
// Vocabulary. A chain is the entries of one attempt; each entry's hash covers the one before it. A payload
// enters a hash only through HMAC-SHA-256 under its subject's key, so that erasing the key erases the
// person's data while every proof still stands. A leaf is a commitment (a sitting's secret, a submission's
// last hash, a verdict) that the Log puts into one Merkle tree, whose signed checkpoints
// (C2SP tlog-checkpoint, Ed25519) can leave the machine.
//
// Evidence is a kind of record that other domains keep; each minute what is new of it is sealed: the digest of the record
// stays here, and the digest over those that were sealed together is a leaf. The heads of the chains that are being written
// are anchored each minute, as one leaf with the hash of their list. A day has a root: the checkpoint whose last leaf is
// the day's. A witness holds a key elsewhere and cosigns checkpoints (C2SP tlog-cosignature) after it has checked that each
// continues the last; a fork is two checkpoints of one key of which neither continues the other. A proof says that a
// leaf is in a checkpoint's tree (C2SP tlog-proof), or that one checkpoint's tree continues another's. An erasure puts on
// record what was erased of whom; a release lets sealed records go by it.
//
// What nothing here can tell: what happened within the minute before a seal or an anchor, and a rewriting of everything by
// whoever holds database and key. Against that a checkpoint must leave the machine: with a witness, by mail, in a
// candidate's download.
//
// Files: chain.go and journal.go (chains), log.go (the sequencer), checkpoint.go, proof.go (inclusion and consistency),
// heads.go, seal.go with evidence.go, daily.go, erasure.go, signer.go and cosignature.go (keys), witness.go, finding.go,
// and verify.go with verify_outside.go.
//
// Tables: journal (entries), subject_key, leaf (commitments with their place in the tree), tree_hash
// (stored hashes of golang.org/x/mod/sumdb/tlog), checkpoint (signed notes), cosignature, daily_root, chain_heads, seal
// and sealed_until, erasure.
package ledger
