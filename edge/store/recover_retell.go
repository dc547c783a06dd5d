package store

import (
	"fmt"
	"maps"
	"slices"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// retell makes the tickets that are lost out of the facts that are not. The cloud may never have heard of them: what is in the outbox would come
// to it, and nobody in the kitchen would know the order.
func (k *keeper) retell() error {
	said := map[order.ID][]kitchen.Said{}
	for _, e := range k.sound {
		if body, err := event.Decode(e.Kind, e.Body); err == nil && e.Order != "" {
			said[order.ID(e.Order)] = append(said[order.ID(e.Order)], kitchen.Said{At: e.At, Body: body})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(said)) {
		if err := k.retellOne(id, said[id]); err != nil {
			return fmt.Errorf("tell order %s again: %w", id, err)
		}
	}
	return nil
}

func (k *keeper) retellOne(id order.ID, said []kitchen.Said) error {
	t, ok := kitchen.Retold(said, k.day)
	if !ok || t.Order.ID != id {
		return nil
	}
	var has, taken int
	err := k.tx.QueryRowContext(k.ctx, `SELECT (SELECT count(*) FROM tickets WHERE order_id = ?), (SELECT count(*) FROM tickets WHERE day = ? AND number = ?)`,
		id, t.Day, t.Number).Scan(&has, &taken)
	if err != nil || has > 0 {
		return err
	}
	if taken > 0 {
		t.Was, t.Number = t.Number, 0 // it gets another one when a cook confirms it
	}
	return writeTicket(k.ctx, k.writes, t, t.Since)
}

// tellEnded puts how an order ended behind n, for each whose facts are lost: the cloud may never have heard of it, and what is open is told
// by the healing anyway.
func (k *keeper) tellEnded(n *node) error {
	ids, err := list(k.ctx, k.tx, func(row scanner) (id string, err error) { return id, row.Scan(&id) },
		`SELECT order_id FROM tickets WHERE open = 0 AND order_id NOT IN (SELECT order_id FROM outbox) ORDER BY order_id`)
	if err != nil {
		return fmt.Errorf("look for orders of which nothing tells: %w", err)
	}
	for _, id := range ids {
		if err := n.standing(k.ctx, k.writes, k.at, id); err != nil {
			return fmt.Errorf("tell how order %s ended: %w", id, err)
		}
	}
	return nil
}
