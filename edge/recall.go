package edge

import (
	"context"
	"fmt"
	"maps"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
)

// memory is what the node's database says of where it stands.
type memory interface {
	Tip(ctx context.Context) (link.Mark, error)
}

// recall gives a node that remembers nothing what the cloud knew of the restaurant's open orders when it was enrolled: it goes on from there,
// and asks people to confirm. The enrolment forgets them then, for they hold names and addresses.
func recall(ctx context.Context, e *uplink.Enrolment, dir string, db memory, k *kitchen.Kitchen) error {
	if len(e.Snapshot) == 0 {
		return nil
	}
	tip, err := db.Tip(ctx)
	if err != nil {
		return err
	}
	if tip.Seq == 0 && tip.Epoch <= e.Epoch {
		b := link.Beginning{Epoch: e.Epoch, Commands: e.Commands, CommandID: e.CommandID, Numbers: map[string]int{}}
		for _, p := range e.Snapshot {
			page, err := e.Verify(p)
			if err != nil {
				return fmt.Errorf("the open orders that came with the enrolment: %w", err)
			}
			b.Orders = append(b.Orders, page.Orders...)
			maps.Copy(b.Numbers, page.Numbers)
		}
		if err := (obedient{k}).Begin(ctx, b); err != nil {
			return fmt.Errorf("go on from the open orders that came with the enrolment: %w", err)
		}
	}
	e.Snapshot = nil
	return e.Store(dir)
}
