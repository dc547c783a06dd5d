package kitchen

import (
	"fmt"
	"testing"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

var noon = time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)

// queued is a ticket of pizzas (60 s to make, 300 s to bake) and drinks (10 s).
func queued(n, pizzas, drinks int) Ticket {
	t := Ticket{Order: order.Order{ID: order.ID(fmt.Sprint(n))}, Number: n, QueuedAt: noon, Since: noon}
	t.Progress = order.Progress{Intake: order.Validated, Whole: order.Queued, Delivery: order.NoDelivery}
	for i := range pizzas + drinks {
		item := order.Item{ID: fmt.Sprint(i + 1), State: order.ItemQueued, MakeSeconds: 10}
		if i < pizzas {
			item.Bakes, item.MakeSeconds, item.BakeSeconds = true, 60, 300
		}
		t.Progress.Items = append(t.Progress.Items, item)
	}
	t = t.clone()
	return t
}

// as puts an item into a state that it entered some time ago.
func (t Ticket) as(item int, state order.ItemState, ago time.Duration) Ticket {
	t.Progress.Items[item].State = state
	t.Clocks.Items[t.Progress.Items[item].ID] = map[order.ItemState]time.Time{state: noon.Add(-ago)}
	return t
}

func minutesFrom(at time.Time) float64 { return at.Sub(noon).Minutes() }

func TestASaladWaitsForThePizzaItIsEatenWith(t *testing.T) {
	t.Parallel()
	b := boardOf(State{Tickets: []Ticket{queued(1, 1, 1)}}, &menu.Menu{})
	d := newDraft(&b, Settings{Ovens: []line.Oven{{Capacity: 2}}, Cut: 20 * time.Second, Zone: time.UTC}, noon)
	o := d.schedule(d.open()).Late().Orders["1"]
	hints := d.hints(queued(1, 1, 1), o)
	if start := minutesFrom(hints["2"].Start); start < 4 || hints["2"].Start.Add(10*time.Second).After(o.Ready) {
		t.Errorf("a salad of 10 s is begun after %.1f min, and the pizza is ready after %.1f", start, minutesFrom(o.Ready))
	}
	if !hints["1"].Start.Equal(noon) {
		t.Errorf("the pizza is begun at %v", hints["1"].Start)
	}
}

func TestAnOrderIsHeldUntilItIsTimeAndNeverPastItsPromise(t *testing.T) {
	t.Parallel()
	s, err := Settings{Restaurant: "r1"}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	in := func(minutes int) *time.Time { at := noon.Add(time.Duration(minutes) * time.Minute); return &at }
	for name, c := range map[string]struct {
		driver  *time.Time
		promise int // minutes, for the door
		ready   float64
	}{
		"nobody comes yet":                         {nil, 90, 6.3},
		"the driver is at the door":                {in(0), 90, 6.3},
		"the driver comes in half an hour":         {in(30), 90, 30},
		"the driver would be late for the guest":   {in(50), 60, 40},
		"the driver comes next week, by a clock":   {in(7 * 24 * 60), 8 * 24 * 60, 6.3},
		"it is late already, and so is the driver": {in(30), 5, 6.3},
	} {
		ticket := queued(1, 1, 0)
		ticket.Order.Fulfilment, ticket.Order.Promise = order.ByDelivery, order.Promise{From: noon, To: *in(c.promise)}
		ticket.Driver = &Driver{ID: "d1", Arrives: c.driver}
		b := boardOf(State{Tickets: []Ticket{ticket, queued(2, 1, 0)}}, &menu.Menu{})
		d := newDraft(&b, s, noon)
		d.forecast()
		got := d.tickets["1"]
		if at := minutesFrom(*got.Ready); at > c.ready+0.1 || at < c.ready-3 {
			t.Errorf("%s: ready after %.1f min, not shortly before %.1f", name, at, c.ready)
		}
		if held := got.FireAt != nil; held != (c.ready > 10) || held && !got.FireAt.Before(*got.Ready) {
			t.Errorf("%s: held until %v", name, got.FireAt)
		}
		if other := minutesFrom(*d.tickets["2"].Ready); c.ready > 10 && other > 6.5 {
			t.Errorf("%s: the order behind it waits with it, and is ready after %.1f min", name, other)
		}
	}
}

func TestTicketsThatAreForgottenOvernightHardlyWrite(t *testing.T) {
	t.Parallel()
	s, err := Settings{Restaurant: "r1"}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	b := boardOf(State{Tickets: []Ticket{queued(1, 1, 0), queued(2, 2, 1).as(0, order.ItemInOven, time.Minute)}}, &menu.Menu{})
	facts, soon := 0, 0
	for past := time.Duration(0); past < 8*time.Hour; past += reforecastEvery {
		d := newDraft(&b, s, noon.Add(past))
		d.forecast()
		if d.empty() {
			continue
		}
		if err := d.finish(); err != nil {
			t.Fatal(err)
		}
		facts += len(d.commit.Facts)
		if past <= 10*time.Minute {
			soon += len(d.commit.Facts)
		}
		b.after(d.commit)
	}
	if facts >= 60 {
		t.Errorf("two tickets that nobody touched made %d facts in 8 hours", facts)
	}
	if soon < 8 {
		t.Errorf("in the first ten minutes the cloud heard of their lateness only %d times", soon)
	}
}
