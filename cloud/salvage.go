package cloud

import (
	"context"
	"time"

	"awesome.pizza/cloud/store"
)

// Holds says which of its events a fenced device need not hand over. Of a revoked one nothing is taken, so it is told nothing.
func (q quarantine) Holds(ctx context.Context, edge, device string, ids []string) (held []bool, inc string, err error) {
	if err := q.nodes.stands(ctx, edge, device, store.DeviceFenced); err != nil {
		return nil, "", err
	}
	return q.Store.Holds(ctx, edge, device, ids)
}

// SaidAll hears from a fenced device that it has handed over all.
func (q quarantine) SaidAll(ctx context.Context, edge, device, inc string) (since time.Time, err error) {
	if err := q.nodes.stands(ctx, edge, device, store.DeviceFenced); err != nil {
		return since, err
	}
	return q.Store.SaidAll(ctx, edge, device, inc)
}
