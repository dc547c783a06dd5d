package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// planned is an order as dispatch sees it.
func (c *chain) planned(t testing.TB, oid order.ID) dispatch.Order {
	t.Helper()
	s, err := c.ForDispatch().DispatchSnapshot(t.Context(), time.Now(), all)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range s.Orders {
		if o.ID == oid {
			return o
		}
	}
	t.Fatalf("dispatch does not see order %s", oid)
	return dispatch.Order{}
}

func TestAPersonsWordOnWhatGoesFirstIsKept(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 2, 0)
	prefer := func(oid order.ID, p dispatch.Priority, because string) error {
		return c.Prefer(t.Context(), dispatch.Preference{Order: oid, Priority: p, Because: because, At: time.Now()})
	}
	for _, want := range []dispatch.Priority{dispatch.First, dispatch.First, dispatch.Raised, dispatch.AsUsual} {
		if err := prefer(ids[0], want, "the mayor"); err != nil {
			t.Fatal(err)
		}
		if o := c.planned(t, ids[0]); o.Priority != want || o.Said != "the mayor" {
			t.Errorf("%q, %q", o.Priority, o.Said)
		}
	}
	if o := c.planned(t, ids[1]); o.Priority != dispatch.Unsaid || o.Remade {
		t.Errorf("nobody spoke of this one: %+v", o)
	}
	if err := prefer(order.ID(id.New()), dispatch.First, ""); !problem.Is(err, problem.NotFound) {
		t.Errorf("%v", err)
	}
	if err := prefer("nonsense", dispatch.First, ""); !problem.Is(err, problem.NotFound) {
		t.Errorf("%v", err)
	}
	if err := prefer(c.place(t, order.Carryout).Order.ID, dispatch.First, ""); problem.Of(err) == nil || problem.Of(err).Code != "not_to_deliver" {
		t.Errorf("%v", err)
	}
	s := openChain(t, c.url) // another process, or this one after it died
	if o := s.planned(t, ids[0]); o.Priority != dispatch.AsUsual {
		t.Errorf("%+v", o)
	}
}

func TestAnOrderThatIsMadeAgainGoesBeforeOthers(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	oid, n := c.place(t, order.ByDelivery).Order.ID, &node{edge: "r1"}
	n.steps(t, oid, order.Queue)
	n.steps(t, oid, order.Start, "1")
	n.steps(t, oid, order.Make, "1")
	n.steps(t, oid, order.Remake, "1")
	c.apply(t, link.Apply, n.all())
	o := c.planned(t, oid)
	if p, because := o.Goes(); !o.Remade || p != dispatch.Raised || because.Key != dispatch.WhyRemade {
		t.Errorf("%+v", o)
	}
}

func TestATripThatIsFetchedAtTwoRestaurantsKeepsItsWay(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 2, 1)
	now, trip := time.Now(), id.New()
	var offers []dispatch.Offer
	for i, oid := range ids {
		f := offerOf(oid, "d1", now)
		f.Trip, f.Stop, f.Fetch = trip, i, i
		offers = append(offers, f)
	}
	if stood, err := c.CreateOffers(t.Context(), offers); err != nil || len(stood) != 2 {
		t.Fatalf("%v, %v", stood, err)
	}
	for i, f := range offers {
		if got, err := c.AcceptOffer(t.Context(), "d1", f.ID, now); err != nil || got.Fetch != i {
			t.Fatalf("%+v, %v", got, err)
		}
		if d := c.order(t, ids[i]).Driver; d == nil || d.Fetch != i || d.Stop != i || d.Trip != trip {
			t.Errorf("%+v", d)
		}
		if o := c.planned(t, ids[i]); o.Fetch != i || o.Stop != i || o.Trip != trip {
			t.Errorf("%+v", o)
		}
	}
}

func TestWhereDriversWaitIsReplacedAndGrowsOld(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	now := time.Now().UTC().Truncate(time.Millisecond)
	at := func(driver, restaurant string, ago time.Duration) dispatch.Wait {
		return dispatch.Wait{Driver: driver, Restaurant: restaurant, Since: now.Add(-time.Hour), At: now.Add(-ago), Because: []dispatch.Reason{{Key: dispatch.WhyMuch, N: 4, Of: 5}}}
	}
	save := func(drivers []string, waits ...dispatch.Wait) {
		t.Helper()
		if err := c.SaveWaits(t.Context(), drivers, waits); err != nil {
			t.Fatal(err)
		}
	}
	left := func() []dispatch.Wait {
		t.Helper()
		all, err := c.WaitsSince(t.Context(), now.Add(-dispatch.WaitHolds))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	save([]string{"d1", "d2"}, at("d1", "r1", time.Second), at("d2", "r2", time.Second))
	save([]string{"d2", "d3"}, at("d3", "r2", time.Hour))
	if diff := cmp.Diff([]dispatch.Wait{at("d1", "r1", time.Second)}, left()); diff != "" {
		t.Error(diff)
	}
	save(nil, at("d1", "r2", time.Minute)) // by a process that was slow
	if w, said, err := c.WaitOf(t.Context(), "d1", now.Add(-time.Minute)); err != nil || !said || w.Restaurant != "r1" {
		t.Errorf("%+v, %v, %v", w, said, err)
	}
	if _, said, err := c.WaitOf(t.Context(), "d1", now); err != nil || said {
		t.Errorf("%v, %v", said, err)
	}
	save([]string{"d1"})
	if all := left(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}

func TestWhatWasOrderedLatelyIsCounted(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.ByDelivery)
	c.place(t, order.Carryout)
	ready := r.Order.PlacedAt.Add(12 * time.Minute).UTC().Format(time.RFC3339Nano)
	c.sql(t, `UPDATE orders SET state = (state::jsonb || jsonb_build_object('ready', $2::text))::json WHERE id = $1::text::uuid`, string(r.Order.ID), ready)
	look := func(restaurants ...string) []dispatch.Placing {
		s, err := c.ForDispatch().DispatchSnapshot(t.Context(), time.Now().Add(2*time.Minute), restaurants)
		if err != nil {
			t.Fatal(err)
		}
		return s.Placings
	}
	if got := look("r1", "r2"); len(got) != 1 || got[0].Restaurant != "r1" || (got[0].Prepares-12*time.Minute).Abs() > time.Second {
		t.Errorf("%+v", got)
	}
	if got := append(look("r2"), look()...); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestWhatWasOrderedIsReadOncePerRestaurantAndMinute: whoever looks at one zone and then at another has not forgotten the first.
func TestWhatWasOrderedIsReadOncePerRestaurantAndMinute(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.place(t, order.ByDelivery)
	now := time.Now().UTC().Truncate(time.Minute).Add(2*time.Minute + 10*time.Second)
	d := c.ForDispatch()
	look := func(now time.Time, want int, restaurants ...string) {
		t.Helper()
		s, err := d.DispatchSnapshot(t.Context(), now, restaurants)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range s.Placings {
			if i > 0 && p.At.Before(s.Placings[i-1].At) {
				t.Errorf("%v comes after %v", p.At, s.Placings[i-1].At)
			}
		}
		if len(s.Placings) != want {
			t.Errorf("%v: %d orders, want %d", restaurants, len(s.Placings), want)
		}
	}
	look(now, 1, "r1")
	c.ordered(t, "r1", 1, time.Minute)
	c.ordered(t, "r2", 3, time.Minute)
	look(now, 3, "r2")
	look(now, 1, "r1")
	look(now, 4, "r1", "r2")
	look(now, 1, "r1")
	look(now.Add(time.Minute), 2, "r1")
	look(now.Add(time.Minute), 5, "r2", "r1")
	look(now.Add(4*time.Hour), 0, "r1", "r2")
	look(now, 5, "r1", "r2") // by a clock that was set back
}

func TestOfABusyRestaurantAllIsCountedThatWasOrderedLately(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.place(t, order.ByDelivery)
	const busy, calm = 360, 110
	c.ordered(t, "r1", busy-1, dispatch.Lately/(busy+10)) // two a minute
	c.ordered(t, "r2", calm, dispatch.Lately/(calm+10))
	s, err := c.ForDispatch().DispatchSnapshot(t.Context(), time.Now().Add(2*time.Minute), []string{"r1", "r2"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, p := range s.Placings {
		got[p.Restaurant]++
	}
	if got["r1"] != busy || got["r2"] != calm {
		t.Errorf("%v", got)
	}
}

// ordered copies an order so often to a restaurant, each some time before the other.
func (c *chain) ordered(t testing.TB, restaurant string, times int, apart time.Duration) {
	t.Helper()
	c.sql(t, `
		INSERT INTO orders (id, restaurant, token, placed_at, delivers, make_seconds, version, status, open, intake, doc, state)
		SELECT gen_random_uuid(), $1, md5($1 || n || random()::text), placed_at - n * $3::bigint * interval '1 microsecond', true, 200, 3, 'Delivered', false, false, doc, state
		FROM generate_series(1, $2::int) n, (SELECT placed_at, doc, state FROM orders WHERE open LIMIT 1) o`, restaurant, times, apart.Microseconds())
}
