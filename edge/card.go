package edge

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/uplink"
)

// lookAtCard is how often the node looks whether its menu is another one.
const lookAtCard = 2 * time.Second

// card keeps the kitchen selling by the menu that the data directory has: the one that `edge menu` wrote there, or that came down from the chain.
type card struct {
	dir     string
	kitchen *kitchen.Kitchen
	log     *slog.Logger
}

func (c card) run(ctx context.Context) error {
	look := time.NewTicker(lookAtCard)
	defer look.Stop()
	last, err := uplink.LoadEnrolment(c.dir)
	if err != nil {
		return fmt.Errorf("read the menu: %w", err)
	}
	tried := last.Menu
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		e, err := uplink.LoadEnrolment(c.dir)
		if err != nil || e.Restaurant != last.Restaurant || bytes.Equal(e.Menu, tried) {
			continue // torn or gone: the kitchen goes on selling what it sold
		}
		tried = e.Menu
		if err := c.serve(ctx, e); err != nil && ctx.Err() == nil {
			c.log.Error("the new menu is of no use; the kitchen goes on with the one it had", "err", err)
		}
	}
}

func (c card) serve(ctx context.Context, e uplink.Enrolment) error {
	m, err := menuOf(e)
	if err != nil {
		return err
	}
	if err := c.kitchen.Sell(ctx, m); err != nil {
		return err
	}
	c.log.Info("the kitchen sells by a new menu", "version", m.Version)
	return nil
}
