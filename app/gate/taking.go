package gate

import (
	"context"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

// takenAtOnce is how many people are decided about in one look at the database.
const takenAtOnce = 50

// TakeSnapshot is the gate of everybody who works here, as of now. People are looked at a few at a time, so that it
// holds nothing up; its time is that of the first look. Without a readable policy it is that error, and the snapshot
// before it stays the last.
func (k *Keeper) TakeSnapshot(ctx context.Context) (*Snapshot, error) {
	s := &Snapshot{}
	if err := k.db.Read(ctx, func(rx *store.Rx) error {
		policy, err := k.PolicyIn(rx)
		if err != nil {
			return err
		}
		s.At, s.PolicyVersion = rx.Now, policy.Version
		if s.Holders, err = holdersIn(rx); err != nil {
			return err
		}
		s.Machines = nil
		for _, scope := range []people.Scope{people.Decisions, people.ForwardAuth} {
			names, err := people.TokenDigestsIn(rx, scope)
			if err != nil {
				return err
			}
			for digest, name := range names {
				s.Machines = append(s.Machines, Machine{name, digest, scope})
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for after := ""; ; {
		var some []SnapshotPerson
		var signedIn []Session
		next := ""
		if err := k.db.Read(ctx, func(rx *store.Rx) (err error) {
			some, signedIn, next, err = k.snapshotIn(rx, after)
			return err
		}); err != nil {
			return nil, err
		}
		s.People, s.Sessions = append(s.People, some...), append(s.Sessions, signedIn...)
		if after = next; after == "" {
			return s, nil
		}
	}
}

// Kept says that a snapshot is in its file now.
func (k *Keeper) Kept(s *Snapshot) { k.kept.Store(s.At.UnixMilli()) }

// SnapshotAt is the time of the last snapshot that this process put in its file; zero before the first.
func (k *Keeper) SnapshotAt() time.Time {
	if ms := k.kept.Load(); ms != 0 {
		return store.Time(ms)
	}
	return time.Time{}
}

func (k *Keeper) snapshotIn(rx *store.Rx, after string) (some []SnapshotPerson, signedIn []Session, next string, err error) {
	active, next, err := people.ActiveIn(rx, after, takenAtOnce)
	if err != nil {
		return nil, nil, "", err
	}
	for _, p := range active {
		d, err := k.decideIn(rx, p, true, nil)
		if err != nil {
			return nil, nil, "", err
		}
		if one, keep := snapshotOf(d, people.NumberKey(p.Number)); keep {
			some = append(some, one)
		}
		sessions, err := people.SessionDigestsIn(rx, p.ID)
		if err != nil {
			return nil, nil, "", err
		}
		for digest, until := range sessions {
			signedIn = append(signedIn, Session{digest, people.NumberKey(p.Number), until})
		}
	}
	return some, signedIn, next, nil
}
