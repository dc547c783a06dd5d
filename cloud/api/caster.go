package api

import (
	"context"
	"sync"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// caster hands each new value to the streams that follow its key. A slow stream gets the newest value only, which is enough: a record
// carries its whole timeline, and of positions only the last counts.
type caster[K comparable, V any] struct {
	newer func(than, v V) bool

	mu    sync.Mutex
	seats map[K]map[*seat[V]]struct{}
}

// seat is one stream's place for the newest value. missed says that something was not told: read again.
type seat[V any] struct {
	news   chan V        // holds one
	missed chan struct{} // holds one
}

func newCaster[K comparable, V any](newer func(than, v V) bool) *caster[K, V] {
	return &caster[K, V]{newer: newer, seats: map[K]map[*seat[V]]struct{}{}}
}

// follow begins to hear of a key.
func (c *caster[K, V]) follow(key K) (s *seat[V], stop func()) {
	s = &seat[V]{make(chan V, 1), make(chan struct{}, 1)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seats[key] == nil {
		c.seats[key] = map[*seat[V]]struct{}{}
	}
	c.seats[key][s] = struct{}{}
	return s, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if delete(c.seats[key], s); len(c.seats[key]) == 0 {
			delete(c.seats, key)
		}
	}
}

// tell passes a value on. Under the lock nobody else sends, so there is room after the old one was taken out.
func (c *caster[K, V]) tell(key K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s := range c.seats[key] {
		newest := v
		select {
		case old := <-s.news:
			if !c.newer(old, v) {
				newest = old
			}
		default:
		}
		s.news <- newest
	}
}

func (c *caster[K, V]) tellMissed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, all := range c.seats {
		for s := range all {
			select {
			case s.missed <- struct{}{}:
			default:
			}
		}
	}
}

func newOrderCaster() *caster[order.ID, *ordering.Record] {
	return newCaster[order.ID](func(than, r *ordering.Record) bool { return r.Version >= than.Version })
}

func newPositionCaster() *caster[string, dispatch.Position] {
	return newCaster[string](func(than, p dispatch.Position) bool { return !p.At.Before(than.At) })
}

const watchAgain = 200 * time.Millisecond

// castOrders passes all changes on, to the streams of orders and to the dashboard, until ctx ends.
func (a *API) castOrders(ctx context.Context) {
	cast(ctx, a.Changes.WatchOrders, func(r *ordering.Record) {
		a.orders.tell(r.Order.ID, r)
		a.board.changed(r)
	}, func() {
		a.orders.tellMissed()
		a.board.reload()
	})
}

// castPositions passes drivers' positions on, until ctx ends.
func (a *API) castPositions(ctx context.Context) {
	cast(ctx, a.Positions.Positions, func(p dispatch.Position) { a.positions.tell(p.Driver, p) }, func() {})
}

// cast watches, and watches again when something was missed.
func cast[V any](ctx context.Context, watch func() (<-chan V, func()), tell func(V), missed func()) {
	for ctx.Err() == nil {
		values, cancel := watch()
		missed() // until now nobody watched
		pass(ctx, values, tell)
		cancel()
		select {
		case <-ctx.Done():
		case <-time.After(watchAgain):
		}
	}
}

func pass[V any](ctx context.Context, values <-chan V, tell func(V)) {
	for {
		select {
		case <-ctx.Done():
			return
		case v, open := <-values:
			if !open {
				return
			}
			tell(v)
		}
	}
}
