package store_test

import (
	"sync"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// paidAt has a driver bring an order that its guest pays in cash at the door, at an instant.
func (c *chain) paidAt(t testing.TB, n *node, driver string, at time.Time) int64 {
	t.Helper()
	r := c.place(t, order.ByDelivery)
	oid := r.Order.ID
	c.shelve(t, n, oid)
	d := ordering.Driver{ID: driver, Name: driver}
	for _, step := range []ordering.Decide{
		ordering.ToDriver(d, nil, ordering.ByStaff, at),
		func(r *ordering.Record) error {
			return r.Take(order.Cloud, order.PickUp, ordering.ByDriver(driver), at)
		},
		func(r *ordering.Record) error {
			return r.Take(order.Cloud, order.Depart, ordering.ByDriver(driver), at)
		},
		func(r *ordering.Record) error {
			return r.Take(order.Cloud, order.Deliver, ordering.ByDriver(driver), at)
		},
	} {
		if _, err := c.Change(t.Context(), oid, 0, step); err != nil {
			t.Fatal(err)
		}
	}
	c.sql(t, `UPDATE orders SET placed_at = $2 WHERE id::text = $1`, string(oid), at.Add(-time.Hour))
	return r.Order.Totals.Total.Minor
}

func TestCashOfAGuestIsAlwaysInOneBagOrLoose(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.hire(t, "d1")
	n := &node{edge: "r1"}
	now := time.Now().UTC().Truncate(time.Millisecond)
	loose := func(want int64) {
		t.Helper()
		for _, ask := range [][2]string{{"", "d1"}, {"r1", ""}} {
			all, err := c.LooseCash(t.Context(), ask[0], ask[1])
			sum := int64(0)
			for i := range all {
				sum += all[i].Amount()
			}
			if err != nil || sum != want {
				t.Errorf("%v: %+v, %v: loose is %d, not %d", ask, all, err, sum, want)
			}
		}
	}
	bag := func(at time.Time) road.Bag {
		t.Helper()
		b, made, err := c.OpenBag(t.Context(), road.Bag{ID: id.New(), Driver: "d1", Restaurant: "r1", Currency: "USD", Opened: at, Float: 1_000})
		if err != nil || !made {
			t.Fatal(made, err)
		}
		return b
	}
	out := func(b road.Bag, at time.Time) road.Bag {
		t.Helper()
		b, err := c.CloseBag(t.Context(), "d1", b.ID, 1_000, "", at)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	early := c.paidAt(t, n, "d1", now.Add(-50*time.Minute)) // no bag yet
	loose(early)
	first := bag(now.Add(-40 * time.Minute))
	if loose(0); first.Collected() != early {
		t.Errorf("what was paid before the bag was opened is not in it: %+v", first)
	}
	between := c.paidAt(t, n, "d1", now.Add(-20*time.Minute)) + c.paidAt(t, n, "d1", now.Add(-45*time.Minute)) // one of them by a phone with another time
	first = out(first, now.Add(-time.Hour))
	if first.Collected() != early+between || first.Difference() != -early-between || !first.Closed.Equal(now.Add(-20*time.Minute)) {
		t.Errorf("who names an early hour at the check-out keeps the cash: %+v", first)
	}
	loose(0)
	late := c.paidAt(t, n, "d1", now.Add(-10*time.Minute))
	loose(late)
	second := bag(now.Add(-3 * time.Hour))
	if second.Collected() != late || !second.Opened.After(*first.Closed) {
		t.Errorf("%+v", second)
	}
	if last, _, err := c.LastBag(t.Context(), "d1"); err != nil || last.ID != second.ID {
		t.Errorf("%+v, %v", last, err)
	}
	if second = out(second, now); second.Collected() != late {
		t.Errorf("%+v", second)
	}
	all, err := c.Bags(t.Context(), "r1", false)
	if err != nil || len(all) != 2 || all[0].Collected()+all[1].Collected() != early+between+late {
		t.Errorf("%+v, %v", all, err)
	}
	loose(0)
}

func TestADropThatIsSaidManyTimesAtOnceIsOne(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	other := openChain(t, c.url)
	c.hire(t, "d1")
	c.hire(t, "d2")
	now := time.Now().UTC().Truncate(time.Millisecond)
	for _, d := range []string{"d1", "d2"} {
		if _, _, err := c.OpenBag(t.Context(), road.Bag{ID: id.New(), Driver: d, Restaurant: "r1", Currency: "USD", Opened: now, Float: 1_000}); err != nil {
			t.Fatal(err)
		}
	}
	d := road.Drop{ID: id.New(), At: now, Amount: 400}
	var all sync.WaitGroup
	for n := range 12 {
		all.Go(func() {
			if b, err := []*chain{c, other}[n%2].DropCash(t.Context(), "d1", d); err != nil || b.Dropped() != 400 {
				t.Errorf("%+v, %v", b, err)
			}
		})
	}
	all.Wait()
	if _, err := c.DropCash(t.Context(), "d2", d); codeOf(err) != "bad_id" {
		t.Errorf("another driver's: %v", err)
	}
	if _, err := c.DropCash(t.Context(), "d1", road.Drop{ID: id.New(), At: now, Amount: 601}); codeOf(err) != "more_than_in_bag" {
		t.Errorf("more than is in it: %v", err)
	}
	if b, err := c.DropCash(t.Context(), "d1", road.Drop{ID: id.New(), At: now, Amount: 600}); err != nil || b.Expected() != 0 {
		t.Errorf("all of it: %+v, %v", b, err)
	}
}
