package line

import (
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/shared/order"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)

func minutesFrom(at time.Time) float64 { return at.Sub(noon).Minutes() }

// queued is a ticket of pizzas (60 s to make, 300 s to bake) and drinks (10 s).
func queued(n, pizzas, drinks int) Ticket {
	t := Ticket{Order: order.ID(fmt.Sprint(n)), Queued: true}
	for i := range pizzas + drinks {
		item := order.Item{ID: fmt.Sprint(i + 1), State: order.ItemQueued, MakeSeconds: 10}
		if i < pizzas {
			item.Bakes, item.MakeSeconds, item.BakeSeconds = true, 60, 300
		}
		t.Items = append(t.Items, Item{Of: &item, Entered: noon})
	}
	return t
}

func (t Ticket) sized(size string) Ticket {
	for _, i := range t.Items {
		i.Of.Size = size
	}
	return t
}

// as puts an item into a state that it entered some time ago.
func (t Ticket) as(item int, state order.ItemState, ago time.Duration) Ticket {
	t.Items[item].Of.State, t.Items[item].Entered = state, noon.Add(-ago)
	return t
}

// capacity is a kitchen as simple as can be.
type capacity struct {
	cooks, slots int
	cut          time.Duration
}

func (c capacity) line() Line {
	l := Line{Ovens: []Oven{{Capacity: c.slots}}, Cut: c.cut}
	for n := range c.cooks {
		l.Hands = append(l.Hands, Hand{ID: fmt.Sprint(n), Pace: 1})
	}
	return l
}

// readyAt is when each order is ready by the schedule.
func readyAt(now time.Time, tickets []Ticket, c capacity) map[order.ID]time.Time {
	ready := map[order.ID]time.Time{}
	for id, o := range c.line().Schedule(now, tickets).Orders {
		ready[id] = o.Ready
	}
	return ready
}
