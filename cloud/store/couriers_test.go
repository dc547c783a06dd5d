package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// swift asks a courier for an order.
func (c *chain) swift(t testing.TB, oid order.ID, now time.Time) (courier.Run, error) {
	t.Helper()
	now = now.UTC().Truncate(time.Millisecond)
	r := courier.Run{
		ID: id.New(), Order: oid, State: courier.Asked, At: now, Created: now, Next: now.Add(time.Minute),
		Quote: courier.Quote{Courier: "swift", Name: "Swift", ID: "q", Fee: money.Of(750, "USD"), DropAt: now.Add(20 * time.Minute), Expires: now.Add(time.Minute)},
	}
	return r, c.Reserve(t.Context(), r, ordering.AskCourier(ordering.Courier{Run: r.ID, ID: "swift", Name: "Swift", State: "asked", Since: now}))
}

// runs are all runs of an order.
func (c *chain) runs(t testing.TB, oid order.ID) []courier.Run {
	t.Helper()
	runs, err := c.CourierRuns(t.Context(), oid)
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

// follows brings a word of the courier to the run, as the desk does.
func (c *chain) follows(t testing.TB, run, message string, s courier.State) (courier.Verdict, bool, error) {
	t.Helper()
	var v courier.Verdict
	repeated, err := c.ChangeRun(t.Context(), run, "swift", message, func(r *courier.Run, o *ordering.Record) error {
		*r, v = r.Follow(courier.Update{State: s, Rider: "Mila", Code: "4711"}, time.Now().UTC().Truncate(time.Millisecond))
		if o.Courier == nil || o.Courier.Run != r.ID {
			return nil
		}
		if r.State.Over() && r.State != courier.Delivered {
			return ordering.CourierGone(r.ID, "gone", time.Now())(o)
		}
		to := map[courier.State]order.Delivery{
			courier.Assigned: order.Assigned, courier.PickedUp: order.OutForDelivery, courier.Delivered: order.Delivered,
		}[r.State]
		w := ordering.CourierWord{To: to, Courier: ordering.Courier{Run: r.ID, ID: "swift", Name: "Swift", State: string(r.State), Rider: r.Rider, Code: r.Code}}
		_, err := o.CourierSays(w, func(string) bool { return true }, time.Now())
		return err
	})
	return v, repeated, err
}

func TestAnOrderIsADriversOrACouriersNeverBoth(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 2, 2)
	now := time.Now()
	f := c.ask(t, ids[0], "d1", now)
	if _, err := c.swift(t, ids[0], now); !problem.Is(err, problem.Conflict) || len(c.runs(t, ids[0])) > 0 {
		t.Errorf("a courier is asked for what a driver is being asked for: %v", err)
	}
	r, err := c.swift(t, ids[1], now)
	if err != nil {
		t.Fatal(err)
	}
	if stood, err := c.CreateOffers(t.Context(), []dispatch.Offer{offerOf(ids[1], "d2", now)}); err != nil || len(stood) > 0 {
		t.Errorf("a driver is asked for what a courier was asked for: %v, %v", stood, err)
	}
	if _, err := c.swift(t, ids[1], now); !problem.Is(err, problem.Conflict) {
		t.Errorf("a second courier: %v", err)
	}
	s, err := c.ForDispatch().DispatchSnapshot(t.Context(), now, []string{"r1"})
	if err != nil || s.Orders[1].Courier != "courier.swift" || s.Orders[1].Offered != "courier.swift" {
		t.Errorf("the plan knows nothing of it: %+v, %v", s.Orders[1], err)
	}
	if _, err := c.service.Assign(t.Context(), ids[1], 0, ordering.Driver{ID: "d2", Name: "Grace"}, nil, "driver:d2"); !problem.Is(err, problem.Conflict) {
		t.Errorf("a driver takes it all the same: %v", err)
	}
	if _, err := c.AcceptOffer(t.Context(), "d1", f.ID, now); err != nil {
		t.Error(err)
	}
	if _, err := c.swift(t, ids[0], now); !problem.Is(err, problem.Conflict) {
		t.Errorf("a courier is asked for what a driver has: %v", err)
	}
	if _, _, err := c.follows(t, r.ID, "m1", courier.Assigned); err != nil {
		t.Error(err)
	}
	c.oneEach(t)
}

func TestAPersonsWordTakesTheOrderFromTheCourier(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 1)
	now := time.Now()
	r, err := c.swift(t, ids[0], now)
	if err != nil {
		t.Fatal(err)
	}
	if due, err := c.DueRuns(t.Context(), now.Add(2*time.Minute), time.Minute, 9); err != nil || len(due) != 1 || !due[0].Wanted || due[0].Tries != 1 {
		t.Errorf("%+v, %v", due, err)
	}
	if due, err := c.DueRuns(t.Context(), now.Add(2*time.Minute), time.Minute, 9); err != nil || len(due) > 0 {
		t.Errorf("two processes look at one run: %+v, %v", due, err)
	}
	if _, err := c.service.Assign(t.Context(), ids[0], 0, ordering.Driver{ID: "d1", Name: "Grace", ByHand: true}, nil, ordering.ByStaff); err != nil {
		t.Fatal(err)
	}
	due, err := c.DueRuns(t.Context(), time.Now().Add(time.Second), time.Minute, 9) // not when its next look was to be
	if err != nil || len(due) != 1 || due[0].Wanted || due[0].ID != r.ID {
		t.Errorf("nobody sees that the courier is not needed: %+v, %v", due, err)
	}
	if _, _, err := c.follows(t, r.ID, "", courier.PickedUp); err != nil || c.order(t, ids[0]).Driver.ID != "d1" || c.order(t, ids[0]).Progress.Delivery != order.Assigned {
		t.Errorf("a courier moved a driver's order: %+v, %v", c.order(t, ids[0]), err)
	}
	c.oneEach(t)
}

func TestACompanyThatNumbersTheMessagesOfEachDeliveryIsHeard(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 2, 0)
	for _, oid := range ids {
		r, err := c.swift(t, oid, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			if v, repeated, err := c.follows(t, r.ID, "1", courier.Assigned); err != nil || repeated != (i > 0) {
				t.Errorf("%s, %v, %v", v, repeated, err)
			}
		}
	}
}

func TestACouriersMessageCountsOnceAndWithItsOrder(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 0)
	r, err := c.swift(t, ids[0], time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, true} {
		if _, repeated, err := c.follows(t, r.ID, "m1", courier.Assigned); err != nil || repeated != want {
			t.Errorf("time %d: %v, %v", i, repeated, err)
		}
	}
	o := c.order(t, ids[0])
	if o.Driver == nil || *o.Driver != (ordering.Driver{ID: "courier.swift", Name: "Mila (Swift)"}) || o.Steps[len(o.Steps)-1].By != "courier:swift" {
		t.Errorf("%+v", o.Driver)
	}
	told, _, err := c.Commands(t.Context(), "r1", 1, 100)
	if err != nil || len(told) == 0 {
		t.Fatal(err)
	}
	b, err := event.Decode(told[len(told)-1].Kind, told[len(told)-1].Body)
	if s, ok := b.(event.DeliveryStepped); err != nil || !ok || s.Courier != "Swift" || s.Code != "4711" || s.Name != "Mila (Swift)" {
		t.Errorf("the kitchen is told %+v, %v", b, err)
	}
	boom := errors.New("the decision fails")
	if _, err := c.ChangeRun(t.Context(), r.ID, "swift", "m2", func(*courier.Run, *ordering.Record) error { return boom }); !errors.Is(err, boom) {
		t.Error(err)
	}
	if _, repeated, err := c.follows(t, r.ID, "m2", courier.PickedUp); err != nil || repeated {
		t.Errorf("a message that came to nothing counts as heard: %v, %v", repeated, err)
	}
	for _, by := range []string{"rival", "swif"} {
		if _, err := c.ChangeRun(t.Context(), r.ID, by, "m3", func(*courier.Run, *ordering.Record) error { return nil }); !problem.Is(err, problem.NotFound) {
			t.Errorf("%s speaks for another: %v", by, err)
		}
	}
	for _, run := range []string{"", "x'; DROP", id.New()} {
		if _, err := c.ChangeRun(t.Context(), run, "swift", "m3", func(*courier.Run, *ordering.Record) error { return nil }); !problem.Is(err, problem.NotFound) {
			t.Errorf("run %q: %v", run, err)
		}
	}
	if _, _, err := c.follows(t, r.ID, "m3", courier.Delivered); err != nil || c.order(t, ids[0]).Status() != order.StatusDelivered {
		t.Errorf("%s, %v", c.order(t, ids[0]).Status(), err)
	}
	if runs := c.runs(t, ids[0]); len(runs) != 1 || runs[0].Open() || runs[0].Quote.Fee != money.Of(750, "USD") {
		t.Errorf("%+v", runs)
	}
	c.oneEach(t)
}

func TestACompanyThatDroppedAnOrderIsKnownForAWhile(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 1)
	now := time.Now()
	r, err := c.swift(t, ids[0], now)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.follows(t, r.ID, "", courier.Cancelled); err != nil {
		t.Fatal(err)
	}
	if o := c.order(t, ids[0]); o.Courier != nil || o.Driver != nil || o.Progress.Delivery != order.Unassigned {
		t.Errorf("%+v", o)
	}
	c.ask(t, ids[0], "d1", now) // back in the plan
	for after, want := range map[time.Duration]int{0: 1, 11 * time.Minute: 0} {
		p, err := c.Parcel(t.Context(), ids[0], now.Add(after))
		if err != nil || len(p.Tried) != want {
			t.Errorf("after %s: %q, %v", after, p.Tried, err)
		}
		if p.Drop.Latitude == 0 || p.Pickup.Name != "Pizzeria r1" || p.Value.Minor == 0 || p.Collect != "cash" || p.Number != 42 || p.Items != 2 {
			t.Errorf("%+v", p)
		}
	}
	c.oneEach(t)
}

// Until a company hears that its courier is not needed, somebody is on the way for nothing, or stands at a counter.
func TestTheCompanyHearsAtOnceWhenTheOrderHasEnded(t *testing.T) {
	t.Parallel()
	void := func(t *testing.T, c *chain, n *node, oid order.ID) {
		n.says(t, oid, event.OrderStepped{Order: oid, Action: order.Void, Reason: "no more dough", Cause: event.ByTap})
		c.apply(t, "apply", n.batch(uint64(len(n.events)), uint64(len(n.events))))
	}
	cancel := func(t *testing.T, c *chain, n *node, oid order.ID) { // by the guest: it is a wish, and the kitchen grants it
		if _, _, err := c.service.Cancel(t.Context(), oid, 0, ordering.ByGuest, "changed plans"); err != nil {
			t.Fatal(err)
		}
		n.says(t, oid, event.OrderStepped{Order: oid, Action: order.Void, Reason: "changed plans", Cause: event.ByWish})
		c.apply(t, "apply", n.batch(uint64(len(n.events)), uint64(len(n.events))))
	}
	fail := func(t *testing.T, c *chain, _ *node, oid order.ID) {
		if _, err := c.service.GiveUp(t.Context(), oid, 0, ordering.Deed{By: ordering.ByStaff}, "the guest is gone"); err != nil {
			t.Fatal(err)
		}
	}
	for name, x := range map[string]struct {
		far courier.State
		end func(*testing.T, *chain, *node, order.ID)
	}{
		"voided before somebody was sent":     {courier.Accepted, void},
		"voided while somebody is on the way": {courier.Assigned, void},
		"cancelled by the guest":              {courier.Assigned, cancel},
		"failed on the way":                   {courier.PickedUp, fail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			oid, n := c.place(t, order.ByDelivery).Order.ID, &node{edge: "r1"}
			c.shelve(t, n, oid)
			r, err := c.swift(t, oid, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := c.follows(t, r.ID, "m1", x.far); err != nil {
				t.Fatal(err)
			}
			c.sql(t, `UPDATE courier_runs SET next = now() + interval '1 hour'`) // somebody has just asked how far it is
			x.end(t, c, n, oid)
			soon := time.Now().Add(time.Second)
			due, err := c.DueRuns(t.Context(), soon, time.Minute, 9)
			if err != nil || len(due) != 1 || due[0].Wanted || due[0].ID != r.ID {
				t.Fatalf("nobody sees that the courier is not needed: %+v, %v", due, err)
			}
			if due, err := c.DueRuns(t.Context(), soon, time.Minute, 9); err != nil || len(due) > 0 {
				t.Errorf("the company is told by two at once: %+v, %v", due, err)
			}
			other := openChain(t, c.url) // whoever was about to tell it has died
			if due, err := other.DueRuns(t.Context(), soon.Add(2*time.Minute), time.Minute, 9); err != nil || len(due) != 1 || due[0].Wanted {
				t.Errorf("nobody tells it any more: %+v, %v", due, err)
			}
			end := map[bool]courier.State{true: courier.Failed, false: courier.Cancelled}[x.far == courier.PickedUp]
			if _, _, err := other.follows(t, r.ID, "", end); err != nil {
				t.Fatal(err)
			}
			if due, err := other.DueRuns(t.Context(), soon.Add(time.Hour), time.Minute, 9); err != nil || len(due) > 0 {
				t.Errorf("it is told again and again: %+v, %v", due, err)
			}
		})
	}
}

// alarms are the open alerts about an order.
func (c *chain) alarms(t *testing.T, oid order.ID) (out []restaurant.Alert) {
	t.Helper()
	all, err := c.OpenAlerts(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(a restaurant.Alert) bool { return a.Order != string(oid) })
}

func TestACourierWhoHasDeliveredWhatIsNotMadeIsAnAlarm(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	oid, n := c.place(t, order.ByDelivery).Order.ID, &node{edge: "r1"}
	n.steps(t, oid, order.Queue)
	n.steps(t, oid, order.Start, "1", "2")
	c.apply(t, "apply", n.all())
	r, err := c.swift(t, oid, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	desk := courier.New(c, nil, c.presence, clock.System{}, quiet)
	desk.Secrets = map[string][]string{"swift": {"the secret we share"}}
	says := func(message string) {
		t.Helper()
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		v, err := desk.Hear(t.Context(), courier.Message{
			Courier: "swift", Timestamp: stamp, Signature: courier.Sign("the secret we share", stamp, nil), ID: message, Run: r.ID,
			Update: courier.Update{State: courier.Delivered, At: time.Now()},
		})
		if err != nil {
			t.Fatalf("%s: %s, %v", message, v, err)
		}
	}
	for _, message := range []string{"m1", "m1", "m2"} {
		says(message)
	}
	o := c.order(t, oid)
	if o.Status().Terminal() || o.Progress.Delivery != order.Assigned || o.Courier.State != "assigned" {
		t.Errorf("%s, %+v", o.Status(), o.Courier)
	}
	hands := slices.DeleteFunc(slices.Clone(o.Hands), func(h ordering.Hand) bool { return h.Act != ordering.SaidUnready })
	if len(hands) != 1 || hands[0].By != "courier:swift" || hands[0].Because == "" {
		t.Errorf("%+v", o.Hands)
	}
	if a := c.alarms(t, oid); len(a) != 1 || a[0].What != restaurant.SaidUnready || a[0].Level != "critical" || a[0].Detail == "" {
		t.Errorf("%+v", a)
	}
	from := uint64(len(n.events) + 1)
	n.steps(t, oid, order.Make, "1")
	n.steps(t, oid, order.Bake, "1")
	n.steps(t, oid, order.Unload, "1")
	n.steps(t, oid, order.Finish, "1", "2")
	c.apply(t, "apply", n.batch(from, uint64(len(n.events))))
	says("m3")
	if o := c.order(t, oid); o.Progress.Delivery != order.Assigned || len(c.alarms(t, oid)) != 1 {
		t.Errorf("it is ready, nobody has given it to anybody, and it is %s", o.Status())
	}
	n.steps(t, oid, order.HandOver)
	c.apply(t, "apply", n.batch(uint64(len(n.events)), uint64(len(n.events))))
	says("m4")
	if o := c.order(t, oid); o.Status() != order.StatusDelivered || len(c.alarms(t, oid)) > 0 || c.runs(t, oid)[0].Open() {
		t.Errorf("%s, %+v, %+v", o.Status(), c.alarms(t, oid), c.runs(t, oid))
	}
}

// oneEach looks at the rows themselves.
func (c *chain) oneEach(t testing.TB) {
	t.Helper()
	for what, sql := range map[string]string{
		"a courier and an open offer":            `SELECT count(*) FROM orders o JOIN offers f ON f.order_id = o.id AND f.state = 'open' WHERE o.courier IS NOT NULL`,
		"a courier and a driver of ours":         `SELECT count(*) FROM orders WHERE courier IS NOT NULL AND driver IS NOT NULL AND driver NOT LIKE 'courier.%'`,
		"a courier without a run":                `SELECT count(*) FROM orders o WHERE open AND courier IS NOT NULL AND NOT EXISTS (SELECT FROM courier_runs c WHERE c.id = o.courier AND c.order_id = o.id AND c.open)`,
		"a courier's driver without a courier":   `SELECT count(*) FROM orders WHERE open AND driver LIKE 'courier.%' AND courier IS NULL`,
		"two open runs":                          `SELECT count(*) FROM (SELECT order_id FROM courier_runs WHERE open GROUP BY 1 HAVING count(*) > 1) x`,
		"a column that is not what its row says": `SELECT count(*) FROM orders WHERE courier::text IS DISTINCT FROM state->'courier'->>'run'`,
	} {
		if n := c.sql(t, sql); n != int64(0) {
			t.Fatalf("%s: %v", what, n)
		}
	}
}

// TestWhoeverIsAskedAtTheSameTimeOnlyOneBringsIt lets dispatch, drivers, staff and couriers act on the same orders at the same moment.
func TestWhoeverIsAskedAtTheSameTimeOnlyOneBringsIt(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 4, 3)
	seed := rand.Uint64()
	dice := rand.New(rand.NewPCG(seed, 1))
	reserved, refused := 0, 0
	var mu sync.Mutex
	for round := range 25 {
		now := time.Now()
		recent, err := c.RecentOffers(t.Context(), now.Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		act := func(f func() error) {
			wait.Go(func() {
				if err := f(); err != nil && problem.Of(err) == nil {
					t.Error(err)
				}
			})
		}
		for range 8 {
			oid, did := ids[dice.IntN(len(ids))], fmt.Sprintf("d%d", 1+dice.IntN(3))
			switch what := dice.IntN(7); {
			case what < 2:
				act(func() error {
					_, err := c.swift(t, oid, now)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						reserved++
					} else {
						refused++
					}
					return err
				})
			case what < 4:
				act(func() error { return second(c.CreateOffers(t.Context(), []dispatch.Offer{offerOf(oid, did, now)})) })
			case what == 4 && len(recent) > 0:
				f := recent[dice.IntN(len(recent))]
				act(func() error { return second(c.AcceptOffer(t.Context(), f.Driver, f.ID, now)) })
			case what == 5:
				act(func() error { return c.GiveBack(t.Context(), oid, did, ordering.ByStaff, "") })
			default:
				runs := slices.DeleteFunc(c.runs(t, oid), func(r courier.Run) bool { return !r.Open() })
				if len(runs) > 0 {
					s := []courier.State{courier.Assigned, courier.Cancelled}[dice.IntN(2)]
					act(func() error { _, _, err := c.follows(t, runs[0].ID, id.New(), s); return err })
				}
			}
		}
		wait.Wait()
		if _, err := c.EndOffers(t.Context(), now.Add(time.Duration(dice.IntN(2))*time.Hour)); err != nil {
			t.Fatal(err)
		}
		c.oneEach(t)
		if t.Failed() {
			t.Fatalf("seed %d, round %d", seed, round)
		}
	}
	if reserved == 0 || refused == 0 {
		t.Errorf("seed %d: couriers were asked %d times and refused %d times: nothing was tried", seed, reserved, refused)
	}
}

func TestAMessagesNameIsForgottenWhenNobodyCanRepeatIt(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 0)
	r, err := c.swift(t, ids[0], time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.follows(t, r.ID, strings.Repeat("m", courier.MaxMessageID), courier.Assigned); err != nil {
		t.Fatal(err)
	}
	if err := c.Tidy(t.Context(), time.Now().Add(29*24*time.Hour)); err != nil || c.sql(t, `SELECT count(*) FROM courier_messages`) != int64(1) {
		t.Errorf("a company could repeat it: %v", err)
	}
	if err := c.Tidy(t.Context(), time.Now().Add(31*24*time.Hour)); err != nil || c.sql(t, `SELECT count(*) FROM courier_messages`) != int64(0) {
		t.Errorf("it is kept for ever: %v", err)
	}
}
