package ledger

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// line is an entry of a chain that leaves the house, a line of JSON each.
type line struct {
	Seq     int64  `json:"seq"`
	Type    string `json:"type"`
	AtMs    int64  `json:"at_ms"`
	Payload string `json:"payload,omitempty"` // as hashed
	Removed bool   `json:"removed,omitempty"` // it was past its time, or its person's key is gone
	MAC     string `json:"mac"`
	Hash    string `json:"hash"`
}

// WriteLines writes the entries of a chain, a line of JSON each. The chain's name is not in them.
func WriteLines(entries []Entry) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, e := range entries {
		if err := encoder.Encode(line{e.Seq, e.Type, e.AtMs, string(e.Payload), e.Payload == nil, hex.EncodeToString(e.MAC[:]), hex.EncodeToString(e.Hash[:])}); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// ReadLines reads what WriteLines writes, as entries of that chain; nothing of it is believed yet.
func ReadLines(src []byte, chain string) (entries []Entry, err error) {
	for n, text := range bytes.Split(bytes.TrimSuffix(src, []byte("\n")), []byte("\n")) {
		var l line
		e := Entry{Chain: chain}
		if err = json.Unmarshal(text, &l); err == nil {
			e.Seq, e.Type, e.AtMs, e.Removed = l.Seq, l.Type, l.AtMs, l.Removed
			if !l.Removed {
				e.Payload = []byte(l.Payload)
			}
			e.MAC, err = parseHash(l.MAC)
		}
		if err == nil {
			e.Hash, err = parseHash(l.Hash)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d cannot be read: %w", n+1, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}
