package kitchen

import (
	"cmp"
	"context"
	"slices"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// SignIn puts a cook of the roster to work: tickets that nobody has are given out, and a part of what others have and nobody has
// begun. Signing in twice does nothing.
func (k *Kitchen) SignIn(ctx context.Context, cook string) error { return k.sign(ctx, cook, true) }

// SignOut lets a cook go. What they had and is not made yet goes to others, or back to the queue: nothing is held by nobody.
func (k *Kitchen) SignOut(ctx context.Context, cook string) error { return k.sign(ctx, cook, false) }

func (k *Kitchen) sign(ctx context.Context, cook string, in bool) error {
	return k.change(ctx, func(d *draft) error { return d.signCook(cook, in) })
}

func (d *draft) signCook(cook string, in bool) error {
	if !slices.ContainsFunc(d.board.cooks, func(c Cook) bool { return c.ID == cook }) {
		return problem.New(problem.NotFound, "no_such_cook", "nobody on the roster has the id %q", cook)
	}
	d.work(cook, in)
	return nil
}

// enrol brings the cooks in line with the roster. Who is no longer on it is gone.
func (k *Kitchen) enrol(ctx context.Context) error {
	return k.change(ctx, func(d *draft) error {
		cooks := make([]Cook, 0, len(k.settings.Roster))
		for _, c := range k.settings.Roster {
			was := slices.IndexFunc(d.board.cooks, func(b Cook) bool { return b.ID == c.ID })
			c.SignedIn, c.Load = was >= 0 && d.board.cooks[was].SignedIn, 0
			cooks = append(cooks, c)
		}
		slices.SortFunc(cooks, func(x, y Cook) int { return cmp.Compare(x.ID, y.ID) })
		same := func(x, y Cook) bool {
			return x.ID == y.ID && x.Name == y.Name && x.SignedIn == y.SignedIn && slices.Equal(x.Skills, y.Skills)
		}
		for _, c := range cooks {
			if _, listens := d.board.timers[silence(c.ID)]; c.SignedIn && !listens && !d.isAway(c.ID) {
				d.listen(c.ID, d.now, d.settings.Silent)
			}
		}
		if !slices.EqualFunc(cooks, d.board.cooks, same) {
			d.cooks = cooks
			for _, c := range d.board.cooks {
				if !slices.ContainsFunc(cooks, func(x Cook) bool { return x.ID == c.ID }) {
					d.dismiss(c.ID)
				}
			}
			d.giveOut()
		}
		d.staffed(k.settings.Staff)
		return nil
	})
}

// giveOut gives every ticket whose cook is not there to one who is.
func (d *draft) giveOut() {
	for _, t := range d.open() {
		d.give(t)
	}
}

// give makes sure that somebody who is there and has the skill holds a ticket that is not made yet: who has it, else the least loaded.
// Every ticket that changes comes by here, so none is left with somebody who is gone.
func (d *draft) give(t Ticket) {
	station := t.toMake()
	if station == "" || !t.Open() {
		return
	}
	able := slices.DeleteFunc(slices.Clone(d.cooksNow()), func(c Cook) bool { return !c.can(station) || d.isAway(c.ID) })
	chosen := ""
	switch {
	case slices.ContainsFunc(able, func(c Cook) bool { return c.ID == t.Cook }):
		return
	case len(able) == 1:
		chosen = able[0].ID
	case len(able) > 1:
		chosen = leastLoaded(able, d.anyhow())
	}
	if chosen != t.Cook {
		t.Cook = chosen
		d.put(t)
	}
}

// leastLoaded is the cook who has the least left to make, in seconds of the menu: a water is not a tray of pizzas. Among equals it is the first.
func leastLoaded(cooks []Cook, tickets []Ticket) string {
	left := map[string]int{}
	for _, t := range tickets {
		if t.toMake() != "" {
			left[t.Cook] += t.makeSeconds()
		}
	}
	return slices.MinFunc(cooks, func(x, y Cook) int { return cmp.Compare(left[x.ID], left[y.ID]) }).ID
}

// makeSeconds are what is left to make of a ticket.
func (t Ticket) makeSeconds() (sum int) {
	for _, i := range t.Progress.Items {
		if i.State == order.ItemQueued || i.State == order.ItemMaking {
			sum += i.MakeSeconds
		}
	}
	return sum
}

func (c Cook) can(station string) bool {
	return c.SignedIn && (len(c.Skills) == 0 || slices.Contains(c.Skills, station))
}

// cooksNow are the cooks as this draft leaves them.
func (d *draft) cooksNow() []Cook {
	if d.cooks != nil {
		return d.cooks
	}
	return d.board.cooks
}

func withLoads(cooks []Cook, tickets []Ticket) []Cook {
	loads := map[string]int{}
	for _, t := range tickets {
		if t.toMake() != "" {
			loads[t.Cook]++
		}
	}
	out := slices.Clone(cooks)
	for n := range out {
		out[n].Load = loads[out[n].ID]
	}
	return out
}

// toMake is the station that still has to make something of a queued ticket: the make line before the sides; "" when all is made, or it is on
// hold.
func (t Ticket) toMake() string {
	station := ""
	if t.Progress.Whole != order.Queued || t.Hold != nil {
		return station
	}
	for _, i := range t.Progress.Items {
		switch i.State {
		case order.ItemQueued, order.ItemMaking:
			if i.Station == menu.StationMake {
				return i.Station
			}
			station = i.Station
		case order.ItemMade, order.ItemInOven, order.ItemBaked, order.ItemDone:
		}
	}
	return station
}
