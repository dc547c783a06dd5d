package dispatch_test

import (
	"fmt"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func TestWhatHasNoForecastIsLateOnceItsPromiseIsOverAndStuckWhenItsDriverIsGone(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		at           order.Delivery
		driver       wire.DriverState
		quiet        time.Duration // since the phone said something
		ago          time.Duration // since the promise was over
		late, nobody int
	}{
		"on the road, in time":                           {order.OutForDelivery, wire.Busy, time.Minute, -time.Minute, 0, 0},
		"on the road, and late":                          {order.OutForDelivery, wire.Busy, time.Minute, 3 * time.Minute, 1, 0},
		"on the road with who is silent, in time":        {order.OutForDelivery, wire.Busy, time.Hour, -time.Minute, 0, 0},
		"on the road with who has signed off, and late":  {order.OutForDelivery, wire.Offline, time.Hour, 3 * time.Minute, 1, 1},
		"in the bag of who has signed off":               {order.PickedUp, wire.Offline, time.Minute, -time.Minute, 0, 1},
		"in the bag of who was not heard of for an hour": {order.PickedUp, wire.Busy, time.Hour, time.Minute, 1, 1},
		"in a bag, and late":                             {order.PickedUp, wire.Busy, time.Minute, time.Minute, 1, 0},
		"on the shelf, for who has signed off":           {order.Assigned, wire.Offline, time.Minute, -time.Minute, 0, 1},
		"on the shelf, for nobody, and late":             {order.Unassigned, wire.OnBreak, time.Minute, time.Minute, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := onShelf("o1")
			o.Delivery, o.Promise.To = x.at, noon.Add(-x.ago)
			if x.at != order.Unassigned {
				o.Driver = "d1"
			}
			if x.at == order.PickedUp || x.at == order.OutForDelivery {
				o.Kitchen = order.HandedOver
			}
			v := dispatch.View{Snapshot: dispatch.Snapshot{
				Now: noon, Travel: dispatch.Crow{}, Restaurants: houses, Orders: []dispatch.Order{o},
				Drivers: []dispatch.Driver{{ID: "d1", Name: "Dan", Status: x.driver, StatusAt: noon.Add(-x.quiet)}},
			}}
			v.Plan = dispatch.Planner{Weights: dispatch.Usual()}.Plan(v.Snapshot)
			got := v.Outcome()
			if got.Late != x.late || got.Nobody != x.nobody || got.Lateness != max(0, x.ago) || got.ClickToDoor != 0 {
				t.Errorf("%+v", got)
			}
			if look := v.Plan.Orders[0]; look.Late != max(0, x.ago) || (len(v.Plan.Stuck) > 0) != (x.nobody > 0) {
				t.Errorf("%+v, stuck %+v", look, v.Plan.Stuck)
			}
		})
	}
}

func TestABagThatIsTooFullSaysSo(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]bool{4: false, 6: true} {
		s := dispatch.Snapshot{Now: noon, Travel: dispatch.Crow{}, Restaurants: houses}
		d := dispatch.Driver{ID: "d1", Name: "Dan", Vehicle: dispatch.Car, Status: wire.Available, StatusAt: noon, SeenAt: noon}
		for i := range n {
			o := onShelf(fmt.Sprint("o", i))
			o.Delivery, o.Driver, o.ByHand = order.Assigned, "d1", true
			d.Position = o.Pickup
			s.Orders, d.Bag = append(s.Orders, o), append(d.Bag, o.ID)
		}
		s.Drivers = []dispatch.Driver{d}
		p := dispatch.Planner{Weights: dispatch.Usual()}.Plan(s)
		said := 0
		for _, look := range p.Orders {
			for _, why := range look.Because {
				if why.Key == dispatch.WhyTooMany && why.N == n-4 && why.String() == "Dan has 2 more than fit" {
					said++
				}
			}
		}
		if want && said != n || !want && said != 0 {
			t.Errorf("%d orders: said of %d: %+v", n, said, p.Orders)
		}
	}
}
