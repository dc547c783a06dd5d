package kitchen

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

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

// capacity is a kitchen as simple as can be.
type capacity struct {
	cooks, slots int
	cut          time.Duration
}

func (c capacity) line() line {
	l := line{ovens: []Oven{{Capacity: c.slots}}, cut: c.cut}
	for n := range c.cooks {
		l.hands = append(l.hands, hand{id: fmt.Sprint(n), pace: 1})
	}
	return l
}

// readyAt is when each order is ready by the schedule.
func readyAt(now time.Time, tickets []Ticket, c capacity) map[order.ID]time.Time {
	ready := map[order.ID]time.Time{}
	for id, o := range schedule(now, tickets, c.line()).orders {
		ready[id] = o.ready
	}
	return ready
}

func TestAForecastAddsUpCooksOvenAndCutTable(t *testing.T) {
	t.Parallel()
	can := capacity{cooks: 1, slots: 2, cut: 20 * time.Second}
	for name, c := range map[string]struct {
		tickets []Ticket
		can     capacity
		want    []int // seconds from noon
	}{
		"one pizza":                      {[]Ticket{queued(1, 1, 0)}, can, []int{380}},
		"one drink":                      {[]Ticket{queued(1, 0, 1)}, can, []int{10}},
		"two orders, one cook":           {[]Ticket{queued(1, 1, 0), queued(2, 1, 0)}, can, []int{380, 440}},
		"two orders, two cooks":          {[]Ticket{queued(1, 1, 0), queued(2, 1, 0)}, capacity{2, 2, 20 * time.Second}, []int{380, 380}},
		"the third waits for the oven":   {[]Ticket{queued(1, 1, 0), queued(2, 1, 0), queued(3, 1, 0)}, can, []int{380, 440, 680}},
		"nobody is signed in":            {[]Ticket{queued(1, 1, 0)}, capacity{0, 0, 20 * time.Second}, []int{380}},
		"half made":                      {[]Ticket{queued(1, 1, 0).as(0, order.ItemMaking, 40*time.Second)}, can, []int{340}},
		"half made holds the cook":       {[]Ticket{queued(1, 1, 0).as(0, order.ItemMaking, 40*time.Second), queued(2, 0, 1)}, can, []int{340, 30}},
		"made":                           {[]Ticket{queued(1, 1, 0).as(0, order.ItemMade, time.Hour)}, can, []int{320}},
		"in the oven":                    {[]Ticket{queued(1, 1, 0).as(0, order.ItemInOven, 4*time.Minute)}, can, []int{80}},
		"overdue":                        {[]Ticket{queued(1, 1, 0).as(0, order.ItemInOven, time.Hour)}, can, []int{20}},
		"on the cut table":               {[]Ticket{queued(1, 1, 0).as(0, order.ItemBaked, 5*time.Second)}, can, []int{15}},
		"done":                           {[]Ticket{queued(1, 1, 0).as(0, order.ItemDone, 5*time.Second)}, can, []int{-5}},
		"the slowest item counts":        {[]Ticket{queued(1, 1, 1).as(0, order.ItemInOven, 4*time.Minute)}, can, []int{80}},
		"a full oven":                    {[]Ticket{queued(1, 2, 0).as(0, order.ItemInOven, 0).as(1, order.ItemInOven, 0), queued(2, 1, 0).as(0, order.ItemMade, 0)}, can, []int{320, 620}},
		"what waits has no forecast yet": {[]Ticket{{Order: order.Order{ID: "1"}, Progress: order.Progress{Whole: order.Waiting}}}, can, []int{0}},
	} {
		got := readyAt(noon, c.tickets, c.can)
		for n, want := range c.want {
			at, ok := got[c.tickets[n].Order.ID]
			if want != 0 && (!ok || !at.Equal(noon.Add(time.Duration(want)*time.Second))) || want == 0 && ok {
				t.Errorf("%s: order %d is ready at %v, want %d s", name, n+1, at.Sub(noon), want)
			}
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

func TestMoreHandsAreNeverSlowerAndTheQueueIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		var tickets []Ticket
		for n := range rapid.IntRange(1, 12).Draw(r, "tickets") {
			tickets = append(tickets, queued(n+1, rapid.IntRange(0, 3).Draw(r, "pizzas"), rapid.IntRange(1, 2).Draw(r, "drinks")))
		}
		can := capacity{rapid.IntRange(1, 4).Draw(r, "cooks"), rapid.IntRange(1, 6).Draw(r, "slots"), 20 * time.Second}
		few := readyAt(noon, tickets, can)
		more := readyAt(noon, tickets, capacity{can.cooks, can.slots + 1, can.cut})
		ahead := readyAt(noon, tickets[:len(tickets)-1], can)
		for _, t := range tickets {
			if more[t.Order.ID].After(few[t.Order.ID]) {
				r.Errorf("with a larger oven order %s is ready later", t.Order.ID)
			}
			if at, ok := ahead[t.Order.ID]; ok && !at.Equal(few[t.Order.ID]) {
				r.Errorf("an order behind it changes when order %s is ready", t.Order.ID)
			}
		}
	})
}

func TestAForecastOfThreeHundredTicketsIsQuick(t *testing.T) {
	t.Parallel()
	var tickets []Ticket
	for n := range 300 {
		tickets = append(tickets, queued(n+1, 2, 1))
	}
	best := time.Hour
	for range 20 { // the machine does other things too
		start := time.Now()
		schedule(noon, tickets, capacity{4, 24, 20 * time.Second}.line())
		best = min(best, time.Since(start))
	}
	if best > 20*time.Millisecond {
		t.Errorf("it takes %v", best)
	}
}
