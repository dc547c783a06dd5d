package dispatch_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// atDoor is when a driver is at the door of the one thing he has.
func atDoor(at dispatch.Point, d dispatch.Driver, o dispatch.Order) dispatch.Range {
	way := dispatch.Way(noon, at, d, []dispatch.Order{o}, dispatch.Crow{})
	return way[len(way)-1].When
}

func TestArrivalLeadsByTheKitchenUntilTheFoodIsPickedUp(t *testing.T) {
	t.Parallel()
	drive := dispatch.Crow{}.Time(house, north(2), 25) // both to the house from 2 km south, and on to the guest
	assigned := with(baking("o1", 30*time.Minute), func(o *dispatch.Order) { o.Delivery, o.Driver = order.Assigned, "d1" })
	picked := with(assigned, func(o *dispatch.Order) { o.Kitchen, o.Delivery = order.HandedOver, order.PickedUp })
	for _, c := range []struct {
		name  string
		order dispatch.Order
		at    dispatch.Point
		least time.Duration
		usual time.Duration
	}{
		{"waiting for the oven", assigned, north(-2), 30*time.Minute + drive/2, 30*time.Minute + dispatch.AtCounter/2 + drive + dispatch.AtDoor},
		{"it waits on the shelf", with(assigned, func(o *dispatch.Order) { o.Kitchen = order.Ready }), north(-2), drive, 2*drive + dispatch.AtCounter + dispatch.AtDoor},
		{"on the way", picked, house, drive / 2, drive + dispatch.AtDoor},
		{"at the door", picked, north(2), 0, dispatch.AtDoor},
	} {
		r := atDoor(c.at, driver("d1", 0), c.order)
		if least := r.From.Sub(noon); least < c.least || least > c.usual {
			t.Errorf("%s: earliest in %v, want between %v and %v", c.name, least, c.least, c.usual)
		}
		if most := r.To.Sub(noon); most < c.usual || most > 2*c.usual {
			t.Errorf("%s: latest in %v, usual is %v", c.name, most, c.usual)
		}
	}
}

func TestAnUncertainForecastMakesAWiderRange(t *testing.T) {
	t.Parallel()
	o := with(baking("o1", 30*time.Minute), func(o *dispatch.Order) { o.Delivery = order.Assigned })
	sharp := atDoor(house, driver("d1", 0), o)
	o.ReadySpread = 3 * time.Minute
	vague := atDoor(house, driver("d1", 0), o)
	if !vague.From.Before(sharp.From) || !vague.To.After(sharp.To) {
		t.Errorf("sharp %v, vague %v", sharp, vague)
	}
}

func TestTheCloserToTheShelfTheSurerTheForecast(t *testing.T) {
	t.Parallel()
	last := dispatch.SpreadOf(order.Waiting)
	for _, k := range []order.Kitchen{order.Queued, order.Preparing, order.Baking, order.QualityCheck, order.Ready, order.HandedOver} {
		if s := dispatch.SpreadOf(k); s > last {
			t.Errorf("%s: %v after %v", k, s, last)
		} else {
			last = s
		}
	}
	if last != 0 {
		t.Errorf("what has left is off by %v", last)
	}
}
