package gate

// Level is how far the gate is open for a person.
type Level string

const (
	None    Level = "none"    // closed
	Shadow  Level = "shadow"  // sees masked leads, takes none
	Limited Level = "limited" // takes leads, a newcomer's number a day
	Full    Level = "full"    // takes leads
)

// rank orders the levels; an unknown one is closed.
func (l Level) rank() int {
	switch l {
	case Shadow:
		return 1
	case Limited:
		return 2
	case Full:
		return 3
	}
	return 0
}

// Takes reports whether new leads may be acquired at this level.
func (l Level) Takes() bool { return l.rank() >= Limited.rank() }

// Action is what somebody wants to do with the lead pool.
type Action string

const (
	Draw   Action = "draw"   // take a lead from the pool
	Assign Action = "assign" // be given a lead by a manager
	Hold   Action = "hold"   // go on working a lead already held
)

// Known reports whether the gate decides about this action.
func (a Action) Known() bool { return a == Draw || a == Assign || a == Hold }
