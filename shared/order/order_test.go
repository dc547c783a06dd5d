package order_test

import (
	"slices"
	"strings"
	"testing"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// lives are whole stories: who does what to an order of one pizza, and what everybody sees after each step.
var lives = map[string]struct {
	origin order.Side
	how    order.Fulfilment
	steps  []life
}{
	"delivered": {order.Cloud, order.ByDelivery, []life{
		{order.Cloud, order.Validate, "Validated"},
		{order.Edge, order.Queue, "Queued"},
		{order.Edge, order.Start, "Preparing"},
		{order.Edge, order.Make, "Preparing"},
		{order.Edge, order.Bake, "Baking"},
		{order.Cloud, order.Assign, "Baking"}, // an attribute, not a step
		{order.Edge, order.Unload, "QualityCheck"},
		{order.Edge, order.Finish, "DriverAssigned"},
		{order.Edge, order.HandOver, "PickedUp"}, // the counter's word comes first, the driver's tap after it
		{order.Cloud, order.PickUp, "PickedUp"},
		{order.Cloud, order.Depart, "OutForDelivery"},
		{order.Cloud, order.Deliver, "Delivered"},
	}},
	"fetched at the counter": {order.Edge, order.Carryout, []life{
		{order.Edge, order.Validate, "Validated"},
		{order.Edge, order.Queue, "Queued"},
		{order.Edge, order.Start, "Preparing"},
		{order.Edge, order.Make, "Preparing"},
		{order.Edge, order.Bake, "Baking"},
		{order.Edge, order.Unload, "QualityCheck"},
		{order.Edge, order.Finish, "ReadyForPickup"},
		{order.Edge, order.HandOver, "Delivered"},
	}},
	"burned and made again": {order.Edge, order.DineIn, []life{
		{order.Edge, order.Validate, "Validated"},
		{order.Edge, order.Queue, "Queued"},
		{order.Edge, order.Start, "Preparing"},
		{order.Edge, order.Make, "Preparing"},
		{order.Edge, order.Bake, "Baking"},
		{order.Edge, order.Remake, "Preparing"},
		{order.Edge, order.Start, "Preparing"},
		{order.Edge, order.Recall, "Preparing"},
	}},
	"revoked in time": {order.Cloud, order.ByDelivery, []life{
		{order.Cloud, order.Validate, "Validated"},
		{order.Cloud, order.Assign, "Validated"},
		{order.Edge, order.Void, "Cancelled"},
		{order.Cloud, order.Drop, "Cancelled"},
	}},
	"turned away": {order.Cloud, order.Carryout, []life{
		{order.Cloud, order.Validate, "Validated"}, {order.Edge, order.Reject, "Failed"},
	}},
	"withdrawn": {order.Cloud, order.Carryout, []life{{order.Cloud, order.Withdraw, "Cancelled"}}},
	"driver drops out": {order.Cloud, order.ByDelivery, []life{
		{order.Cloud, order.Validate, "Validated"},
		{order.Cloud, order.Assign, "Validated"},
		{order.Cloud, order.Drop, "Validated"},
		{order.Cloud, order.Assign, "Validated"},
		{order.Cloud, order.GiveUp, "Failed"},
	}},
}

type life struct {
	by     order.Side
	action order.Action
	shows  order.StatusName
}

func TestLivesOfOrders(t *testing.T) {
	t.Parallel()
	for name, l := range lives {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := order.Begin(&order.Order{Origin: l.origin, Fulfilment: l.how}, []order.Item{{ID: "1", Bakes: true}})
			for n, s := range l.steps {
				var err error
				if p, err = p.Take(s.by, s.action, itemsOf(s.action)...); err != nil {
					t.Fatalf("step %d, %s: %v", n, s.action, err)
				}
				if p.Status() != s.shows {
					t.Fatalf("after step %d, %s, the order shows %s, want %s", n, s.action, p.Status(), s.shows)
				}
			}
		})
	}
}

func itemsOf(a order.Action) []string {
	if slices.Contains(itemActions, a) {
		return []string{"1"}
	}
	return nil
}

func TestAnIllegalStepNamesWhereTheOrderIsAndWhatMayFollow(t *testing.T) {
	t.Parallel()
	p := order.Begin(&order.Order{Origin: order.Cloud, Fulfilment: order.ByDelivery}, []order.Item{{ID: "1", Bakes: true}})
	for _, s := range lives["delivered"].steps[:5] {
		p, _ = p.Take(s.by, s.action, itemsOf(s.action)...)
	}
	_, err := p.Take(order.Cloud, order.Depart)
	is := problem.Of(err)
	if is == nil || is.Code != "illegal_step" || is.Facts["current"] != order.StatusBaking {
		t.Fatalf("got %v", err)
	}
	if !slices.Equal(is.Facts["allowed"].([]order.StatusName), []order.StatusName{order.StatusQualityCheck}) || !strings.Contains(is.Detail, "order is Baking; next can be QualityCheck") {
		t.Errorf("got %q, allowed %v", is.Detail, is.Facts["allowed"])
	}
}

func TestNeitherSideTakesTheOthersStep(t *testing.T) {
	t.Parallel()
	p, err := fresh(order.Cloud, order.ByDelivery).Take(order.Cloud, order.Validate)
	if err != nil {
		t.Fatal(err)
	}
	for action, thief := range map[order.Action]order.Side{order.Queue: order.Cloud, order.Assign: order.Edge, order.Void: order.Cloud} {
		if _, err := p.Follow(thief, action); !problem.Is(err, problem.Conflict) {
			t.Errorf("%s took %s, which is the other side's: %v", thief, action, err)
		}
	}
}

func TestAFactOfTheOtherSideIsFollowedEvenIfNobodyWouldAllowItNow(t *testing.T) {
	t.Parallel()
	p := order.Begin(&order.Order{Origin: order.Cloud, Fulfilment: order.ByDelivery}, []order.Item{{ID: "1", Bakes: true}})
	for _, s := range lives["delivered"].steps[:8] {
		p, _ = p.Take(s.by, s.action, itemsOf(s.action)...)
	}
	p, err := p.Take(order.Cloud, order.PickUp) // the driver left; the kitchen, cut off, does not know
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Take(order.Edge, order.Void); err == nil {
		t.Error("an order that left the house can be voided")
	}
	after, err := p.Follow(order.Edge, order.Void)
	if err != nil || after.Status() != order.StatusPickedUp {
		t.Errorf("the kitchen voided an order that is on the road: %s, %v", after.Status(), err)
	}
}

func TestAnUnknownItemAndAnItemlessActionAreRefused(t *testing.T) {
	t.Parallel()
	p, _ := fresh(order.Edge, order.DineIn).Take(order.Edge, order.Validate)
	p, _ = p.Take(order.Edge, order.Queue)
	if _, err := p.Take(order.Edge, order.Start, "1", "9"); !problem.Is(err, problem.NotFound) {
		t.Errorf("item 9 of 3: %v", err)
	}
	if i, _ := p.Item("1"); i.State != order.ItemQueued {
		t.Error("half a step was taken")
	}
	if _, err := p.Take(order.Edge, order.Start); !problem.Is(err, problem.Conflict) {
		t.Errorf("started nothing in particular: %v", err)
	}
}

func TestBumpingLeadsEveryItemToItsBox(t *testing.T) {
	t.Parallel()
	p, _ := fresh(order.Edge, order.DineIn).Take(order.Edge, order.Validate)
	p, _ = p.Take(order.Edge, order.Queue)
	for _, id := range []string{"1", "2", "3"} {
		for i, _ := p.Item(id); i.Bump() != ""; i, _ = p.Item(id) {
			var err error
			if p, err = p.Take(order.Edge, i.Bump(), id); err != nil {
				t.Fatal(err)
			}
		}
	}
	if p.Kitchen() != order.Ready {
		t.Errorf("all items are done and the order is %s", p.Kitchen())
	}
}

func TestOrdersWithNothingToBakeSkipTheOven(t *testing.T) {
	t.Parallel()
	p := order.Begin(&order.Order{Origin: order.Edge, Fulfilment: order.DineIn}, []order.Item{{ID: "1"}})
	p, _ = p.Take(order.Edge, order.Validate)
	p, _ = p.Take(order.Edge, order.Queue)
	p, _ = p.Take(order.Edge, order.Start, "1")
	if got := p.Next(); !slices.Equal(got, []order.StatusName{order.StatusReadyForPickup}) {
		t.Errorf("a cola is next %v", got)
	}
	if p, err := p.Take(order.Edge, order.Finish, "1"); err != nil || p.Status() != order.StatusReadyForPickup {
		t.Errorf("%s, %v", p.Status(), err)
	}
}

func TestReadyIsShownEvenWhenTheDriverWasFaster(t *testing.T) {
	t.Parallel()
	got := order.Shown(order.StatusQualityCheck, order.StatusDriverAssigned)
	if !slices.Equal(got, []order.StatusName{order.StatusReadyForPickup, order.StatusDriverAssigned}) {
		t.Error(got)
	}
	if order.Shown(order.StatusBaking, order.StatusBaking) != nil {
		t.Error("standing still shows as a step")
	}
}

func TestADeliveryThatWasHandedToNobodyCanBePutRight(t *testing.T) {
	t.Parallel()
	p := order.Begin(&order.Order{Origin: order.Cloud, Fulfilment: order.ByDelivery}, []order.Item{{ID: "1", Bakes: true}})
	for _, s := range lives["delivered"].steps[:9] {
		if s.action == order.Assign {
			continue
		}
		var err error
		if p, err = p.Take(s.by, s.action, itemsOf(s.action)...); err != nil {
			t.Fatal(err)
		}
	}
	_, err := p.Take(order.Cloud, order.Depart)
	if is := problem.Of(err); is == nil || !strings.Contains(is.Detail, "assign the one who has") || len(p.Next()) != 0 {
		t.Errorf("nobody has it, and the word is %v; next %v", err, p.Next())
	}
	if found, err := p.Take(order.Cloud, order.Assign); err != nil {
		t.Errorf("the driver who has it cannot be named: %v", err)
	} else if _, err := found.Take(order.Cloud, order.PickUp); err != nil {
		t.Errorf("the driver who was named cannot have it: %v", err)
	}
	if lost, err := p.Take(order.Cloud, order.GiveUp); err != nil || lost.Status() != order.StatusFailed {
		t.Errorf("a pizza that is lost cannot be given up: %s, %v", lost.Status(), err)
	}
}
