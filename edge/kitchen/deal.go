package kitchen

import (
	"slices"

	"awesome.pizza/shared/order"
)

// inView is how many tickets of a cook are theirs for good: what they make and what they look at next does not leave their hands.
const inView = 2

// deal gives a cook who has just come a part of what nobody has begun, in the order of the queue: each ticket goes to whoever would come to it
// first, as in the schedule. It happens once for each coming, and takes only from those who have more before it, so a ticket does not wander.
func (d *draft) deal(cook string) {
	n := slices.IndexFunc(d.cooksNow(), func(c Cook) bool { return c.ID == cook && c.SignedIn })
	if n < 0 || d.isAway(cook) {
		return
	}
	who := d.cooksNow()[n]
	work, seen := map[string]int{}, map[string]int{} // seconds and tickets before the present one, by cook
	for _, t := range d.open() {
		station := t.toMake()
		if station == "" || t.Cook == "" {
			continue
		}
		if t.Cook != cook && seen[t.Cook] >= inView && who.can(station) && t.untouched() && work[cook] < work[t.Cook] {
			t.Cook = cook
			d.put(t)
		}
		work[t.Cook] += t.makeSeconds()
		seen[t.Cook]++
	}
}

// untouched reports whether nobody has begun a ticket, and no hand was on it.
func (t Ticket) untouched() bool {
	return t.Custody.Touched.IsZero() && !slices.ContainsFunc(t.Progress.Items, func(i order.Item) bool { return i.State != order.ItemQueued || i.Remakes > 0 })
}
