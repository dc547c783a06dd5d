package line

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

func TestWhatIsQuicklyMadeIsBegunSoThatItIsReadyWithWhatBakes(t *testing.T) {
	t.Parallel()
	p := capacity{cooks: 1, slots: 2, cut: 20 * time.Second}.line().Schedule(noon, []Ticket{queued(1, 2, 3)})
	o := p.Late().Orders["1"]
	if !o.Ready.Equal(p.Orders["1"].Ready) {
		t.Errorf("the order is ready %.1f min after noon, and was %.1f", minutesFrom(o.Ready), minutesFrom(p.Orders["1"].Ready))
	}
	for n, j := range o.Items[2:] {
		if spare := o.Ready.Sub(j.Ready); spare < HoldSpare || spare > HoldSpare+time.Minute || !j.Ready.Equal(j.Made) {
			t.Errorf("drink %d is made %v before the pizzas are ready", n+1, spare)
		}
	}
}

func TestAPizzaThatBakesForLessIsBegunLater(t *testing.T) {
	t.Parallel()
	ticket := queued(1, 2, 0)
	ticket.Items[0].Of.BakeSeconds = 90
	o := capacity{cooks: 2, slots: 2, cut: 20 * time.Second}.line().Schedule(noon, []Ticket{ticket}).Late().Orders["1"]
	if quick, slow := o.Items[0], o.Items[1]; !slow.Start.Equal(noon) || quick.Start.Sub(noon) != 210*time.Second-HoldSpare || quick.Made != quick.In {
		t.Errorf("the quick one is begun at %v and goes in at %v, the slow one is begun at %v", quick.Start.Sub(noon), quick.In.Sub(noon), slow.Start.Sub(noon))
	}
}

// evenings draws a kitchen with tickets in all states.
func evenings(r *rapid.T) (Line, []Ticket) {
	states := []order.ItemState{order.ItemQueued, order.ItemQueued, order.ItemQueued, order.ItemMaking, order.ItemMade, order.ItemInOven, order.ItemBaked, order.ItemDone}
	var tickets []Ticket
	for n := range rapid.IntRange(1, 14).Draw(r, "tickets") {
		t := queued(n+1, rapid.IntRange(0, 4).Draw(r, "pizzas"), rapid.IntRange(0, 3).Draw(r, "drinks"))
		for i := range t.Items {
			of := t.Items[i].Of
			of.Station = menu.StationSides
			if of.Bakes {
				of.Station, of.BakeSeconds = menu.StationMake, rapid.SampledFrom([]int{90, 300, 480}).Draw(r, "bake")
				of.Size = rapid.SampledFrom([]string{"small", "large"}).Draw(r, "size")
			}
			if state := rapid.SampledFrom(states).Draw(r, "state"); of.Bakes || state == order.ItemQueued || state == order.ItemMaking || state == order.ItemDone {
				t.as(i, state, time.Duration(rapid.IntRange(0, 400).Draw(r, "ago"))*time.Second)
			}
		}
		if rapid.Bool().Draw(r, "aims") {
			t.Aim = noon.Add(time.Duration(rapid.IntRange(0, 50).Draw(r, "aim")) * time.Minute)
		}
		tickets = append(tickets, t)
	}
	l := Line{Cut: 20 * time.Second, Cutters: rapid.IntRange(0, 2).Draw(r, "cutters")}
	for n := range rapid.IntRange(0, 4).Draw(r, "hands") {
		l.Hands = append(l.Hands, Hand{ID: fmt.Sprint(n), Pace: 1, Skills: rapid.SampledFrom([][]string{nil, {menu.StationMake}, {menu.StationSides}}).Draw(r, "skills")})
	}
	l.Ovens = []Oven{{ID: "a", Decks: 2, Capacity: 6, Sizes: map[string]int{"small": 8, "large": 4}}}
	if rapid.Bool().Draw(r, "belt") {
		l.Ovens = append(l.Ovens, Oven{ID: "b", Capacity: 6, Belt: 6 * time.Minute})
	}
	return l, tickets
}

func TestALatePlanIsPossibleAndMakesNothingLater(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		l, tickets := evenings(r)
		p := l.Schedule(noon, tickets)
		late := p.Late()
		for id, o := range p.Orders {
			if now := late.Orders[id]; !now.Ready.Equal(o.Ready) || len(now.Items) != len(o.Items) {
				r.Fatalf("order %s is ready at %v, and was at %v", id, now.Ready, o.Ready)
			}
			for _, j := range late.Orders[id].Items {
				if j.Ready.After(o.Ready) {
					r.Fatalf("an item of order %s is ready after its order", id)
				}
			}
		}
		for n, j := range late.jobs {
			was := p.jobs[n]
			if j.Of.State != order.ItemQueued {
				if j != was {
					r.Fatalf("what is in hand has moved: %+v, was %+v", j, was)
				}
				continue
			}
			if j.Start.Before(was.Start) || j.Ready.Before(was.Ready) {
				r.Fatalf("it is sooner: %+v, was %+v", j, was)
			}
			if j.Made.Before(j.Start) || j.Of.Bakes && (j.In.Before(j.Made) || j.Out.Before(j.In) || j.Ready.Before(j.Out)) || !j.Of.Bakes && !j.Ready.Equal(j.Made) {
				r.Fatalf("it goes backwards: %+v", j)
			}
		}
		crowded(r, l, late, p)
	})
}

// crowded fails when hands, decks or the cut table have more at once than they can.
func crowded(r *rapid.T, l Line, late, was Plan) {
	most := func(p Plan, holds func(Job) bool, from, to func(Job) time.Time) (most int) {
		for _, x := range p.jobs {
			if !holds(x) {
				continue
			}
			n := 0
			for _, y := range p.jobs {
				if holds(y) && !from(y).After(from(x)) && to(y).After(from(x)) {
					n++
				}
			}
			most = max(most, n)
		}
		return most
	}
	start, made := func(j Job) time.Time { return j.Start }, func(j Job) time.Time { return j.Made }
	in, vacated := func(j Job) time.Time { return j.In }, func(j Job) time.Time { return j.vacated }
	for _, h := range append([]Hand{{}}, l.Hands...) {
		holds := func(j Job) bool { return j.Cook == h.ID && j.Of.State == order.ItemQueued }
		if n := most(late, holds, start, made); n > 1 {
			r.Fatalf("hand %q makes %d things at once", h.ID, n)
		}
	}
	for _, at := range []opened{{"a", 1}, {"a", 2}, {"b", 1}} {
		holds := func(j Job) bool { return j.Of.Bakes && !j.vacated.IsZero() && j.Oven == at.oven && j.Deck == at.deck }
		if n, before := most(late, holds, in, vacated), most(was, holds, in, vacated); n > before {
			r.Fatalf("%v has %d at once, and had %d", at, n, before)
		}
	}
	cut, ready := func(j Job) time.Time { return j.Ready.Add(-l.Cut) }, func(j Job) time.Time { return j.Ready }
	holds := func(j Job) bool { return j.Of.Bakes && j.Of.State != order.ItemDone }
	if n := most(late, holds, cut, ready); l.Cutters > 0 && n > l.Cutters {
		r.Fatalf("%d cut %d at once", l.Cutters, n)
	}
}

type opened struct {
	oven string
	deck int
}
