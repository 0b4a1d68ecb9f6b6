package ledger

import (
	"encoding/hex"

	"bainian/app/store"
)

// AppendIn adds one entry to a chain and returns the new head, which the caller keeps in its own row: one
// insert, since every saved answer pays for it. The primary key (chain, seq) refuses a second writer.
func AppendIn(tx *store.Tx, chain string, head Head, subjectKey []byte, typ string, payload []byte) (Head, error) {
	ms := store.Ms(tx.Now)
	mac := MAC(subjectKey, payload)
	next := Head{Seq: head.Seq + 1}
	next.Hash = Hash(chain, next.Seq, typ, ms, head.Hash, mac)
	_, err := tx.Exec(`INSERT INTO journal (chain, seq, type, at_ms, payload, mac, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		chain, next.Seq, typ, ms, string(payload), hex.EncodeToString(mac[:]), next.Hex())
	return next, err
}

// EntriesIn are all entries of a chain in order.
func EntriesIn(rx *store.Rx, chain string) ([]Entry, error) {
	entries, err := store.All(rx, func(r store.Row) (Entry, error) {
		e := Entry{Chain: chain}
		var payload *string
		var mac, hash string
		if err := r.Scan(&e.Seq, &e.Type, &e.AtMs, &payload, &mac, &hash); err != nil {
			return e, err
		}
		if payload != nil {
			e.Payload = []byte(*payload)
		}
		// What is no hash stays zero, which none is: the chain then says which entry does not hold.
		if m, err := parseHash(mac); err == nil {
			e.MAC = m
		}
		if h, err := parseHash(hash); err == nil {
			e.Hash = h
		}
		return e, nil
	}, `SELECT seq, type, at_ms, payload, mac, hash FROM journal WHERE chain = ? ORDER BY seq`, chain)
	if err != nil {
		return nil, err
	}
	return entries, markRemovedIn(rx, chain, entries)
}

// SubjectKeyIn is the 32-byte key under which a person's payloads are hashed, made on first use.
func SubjectKeyIn(tx *store.Tx, subject string) ([]byte, error) {
	key, ok, err := KeyOfIn(tx.Rx, subject)
	if err != nil || ok {
		return key, err
	}
	key = tx.Secret(32)
	_, err = tx.Exec(`INSERT INTO subject_key (subject, key, at_ms) VALUES (?, ?, ?)`, subject, hex.EncodeToString(key), store.Ms(tx.Now))
	return key, err
}

// KeyOfIn is a person's key if there is one (not yet, or erased: false).
func KeyOfIn(rx *store.Rx, subject string) ([]byte, bool, error) {
	return store.First(rx, func(r store.Row) ([]byte, error) {
		var s string
		if err := r.Scan(&s); err != nil {
			return nil, err
		}
		return hex.DecodeString(s)
	}, `SELECT key FROM subject_key WHERE subject = ?`, subject)
}

// EraseChainIn deletes up to limit entries of a chain, the first ones, and returns how many there were. It is for
// chains that prove nothing about anybody, those of a rehearsal; of a person, the payloads are erased and the chain
// stays.
func EraseChainIn(tx *store.Tx, chain string, limit int) (int, error) {
	n, err := tx.Exec(`DELETE FROM journal WHERE chain = ? AND seq < (SELECT min(seq) FROM journal WHERE chain = ?) + ?`, chain, chain, limit)
	return int(n), err
}

// EraseKeyIn deletes a subject's key.
func EraseKeyIn(tx *store.Tx, subject string) error {
	_, err := tx.Exec(`DELETE FROM subject_key WHERE subject = ?`, subject)
	return err
}
