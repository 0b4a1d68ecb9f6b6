package gate

// Standing is a decision in one word: what pages, pushes and counts tell of it.
type Standing string

const (
	StandingOpen      Standing = "open"      // takes leads
	StandingLimited   Standing = "limited"   // takes a newcomer's number of leads
	StandingShadow    Standing = "shadow"    // sees masked leads, takes none
	StandingLapsed    Standing = "lapsed"    // had the gate open, and something has run out: works what is held, draws nothing new
	StandingSuspended Standing = "suspended" // a case is open, until Decision.ReviewBy: works what is held, draws nothing new
	StandingRevoked   Standing = "revoked"   // a red line: holds nothing
	StandingClosed    Standing = "closed"    // not yet open, or not employed
)

// Standings are all of them, from the most open.
func Standings() []Standing {
	return []Standing{StandingOpen, StandingLimited, StandingShadow, StandingLapsed, StandingSuspended, StandingRevoked, StandingClosed}
}

// Takes reports whether new leads may be acquired; it is what Decision.Allows(Draw) says.
func (s Standing) Takes() bool { return s == StandingOpen || s == StandingLimited }

// Standing is the decision in one word. Where several things keep the gate shut it is the gravest.
func (d Decision) Standing() Standing {
	switch {
	case d.RedLine:
		return StandingRevoked
	case !d.Employed:
		return StandingClosed
	case d.Level == Full:
		return StandingOpen
	case d.Level == Limited:
		return StandingLimited
	case d.Suspended:
		return StandingSuspended
	case d.hasLapsed():
		return StandingLapsed
	case d.Level == Shadow:
		return StandingShadow
	}
	return StandingClosed
}

// hasLapsed reports whether something has run out for a person who took leads before.
func (d Decision) hasLapsed() bool {
	if d.FirstLead.IsZero() {
		return false
	}
	for _, s := range d.Steps {
		if s.State == Lapsed {
			return true
		}
	}
	return false
}
