package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"bainian/app/gate"
	"bainian/app/gate/crm"
	"bainian/app/post"
)

// gateEvent is what is told of a gate outside the house. It is the whole state and nothing of a case: a receiver keeps
// the one with the highest sequence.
type gateEvent struct {
	Level         gate.Level    `json:"level"`
	Standing      gate.Standing `json:"standing"`
	Until         string        `json:"until,omitempty"` // RFC 3339
	PolicyVersion int           `json:"policy_version"`
	Sequence      int64         `json:"sequence"`
}

// gateKind is the kind of event that tells a standing. Each has one, so that none is passed over in silence.
func gateKind(s gate.Standing) string {
	if s == gate.StandingOpen {
		return "gate.opened"
	}
	return "gate." + string(s)
}

// gateKinds are those of all standings; who hears of one hears of all.
func gateKinds() (kinds []post.Kind) {
	for _, s := range gate.Standings() {
		kinds = append(kinds, post.Kind{Name: gateKind(s), With: "gate"})
	}
	return kinds
}

// gateHook is a change of a gate as webhooks tell it. One that closes goes before one that opens.
func gateHook(c gate.Change) post.Hook {
	e := gateEvent{Level: c.Level, Standing: c.Standing, PolicyVersion: c.PolicyVersion, Sequence: c.Sequence}
	if !c.Until.IsZero() {
		e.Until = c.Until.UTC().Format(time.RFC3339)
	}
	return post.Hook{Kind: gateKind(c.Standing), Topic: c.PersonID, Subject: c.Number, Sequence: c.Sequence, Urgent: !c.Standing.Takes(), Data: e}
}

// crm is the CRM that -crm names, nil without one.
func (c *Config) crm() (*crm.Salesforce, error) {
	if c.CRM == "" {
		return nil, nil
	}
	file, ok := strings.CutPrefix(c.CRM, "salesforce:")
	if !ok {
		return nil, fmt.Errorf("%q must be salesforce: and a file", c.CRM)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var config crm.SalesforceConfig
	reader := json.NewDecoder(bytes.NewReader(text))
	reader.DisallowUnknownFields()
	if err := reader.Decode(&config); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return crm.NewSalesforce(config)
}
