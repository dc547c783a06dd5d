package store_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
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
	out, err := r.Approve(t.Context(), "r1", "old", false)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// saysAll says in the name of the old box that this was all.
func (r *replaced) saysAll(t *testing.T) time.Time {
	t.Helper()
	since, err := r.SaidAll(t.Context(), "r1", "old", r.Incarnation())
	if err != nil {
		t.Fatal(err)
	}
	return since
}

// goneAre the devices of which something is kept aside or waits.
func (r *replaced) goneAre(t *testing.T) []restaurant.Gone {
	t.Helper()
	all, err := r.Gone(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAnOpenOrderOfABoxThatIsGoneIsBroughtToThePresentOneOnce(t *testing.T) {
	t.Parallel()
	r := replace(t) // shared and theirs were known before: the present box has them
	x := r.old.sells(t)
	r.salvage(t, 3, 9)
	r.saysAll(t)
	if out := r.approve(t); out.Brought != 1 || out.Waiting != 0 {
		t.Errorf("%+v", out)
	}
	all := r.brought(t)
	if len(all) != 1 || all[0].Order.ID != x.Order.ID || all[0].Number != 42 || all[0].Day == "" || all[0].Recovered ||
		all[0].Progress.Kitchen() != order.Queued || all[0].Token == "" {
		t.Fatalf("brought are %+v", all)
	}
	r.salvage(t, 3, 9)
	r.old.steps(t, x.Order.ID, order.Start, "1")
	r.salvage(t, 10, 10)
	for range 2 {
		r.saysAll(t)
		r.approve(t)
	}
	if again := r.brought(t); len(again) != 1 {
		t.Errorf("brought again: %+v", again)
	}
	if left := r.goneAre(t); len(left) != 0 {
		t.Errorf("something waits: %+v", left)
	}
}

// The present box heals, or is replaced in its turn, while the box before it still tells what became of its orders: they come when that one has
// told all, and not as they stood in the middle of it.
func TestAnOrderThatWaitsForItsEndIsNotBroughtByAHealing(t *testing.T) {
	t.Parallel()
	r := replace(t)
	x := r.old.sells(t)
	r.salvage(t, 3, 9)
	r.approve(t) // without the word that this was all
	has := func() bool {
		orders, _, _, err := r.Standings(t.Context(), "r1", "", 100)
		if err != nil || len(orders) == 0 {
			t.Fatalf("%d orders, %v", len(orders), err)
		}
		return slices.ContainsFunc(orders, func(s event.OrderStanding) bool { return s.Order.ID == x.Order.ID })
	}
	if has() {
		t.Error("an order whose end may be on its way is given to the present box")
	}
	r.saysAll(t)
	if r.approve(t); len(r.brought(t)) != 1 || !has() {
		t.Errorf("all was told: %d are brought, in the standings: %t", len(r.brought(t)), has())
	}
}

// A long tail does not come at once: a person approves while it is still coming.
func TestAnOrderWhoseEndIsStillComingIsNotBrought(t *testing.T) {
	t.Parallel()
	r := gone(t)
	done, open := r.old.sells(t), r.old.sells(t) // 1 to 3, 4 to 6
	r.salvage(t, 1, 6)
	for range 2 {
		if out := r.approve(t); out.Brought != 0 || out.Waiting != 2 {
			t.Errorf("while more may come: %+v", out)
		}
	}
	is := r.goneAre(t)
	if len(is) != 1 || is[0].Device != "old" || is[0].AllHere != nil || !slices.Equal(is[0].Waiting, []string{string(done.Order.ID), string(open.Order.ID)}) {
		t.Errorf("a person is told %+v", is)
	}
	if aside, err := r.SetAside(t.Context()); err != nil || aside.Batches["r1"] != 2 {
		t.Errorf("the fleet shows %+v, %v", aside, err)
	}
	r.old.says(t, done.Order.ID, standing(done, order.HandedOver))
	r.salvage(t, 7, 7)
	since := r.saysAll(t)
	if is := r.goneAre(t); len(is) != 1 || is[0].AllHere == nil || !is[0].AllHere.Equal(since) {
		t.Errorf("then all is here, and a person is told %+v", is)
	}
	if all := r.brought(t); len(all) != 0 {
		t.Fatalf("brought before all is judged: %+v", all)
	}
	if out := r.approve(t); out != (restaurant.Outcome{Projected: 1, Brought: 1}) {
		t.Errorf("%+v", out)
	}
	if all := r.brought(t); len(all) != 1 || all[0].Order.ID != open.Order.ID || all[0].Number != 42 {
		t.Errorf("brought are %+v", all)
	}
	if s := r.order(t, done.Order.ID).Status(); s != order.StatusDelivered {
		t.Errorf("the other order is %s", s)
	}
}

func TestWhatWaitsIsBroughtWhenTheLastWordIsHeardOrDiscarded(t *testing.T) {
	t.Parallel()
	for what, last := range map[string]func(t *testing.T, r *replaced){
		"it says that this was all": func(t *testing.T, r *replaced) { r.saysAll(t) },
		"the rest is thrown away": func(t *testing.T, r *replaced) {
			r.old.says(t, "", event.AlertCleared{Alert: "silent/oven-1", Device: "oven-1"})
			r.salvage(t, 4, 4)
			r.saysAll(t)
			if len(r.brought(t)) != 0 {
				t.Error("brought while something is left to judge")
			}
			if err := r.Discard(t.Context(), "r1", "old"); err != nil {
				t.Fatal(err)
			}
		},
		"a person does not wait": func(t *testing.T, r *replaced) {
			for _, brought := range []int{1, 0} {
				if out, err := r.Approve(t.Context(), "r1", "old", true); err != nil || out != (restaurant.Outcome{Brought: brought}) {
					t.Errorf("%+v, %v", out, err)
				}
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := gone(t)
			x := r.old.sells(t)
			r.salvage(t, 1, 3)
			r.approve(t)
			last(t, r)
			if all := r.brought(t); len(all) != 1 || all[0].Order.ID != x.Order.ID {
				t.Errorf("brought are %+v", all)
			}
		})
	}
}

func TestAnOrderThatTheRestaurantsBoxHasSpokenOfDoesNotWait(t *testing.T) {
	t.Parallel()
	r := gone(t)
	x := r.old.sells(t)
	r.salvage(t, 1, 3)
	r.approve(t)
	r.new.says(t, x.Order.ID, standing(x, order.Queued)) // it came by a healing
	r.apply(t, link.Apply, r.new.all())
	r.saysAll(t)
	if all, left := r.brought(t), r.goneAre(t); len(all) != 0 || len(left) != 0 {
		t.Errorf("brought are %+v, left is %+v", all, left)
	}
}

func TestTheWordThatThisWasAllHoldsUntilMoreComesAndForOneDatabase(t *testing.T) {
	t.Parallel()
	r := gone(t)
	r.old.sells(t)
	r.salvage(t, 1, 2)
	first := r.saysAll(t)
	if again := r.saysAll(t); !again.Equal(first) {
		t.Errorf("said again, all is here since %v and not since %v", again, first)
	}
	r.salvage(t, 3, 3)
	if is := r.goneAre(t); is[0].AllHere != nil {
		t.Errorf("more has come, and all is here since %v", is[0].AllHere)
	}
	r.saysAll(t)
	if _, err := r.SaidAll(t.Context(), "r1", "old", "another"); problem.Of(err) == nil || problem.Of(err).Code != "another_database" {
		t.Errorf("said to another database: %v", err)
	}
	r.sql(t, `UPDATE history SET counter = counter + 1`)
	if is := r.goneAre(t); is[0].AllHere != nil {
		t.Errorf("the database is another one, and has all since %v", is[0].AllHere)
	}
	for device, code := range map[string]string{"new": "current_device", "nobody": "unknown_device"} {
		if _, err := r.SaidAll(t.Context(), "r1", device, r.Incarnation()); problem.Of(err) == nil || problem.Of(err).Code != code {
			t.Errorf("%s: %v, want %s", device, err, code)
		}
	}
}

// No command carries it, and the healing that would may never come.
func TestAnOrderThatIsTooLargeToBeBroughtIsAlarmed(t *testing.T) {
	t.Parallel()
	r := gone(t)
	x := taken(t)
	raw, err := event.Encode(x)
	if err != nil {
		t.Fatal(err)
	}
	x.Order.Customer.Name = strings.Repeat("B", link.MaxBodyBytes-len(raw)) // with its token and number it is larger
	r.old.says(t, x.Order.ID, x)
	r.old.steps(t, x.Order.ID, order.Validate)
	r.old.steps(t, x.Order.ID, order.Queue)
	r.salvage(t, 1, 3)
	r.saysAll(t)
	r.approve(t)
	open, err := r.OpenAlerts(t.Context(), "r1")
	if err != nil || len(open) != 1 || open[0].What != restaurant.Unbrought || open[0].Order != string(x.Order.ID) || open[0].Detail == "" {
		t.Fatalf("alarmed is %+v, %v", open, err)
	}
	x.Order.Customer.Name = "Bob"
	r.new.says(t, x.Order.ID, standing(x, order.Queued))
	r.apply(t, link.Apply, r.new.all())
	if open, err := r.OpenAlerts(t.Context(), "r1"); err != nil || len(open) != 0 {
		t.Errorf("when the restaurant has it, alarmed is %+v, %v", open, err)
	}
}

// A person's approval ends in the middle, and is given again.
func TestAnOrderIsBroughtAlsoWhenItCameInTwoApprovals(t *testing.T) {
	t.Parallel()
	r := gone(t)
	x := r.old.sells(t)
	r.salvage(t, 1, 1)
	if _, err := r.Approve(t.Context(), "r1", "old", true); err != nil {
		t.Fatal(err)
	}
	if all := r.brought(t); len(all) != 0 {
		t.Fatalf("brought before it is known to be the kitchen's: %+v", all)
	}
	r.salvage(t, 2, 3)
	r.saysAll(t)
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
		r.saysAll(t)
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
	if _, err := r.Approve(t.Context(), "r1", lost.device, true); err != nil {
		t.Fatal(err)
	}
	if all := r.brought(t); len(all) != 1 || all[0].Order.ID != x.Order.ID {
		t.Errorf("brought are %+v", all)
	}
}
