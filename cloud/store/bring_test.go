package store_test

import (
	"encoding/json"
	"testing"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// brought are the orders that the restaurant was brought by commands, as they were said to stand.
func (c *chain) brought(t *testing.T) (all []event.OrderRecovered) {
	t.Helper()
	for _, given := range c.commands(t, 1, 1000) {
		if given.Kind != (event.OrderRecovered{}).Kind() || given.Again != "" {
			continue
		}
		var b event.OrderRecovered
		if err := json.Unmarshal(given.Body, &b); err != nil || given.Order != string(b.Order.ID) {
			t.Fatalf("%+v, %v", given, err)
		}
		all = append(all, b)
	}
	return all
}

// sells takes an order at the counter and queues it.
func (n *node) sells(t *testing.T) event.OrderTaken {
	t.Helper()
	x := taken(t)
	n.says(t, x.Order.ID, x)
	n.steps(t, x.Order.ID, order.Validate)
	n.steps(t, x.Order.ID, order.Queue)
	return x
}

// gone is a restaurant whose box was replaced before anybody had heard of it.
func gone(t *testing.T) *replaced {
	t.Helper()
	r := &replaced{chain: newChain(t)}
	r.old = &node{edge: "r1", device: r.enrol(t, "r1", "old")}
	r.new = &node{edge: "r1", device: r.enrol(t, "r1", "new"), epoch: 2}
	return r
}

func (r *replaced) approve(t *testing.T) restaurant.Outcome {
	t.Helper()
	out, err := r.Approve(t.Context(), "r1", "old")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnOpenOrderOfABoxThatIsGoneIsBroughtToThePresentOneOnce(t *testing.T) {
	t.Parallel()
	r := replace(t) // shared and theirs were known before: the present box has them
	x := r.old.sells(t)
	r.salvage(t, 3, 9)
	r.approve(t)
	all := r.brought(t)
	if len(all) != 1 || all[0].Order.ID != x.Order.ID || all[0].Number != 42 || all[0].Day == "" || all[0].Recovered ||
		all[0].Progress.Kitchen() != order.Queued || all[0].Token == "" {
		t.Fatalf("brought are %+v", all)
	}
	r.salvage(t, 3, 9)
	r.old.steps(t, x.Order.ID, order.Start, "1")
	r.salvage(t, 10, 10)
	for range 2 {
		r.approve(t)
	}
	if again := r.brought(t); len(again) != 1 {
		t.Errorf("brought again: %+v", again)
	}
}

func TestOnlyWhatIsOpenWhenAllIsApprovedIsBrought(t *testing.T) {
	t.Parallel()
	r := gone(t)
	done, open := r.old.sells(t), r.old.sells(t) // 1 to 3, 4 to 6
	r.salvage(t, 1, 4)
	r.salvage(t, 5, 6)
	r.old.says(t, done.Order.ID, standing(done, order.HandedOver))
	r.salvage(t, 7, 7)
	r.approve(t)
	if all := r.brought(t); len(all) != 1 || all[0].Order.ID != open.Order.ID || all[0].Number != 42 {
		t.Errorf("brought are %+v", all)
	}
	if s := r.order(t, done.Order.ID).Status(); s != order.StatusDelivered {
		t.Errorf("the other order is %s", s)
	}
}

// A person's approval ends in the middle, and is given again.
func TestAnOrderIsBroughtAlsoWhenItCameInTwoApprovals(t *testing.T) {
	t.Parallel()
	r := gone(t)
	x := r.old.sells(t)
	r.salvage(t, 1, 1)
	r.approve(t)
	if all := r.brought(t); len(all) != 0 {
		t.Fatalf("brought before it is known to be the kitchen's: %+v", all)
	}
	r.salvage(t, 2, 3)
	r.approve(t)
	if all := r.brought(t); len(all) != 1 || all[0].Order.ID != x.Order.ID {
		t.Errorf("brought are %+v", all)
	}
}

func TestAnOrderThatIsBroughtIsThePresentBoxsOnceItSaysThatItHasIt(t *testing.T) {
	t.Parallel()
	for _, granted := range []bool{true, false} { // an older node knows no such command, and has nothing
		r := gone(t)
		x := r.old.sells(t)
		r.salvage(t, 1, 3)
		r.approve(t)
		c := r.commands(t, 1, 1000)
		given := c[len(c)-1]
		r.new.says(t, x.Order.ID, event.CommandAnswered{Seq: given.Seq, Command: given.ID, Order: x.Order.ID, Granted: granted, Reason: "why"})
		r.apply(t, link.Apply, r.new.all())
		if left, err := r.Unanswered(t.Context()); err != nil || len(left) != 0 {
			t.Errorf("granted %v: %v wait for an answer, %v", granted, left, err)
		}
		r.old.steps(t, x.Order.ID, order.Start, "1")
		r.salvage(t, 4, 4)
		want := restaurant.Outcome{Projected: 1}
		if granted {
			want = restaurant.Outcome{Unprojectable: 1}
		}
		if out := r.approve(t); out != want {
			t.Errorf("granted %v: what the old box says then is %+v, want %+v", granted, out, want)
		}
		if len(r.brought(t)) != 1 {
			t.Errorf("granted %v: brought are %+v", granted, r.brought(t))
		}
	}
}

func TestOrdersOfADeviceThatNobodyKnowsAreBroughtToo(t *testing.T) {
	t.Parallel()
	r := gone(t)
	lost := &node{edge: "r1", device: "of a lost life of the database"}
	x := lost.sells(t)
	r.apply(t, link.Quarantine, lost.batch(1, 1), lost.batch(2, 3))
	if _, err := r.Approve(t.Context(), "r1", lost.device); err != nil {
		t.Fatal(err)
	}
	if all := r.brought(t); len(all) != 1 || all[0].Order.ID != x.Order.ID {
		t.Errorf("brought are %+v", all)
	}
}
