package post

import (
	"slices"
	"strings"
)

// Kind is a sort of event that a webhook may subscribe to.
type Kind struct {
	Name string // gate.revoked
	With string // kinds that say the same here are heard together; "" for one that stands alone
}

// TestKind is of the event that an admin sends to see whether it arrives; every subscription has it.
const TestKind = "bainian.test"

// checkKinds brings the chosen kinds into the order in which they are offered, and says what is wrong with them: a
// message key with its arguments, or "". Kinds that tell one state are chosen together: who heard that a gate opened and
// never that it closed would believe the wrong thing for ever.
func checkKinds(offered []Kind, chosen []string) (kinds []string, key string, args []any) {
	for _, k := range offered {
		if slices.Contains(chosen, k.Name) {
			kinds = append(kinds, k.Name)
		}
	}
	if len(kinds) == 0 {
		return nil, "push.kinds_none", nil
	}
	for _, k := range offered {
		if k.With == "" || slices.Contains(kinds, k.Name) {
			continue
		}
		for _, other := range offered {
			if other.With == k.With && slices.Contains(kinds, other.Name) {
				return kinds, "push.kinds_together", []any{"kind", other.Name, "missing", k.Name}
			}
		}
	}
	return kinds, "", nil
}

func joinKinds(kinds []string) string { return strings.Join(kinds, ",") }

// wants reports whether a joined list of kinds holds one.
func wants(joined, kind string) bool { return slices.Contains(strings.Split(joined, ","), kind) }
