package store_test

import (
	"testing"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// bumped is an item after a step.
func bumped(t *testing.T, i order.Item, a order.Action) order.Item {
	t.Helper()
	p := order.Progress{Origin: order.Cloud, Intake: order.Validated, Whole: order.Queued, Delivery: order.NoDelivery, Items: []order.Item{i}}
	next, err := p.Take(order.Edge, a, i.ID)
	if err != nil {
		t.Fatal(err)
	}
	return next.Items[0]
}

func TestWhatARestaurantsOwnDriverCarriesIsFollowed(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	placed := c.place(t, order.ByDelivery)
	oid := placed.Order.ID
	n := &node{edge: "r1"}
	n.steps(t, oid, order.Queue)
	for _, i := range placed.Progress.Items {
		for i.Bump() != "" {
			a := i.Bump()
			n.steps(t, oid, a, i.ID)
			i = bumped(t, i, a)
		}
	}
	n.says(t, oid, event.DeliveryCarried{Order: oid, Delivery: order.OutForDelivery, Name: "Max"})
	n.steps(t, oid, order.HandOver)
	c.apply(t, link.Apply, n.all())
	if got := c.order(t, oid); got.Status() != order.StatusOutForDelivery || got.Driver != nil {
		t.Fatalf("%s with %+v", got.Status(), got.Driver)
	}
	n.says(t, oid, event.DeliveryCarried{Order: oid, Delivery: order.Delivered, Name: "Max"})
	c.apply(t, link.Apply, n.all())
	if got := c.order(t, oid); got.Status() != order.StatusDelivered {
		t.Errorf("%s", got.Status())
	}
	if bad := c.sql(t, `SELECT coalesce(string_agg(kind || problem, $$;$$), $$$$) FROM edge_events WHERE outcome = $$unprojectable$$`); bad != "" {
		t.Errorf("not followed: %v", bad)
	}
}

func TestADeliveryByPhoneHasNoPositionAndIsTheRestaurantsOwn(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1"}
	x := taken(t)
	x.Order.Channel, x.Order.Fulfilment = order.Phone, order.ByDelivery
	x.Order.Address = &order.Address{Street: "1 Main St", City: "Springfield"}
	n.says(t, x.Order.ID, x)
	n.steps(t, x.Order.ID, order.Validate)
	n.steps(t, x.Order.ID, order.Queue)
	c.apply(t, link.Apply, n.all())
	if got := c.order(t, x.Order.ID); got.Status() != order.StatusQueued || got.Order.Address == nil || got.Order.Address.Street != "1 Main St" {
		t.Fatalf("%+v", got.Order)
	}
	s, err := c.ForDispatch().DispatchSnapshot(t.Context(), time.Now(), all)
	if err != nil || len(s.Orders) != 1 || !s.Orders[0].Nowhere {
		t.Errorf("%+v, %v", s.Orders, err)
	}
	if bad := c.sql(t, `SELECT coalesce(string_agg(kind || problem, $$;$$), $$$$) FROM edge_events WHERE outcome = $$unprojectable$$`); bad != "" {
		t.Errorf("not followed: %v", bad)
	}
}
