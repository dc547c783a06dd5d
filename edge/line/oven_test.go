package line

import (
	"fmt"
	"testing"
	"time"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func TestADeckHoldsFewerLargePizzasThanSmallOnes(t *testing.T) {
	t.Parallel()
	l := capacity{cooks: 12}.line()
	l.Ovens = []Oven{{ID: "oven-1", Decks: 2, Capacity: 8, Sizes: map[string]int{"small": 12, "large": 4}}}
	for size, together := range map[string]int{"small": 12, "": 8, "large": 4} {
		p := l.Schedule(noon, []Ticket{queued(1, 12, 0).sized(size)})
		first := 0
		decks := map[int]int{}
		for _, j := range p.Orders["1"].Items {
			if j.In.Equal(noon.Add(time.Minute)) {
				first++
				decks[j.Deck]++
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
	l.Ovens = []Oven{{ID: "belt", Decks: 2, Capacity: 8, Belt: 6 * time.Minute}}
	p := l.Schedule(noon, []Ticket{queued(1, 4, 0)})
	var out []float64
	for _, j := range p.Orders["1"].Items {
		out = append(out, minutesFrom(j.Out))
	}
	if fmt.Sprint(out) != "[7 7 8.5 8.5]" { // two lanes, four pizzas in each at once: one every 90 s
		t.Errorf("they are out after %v min", out)
	}
}

func TestAnOvenThatIsNotWellLengthensForecasts(t *testing.T) {
	t.Parallel()
	two := capacity{cooks: 8}.line()
	two.Ovens = []Oven{{ID: "oven-1", Capacity: 4}, {ID: "oven-2", Capacity: 4}}
	tickets := []Ticket{queued(1, 4, 0), queued(2, 4, 0)}
	well := two.Schedule(noon, tickets).Orders["2"].Ready
	for _, kind := range []wire.AlertKind{wire.Malfunction, wire.Silent, wire.Underheat, wire.Overheat} {
		ill := two
		ill.Faults = []Fault{{Oven: "oven-1", What: kind}, {Oven: "fridge", What: wire.Malfunction}}
		p := ill.Schedule(noon, tickets)
		if !p.Orders["2"].Ready.After(well) || len(p.Why) != 1 {
			t.Errorf("%s: ready at %v as if nothing were wrong, because %v", kind, p.Orders["2"].Ready, p.Why)
		}
		for _, o := range p.Orders {
			for _, j := range o.Items {
				if kind == wire.Malfunction && j.Oven != "oven-2" {
					t.Errorf("a pizza goes into %s, which is out of order", j.Oven)
				}
			}
		}
		ill.Faults = append(ill.Faults, Fault{Oven: "oven-2", What: wire.Malfunction})
		if last := ill.Schedule(noon, tickets).Orders["2"].Ready; !last.After(well) {
			t.Errorf("with no oven at all it is ready at %v", last)
		}
	}
}

func TestWhatWasPutInByHandStaysInTheDeckThatWasMeantForIt(t *testing.T) {
	t.Parallel()
	l := capacity{cooks: 8}.line()
	l.Ovens = []Oven{{ID: "oven-1", Capacity: 4}, {ID: "oven-2", Decks: 2, Capacity: 4}}
	ticket := queued(1, 2, 0)
	for n, berth := range []Berth{{"oven-2", 2}, {"gone", 1}} {
		ticket.Items[n].Of.State, ticket.Items[n].Entered, ticket.Items[n].Meant = order.ItemInOven, noon, berth
	}
	lies := func() string {
		jobs := l.Schedule(noon, []Ticket{ticket}).Orders["1"].Items
		return fmt.Sprintf("%s %d, %s %d", jobs[0].Oven, jobs[0].Deck, jobs[1].Oven, jobs[1].Deck)
	}
	if got := lies(); got != "oven-2 2, oven-1 1" {
		t.Errorf("they lie in %s", got)
	}
	l.Faults = []Fault{{Oven: "oven-2", What: wire.Malfunction}}
	if got := lies(); got != "oven-2 2, oven-1 1" {
		t.Errorf("when its oven breaks they lie in %s: nobody has moved it", got)
	}
}
