package server

import (
	"context"
	"time"
)

// unsent is how many deliveries that close somebody's gate no webhook has taken yet, and since when the oldest waits.
func (h *House) unsent(ctx context.Context) (n int, oldest time.Time, err error) {
	b, err := h.Office.Unsent(ctx)
	return b.Urgent, b.Oldest, err
}

// drift tells how many people the CRM held for other than the gate does, in the last day; nil without a CRM.
func (h *House) drift() func(context.Context) (int, error) {
	if h.CRM == nil {
		return nil
	}
	return func(ctx context.Context) (int, error) {
		health, err := h.CRM.Health(ctx)
		return health.Drift, err
	}
}
