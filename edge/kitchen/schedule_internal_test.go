package kitchen

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func (t Ticket) sized(size string) Ticket {
	for n := range t.Progress.Items {
		t.Progress.Items[n].Size = size
	}
	return t
}

func minutesFrom(at time.Time) float64 { return at.Sub(noon).Minutes() }

func TestADeckHoldsFewerLargePizzasThanSmallOnes(t *testing.T) {
	t.Parallel()
	l := capacity{cooks: 12}.line()
	l.ovens = []Oven{{ID: "oven-1", Decks: 2, Capacity: 8, Sizes: map[string]int{"small": 12, "large": 4}}}
	for size, together := range map[string]int{"small": 12, "": 8, "large": 4} {
		p := schedule(noon, []Ticket{queued(1, 12, 0).sized(size)}, l)
		first := 0
		decks := map[int]int{}
		for _, j := range p.orders["1"].items {
			if j.in.Equal(noon.Add(time.Minute)) {
				first++
				decks[j.deck]++
			}
		}
		if first != together || decks[1] != together/2 || decks[2] != together/2 {
			t.Errorf("%d %q pizzas went in at once (%v), not %d", first, size, decks, together)
		}
	}
}

func TestABeltTakesAllPizzasThroughInTheSameTimeOneBehindTheOther(t *testing.T) {
	t.Parallel()
	l := capacity{cooks: 4}.line()
	l.ovens = []Oven{{ID: "belt", Decks: 2, Capacity: 8, Belt: 6 * time.Minute}}
	p := schedule(noon, []Ticket{queued(1, 4, 0)}, l)
	var out []float64
	for _, j := range p.orders["1"].items {
		out = append(out, minutesFrom(j.out))
	}
	if fmt.Sprint(out) != "[7 7 8.5 8.5]" { // two lanes, four pizzas in each at once: one every 90 s
		t.Errorf("they are out after %v min", out)
	}
}

func TestAnOvenThatIsNotWellLengthensForecasts(t *testing.T) {
	t.Parallel()
	two := capacity{cooks: 8}.line()
	two.ovens = []Oven{{ID: "oven-1", Capacity: 4}, {ID: "oven-2", Capacity: 4}}
	tickets := []Ticket{queued(1, 4, 0), queued(2, 4, 0)}
	well := schedule(noon, tickets, two).orders["2"].ready
	for _, kind := range []wire.AlertKind{wire.Malfunction, wire.Silent, wire.Underheat, wire.Overheat} {
		ill := two
		ill.alerts = []Alert{{ID: "a", Device: "oven-1", What: string(kind)}, {ID: "b", Device: "fridge", What: string(wire.Malfunction)}}
		p := schedule(noon, tickets, ill)
		if !p.orders["2"].ready.After(well) || len(p.why) != 1 {
			t.Errorf("%s: ready at %v as if nothing were wrong, because %v", kind, p.orders["2"].ready, p.why)
		}
		for _, o := range p.orders {
			for _, j := range o.items {
				if kind == wire.Malfunction && j.oven != "oven-2" {
					t.Errorf("a pizza goes into %s, which is out of order", j.oven)
				}
			}
		}
		ill.alerts = append(ill.alerts, Alert{ID: "c", Device: "oven-2", What: string(wire.Malfunction)})
		if last := schedule(noon, tickets, ill).orders["2"].ready; !last.After(well) {
			t.Errorf("with no oven at all it is ready at %v", last)
		}
	}
}

func TestWhoIsSlowMakesLessAndSidesAreMadeByWhoCan(t *testing.T) {
	t.Parallel()
	l := capacity{slots: 20}.line()
	l.hands = []hand{{id: "ada", pace: 1, skills: []string{menu.StationMake}}, {id: "bob", pace: 2, skills: []string{menu.StationMake}}, {id: "cleo", pace: 1, skills: []string{menu.StationSides}}}
	ticket := queued(1, 6, 1)
	for n := range ticket.Progress.Items {
		ticket.Progress.Items[n].Station = menu.StationMake
	}
	ticket.Progress.Items[6].Station = menu.StationSides
	made := map[string]int{}
	for _, j := range schedule(noon, []Ticket{ticket}, l).orders["1"].items {
		made[j.cook]++
	}
	if made["ada"] != 4 || made["bob"] != 2 || made["cleo"] != 1 {
		t.Errorf("they make %v", made)
	}
}

func TestASaladWaitsForThePizzaItIsEatenWith(t *testing.T) {
	t.Parallel()
	o := schedule(noon, []Ticket{queued(1, 1, 1)}, capacity{2, 2, 20 * time.Second}.line()).orders["1"]
	hints := o.hints()
	if start := minutesFrom(hints["2"].Start); start < 4 || hints["2"].Start.Add(10*time.Second).After(o.ready) {
		t.Errorf("a salad of 10 s is begun after %.1f min, and the pizza is ready after %.1f", start, minutesFrom(o.ready))
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

func TestWhatAPersonHoldsIsInNobodysWay(t *testing.T) {
	t.Parallel()
	held, later := queued(1, 1, 0), noon.Add(20*time.Minute)
	held.Hold = &Hold{Until: &later}
	p := schedule(noon, []Ticket{held, queued(2, 1, 0)}, capacity{1, 1, 20 * time.Second}.line())
	if at := minutesFrom(p.orders["2"].ready); at > 6.5 {
		t.Errorf("the order behind it is ready after %.1f min", at)
	}
	if at := minutesFrom(p.orders["1"].ready); at < 26 || at > 27 {
		t.Errorf("held for 20 min it is ready after %.1f min", at)
	}
}

func TestThePlanIsTheSameForTheSameKitchenAndNothingIsInTwoPlaces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		l := capacity{rapid.IntRange(1, 4).Draw(r, "cooks"), 0, 20 * time.Second}.line()
		l.cutters = rapid.IntRange(0, 2).Draw(r, "cutters")
		l.ovens = []Oven{{ID: "a", Decks: 2, Capacity: rapid.IntRange(2, 7).Draw(r, "capacity")}, {ID: "b", Capacity: 3, Belt: 5 * time.Minute}}
		var tickets []Ticket
		for n := range rapid.IntRange(1, 10).Draw(r, "tickets") {
			tickets = append(tickets, queued(n+1, rapid.IntRange(0, 4).Draw(r, "pizzas"), rapid.IntRange(1, 2).Draw(r, "drinks")))
		}
		due := noon.Add(time.Duration(rapid.IntRange(0, 50).Draw(r, "due")) * time.Minute)
		l.aim = func(t Ticket) (time.Time, bool) { return due, t.Number%2 == 0 }
		p := schedule(noon, tickets, l)
		if again := schedule(noon, tickets, l); fmt.Sprint(again.jobs) == "" || !sameTimes(p, again) {
			r.Fatalf("another plan for the same kitchen")
		}
		for n, x := range p.jobs {
			if x.of.Bakes && (x.in.Before(x.made) || x.out.Before(x.in) || x.ready.Before(x.out)) || x.made.Before(x.start) || x.start.Before(noon) {
				r.Fatalf("item %d goes backwards: %+v", n, x)
			}
			inside := 0
			for _, y := range p.jobs {
				if x.cook == y.cook && x.of != y.of && x.start.Before(y.made) && y.start.Before(x.made) {
					r.Fatalf("cook %s makes two things at once", x.cook)
				}
				if y.of.Bakes && x.oven == "a" && y.oven == "a" && !y.in.After(x.in) && y.out.After(x.in) {
					inside++
				}
			}
			if inside > l.ovens[0].Capacity {
				r.Fatalf("%d pizzas are in an oven for %d", inside, l.ovens[0].Capacity)
			}
		}
	})
}

func sameTimes(a, b plan) bool {
	for n := range a.jobs {
		if x, y := a.jobs[n], b.jobs[n]; !x.ready.Equal(y.ready) || x.cook != y.cook || x.oven != y.oven || x.deck != y.deck {
			return false
		}
	}
	return len(a.jobs) == len(b.jobs)
}

// BenchmarkSchedule is an evening's tickets of three items, some of them held back, beside sorting the same items by when they are ready:
// the ratio is what to compare between machines.
func BenchmarkSchedule(b *testing.B) {
	for _, open := range []int{60, 200} {
		b.Run(fmt.Sprint(open), func(b *testing.B) {
			var tickets []Ticket
			for n := range open {
				tickets = append(tickets, queued(n+1, 2, 1))
			}
			l := capacity{cooks: 5}.line()
			l.ovens = []Oven{{ID: "a", Decks: 2, Capacity: 8, Sizes: map[string]int{"small": 12, "large": 6}}, {ID: "b", Decks: 2, Capacity: 8}, {ID: "c", Capacity: 12, Belt: 6 * time.Minute}}
			l.aim = func(t Ticket) (time.Time, bool) { return noon.Add(55 * time.Minute), t.Number%2 == 0 }
			var planning, sorting time.Duration
			for b.Loop() {
				began := time.Now()
				p := schedule(noon, tickets, l)
				planned := time.Now()
				slices.SortStableFunc(slices.Clone(p.jobs), func(x, y job) int { return x.ready.Compare(y.ready) })
				planning, sorting = planning+planned.Sub(began), sorting+time.Since(planned)
			}
			b.ReportMetric(float64(planning)/float64(sorting), "plan/sort")
		})
	}
}
