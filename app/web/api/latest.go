package api

import (
	"maps"
	"sync"
	"time"
)

// latest keeps the last question of each token since the program started, for whoever has just connected a CRM and
// wants to see that it arrives. It is no record.
type latest struct {
	mu sync.Mutex
	of map[string]lastAsked // by the token's name
}

type lastAsked struct {
	way     way
	allowed bool
	said    string // what is unmet, for machines
	at      time.Time
}

func (l *latest) note(token string, q lastAsked) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[string]lastAsked{}
	}
	l.of[token] = q
}

func (l *latest) all() map[string]lastAsked {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.of)
}
