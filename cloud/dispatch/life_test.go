package dispatch_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// TestNoOrderEverHasTwoDriversAndEveryOfferEnds lives through random evenings with two dispatchers, of which one at a time dies.
func TestNoOrderEverHasTwoDriversAndEveryOfferEnds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		orders, drivers := rapid.IntRange(1, 6).Draw(rt, "orders"), rapid.IntRange(1, 4).Draw(rt, "drivers")
		var wrong string
		synctest.Test(t, func(t *testing.T) { wrong = evening(t.Context(), rand.New(rand.NewPCG(seed, 1)), orders, drivers) })
		if wrong != "" {
			rt.Fatal(wrong)
		}
	})
}

func evening(ctx context.Context, dice *rand.Rand, orders, drivers int) string {
	r, l := shop(orders, drivers), &lock{}
	if dice.IntN(2) == 0 { // two restaurants, whose orders may share a bag
		r.houses = street
		for i := range r.drivers {
			r.drivers[i].Home = ""
		}
		for i := 0; i < len(r.orders); i += 2 {
			r.orders[i].Restaurant, r.orders[i].Pickup = "r2", street[1].Position
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	defer wait.Wait()
	defer cancel()
	var desks []*dispatch.Dispatcher
	for range 2 {
		d := dispatch.New(r, &ears{}, &key{lock: l}, clock.System{}, slog.New(slog.DiscardHandler))
		desks = append(desks, d)
		wait.Go(func() { _ = d.Run(ctx) })
	}
	for range 100 {
		happen(ctx, dice, r, desks[dice.IntN(2)], l)
		pass(time.Duration(dice.IntN(8000)) * time.Millisecond)
		if wrong := r.wrong(); wrong != "" {
			return wrong
		}
	}
	r.do(func() {
		for i := range r.drivers {
			r.drivers[i].Status = wire.Offline
		}
	})
	pass(dispatch.OfferTTL + 2*dispatch.Every)
	for _, f := range r.offers {
		if !f.Over() || f.Answered.Sub(f.Created) > dispatch.OfferTTL+2*dispatch.Every {
			return fmt.Sprintf("an offer does not end: %+v", f)
		}
	}
	return cmp.Or(r.wrong(), r.history())
}

// history looks at all that was ever offered: at no time was an order with two, nor a driver asked for two trips, nor busy with two.
func (r *rows) history() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, f := range r.offers {
		for _, g := range r.offers[i+1:] {
			if !g.Created.Before(f.Answered) || !f.Created.Before(g.Answered) {
				continue
			}
			if f.Order == g.Order || f.Driver == g.Driver && f.Trip != g.Trip {
				return fmt.Sprintf("at the same time: %+v and %+v", f, g)
			}
		}
	}
	return ""
}

// happen is one thing of many.
func happen(ctx context.Context, dice *rand.Rand, r *rows, d *dispatch.Dispatcher, l *lock) {
	who := r.drivers[dice.IntN(len(r.drivers))].ID
	offer := ""
	r.do(func() {
		if len(r.offers) > 0 {
			f := r.offers[max(0, len(r.offers)-1-dice.IntN(3))]
			who, offer = f.Driver, f.ID
		}
	})
	switch dice.IntN(9) {
	case 0, 1, 2:
		_, _ = d.Accept(ctx, who, offer) // whatever comes of it: rows are looked at
	case 3:
		_, _ = d.Decline(ctx, who, offer)
	case 4:
		states := []wire.DriverState{wire.Available, wire.Available, wire.Offline, wire.OnBreak}
		_ = d.SetStatus(ctx, who, states[dice.IntN(4)], time.Now())
	case 5:
		r.do(func() { // the phone is lost, or found
			m := r.driver(who)
			m.SeenAt = time.Now().Add(time.Duration(dice.IntN(2)) * 24 * time.Hour)
		})
	case 6:
		l.mu.Lock()
		l.owner = nil // the one that plans loses the lock
		l.mu.Unlock()
	case 8:
		r.do(func() { // a guest wants out, and another one in
			if o := &r.orders[dice.IntN(len(r.orders))]; o.Delivery == order.Unassigned || o.Delivery == order.Assigned {
				o.Delivery, o.Kitchen, o.Driver = order.Delivered, order.Voided, ""
			}
		})
	case 7:
		r.do(func() { advance(&r.orders[dice.IntN(len(r.orders))]) })
	}
}

func advance(o *dispatch.Order) {
	switch o.Delivery {
	case order.Assigned:
		o.Delivery, o.Kitchen = order.PickedUp, order.HandedOver
	case order.PickedUp:
		o.Delivery = order.Delivered
	case order.Delivered:
		o.Delivery, o.Kitchen, o.Driver = order.Unassigned, order.Ready, "" // another one under its name
	}
}
