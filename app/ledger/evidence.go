package ledger

// OwnEvidence is what the ledger seals of its own tables. The rest of them follows from the tree: leaves, stored hashes and
// checkpoints from its root, the journal from the chains.
func OwnEvidence() []Evidence {
	return []Evidence{
		{Kind: "cosignature record", From: "cosignature", Key: "CAST(size AS TEXT) || ' ' || witness", Since: "at_ms", Columns: []string{"line", "at_ms"}},
		{Kind: "removal record", From: "removal", Key: "chain || ' ' || CAST(seq AS TEXT)", Since: "at_ms", Columns: []string{"leaf_id", "at_ms"}},
	}
}
