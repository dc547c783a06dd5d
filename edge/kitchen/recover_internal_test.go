package kitchen

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

var nine = time.Date(2026, 7, 3, 21, 0, 0, 0, time.UTC)

// stands is a delivery or a carryout of pizzas and one cola, somewhere on its way.
func stands(origin order.Side, delivery order.Delivery, whole order.Kitchen, states ...order.ItemState) event.OrderStanding {
	o := order.Order{ID: "o1", Restaurant: "r1", Origin: origin, Fulfilment: order.ByDelivery, PlacedAt: nine.Add(-time.Hour)}
	p := order.Progress{Origin: origin, Intake: order.Validated, Whole: whole, Delivery: delivery}
	for n, s := range states {
		p.Items = append(p.Items, order.Item{ID: string(rune('1' + n)), Station: menu.StationMake, Bakes: true, State: s})
	}
	return event.OrderStanding{Order: o, Progress: p, Number: 7, Day: "2026-07-03", Since: nine.Add(-10 * time.Minute), Token: "t"}
}

func TestTheFurtherSideOfAnOrderIsKnown(t *testing.T) {
	t.Parallel()
	at := func(whole order.Kitchen, remakes int, states ...order.ItemState) order.Progress {
		p := stands(order.Edge, order.NoDelivery, whole, states...).Progress
		p.Items[0].Remakes = remakes
		return p
	}
	steps := []order.Progress{ // each is further than the one before
		at(order.Waiting, 0, order.ItemQueued, order.ItemQueued),
		at(order.Queued, 0, order.ItemQueued, order.ItemQueued),
		at(order.Queued, 0, order.ItemMade, order.ItemQueued),
		at(order.Queued, 0, order.ItemInOven, order.ItemQueued),
		at(order.Queued, 0, order.ItemMade, order.ItemMade),
		at(order.Queued, 0, order.ItemDone, order.ItemDone),
		at(order.Queued, 1, order.ItemQueued, order.ItemDone),
		at(order.Queued, 1, order.ItemDone, order.ItemDone),
		at(order.HandedOver, 0, order.ItemDone, order.ItemDone),
	}
	for i, p := range steps {
		for j, q := range steps {
			if got := behind(p, q); got != (i < j) {
				t.Errorf("%d is behind %d: %v", i, j, got)
			}
		}
	}
	ends := []order.Progress{at(order.HandedOver, 0, order.ItemDone), at(order.Voided, 1, order.ItemMade), at(order.Rejected, 0, order.ItemQueued)}
	for _, p := range ends {
		for _, q := range ends {
			if behind(p, q) {
				t.Errorf("%s is behind %s: one end is not further than another", p.Whole, q.Whole)
			}
		}
	}
	other := at(order.HandedOver, 0, order.ItemDone, order.ItemDone, order.ItemDone)
	if behind(steps[0], other) {
		t.Error("an order is behind one of other items")
	}
}

func TestWhatTheKitchenLacksIsRecoveredAsTheCloudHasIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cloud     event.OrderStanding
		want, ask bool
	}{
		"cooking":                 {stands(order.Cloud, order.Unassigned, order.Queued, order.ItemInOven), true, true},
		"ready, the driver comes": {stands(order.Cloud, order.Assigned, order.Queued, order.ItemDone), true, true},
		"it waits for its time":   {stands(order.Cloud, order.NoDelivery, order.Waiting, order.ItemQueued), true, false},
		"taken here, not queued":  {stands(order.Edge, order.NoDelivery, order.Waiting, order.ItemQueued), true, true},
		"the driver has it":       {stands(order.Cloud, order.OutForDelivery, order.Queued, order.ItemDone), false, false},
		"handed over":             {stands(order.Edge, order.NoDelivery, order.HandedOver, order.ItemDone), false, false},
		"voided":                  {stands(order.Cloud, order.Unassigned, order.Voided, order.ItemMade), false, false},
		"nothing to make":         {stands(order.Cloud, order.Unassigned, order.Queued), false, false},
	} {
		got, changed := lostTicket(c.cloud, nine)
		if changed != c.want || changed && got.Recovered != c.ask {
			t.Errorf("%s: recovered %v, asked about %v", name, changed, got.Recovered)
		}
		if diff := cmp.Diff(c.cloud.Progress, got.Progress); changed && (diff != "" || got.Token != "t" || got.Since.IsZero() || got.TakenAt.After(nine) || got.Number != 0) {
			t.Errorf("%s: %s", name, diff)
		}
	}
	half := stands(order.Edge, order.NoDelivery, order.Waiting, order.ItemQueued)
	half.Progress.Intake = order.Created
	if got, changed := lostTicket(half, nine); !changed || !got.Open() || !got.Recovered {
		t.Errorf("an order of ours whose second half was lost: %v, %+v", changed, got.Progress)
	}
	early := stands(order.Cloud, order.NoDelivery, order.Waiting, order.ItemQueued)
	early.Progress.Intake = order.Created
	if _, changed := lostTicket(early, nine); changed {
		t.Error("an order that the cloud has not validated became the kitchen's")
	}
	future := stands(order.Cloud, order.Unassigned, order.Queued, order.ItemMade)
	future.Since, future.Order.PlacedAt = nine.Add(time.Hour), nine.Add(time.Hour)
	if got, _ := lostTicket(future, nine); got.Since.After(nine) || got.TakenAt.After(nine) || got.QueuedAt.After(nine) {
		t.Errorf("a label from the future: %v, %v, %v", got.Since, got.TakenAt, got.QueuedAt)
	}
}

// changedOnce is an order whose lines were changed.
func changedOnce(s event.OrderStanding) event.OrderStanding {
	s.Order.Changes++
	return s
}

func TestTheFurtherSideWinsAndTheDeliveryIsTheClouds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		here, cloud event.OrderStanding
		kitchen     order.Kitchen
		delivery    order.Delivery
		changed     bool
		ask, open   bool
		news        bool
	}{
		"the same": {
			stands(order.Cloud, order.Unassigned, order.Queued, order.ItemMade), stands(order.Cloud, order.Unassigned, order.Queued, order.ItemMade),
			order.Preparing, order.Unassigned, false, false, true, false,
		},
		"the cloud is further": {
			stands(order.Cloud, order.Unassigned, order.Queued, order.ItemQueued), stands(order.Cloud, order.Assigned, order.Queued, order.ItemBaked),
			order.QualityCheck, order.Assigned, true, true, true, false,
		},
		"the kitchen is further": {
			stands(order.Cloud, order.Unassigned, order.Queued, order.ItemBaked), stands(order.Cloud, order.Assigned, order.Queued, order.ItemQueued),
			order.QualityCheck, order.Assigned, true, false, true, false,
		},
		"it ended, says the cloud": {
			stands(order.Edge, order.NoDelivery, order.Queued, order.ItemMade), stands(order.Edge, order.NoDelivery, order.HandedOver, order.ItemDone),
			order.HandedOver, order.NoDelivery, true, false, false, false,
		},
		"the driver has what was ready": {
			stands(order.Cloud, order.Assigned, order.Queued, order.ItemDone), stands(order.Cloud, order.PickedUp, order.Queued, order.ItemDone),
			order.HandedOver, order.PickedUp, true, false, false, false,
		},
		"it ended here, the cloud is older": {
			stands(order.Edge, order.NoDelivery, order.HandedOver, order.ItemDone), stands(order.Edge, order.NoDelivery, order.Queued, order.ItemMade),
			order.HandedOver, order.NoDelivery, false, false, false, false,
		},
		"it ended here, and is out by now": {
			stands(order.Cloud, order.PickedUp, order.HandedOver, order.ItemDone), stands(order.Cloud, order.OutForDelivery, order.HandedOver, order.ItemDone),
			order.HandedOver, order.OutForDelivery, true, false, false, false,
		},
		"it left by the driver, the cloud is older": {
			stands(order.Cloud, order.PickedUp, order.Queued, order.ItemBaked), stands(order.Cloud, order.Assigned, order.Queued, order.ItemBaked),
			order.QualityCheck, order.PickedUp, false, false, false, false,
		},
		"both ended, and of the end here the cloud has not heard": {
			stands(order.Cloud, order.Unassigned, order.Voided, order.ItemMade), stands(order.Cloud, order.Unassigned, order.HandedOver, order.ItemDone),
			order.Voided, order.Unassigned, false, false, false, true,
		},
		"both ended, and the cloud has heard of both": {
			stands(order.Cloud, order.Unassigned, order.Voided, order.ItemMade), stands(order.Cloud, order.Unassigned, order.HandedOver, order.ItemDone),
			order.HandedOver, order.Unassigned, true, false, false, false,
		},
		"both ended alike": {
			stands(order.Cloud, order.Unassigned, order.Voided, order.ItemMade), stands(order.Cloud, order.Unassigned, order.Voided, order.ItemMade),
			order.Voided, order.Unassigned, false, false, false, false,
		},
		"both ended, with other things to make": {
			stands(order.Cloud, order.Unassigned, order.Voided, order.ItemMade),
			stands(order.Cloud, order.Unassigned, order.HandedOver, order.ItemDone, order.ItemDone),
			order.Voided, order.Unassigned, false, false, false, false,
		},
		"it ended here, the lines changed and it ended there": {
			stands(order.Edge, order.NoDelivery, order.HandedOver, order.ItemDone),
			changedOnce(stands(order.Edge, order.NoDelivery, order.Voided, order.ItemDone, order.ItemQueued)),
			order.Voided, order.NoDelivery, true, false, false, false,
		},
		"it ended here, the lines had changed": {
			stands(order.Edge, order.NoDelivery, order.HandedOver, order.ItemDone),
			changedOnce(stands(order.Edge, order.NoDelivery, order.Queued, order.ItemDone, order.ItemQueued)),
			order.HandedOver, order.NoDelivery, true, false, false, true,
		},
	} {
		here := newTicket(c.here.Order, c.here.Progress.Items, nine.Add(-time.Hour))
		here.Progress, here.Version = c.here.Progress, 5
		here.Moves = []Move{{}}
		got, changed := here.reconciled(cloudOrder{c.cloud, c.news}, nine)
		if changed != c.changed {
			t.Errorf("%s: changed %v", name, changed)
		}
		if !changed {
			got = here
		} else if got.Version != 6 {
			t.Errorf("%s: version %d follows 5", name, got.Version)
		}
		if got.Progress.Kitchen() != c.kitchen || got.Progress.Delivery != c.delivery || got.Recovered != c.ask || got.Open() != c.open {
			t.Errorf("%s: %s, %s, recovered %v, open %v", name, got.Progress.Kitchen(), got.Progress.Delivery, got.Recovered, got.Open())
		}
	}
}

func TestFoodIsWhereACookFindsIt(t *testing.T) {
	t.Parallel()
	cola := order.Item{ID: "9", Station: menu.StationSides, State: order.ItemQueued}
	for _, state := range Whereabouts() {
		for _, from := range [][]order.ItemState{
			{order.ItemQueued, order.ItemQueued}, {order.ItemMaking, order.ItemInOven}, {order.ItemInOven, order.ItemInOven}, {order.ItemDone, order.ItemDone},
		} {
			items := stands(order.Edge, order.NoDelivery, order.Queued, from...).Progress.Items
			items = append(items, cola)
			p := order.Progress{Intake: order.Validated}
			p.Whole, p.Items = found(items, state)
			if p.Kitchen() != state {
				t.Errorf("from %v, found %s: it is %s", from, state, p.Kitchen())
			}
			if items[2].State != order.ItemQueued {
				t.Error("what was there before was changed in place")
			}
		}
	}
}
