package order_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"awesome.pizza/shared/order"
)

var (
	orderActions = []order.Action{
		order.Validate, order.Withdraw, order.Fail, order.Queue, order.Reject, order.Void, order.HandOver, order.TakeBack,
		order.Assign, order.Drop, order.PickUp, order.Depart, order.Deliver, order.GiveUp,
	}
	itemActions = []order.Action{order.Start, order.Make, order.Bake, order.Unload, order.Finish, order.Recall, order.Remake}
	sides       = []order.Side{order.Edge, order.Cloud}
)

// move is one step that somebody took, as the walk saw it.
type move struct {
	before, after order.Progress
	by            order.Side
	action        order.Action
}

// walked is what one order can become: every state that Take can reach from a fresh order, and each legal step between them.
type walked struct {
	steps  []move
	states map[string]order.Progress
}

// walks are those that were made, each once: many sentences here are about the same thousands of states.
var walks = struct {
	sync.Mutex
	made map[kind]func() *walked
}{made: map[kind]func() *walked{}}

// kind is where an order comes from and how it gets to its guest.
type kind struct {
	origin order.Side
	how    order.Fulfilment
}

func (k kind) walked() *walked {
	walks.Lock()
	made := walks.made[k]
	if made == nil {
		made = sync.OnceValue(func() *walked { return explore(fresh(k.origin, k.how)) })
		walks.made[k] = made
	}
	walks.Unlock()
	return made()
}

// walk shows each legal step between the states that Take can reach from a fresh order to see. Remakes stop at one: the
// second is like the first. The steps are everybody's: nobody changes them.
func walk(origin order.Side, how order.Fulfilment, see func(move)) {
	for _, m := range (kind{origin, how}).walked().steps {
		see(m)
	}
}

func explore(start order.Progress) *walked {
	w := &walked{states: map[string]order.Progress{key(start): start}}
	for todo := []order.Progress{start}; len(todo) > 0; todo = todo[1:] {
		for _, m := range moves(todo[0]) {
			w.steps = append(w.steps, m)
			if k := key(m.after); w.states[k].Origin == "" && !remadeTwice(m.after) {
				w.states[k] = m.after
				todo = append(todo, m.after)
			}
		}
	}
	return w
}

func moves(p order.Progress) (legal []move) {
	for _, by := range sides {
		for _, a := range orderActions {
			if after, err := p.Take(by, a); err == nil {
				legal = append(legal, move{p, after, by, a})
			}
		}
		for _, a := range itemActions {
			for _, i := range p.Items {
				if after, err := p.Take(by, a, i.ID); err == nil {
					legal = append(legal, move{p, after, by, a})
				}
			}
		}
	}
	return legal
}

func key(p order.Progress) string {
	var b strings.Builder
	fmt.Fprint(&b, p.Intake, p.Whole, p.Delivery)
	for _, i := range p.Items {
		fmt.Fprint(&b, i.State, i.Remakes)
	}
	return b.String()
}

func remadeTwice(p order.Progress) bool {
	return slices.ContainsFunc(p.Items, func(i order.Item) bool { return i.Remakes > 1 })
}

func fresh(origin order.Side, how order.Fulfilment) order.Progress {
	return order.Begin(&order.Order{Origin: origin, Fulfilment: how}, []order.Item{
		{ID: "1", Bakes: true}, {ID: "2", Bakes: true}, {ID: "3", Bakes: false},
	})
}

func TestEveryReachableStateHasOneOfTheThirteenNames(t *testing.T) {
	t.Parallel()
	met := map[order.StatusName]bool{}
	for _, k := range []kind{{order.Cloud, order.ByDelivery}, {order.Cloud, order.Carryout}, {order.Edge, order.DineIn}} {
		for _, p := range k.walked().states {
			if !slices.Contains(order.Statuses(), p.Status()) {
				t.Fatalf("%+v shows %q", p, p.Status())
			}
			met[p.Status()] = true
		}
	}
	for _, s := range order.Statuses() {
		if !met[s] {
			t.Errorf("no order ever shows %s", s)
		}
	}
}

func TestNoIllegalStateIsReachable(t *testing.T) {
	t.Parallel()
	for _, p := range (kind{order.Cloud, order.ByDelivery}).walked().states {
		gone := slices.Contains([]order.Delivery{order.PickedUp, order.OutForDelivery, order.Delivered}, p.Delivery)
		switch {
		case p.Intake != order.Validated && (p.Whole != order.Waiting || p.Delivery != order.Unassigned):
			t.Errorf("touched before it was checked: %+v", p)
		case gone && p.Kitchen() != order.Ready && p.Kitchen() != order.HandedOver:
			t.Errorf("a driver left with a pizza that is %s", p.Kitchen())
		case gone && p.Whole == order.Voided:
			t.Errorf("voided and carried away: %+v", p)
		case p.Whole == order.HandedOver && slices.ContainsFunc(p.Items, func(i order.Item) bool { return i.State != order.ItemDone }):
			t.Errorf("handed over with an unfinished item: %+v", p)
		case p.Delivery == order.NoDelivery:
			t.Errorf("a delivery lost its delivery lane: %+v", p)
		}
	}
}

func TestStatusGoesBackOnlyByRemakeRecallOrADriverDroppingOut(t *testing.T) {
	t.Parallel()
	rank := func(s order.StatusName) int { return slices.Index(order.Statuses(), s) }
	for _, how := range []order.Fulfilment{order.ByDelivery, order.Carryout} {
		walk(order.Cloud, how, func(m move) {
			before, after := m.before.Status(), m.after.Status()
			back := rank(after) < rank(before)
			excused := m.action == order.Remake || m.action == order.Recall || m.action == order.Drop || m.action == order.TakeBack
			if back && !excused {
				t.Errorf("%s by %s took the order back from %s to %s", m.action, m.by, before, after)
			}
			if before.Terminal() && after != before && m.action != order.TakeBack {
				t.Errorf("%s by %s moved an order that had ended: %s became %s", m.action, m.by, before, after)
			}
		})
	}
}

func TestEveryStepHasOneOwner(t *testing.T) {
	t.Parallel()
	for _, origin := range sides {
		owner := map[order.Action]order.Side{}
		walk(origin, order.ByDelivery, func(m move) {
			if had, ok := owner[m.action]; ok && had != m.by {
				t.Errorf("both %s and %s may %s", had, m.by, m.action)
			}
			owner[m.action] = m.by
		})
		if owner[order.Validate] != origin {
			t.Errorf("an order taken by %s is validated by %s", origin, owner[order.Validate])
		}
		walk(origin, order.Carryout, func(m move) {
			if had, ok := owner[m.action]; ok && had != m.by {
				t.Errorf("both %s and %s may %s", had, m.by, m.action)
			}
			owner[m.action] = m.by
		})
		if len(owner) != len(orderActions)+len(itemActions) {
			t.Errorf("only %d of %d actions were ever legal", len(owner), len(orderActions)+len(itemActions))
		}
	}
}

func TestEveryStatusThatIsAllowedNextCanBeReachedByItsOwner(t *testing.T) {
	t.Parallel()
	for _, how := range []order.Fulfilment{order.ByDelivery, order.Curbside} {
		for _, p := range (kind{order.Cloud, how}).walked().states {
			for _, to := range p.Next() {
				by, ok := p.OwnerOf(to)
				if !ok {
					t.Fatalf("%s is allowed after %s, but nobody owns it", to, p.Status())
				}
				if !leadsTo(p, by, to) {
					t.Errorf("%s cannot take an order from %s to %s: %+v", by, p.Status(), to, p)
				}
			}
		}
	}
}

// leadsTo reports whether one side alone can bring the order to a status by steps forward.
func leadsTo(p order.Progress, by order.Side, to order.StatusName) bool {
	for range 32 {
		if p.Status() == to || to == order.StatusReadyForPickup && p.Kitchen() == order.Ready {
			return true // with a driver assigned, ready shows as DriverAssigned
		}
		forward := slices.DeleteFunc(moves(p), func(m move) bool {
			return m.by != by || slices.Contains([]order.Action{
				order.Recall, order.Remake, order.TakeBack, order.Void, order.Reject, order.Withdraw, order.Fail, order.GiveUp, order.Drop,
			}, m.action)
		})
		if len(forward) == 0 {
			return false
		}
		p = forward[0].after
	}
	return false
}
