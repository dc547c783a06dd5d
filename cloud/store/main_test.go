package store_test

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const patience = 20 * time.Second // for what another goroutine or process does

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// chain is a database of the test's own, with two restaurants.
type chain struct {
	*store.Store
	url      string
	service  *ordering.Service
	presence *restaurant.Presence
}

func newChain(t testing.TB) *chain {
	t.Helper()
	return openChain(t, pgtest.New(t, store.Migrate, store.MigrationsHash()))
}

// openChain is one more process on a database.
func openChain(t testing.TB, url string) *chain {
	t.Helper()
	return openChainLogging(t, url, quiet)
}

func openChainLogging(t testing.TB, url string, log *slog.Logger) *chain {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url, Log: log, Committers: 2, Conns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := &chain{Store: s, url: url, presence: &restaurant.Presence{}}
	for _, rid := range []string{"r1", "r2"} {
		if _, err := s.Restaurant(t.Context(), rid); problem.Is(err, problem.NotFound) {
			err = s.UpsertRestaurant(t.Context(), restaurant.Restaurant{
				ID: rid, Name: "Pizzeria " + rid, Latitude: 40.74, Longitude: -73.99, TimeZone: "America/New_York",
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		c.presence.Heard(rid, restaurant.Beat{}, time.Now())
	}
	c.service = ordering.New(s, store.Houses{Store: s, Presence: c.presence}, c.presence, clock.System{}, quiet)
	return c
}

// run runs the service until the test ends.
func (c *chain) run(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wait sync.WaitGroup
	wait.Go(func() { _ = c.service.Run(ctx) })
	t.Cleanup(func() { cancel(); wait.Wait() })
}

func basket(how order.Fulfilment) ordering.Basket {
	b := ordering.Basket{
		Restaurant: "r1", Fulfilment: how, Customer: order.Customer{Name: "Ada"}, Payment: order.Payment{Method: "cash"},
		Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1}, {Product: "cola", Quantity: 1}},
	}
	if how == order.ByDelivery {
		b.Address = &order.Address{Street: "1 Main St", City: "Springfield", Latitude: 40.7431, Longitude: -73.9899}
	}
	return b
}

// place places an order and hands it to its restaurant.
func (c *chain) place(t testing.TB, how order.Fulfilment) ordering.Record {
	t.Helper()
	r, _, err := c.service.Place(t.Context(), basket(how), "")
	if err != nil {
		t.Fatal(err)
	}
	return c.admit(t, r.Order.ID)
}

func (c *chain) admit(t testing.TB, oid order.ID) ordering.Record {
	t.Helper()
	r, _, err := c.service.SetStatus(t.Context(), oid, 0, order.StatusValidated, ordering.Deed{By: ordering.ByCloud})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c *chain) order(t testing.TB, oid order.ID) ordering.Record {
	t.Helper()
	r, err := c.Order(t.Context(), oid)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// AcceptOffer is a driver's yes to one door.
func (c *chain) AcceptOffer(ctx context.Context, driver, offer string, now time.Time) (dispatch.Offer, error) {
	f, _, err := c.AnswerOffer(ctx, driver, offer, dispatch.Accept, now)
	return f, err
}

// DeclineOffer is the no.
func (c *chain) DeclineOffer(ctx context.Context, driver, offer string, now time.Time) (dispatch.Offer, error) {
	f, _, err := c.AnswerOffer(ctx, driver, offer, dispatch.Decline, now)
	return f, err
}

// sql runs a statement on a connection of its own and returns the first column of the first row, if there is one.
func (c *chain) sql(t testing.TB, sql string, args ...any) (first any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		if vals, err := rows.Values(); err == nil && first == nil && len(vals) > 0 {
			first = vals[0]
		}
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return first
}

// node is a restaurant's end of the link: it numbers and chains events as an outbox does.
type node struct {
	edge, device string
	epoch        uint64
	events       []link.Event
}

func (n *node) tip() link.Hash {
	if len(n.events) == 0 {
		return link.Hash{}
	}
	return n.events[len(n.events)-1].Hash
}

func (n *node) says(t testing.TB, about order.ID, b event.Body) {
	t.Helper()
	raw, err := event.Encode(b)
	if err != nil {
		t.Fatal(err)
	}
	n.raw(about, b.Kind(), raw)
}

func (n *node) raw(about order.ID, kind string, body []byte) {
	e := link.Event{ID: id.New(), Order: string(about), Kind: kind, At: time.Now(), Body: body}
	n.events = append(n.events, link.Seal(n.tip(), uint64(len(n.events)+1), e))
}

func (n *node) steps(t testing.TB, oid order.ID, a order.Action, items ...string) {
	t.Helper()
	b := event.OrderStepped{Order: oid, Action: a, Items: items, Cause: event.ByTap}
	if a == order.Queue {
		b.Number = 42
	}
	n.says(t, oid, b)
}

// batch is the events from first to last.
func (n *node) batch(first, last uint64) link.Batch {
	b := link.Batch{
		Edge: n.edge, Device: n.device, Epoch: max(1, n.epoch), First: first, Last: last, Gen: "g", Schema: link.Schema,
		Events: append([]link.Event(nil), n.events[first-1:last]...),
	}
	if first > 1 {
		b.Prev = n.events[first-2].Hash
	}
	return b
}

func (n *node) all() link.Batch { return n.batch(1, uint64(len(n.events))) }

func (c *chain) apply(t testing.TB, want link.Verdict, batches ...link.Batch) []link.Decision {
	t.Helper()
	d, _, err := c.Apply(t.Context(), batches)
	if err != nil {
		t.Fatal(err)
	}
	for i := range d {
		if d[i].Verdict != want {
			t.Fatalf("batch %d is decided %s (%s), want %s", i, d[i].Verdict, d[i].Reason, want)
		}
	}
	return d
}

// taken is an order taken at the counter of r1.
func taken(t testing.TB) event.OrderTaken {
	t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	l, err := m.PriceLine(order.Line{Product: "margherita", Size: "large", Quantity: 1})
	if err != nil {
		t.Fatal(err)
	}
	lines := []order.Line{l}
	return event.OrderTaken{Items: m.Items(lines), Order: order.Order{
		ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Edge, Channel: order.Counter, Fulfilment: order.Carryout,
		Customer: order.Customer{Name: "Bob"}, Lines: lines, Totals: m.Totals(lines, order.Carryout), PlacedAt: time.Now().UTC(),
	}}
}

// within waits until cond holds.
func within(t testing.TB, what string, cond func() bool) {
	t.Helper()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	limit := time.After(patience)
	for !cond() {
		select {
		case <-poll.C:
		case <-limit:
			t.Fatalf("waited %v for this: %s", patience, what)
		}
	}
}
