package edge_test

import (
	"context"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

const (
	soakPrinter = "p1"
	soakGuests  = 300 // who call, again and again
)

// soakCounts is what is counted every hour, so that it never runs out.
var soakCounts = []stock.SlipLine{{Ingredient: "mozzarella", Quantity: 1_000_000}, {Ingredient: "dough_large", Quantity: 10_000}}

func soakStaff() []kitchen.Hire {
	return []kitchen.Hire{{ID: "bob", Name: "Bob", Role: staff.Counter, PIN: "2222"}, {ID: "carla", Name: "Carla", Role: staff.Manager, PIN: "3333"}}
}

// shift is what people do once an hour: a shift manager signs in, counts, closes the till once a day, and goes without signing out every other hour.
func (s *soak) shift() {
	s.t.Helper()
	ctx := staff.With(s.t.Context(), staff.Caller{Screen: "till-1", Address: "till-1"})
	_, token, err := s.kit.OpenSession(ctx, "3333", "")
	if err != nil {
		s.t.Fatal(err)
	}
	ctx = staff.With(ctx, staff.Caller{Session: staff.NameOf(token), Screen: "till-1", Address: "till-1"})
	s.must(s.kit.Announce(ctx, kitchen.Screen{ID: "kds-1", Name: "All", Station: kitchen.EveryStation}))
	s.must(s.kit.WriteSlip(ctx, id.New(), stock.Slip{Kind: stock.Count, Lines: soakCounts}))
	if s.now.hours%24 == 0 {
		if s.now.days > 0 {
			s.must(s.kit.CloseDay(ctx, id.New(), 0, "", true))
		}
		s.must(s.kit.OpenDay(ctx, id.New(), 10_000))
		s.now.days++
	}
	if s.now.hours%2 == 0 {
		s.must(nil, s.kit.CloseSession(ctx))
	}
	s.now.hours++
}

func (s *soak) must(_ any, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// sold is an order of a guest who calls, pays at once, and is on a screen.
func (s *soak) sold() order.ID {
	s.t.Helper()
	ctx := s.t.Context()
	t, _, err := s.kit.Place(ctx, kitchen.CounterOrder{
		Key: id.New(), Channel: order.Phone, Fulfilment: order.Carryout, Payment: order.Payment{Method: "cash"}, Tendered: 5_000,
		Customer: order.Customer{Name: "Ada", Phone: fmt.Sprintf("02025550%03d", s.now.orders%soakGuests)},
		Lines:    []order.Line{{Product: "margherita", Size: "large", Quantity: 1}},
	})
	s.must(t, err)
	s.must(nil, s.kit.Rendered(ctx, "kds-1", t.Order.ID))
	return t.Order.ID
}

// paper is a printer that takes a second for each piece.
func (s *soak) paper(ctx context.Context) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.db.Printable():
		case <-every.C:
		}
		for ctx.Err() == nil {
			p, ok, err := s.db.NextPrint(ctx, soakPrinter, time.Now())
			if err != nil && ctx.Err() == nil {
				s.t.Error(err)
			}
			if err != nil || !ok {
				break
			}
			for _, to := range []kitchen.PrintState{kitchen.PrintSent, kitchen.PrintConfirmed} {
				if err := s.db.MarkPrint(context.WithoutCancel(ctx), p.ID, to, soakPrinter, time.Now()); err != nil {
					s.t.Error(err)
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}
