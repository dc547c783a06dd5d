package line

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

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
		"what waits has no forecast yet": {[]Ticket{{Order: "1"}}, can, []int{0}},
	} {
		got := readyAt(noon, c.tickets, c.can)
		for n, want := range c.want {
			at, ok := got[c.tickets[n].Order]
			if want != 0 && (!ok || !at.Equal(noon.Add(time.Duration(want)*time.Second))) || want == 0 && ok {
				t.Errorf("%s: order %d is ready at %v, want %d s", name, n+1, at.Sub(noon), want)
			}
		}
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
			if more[t.Order].After(few[t.Order]) {
				r.Errorf("with a larger oven order %s is ready later", t.Order)
			}
			if at, ok := ahead[t.Order]; ok && !at.Equal(few[t.Order]) {
				r.Errorf("an order behind it changes when order %s is ready", t.Order)
			}
		}
	})
}

func TestWhoIsSlowMakesLessAndSidesAreMadeByWhoCan(t *testing.T) {
	t.Parallel()
	l := capacity{slots: 20}.line()
	l.Hands = []Hand{{ID: "ada", Pace: 1, Skills: []string{menu.StationMake}}, {ID: "bob", Pace: 2, Skills: []string{menu.StationMake}}, {ID: "cleo", Pace: 1, Skills: []string{menu.StationSides}}}
	ticket := queued(1, 6, 1)
	for n := range ticket.Items {
		ticket.Items[n].Of.Station = menu.StationMake
	}
	ticket.Items[6].Of.Station = menu.StationSides
	made := map[string]int{}
	for _, j := range l.Schedule(noon, []Ticket{ticket}).Orders["1"].Items {
		made[j.Cook]++
	}
	if made["ada"] != 4 || made["bob"] != 2 || made["cleo"] != 1 {
		t.Errorf("they make %v", made)
	}
}

func TestWhatAPersonHoldsIsInNobodysWay(t *testing.T) {
	t.Parallel()
	held, later := queued(1, 1, 0), noon.Add(20*time.Minute)
	held.Held, held.Release = true, later
	p := capacity{1, 1, 20 * time.Second}.line().Schedule(noon, []Ticket{held, queued(2, 1, 0)})
	if at := minutesFrom(p.Orders["2"].Ready); at > 6.5 {
		t.Errorf("the order behind it is ready after %.1f min", at)
	}
	if at := minutesFrom(p.Orders["1"].Ready); at < 26 || at > 27 {
		t.Errorf("held for 20 min it is ready after %.1f min", at)
	}
}

func TestThePlanIsTheSameForTheSameKitchenAndNothingIsInTwoPlaces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		l := capacity{rapid.IntRange(1, 4).Draw(r, "cooks"), 0, 20 * time.Second}.line()
		l.Cutters = rapid.IntRange(0, 2).Draw(r, "cutters")
		l.Ovens = []Oven{{ID: "a", Decks: 2, Capacity: rapid.IntRange(2, 7).Draw(r, "capacity")}, {ID: "b", Capacity: 3, Belt: 5 * time.Minute}}
		var tickets []Ticket
		for n := range rapid.IntRange(1, 10).Draw(r, "tickets") {
			tickets = append(tickets, queued(n+1, rapid.IntRange(0, 4).Draw(r, "pizzas"), rapid.IntRange(1, 2).Draw(r, "drinks")))
		}
		due := noon.Add(time.Duration(rapid.IntRange(0, 50).Draw(r, "due")) * time.Minute)
		for n := 1; n < len(tickets); n += 2 {
			tickets[n].Aim = due
		}
		p := l.Schedule(noon, tickets)
		if again := l.Schedule(noon, tickets); fmt.Sprint(again.jobs) == "" || !sameTimes(p, again) {
			r.Fatalf("another plan for the same kitchen")
		}
		for n, x := range p.jobs {
			if x.Of.Bakes && (x.In.Before(x.Made) || x.Out.Before(x.In) || x.Ready.Before(x.Out)) || x.Made.Before(x.Start) || x.Start.Before(noon) {
				r.Fatalf("item %d goes backwards: %+v", n, x)
			}
			inside := 0
			for _, y := range p.jobs {
				if x.Cook == y.Cook && x.Of != y.Of && x.Start.Before(y.Made) && y.Start.Before(x.Made) {
					r.Fatalf("cook %s makes two things at once", x.Cook)
				}
				if y.Of.Bakes && x.Oven == "a" && y.Oven == "a" && !y.In.After(x.In) && y.Out.After(x.In) {
					inside++
				}
			}
			if inside > l.Ovens[0].Capacity {
				r.Fatalf("%d pizzas are in an oven for %d", inside, l.Ovens[0].Capacity)
			}
		}
	})
}

func sameTimes(a, b Plan) bool {
	for n := range a.jobs {
		if x, y := a.jobs[n], b.jobs[n]; !x.Ready.Equal(y.Ready) || x.Cook != y.Cook || x.Oven != y.Oven || x.Deck != y.Deck {
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
			l.Ovens = []Oven{{ID: "a", Decks: 2, Capacity: 8, Sizes: map[string]int{"small": 12, "large": 6}}, {ID: "b", Decks: 2, Capacity: 8}, {ID: "c", Capacity: 12, Belt: 6 * time.Minute}}
			for n := 1; n < len(tickets); n += 2 {
				tickets[n].Aim = noon.Add(55 * time.Minute)
			}
			var planning, sorting time.Duration
			for b.Loop() {
				began := time.Now()
				p := l.Schedule(noon, tickets)
				planned := time.Now()
				slices.SortStableFunc(slices.Clone(p.jobs), func(x, y Job) int { return x.Ready.Compare(y.Ready) })
				planning, sorting = planning+planned.Sub(began), sorting+time.Since(planned)
			}
			b.ReportMetric(float64(planning)/float64(sorting), "plan/sort")
		})
	}
}
