package kitchen

import (
	"context"

	"awesome.pizza/shared/menu"
)

// Menu is what the kitchen sells now.
func (k *Kitchen) Menu() *menu.Menu { return k.card.Load() }

// Sell makes m the menu: between two changes, so that none is decided by two of them. Orders that were taken keep their lines, prices and recipes;
// stock of what no recipe takes any more stays on its shelf.
func (k *Kitchen) Sell(ctx context.Context, m *menu.Menu) error {
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-k.turn }()
	before := k.card.Swap(m)
	k.doubt = true // the shelves are counted by the menu's recipes: what the store has is read by the new one
	if err := k.reread(ctx); err != nil {
		k.card.Store(before)
		return err
	}
	return nil
}
