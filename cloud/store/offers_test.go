package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// ask opens an offer; the test fails when it does not stand.
func (c *chain) ask(t testing.TB, oid order.ID, did string, now time.Time) dispatch.Offer {
	t.Helper()
	f := offerOf(oid, did, now)
	stood, err := c.CreateOffers(t.Context(), []dispatch.Offer{f})
	if err != nil || len(stood) != 1 {
		t.Fatalf("offer %s to %s: %v, %v", oid, did, stood, err)
	}
	return f
}

// all are the restaurants of a chain.
var all = []string{"r1", "r2"}

// offersOf are all offers an order has had, oldest first.
func (c *chain) offersOf(t testing.TB, oid order.ID) []dispatch.Offer {
	t.Helper()
	all, err := c.RecentOffers(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(f dispatch.Offer) bool { return f.Order != oid })
}

// revoke has the offer to a driver end because he takes a break.
func (c *chain) revoke(t testing.TB, now time.Time) {
	t.Helper()
	c.says(t, "d1", wire.OnBreak)
	if n, err := c.EndOffers(t.Context(), now); err != nil || n.Revoked != 1 {
		t.Fatalf("%v, %v", n, err)
	}
}

func offerOf(oid order.ID, did string, now time.Time) dispatch.Offer {
	now = now.UTC().Truncate(time.Millisecond)
	return dispatch.Offer{
		ID: id.New(), Order: oid, Driver: did, State: dispatch.Open, Created: now, Expires: now.Add(dispatch.OfferTTL),
		ArriveAt: now.Add(4 * time.Minute), Because: []dispatch.Reason{{Key: dispatch.WhyAway, N: 4}, {Key: dispatch.WhyBest, Name: "Ada\n; Byron"}},
	}
}

// menuOf is a chain with some orders on the shelf and some drivers.
func menuOf(t testing.TB, orders, drivers int) (c *chain, ids []order.ID) {
	t.Helper()
	c = newChain(t)
	for range orders {
		ids = append(ids, c.place(t, order.ByDelivery).Order.ID)
	}
	c.shelve(t, &node{edge: "r1"}, ids...)
	for i := range drivers {
		c.hire(t, fmt.Sprintf("d%d", i+1))
	}
	return c, ids
}

func TestAnAcceptedOfferAndItsOrderAreOneThing(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 1)
	now := time.Now()
	f := c.ask(t, ids[0], "d1", now)
	before := c.order(t, ids[0])
	changes, cancel := c.WatchOrders()
	defer cancel()
	for i := range 2 { // phones repeat themselves
		got, err := c.AcceptOffer(t.Context(), "d1", f.ID, now.Add(time.Second))
		if err != nil || got.State != dispatch.Accepted {
			t.Fatalf("time %d: %+v, %v", i, got, err)
		}
	}
	after := c.order(t, ids[0])
	if after.Version != before.Version+1 || after.Driver == nil || *after.Driver != (ordering.Driver{ID: "d1", Name: "Grace d1", Trip: f.ID}) ||
		after.Status() != order.StatusDriverAssigned || after.Arrives == nil || !after.Arrives.Equal(f.ArriveAt) {
		t.Errorf("%+v", after)
	}
	if last := after.Steps[len(after.Steps)-1]; last.By != "driver:d1" {
		t.Errorf("%+v", last)
	}
	if r := <-changes; r.Order.ID != ids[0] || r.Version != after.Version {
		t.Errorf("watchers are told of %+v", r)
	}
	told, _, err := c.Commands(t.Context(), "r1", 1, 100)
	if err != nil || told[len(told)-1].Kind != (event.DeliveryStepped{}).Kind() {
		t.Errorf("the restaurant is told %+v, %v", told, err)
	}
	if all := c.offersOf(t, ids[0]); len(all) != 1 || all[0].State != dispatch.Accepted || len(all[0].Because) != 2 ||
		all[0].Because[0] != (dispatch.Reason{Key: dispatch.WhyAway, N: 4}) || all[0].Because[1].Name != "Ada\n; Byron" {
		t.Errorf("%+v", all)
	}
}

func TestAnOfferThatCannotBeAcceptedChangesNothing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		spoil func(*testing.T, *chain, []order.ID)
		by    string
		at    time.Duration
		code  string
	}{
		"too late":       {nil, "d1", dispatch.OfferTTL, "offer_over"},
		"another's":      {nil, "d2", 0, "no_such_offer"},
		"declined":       {func(t *testing.T, c *chain, ids []order.ID) { c.decline(t, ids[0], now) }, "d1", 0, "offer_over"},
		"taken back":     {func(t *testing.T, c *chain, _ []order.ID) { c.revoke(t, now) }, "d1", 0, "offer_over"},
		"given by staff": {func(t *testing.T, c *chain, ids []order.ID) { c.give(t, ids[0], "d2") }, "d1", 0, "illegal_step"},
		"a full bag":     {func(t *testing.T, c *chain, ids []order.ID) { c.give(t, ids[1], "d1") }, "d1", 0, "bag_full"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ch, ids := menuOf(t, 2, 2)
			f := ch.ask(t, ids[0], "d1", now)
			if c.spoil != nil {
				c.spoil(t, ch, ids)
			}
			before := ch.order(t, ids[0])
			_, err := ch.AcceptOffer(t.Context(), c.by, f.ID, now.Add(c.at))
			if p := problem.Of(err); p == nil || p.Code != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
			if after := ch.order(t, ids[0]); after.Version != before.Version {
				t.Errorf("the order changed: %+v", after)
			}
			if n, err := ch.EndOffers(t.Context(), now.Add(dispatch.OfferTTL)); err != nil || n.Expired+n.Revoked > 1 {
				t.Errorf("%+v, %v", n, err)
			}
			if all := ch.offersOf(t, ids[0]); len(all) != 1 || !all[0].Over() || all[0].State == dispatch.Accepted {
				t.Errorf("%+v", all)
			}
		})
	}
	c := newChain(t)
	for _, err := range []error{second(c.AcceptOffer(t.Context(), "d1", "x", now)), second(c.DeclineOffer(t.Context(), "d1", id.New(), now))} {
		if !problem.Is(err, problem.NotFound) {
			t.Errorf("an offer nobody made: %v", err)
		}
	}
}

func (c *chain) give(t testing.TB, oid order.ID, did string) {
	t.Helper()
	if _, err := c.service.Assign(t.Context(), oid, 0, ordering.Driver{ID: did, Name: did}, nil, ordering.ByStaff); err != nil {
		t.Fatal(err)
	}
}

func (c *chain) decline(t testing.TB, oid order.ID, now time.Time) {
	t.Helper()
	all := c.offersOf(t, oid)
	for range 2 {
		if f, err := c.DeclineOffer(t.Context(), all[0].Driver, all[0].ID, now); err != nil || f.State != dispatch.Declined {
			t.Fatalf("%+v, %v", f, err)
		}
	}
}

func TestAnOrderAndADriverHaveOneOpenOffer(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 3, 3)
	now := time.Now()
	c.ask(t, ids[0], "d1", now)
	c.give(t, ids[2], "d3")
	c.says(t, "d2", wire.OnBreak)
	for why, f := range map[string]dispatch.Offer{
		"the order is offered":     offerOf(ids[0], "d2", now),
		"the driver is asked":      offerOf(ids[1], "d1", now),
		"the order has a driver":   offerOf(ids[2], "d2", now),
		"the driver has an order":  offerOf(ids[1], "d3", now),
		"the driver is on a break": offerOf(ids[1], "d2", now),
		"no such order":            offerOf(order.ID(id.New()), "d2", now),
		"no such driver":           offerOf(ids[1], "d9", now),
	} {
		if stood, err := c.CreateOffers(t.Context(), []dispatch.Offer{f}); err != nil || len(stood) != 0 {
			t.Errorf("%s: %v, %v", why, stood, err)
		}
	}
	c.says(t, "d2", wire.Available)
	var wait sync.WaitGroup
	stood := make([]int, 6)
	for i := range stood { // two processes that both believe to hold the lock, and more
		wait.Go(func() {
			some, err := c.CreateOffers(t.Context(), []dispatch.Offer{offerOf(ids[1], "d2", now), offerOf(ids[1], "d2", now)})
			if err != nil {
				t.Error(err)
			}
			stood[i] = len(some)
		})
	}
	wait.Wait()
	if slices.Sort(stood); stood[5] != 1 || stood[4] != 0 {
		t.Errorf("%v", stood)
	}
}

func TestOffersEndWithTheirTimeOrTheirReason(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, c *chain, asked, other order.ID)
		at    time.Duration
		want  dispatch.OfferState
	}{
		"nothing happened":                {nil, dispatch.OfferTTL - time.Second, dispatch.Open},
		"time is over":                    {nil, dispatch.OfferTTL, dispatch.Expired},
		"somebody else's":                 {func(t *testing.T, c *chain, oid, _ order.ID) { c.give(t, oid, "d2") }, 0, dispatch.Revoked},
		"driver on a break":               {func(t *testing.T, c *chain, _, _ order.ID) { c.says(t, "d1", wire.OnBreak) }, 0, dispatch.Revoked},
		"driver has another order by now": {func(t *testing.T, c *chain, _, other order.ID) { c.give(t, other, "d1") }, 0, dispatch.Revoked},
		"delivery has ended": {func(t *testing.T, c *chain, oid, _ order.ID) {
			c.sql(t, `UPDATE orders SET status = 'Cancelled', open = false WHERE id = $1`, string(oid))
		}, 0, dispatch.Revoked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ch, ids := menuOf(t, 2, 2)
			ch.ask(t, ids[0], "d1", now)
			if c.spoil != nil {
				c.spoil(t, ch, ids[0], ids[1])
			}
			if _, err := ch.EndOffers(t.Context(), now.Add(c.at)); err != nil {
				t.Fatal(err)
			}
			if all := ch.offersOf(t, ids[0]); all[0].State != c.want {
				t.Errorf("%+v", all)
			}
			recent, err := ch.RecentOffers(t.Context(), now.Add(-time.Minute))
			if err != nil || len(recent) != 1 || recent[0].State != c.want {
				t.Errorf("%+v, %v", recent, err)
			}
			later, err := ch.RecentOffers(t.Context(), now.Add(time.Minute))
			if err != nil || (len(later) == 1) != (c.want == dispatch.Open) {
				t.Errorf("%+v, %v", later, err)
			}
		})
	}
}

func TestAPhoneIsToldWhatItMustKnow(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.hire(t, "d1")
	b := basket(order.ByDelivery)
	b.Customer.Name, b.Address.Street = "A\u200bda", strings.Repeat("é", 150)+" Main St"
	r, _, err := c.service.Place(t.Context(), b, "")
	if err != nil {
		t.Fatal(err)
	}
	c.admit(t, r.Order.ID)
	c.shelve(t, &node{edge: "r1"}, r.Order.ID)
	now := time.Now()
	f := c.ask(t, r.Order.ID, "d1", now)
	open, err := c.OpenOffers(t.Context(), "d1")
	if err != nil || len(open) != 1 {
		t.Fatalf("%+v, %v", open, err)
	}
	raw, err := wire.Encode(open[0].Wire())
	if err != nil {
		t.Fatal(err)
	}
	w, err := wire.Decode[wire.Offer](raw, now)
	if err != nil || w.ID != f.ID || w.Restaurant.Name != "Pizzeria r1" || w.Drop.Latitude != 40.7431 || w.CashDue == nil || *w.CashDue != r.Order.Totals.Total {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestASnapshotShowsWhatThereIsToDo(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 3, 3)
	d, now := c.ForDispatch(), time.Now()
	early := c.place(t, order.ByDelivery).Order.ID
	c.place(t, order.Carryout)
	f := c.ask(t, ids[0], "d1", now)
	if _, err := c.DeclineOffer(t.Context(), "d1", f.ID, now); err != nil {
		t.Fatal(err)
	}
	c.ask(t, ids[0], "d2", now)
	c.give(t, ids[1], "d3")
	c.says(t, "d3", wire.Offline)
	for round := range 2 { // the second from memory
		s, err := d.DispatchSnapshot(t.Context(), now, all)
		if err != nil || len(s.Orders) != 4 || len(s.Drivers) != 3 || len(s.Restaurants) != 2 {
			t.Fatalf("round %d: %+v, %v", round, s, err)
		}
		o := s.Orders
		if o[0].Offered != "d2" || !slices.Equal(o[0].Declined, []string{"d1"}) || o[0].Kitchen != order.Ready || o[0].Pickup.Lat != 40.74 || o[0].Drop.Lat != 40.7431 {
			t.Errorf("%+v", o[0])
		}
		if o[1].Driver != "d3" || o[1].Delivery != order.Assigned || o[3].ID != early || o[3].Kitchen != order.Waiting || o[3].ReadySpread == 0 {
			t.Errorf("%+v, %+v", o[1], o[3])
		}
		if s.Drivers[1].Holding != ids[0] || !slices.Equal(s.Drivers[2].Bag, []order.ID{ids[1]}) || !s.Drivers[2].Gone(now) || !s.Drivers[0].Free(now) {
			t.Errorf("%+v", s.Drivers)
		}
	}
	if err := d.GiveBack(t.Context(), ids[1], "d3", dispatch.ByDispatch, ""); err != nil {
		t.Fatal(err)
	}
	s, err := d.DispatchSnapshot(t.Context(), now, all)
	if err != nil || s.Orders[1].Driver != "" || len(s.Drivers) != 2 {
		t.Errorf("a change is not seen: %+v, %v", s, err)
	}
}

// meanwhile runs a statement in a transaction that commits when act waits for it.
func (c *chain) meanwhile(t *testing.T, act func(), sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	for _, s := range []string{"BEGIN", sql} {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	var wait sync.WaitGroup
	defer wait.Wait()
	wait.Go(act)
	within(t, "somebody to wait for a lock", func() bool {
		return c.sql(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) != int64(0)
	})
	if _, err := conn.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
}

func TestWhatHappensInTheSameMomentCounts(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 2, 2)
	now := time.Now()
	f := c.ask(t, ids[0], "d1", now)
	c.meanwhile(t, func() {
		if _, err := c.AcceptOffer(t.Context(), "d1", f.ID, now); !problem.Is(err, problem.Conflict) {
			t.Errorf("accepted what was being revoked: %v", err)
		}
	}, `UPDATE offers SET state = 'revoked', answered = now() WHERE state = 'open'`)
	c.meanwhile(t, func() {
		if stood, err := c.CreateOffers(t.Context(), []dispatch.Offer{offerOf(ids[1], "d2", now)}); err != nil || len(stood) != 0 {
			t.Errorf("offered what was being taken: %v, %v", stood, err)
		}
	}, `UPDATE orders SET driver = 'd1' WHERE id = '`+string(ids[1])+`'`)
}

// TestRandomEveningsOnTheRealDatabase: dispatchers plan at once, drivers answer at once, staff interferes, phones die.
func TestRandomEveningsOnTheRealDatabase(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 8, 4)
	accepted := int64(0)
	for range 6 {
		seed := rand.Uint64()
		dice, now := rand.New(rand.NewPCG(seed, 1)), time.Now()
		for range 8 {
			c.hustle(t, dice, ids, now)
			now = now.Add(time.Duration(dice.IntN(20)) * time.Second)
			c.sane(t, seed)
		}
		if _, err := c.EndOffers(t.Context(), now.Add(dispatch.OfferTTL)); err != nil {
			t.Fatal(err)
		}
		if open := c.sql(t, `SELECT count(*) FROM offers WHERE state = 'open'`); open != int64(0) {
			t.Fatalf("seed %d: %d offers do not end", seed, open)
		}
		accepted += c.sql(t, `SELECT count(*) FROM offers WHERE state = 'accepted'`).(int64)
		for _, oid := range ids { // and all is as it began
			if r := c.order(t, oid); r.Driver != nil {
				if err := c.GiveBack(t.Context(), oid, r.Driver.ID, ordering.ByStaff, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		c.sql(t, `DELETE FROM offers`)
	}
	if accepted < 6 {
		t.Errorf("only %d offers were accepted in all these evenings", accepted)
	}
}

// hustle is one moment in which everybody acts.
func (c *chain) hustle(t *testing.T, dice *rand.Rand, ids []order.ID, now time.Time) {
	recent, err := c.RecentOffers(t.Context(), now.Add(-time.Hour))
	if err != nil {
		t.Error(err)
	}
	var wait sync.WaitGroup
	defer wait.Wait()
	act := func(f func() error) {
		wait.Go(func() {
			if err := f(); err != nil && problem.Of(err) == nil {
				t.Error(err)
			}
		})
	}
	for range 2 {
		act(func() error { return c.planOnce(t, now) })
	}
	for range 6 {
		did, oid := fmt.Sprintf("d%d", 1+dice.IntN(4)), ids[dice.IntN(len(ids))]
		switch what := dice.IntN(6); {
		case what < 3 && len(recent) > 0:
			f := recent[len(recent)-1-dice.IntN(min(4, len(recent)))]
			act(func() error { return second(c.AcceptOffer(t.Context(), f.Driver, f.ID, now)) })
		case what == 3 && len(recent) > 0:
			f := recent[dice.IntN(len(recent))]
			act(func() error { return second(c.DeclineOffer(t.Context(), f.Driver, f.ID, now)) })
		case what == 4:
			s := []wire.DriverState{wire.Available, wire.Available, wire.OnBreak}[dice.IntN(3)]
			act(func() error { return second(c.SetStatus(t.Context(), did, s, time.Now())) })
		default:
			act(func() error { return c.GiveBack(t.Context(), oid, did, ordering.ByStaff, "") })
		}
	}
}

func (c *chain) planOnce(t *testing.T, now time.Time) error {
	if _, err := c.EndOffers(t.Context(), now); err != nil {
		return err
	}
	s, err := c.ForDispatch().DispatchSnapshot(t.Context(), now, all)
	if err != nil {
		return err
	}
	s.Now, s.Travel = now, dispatch.Crow{}
	var offers []dispatch.Offer
	for i := range s.Drivers {
		s.Drivers[i].SeenAt = now // nobody drives in here
	}
	for _, choice := range (dispatch.Planner{Weights: dispatch.Usual()}).Plan(s).Offers {
		f := offerOf(choice.Order, choice.Driver, now)
		f.Trip, f.Stop = choice.Trip, choice.Stop
		offers = append(offers, f)
	}
	return second(c.CreateOffers(t.Context(), offers))
}

// sane looks at the rows themselves.
func (c *chain) sane(t *testing.T, seed uint64) {
	t.Helper()
	for what, sql := range map[string]string{
		"two open offers for an order":           `SELECT count(*) FROM (SELECT order_id FROM offers WHERE state = 'open' GROUP BY 1 HAVING count(*) > 1) x`,
		"a driver is asked for two trips":        `SELECT count(*) FROM (SELECT driver FROM offers WHERE state = 'open' GROUP BY 1 HAVING count(DISTINCT trip) > 1) x`,
		"a driver has two bags":                  `SELECT count(*) FROM (SELECT driver FROM orders WHERE driver IS NOT NULL AND open GROUP BY 1 HAVING count(DISTINCT state->'driver'->>'trip') > 1) x`,
		"a driver who never accepted":            `SELECT count(*) FROM orders o WHERE driver IS NOT NULL AND NOT EXISTS (SELECT FROM offers f WHERE f.order_id = o.id AND f.driver = o.driver AND f.state = 'accepted')`,
		"a column that is not what its row says": `SELECT count(*) FROM orders WHERE driver IS DISTINCT FROM state->'driver'->>'id' OR (driver IS NULL) <> (state->>'delivery' = 'unassigned')`,
	} {
		if n := c.sql(t, sql); n != int64(0) {
			t.Fatalf("seed %d: %s: %v", seed, what, n)
		}
	}
}
