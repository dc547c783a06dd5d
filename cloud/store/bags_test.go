package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// toldTill is what a restaurant was told about bags.
func (c *chain) toldTill(t testing.TB, edge string) (opened []event.BagOpened, closed []event.BagClosed, last link.Command) {
	t.Helper()
	commands, _, err := c.Commands(t.Context(), edge, 1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range commands {
		body, err := event.Decode(m.Kind, m.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch b := body.(type) {
		case event.BagOpened:
			opened = append(opened, b)
		case event.BagClosed:
			closed, last = append(closed, b), m
		}
	}
	return opened, closed, last
}

func TestTheTillOfARestaurantHearsOfABagOnceHoweverOftenThePhoneSaysIt(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	other := openChain(t, c.url)
	if _, _, err := c.RegisterDriver(t.Context(), dispatch.Driver{ID: "d1", Name: "Grace", Home: "r1"}); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	b := road.Bag{ID: id.New(), Driver: "d1", Restaurant: "r1", Currency: "USD", Opened: now.Add(-time.Hour), Float: 2_000}
	var all sync.WaitGroup
	for n := range 6 {
		all.Go(func() {
			if _, _, err := []*chain{c, other}[n%2].OpenBag(t.Context(), b); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if _, err := c.DropCash(t.Context(), "d1", road.Drop{ID: id.New(), At: now, Amount: 500}); err != nil {
		t.Fatal(err)
	}
	for n := range 8 {
		all.Go(func() {
			_, err := []*chain{c, other}[n%2].CloseBag(t.Context(), "d1", b.ID, 1_400, "a coin rolled away", now)
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	opened, closed, command := c.toldTill(t, "r1")
	want := event.BagClosed{
		Bag: b.ID, Driver: "d1", Name: "Grace", Currency: "USD", Float: 2_000, Dropped: 500, Expected: 1_500, Counted: 1_400, Note: "a coin rolled away", At: now,
	}
	if len(opened) != 1 || opened[0].Float != 2_000 || opened[0].Name != "Grace" || len(closed) != 1 || closed[0] != want {
		t.Fatalf("%+v, %+v", opened, closed)
	}
	if _, err := c.CloseBag(t.Context(), "d1", b.ID, 1, "", now); codeOf(err) != "bag_closed" {
		t.Errorf("another sum: %v", err)
	}
	if _, err := c.CloseBag(t.Context(), "d2", b.ID, 1_400, "", now); codeOf(err) != "no_such_bag" {
		t.Errorf("somebody else's bag: %v", err)
	}
	is := func(want road.Till) {
		t.Helper()
		if kept, _, err := c.LastBag(t.Context(), "d1"); err != nil || kept.Till != want {
			t.Errorf("%+v, %v", kept.Till, err)
		}
	}
	is(road.Till{Restaurant: "r1", State: road.Waits})
	n := &node{edge: "r1"}
	n.says(t, "", event.CommandAnswered{Seq: command.Seq, Command: command.ID, Reason: "the till counts EUR"})
	c.apply(t, link.Apply, n.batch(1, 1))
	is(road.Till{Restaurant: "r1", State: road.Refused, Reason: "the till counts EUR"})
	c.sql(t, `UPDATE edge_commands SET granted = true, reason = '' WHERE cmd_id = $1`, command.ID)
	is(road.Till{Restaurant: "r1", State: road.Booked})
	c.sql(t, `DELETE FROM edge_commands WHERE cmd_id = $1`, command.ID) // forgotten in time
	is(road.Till{Restaurant: "r1", State: road.Booked})
}

func TestABagOfWhoDrivesForAllLiesWhereTheLastOrderCameFrom(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC()
	at := func(rid string, ago time.Duration) ordering.Record {
		return ordering.Record{Order: order.Order{ID: order.ID(id.New()), Restaurant: rid}, Steps: []ordering.Step{{At: now.Add(-ago)}}}
	}
	brought := []ordering.Record{at("r1", time.Hour), at("r2", time.Minute), at("r1", 2*time.Hour)}
	b := road.Bag{}
	for i := range brought {
		b.Taken = append(b.Taken, road.Taken{Order: brought[i].Order.ID, At: brought[i].Steps[0].At, Amount: 1})
	}
	if r := b.HandedInAt(brought); r != "r2" {
		t.Errorf("it lies in %q", r)
	}
	b.Restaurant = "r9"
	if r := b.HandedInAt(brought); r != "r9" {
		t.Errorf("it lies in %q", r)
	}
	c := newChain(t)
	for _, home := range []string{"", "gone"} { // nobody to tell, and nobody is kept from going home
		b := road.Bag{ID: id.New(), Driver: "d" + home, Restaurant: home, Currency: "USD", Opened: now, Float: 100}
		if _, made, err := c.OpenBag(t.Context(), b); err != nil || !made {
			t.Fatal(made, err)
		}
		if kept, err := c.CloseBag(t.Context(), b.Driver, b.ID, 100, "", now); err != nil || kept.Closed == nil || kept.Till != (road.Till{}) {
			t.Errorf("%+v, %v", kept, err)
		}
	}
	if n := c.sql(t, `SELECT count(*) FROM edge_commands`); n != int64(0) {
		t.Errorf("%v commands for nobody", n)
	}
}

func TestTheFloatOfWhoDrivesForAllGoesBackIntoTheTillItIsReckonedFrom(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 0)
	c.hire(t, "d1")
	now := time.Now().UTC().Truncate(time.Millisecond)
	b := road.Bag{ID: id.New(), Driver: "d1", Currency: "USD", Opened: now.Add(-time.Hour), Float: 2_000}
	if _, _, err := c.OpenBag(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	c.give(t, ids[0], "d1")
	deed := ordering.Deed{Driver: "d1", By: ordering.ByDriver("d1")}
	_, picked := c.service.PickUp(t.Context(), ids[0], 0, deed)
	_, departed := c.service.Depart(t.Context(), ids[0], 0, deed, nil)
	_, delivered := c.service.Deliver(t.Context(), ids[0], 0, deed)
	if err := errors.Join(picked, departed, delivered); err != nil {
		t.Fatal(err)
	}
	last, _, err := c.LastBag(t.Context(), "d1")
	if err != nil || last.Collected() == 0 {
		t.Fatalf("%+v, %v", last, err)
	}
	for range 2 {
		if _, err := c.CloseBag(t.Context(), "d1", b.ID, last.Expected(), "", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	opened, closed, _ := c.toldTill(t, "r1")
	if len(opened) != 1 || len(closed) != 1 || opened[0].Float != 2_000 || closed[0].Float != 2_000 || opened[0].At.After(closed[0].At) {
		t.Errorf("the till hears of %+v and %+v", opened, closed)
	}
}

func codeOf(err error) string {
	var p *problem.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}
