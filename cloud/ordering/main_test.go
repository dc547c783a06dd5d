package ordering_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)

// book is a Store of one process: the real one is tried in cloud/store, against Postgres. It commits what a decide returns and keeps the
// commands.
type book struct {
	mu     sync.Mutex
	orders map[order.ID]ordering.Record
	told   []event.Body
	keys   map[string]ordering.Placement
	broken error
}

func (b *book) Place(_ context.Context, p ordering.Placement) (ordering.Record, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil {
		return ordering.Record{}, false, b.broken
	}
	if b.orders == nil {
		b.orders, b.keys = map[order.ID]ordering.Record{}, map[string]ordering.Placement{}
	}
	if first, ok := b.keys[p.Key]; ok && p.Key != "" {
		return first.Record, true, nil
	}
	b.orders[p.Record.Order.ID], b.keys[p.Key] = p.Record, p
	return p.Record, false, nil
}

func (b *book) Replay(_ context.Context, key string, body [32]byte) (ordering.Record, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, ok := b.keys[key]
	if ok && p.Body != body {
		return ordering.Record{}, false, problem.New(problem.Invalid, "idempotency_mismatch", "another request")
	}
	return p.Record, ok, nil
}

func (b *book) Change(_ context.Context, id order.ID, ifVersion int, decide ordering.Decide) (ordering.Record, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.orders[id]
	if !ok {
		return r, problem.New(problem.NotFound, "no_such_order", "no order %s", id)
	}
	if ifVersion != 0 && ifVersion != r.Version {
		return r, problem.New(problem.Stale, "stale_version", "version %d", r.Version)
	}
	next := r
	if err := decide(&next); err != nil {
		return ordering.Record{}, err
	}
	b.told = append(b.told, next.Told()...)
	next.Version++
	b.orders[id] = next.Untold()
	return b.orders[id], nil
}

func (b *book) ChangeAll(ctx context.Context, ids []order.ID, decide ordering.Decide) error {
	var errs []error
	for _, id := range ids {
		_, err := b.Change(ctx, id, 0, decide)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (b *book) StillCreated(_ context.Context, before time.Time, limit int) ([]order.ID, error) {
	return b.find(limit, func(r *ordering.Record) bool {
		return r.Status() == order.StatusCreated && r.Order.PlacedAt.Before(before)
	})
}

func (b *book) Unaccepted(_ context.Context, now time.Time, limit int) ([]order.ID, error) {
	return b.find(limit, func(r *ordering.Record) bool {
		due, waits := r.AcceptDue()
		return waits && !now.Before(due)
	})
}

func (b *book) find(limit int, want func(*ordering.Record) bool) (ids []order.ID, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, r := range b.orders {
		if want(&r) && len(ids) < limit {
			ids = append(ids, id)
		}
	}
	return ids, b.broken
}

func (b *book) order(id order.ID) ordering.Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.orders[id]
}

func (b *book) lastTold(t *testing.T) event.Body {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.told) == 0 {
		t.Fatal("nobody was told anything")
	}
	return b.told[len(b.told)-1]
}

// street is one restaurant, open and connected unless said otherwise.
type street struct{ home }

type home = ordering.House

func (s *street) House(_ context.Context, id string, _ time.Time) (ordering.House, error) {
	if id != s.ID {
		return ordering.House{}, problem.New(problem.NotFound, "no_such_restaurant", "no restaurant %s", id)
	}
	return s.home, nil
}

func (s *street) Up(string, time.Time) bool { return s.LinkUp }

func newStreet(t teller) *street {
	t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	return &street{home{
		ID: "r1", Name: "Luigi's", Latitude: 40.74, Longitude: -73.99, RadiusKM: 8, Cooks: 2, Menu: m, LinkUp: true, Since: noon,
		OpenAt: func(time.Time) bool { return true }, Opens: func(t time.Time) (time.Time, bool) { return t, true },
		Drive: func(to order.Address, _ time.Time) time.Duration {
			return dispatch.Crow{}.Time(dispatch.Point{Lat: 40.74, Lon: -73.99}, dispatch.Point{Lat: to.Latitude, Lon: to.Longitude}, 25)
		},
	}}
}

// wall is a clock that stands still.
type wall struct{ at time.Time }

func (w *wall) Now() time.Time { return w.at }

type scene struct {
	*ordering.Service
	book *book
	*street
	*wall
}

// teller is what a *testing.T and a *rapid.T have in common.
type teller interface {
	Helper()
	Fatal(args ...any)
}

func newScene(t teller) *scene {
	t.Helper()
	s := &scene{book: &book{}, street: newStreet(t), wall: &wall{at: noon}}
	s.Service = ordering.New(s.book, s.street, s.street, s.wall, slog.New(slog.NewTextHandler(io.Discard, nil)))
	return s
}

func basket(how order.Fulfilment) ordering.Basket {
	b := ordering.Basket{
		Restaurant: "r1", Fulfilment: how, Customer: order.Customer{Name: "Ada", Phone: "+12025550123"},
		Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1}}, Payment: order.Payment{Method: "cash"},
	}
	if how == order.ByDelivery {
		b.Address = &order.Address{Street: "1 Main St", City: "Springfield", Latitude: 40.7431, Longitude: -73.9899}
	}
	return b
}

var byStaff = ordering.Deed{By: ordering.ByStaff}

// by is what a driver does now.
func by(driver string) ordering.Deed {
	return ordering.Deed{Driver: driver, By: ordering.ByDriver(driver)}
}

func (s *scene) place(t *testing.T, how order.Fulfilment) ordering.Record {
	t.Helper()
	r, _, err := s.Place(t.Context(), basket(how), "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// admitted is an order that was handed to its restaurant.
func (s *scene) admitted(t *testing.T, how order.Fulfilment) ordering.Record {
	t.Helper()
	r, wished, err := s.SetStatus(t.Context(), s.place(t, how).Order.ID, 1, order.StatusValidated, byStaff)
	if err != nil || wished {
		t.Fatal(wished, err)
	}
	return r
}

// kitchen lets the restaurant take steps of an order.
func (s *scene) kitchen(t *testing.T, id order.ID, steps ...event.OrderStepped) ordering.Record {
	t.Helper()
	var r ordering.Record
	for _, b := range steps {
		b.Order = id
		var err error
		r, err = s.book.Change(t.Context(), id, 0, func(r *ordering.Record) error {
			return r.Apply(ordering.Fact{Restaurant: "r1", At: s.Now(), Body: b}, s.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func readySteps() []event.OrderStepped {
	one := []string{"1"}
	return []event.OrderStepped{
		{Action: order.Queue, Number: 7},
		{Action: order.Start, Items: one},
		{Action: order.Make, Items: one},
		{Action: order.Bake, Items: one},
		{Action: order.Unload, Items: one},
		{Action: order.Finish, Items: one},
	}
}

func code(err error) string {
	if p := problem.Of(err); p != nil {
		return p.Code
	}
	return ""
}
