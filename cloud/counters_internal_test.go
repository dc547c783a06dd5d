package cloud

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// town is two restaurants next to each other on a real database, with a driver each and one who drives for both, and an order each.
type town struct {
	*counters
	t                  *testing.T
	db                 *store.Store
	ours, theirs, both dispatch.Driver
	own, other         order.ID
}

func newTown(t *testing.T) *town {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), store.Config{URL: pgtest.New(t, store.Migrate, store.MigrationsHash()), Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	presence := new(restaurant.Presence)
	for _, id := range []string{"r1", "r2"} {
		house := restaurant.Restaurant{ID: id, Name: id, Latitude: 40.743, Longitude: -73.99, TimeZone: "America/New_York"}
		if err := house.Check(); err != nil {
			t.Fatal(err)
		}
		if err := db.UpsertRestaurant(t.Context(), house); err != nil {
			t.Fatal(err)
		}
		presence.Heard(id, restaurant.Beat{Version: "1", Device: "U" + id}, time.Now().Add(time.Hour))
	}
	orders := ordering.New(db, store.Houses{Store: db, Presence: presence}, presence, clock.System{}, quiet)
	dispatcher := dispatch.New(db.ForDispatch(), nil, db.DispatchLock(), clock.System{}, quiet)
	w := &town{t: t, db: db, counters: &counters{desk: dispatch.NewDesk(db.ForDispatch(), dispatcher), orders: orders, read: db.Order, drivers: db.Driver, note: db.Note}}
	w.ours, w.theirs, w.both = w.hire("Grace", "r1"), w.hire("Linus", "r2"), w.hire("Ada", "")
	w.own, w.other = w.place(orders, "r1"), w.place(orders, "r2")
	return w
}

func (w *town) hire(name, home string) dispatch.Driver {
	w.t.Helper()
	d, _, err := w.db.RegisterDriver(w.t.Context(), dispatch.Driver{Name: name, Vehicle: dispatch.Scooter, Home: home})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.db.SetStatus(w.t.Context(), d.ID, wire.Available, time.Now()); err != nil {
		w.t.Fatal(err)
	}
	if err := w.db.SavePositions(w.t.Context(), []dispatch.Position{{Driver: d.ID, Lat: 40.745, Lon: -73.99, At: time.Now(), Heard: time.Now()}}); err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *town) place(orders *ordering.Service, at string) order.ID {
	w.t.Helper()
	r, _, err := orders.Place(w.t.Context(), ordering.Basket{
		Restaurant: at, Fulfilment: order.ByDelivery, Channel: order.Web, Customer: order.Customer{Name: "Guest", Phone: "+12025550123"},
		Address: &order.Address{Street: "1 Main St", City: "New York", Latitude: 40.744, Longitude: -73.988},
		Lines:   []order.Line{{Product: "margherita", Size: "small", Quantity: 1}}, Payment: order.Payment{Method: "cash"},
	}, "")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, _, err := orders.SetStatus(w.t.Context(), r.Order.ID, 0, order.StatusValidated, ordering.Deed{By: ordering.ByStaff}); err != nil {
		w.t.Fatal(err)
	}
	return r.Order.ID
}

func (w *town) ask(edge string, q link.DeskRequest) link.DeskReply {
	w.t.Helper()
	q.Device = "U" + edge
	reply, err := w.AnswerDesk(w.t.Context(), edge, q)
	if err != nil {
		w.t.Fatalf("%+v: %v", q, err)
	}
	if _, err := link.Encode(reply); err != nil {
		w.t.Errorf("what cannot travel: %v", err)
	}
	return reply
}

// with is who brings the own order, as a board has it.
func with(t *testing.T, r link.DeskReply) string {
	t.Helper()
	if r.Board == nil || len(r.Board.Orders) != 1 {
		t.Fatalf("no board: %+v", r.Refused)
	}
	if d := r.Board.Orders[0].Driver; d != nil {
		return *d
	}
	return ""
}

func TestACounterGivesItsOrdersToWhoServesItAndNobodyElses(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	look := w.ask("r1", link.DeskRequest{Ask: link.DeskLook})
	if with(t, look) != "" || look.Board.Orders[0].Order != w.own || len(look.Board.Restaurants) != 1 || len(look.Board.Drivers) != 2 {
		t.Errorf("%+v", look.Board)
	}
	give := link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.ours.ID}
	for range 2 { // the answer to the first may have been lost
		if r := w.ask("r1", give); with(t, r) != w.ours.ID || !r.Board.Orders[0].ByHand {
			t.Errorf("given: %+v", r.Board.Orders[0])
		}
	}
	over := link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.both.ID, Instead: w.ours.ID}
	if r := w.ask("r1", over); with(t, r) != w.both.ID || len(r.Board.Drivers) != 2 {
		t.Errorf("given over: %+v", r.Board.Orders[0])
	}
	for name, q := range map[string]struct {
		by, code string
		ask      link.DeskRequest
	}{
		"to nobody":         {"r1", "no_such_driver", link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: "nobody", Instead: w.both.ID}},
		"whose driver left": {"r1", "not_with_driver", link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.ours.ID, Instead: w.theirs.ID}},
		"unseen":            {"r1", "illegal_step", link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.ours.ID}},
		"to their driver":   {"r1", "no_such_driver", link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.theirs.ID, Instead: w.both.ID}},
		"their order":       {"r1", "no_such_order", link.DeskRequest{Ask: link.DeskAssign, Order: w.other, Driver: w.ours.ID}},
		"their order back":  {"r1", "no_such_order", link.DeskRequest{Ask: link.DeskUnassign, Order: w.other, Driver: w.ours.ID}},
		"our order":         {"r2", "no_such_order", link.DeskRequest{Ask: link.DeskUnassign, Order: w.own, Driver: w.both.ID}},
		"no order":          {"r1", "no_such_order", link.DeskRequest{Ask: link.DeskAssign, Order: "0198c0de-0000-7000-8000-00000000dead", Driver: w.ours.ID}},
		"a later question":  {"r1", "unknown_question", link.DeskRequest{Ask: "tip"}},
	} {
		if r := w.ask(q.by, q.ask); r.Refused == nil || r.Refused.Code != q.code || r.Refused.Detail == "" {
			t.Errorf("%s: %+v", name, r.Refused)
		}
	}
	for range 2 {
		if r := w.ask("r1", link.DeskRequest{Ask: link.DeskUnassign, Order: w.own, Driver: w.both.ID}); with(t, r) != "" {
			t.Errorf("taken back: %+v", r.Board.Orders[0])
		}
	}
	if r := w.ask("r1", link.DeskRequest{Ask: link.DeskWhatIf, Extra: 2}); r.WhatIf == nil {
		t.Errorf("%+v", r)
	}
}

func TestWhyACounterInsistedOnADriverStandsInTheOrdersHistory(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	if _, err := w.db.SetStatus(t.Context(), w.ours.ID, wire.EndOfShift, time.Now()); err != nil {
		t.Fatal(err)
	}
	board := w.ask("r1", link.DeskRequest{Ask: link.DeskLook}).Board
	if board.Base == "" || board.Rev == 0 {
		t.Errorf("a board that does not say when it is of: %+v", board)
	}
	i := slices.IndexFunc(board.Drivers, func(d link.DeskDriver) bool { return d.ID == w.ours.ID })
	if i < 0 || board.Drivers[i].Status != string(wire.EndOfShift) || board.Drivers[i].Since == nil {
		t.Fatalf("%+v", board.Drivers)
	}
	later := w.ask("r1", link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.ours.ID, Reason: "stands\nhere "}).Board
	if later == nil || later.Older(board) || !board.Older(later) {
		t.Errorf("%+v after %+v", later, board)
	}
	hands, err := w.db.Hands(t.Context(), w.own)
	if err != nil || len(hands) == 0 || hands[len(hands)-1].Act != ordering.Given || hands[len(hands)-1].Because != "stands here" {
		t.Errorf("%+v, %v", hands, err)
	}
	w.ask("r1", link.DeskRequest{Ask: link.DeskUnassign, Order: w.own, Driver: w.ours.ID})
	w.ask("r1", link.DeskRequest{Ask: link.DeskAssign, Order: w.own, Driver: w.ours.ID})
	if hands, err = w.db.Hands(t.Context(), w.own); err != nil || hands[len(hands)-1].Because != "" {
		t.Errorf("%+v, %v", hands, err)
	}
}

func TestACounterIsShownADriverOfWhomNobodyHears(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	long := time.Now().Add(-30 * time.Minute).UTC().Truncate(time.Millisecond)
	d, _, err := w.db.RegisterDriver(t.Context(), dispatch.Driver{Name: "Alan", Vehicle: dispatch.Car})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.SetStatus(t.Context(), d.ID, wire.Available, long); err != nil {
		t.Fatal(err)
	}
	board := w.ask("r1", link.DeskRequest{Ask: link.DeskLook}).Board
	i := slices.IndexFunc(board.Drivers, func(x link.DeskDriver) bool { return x.ID == d.ID })
	if i < 0 || board.Drivers[i].Silent == nil || !board.Drivers[i].Silent.Equal(long) || board.Drivers[i].Position != nil {
		t.Fatalf("%+v", board.Drivers)
	}
	if j := slices.IndexFunc(board.Drivers, func(x link.DeskDriver) bool { return x.ID == w.ours.ID }); board.Drivers[j].Silent != nil {
		t.Errorf("who was just heard of is silent: %+v", board.Drivers[j])
	}
}
