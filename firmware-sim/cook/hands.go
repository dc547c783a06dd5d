// Package cook is a robot cook: it reads the kitchen's board over the LAN as a person reads a display, makes what nobody else makes,
// and works ovens with its hands. What it does next is decided by Hands, which are pure; Crew carries it out. It knows nothing of
// how the edge works inside.
package cook

import (
	"maps"
	"slices"
	"strings"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Do is something hands do.
type Do string

// What hands do.
const (
	Start    Do = "start"     // a tap: the ticket is ours
	Bump     Do = "bump"      // a tap: an item takes one step
	HandOver Do = "hand_over" // a tap: the food leaves
	PutIn    Do = "put_in"    // into an oven that sees it
	TakeOut  Do = "take_out"  // out of an oven that sees it
)

// Act is one thing to do now. Tap is the id of the tap; a tap that is tried again keeps it.
type Act struct {
	Do    Do
	Order string
	Item  string
	Tap   string
}

// Hands are the pairs of hands of one robot, with what they are at. They are not safe for concurrent use.
type Hands struct {
	Who   string // as cook on taps
	Count int    // pairs of hands: so many things are made or cut at once
	Pace  dice.Pace
	Menu  *menu.Menu // for seconds that the board does not tell
	Dice  *dice.Dice
	NewID func() string

	mine   map[string]bool
	jobs   map[place]*job
	inOven map[place]spot
}

// place is an item of an order, or with an empty item the ticket itself.
type place struct{ order, item string }

// spot is where a pizza lies.
type spot struct{ byItself bool } // a belt brings it out

// job is what is being done to an item in a state.
type job struct {
	state order.ItemState
	due   time.Time
	sent  time.Time // when it was last acted on; zero: never
	tap   string
	out   bool // taken out of its oven
}

// How people work, in life's time; Pace shortens it.
const (
	notice     = 3 * time.Second  // from the glass to the hand
	cut        = 15 * time.Second // cut and box
	guestComes = 90 * time.Second // until a guest takes the food from the pass, on average
)

// How long to wait for the kitchen's answer, by the wall clock.
const (
	again    = 3 * time.Second  // before a tap is repeated
	distrust = 20 * time.Second // before a tap stands in for a sensor that said nothing
)

// Decide says what to do now, given the board and how many oven slots are free.
func (h *Hands) Decide(now time.Time, b Board, free int) []Act {
	if h.mine == nil {
		h.mine, h.jobs, h.inOven = map[string]bool{}, map[place]*job{}, map[place]spot{}
	}
	acts := h.clear(b)
	for _, t := range b.Tickets {
		if !h.takes(t) {
			continue
		}
		if act, ok := h.ticket(now, t); ok {
			acts = append(acts, act)
		}
		for _, i := range t.Items {
			act, ok := h.item(now, t, i, free)
			if ok {
				acts = append(acts, act)
			}
			if act.Do == PutIn {
				free--
			}
		}
	}
	return acts
}

// takes reports whether the ticket is ours: begun by us, given to us, or given to nobody and touched by nobody while a hand is free.
func (h *Hands) takes(t Ticket) bool {
	switch {
	case t.Cook != "" && t.Cook != h.Who:
		delete(h.mine, t.Order) // a person took it over
		return false
	case t.Cook != "" || h.mine[t.Order]:
		h.mine[t.Order] = true
		return true
	}
	untouched := t.State == order.Queued && !slices.ContainsFunc(t.Items, func(i Item) bool { return i.State != order.ItemQueued || i.Remakes > 0 })
	if untouched && h.freeHands() > 0 {
		h.mine[t.Order] = true
	}
	return h.mine[t.Order]
}

// freeHands counts hands without a job. A job waiting for the kitchen's answer keeps no hand busy.
func (h *Hands) freeHands() int {
	free := h.Count
	for _, j := range h.jobs {
		if (j.state == order.ItemMaking || j.state == order.ItemBaked || j.state == order.ItemQueued) && j.sent.IsZero() {
			free--
		}
	}
	return free
}

// ticket is what happens to the order as a whole: it is started, and in the end it leaves.
func (h *Hands) ticket(now time.Time, t Ticket) (Act, bool) {
	at := place{order: t.Order}
	switch {
	case t.State == order.Queued:
		return h.byHand(now, at, order.ItemQueued, notice, Act{Do: Start, Order: t.Order})
	case t.State == order.Ready && t.Fulfilment != order.ByDelivery:
		if j := h.jobs[at]; j == nil || j.state != order.ItemDone {
			h.begin(now, at, order.ItemDone, min(h.Dice.Wait(guestComes), 4*guestComes))
		}
		return h.do(now, h.jobs[at], Act{Do: HandOver, Order: t.Order})
	case t.State == order.Ready && (t.Delivery.State == order.PickedUp || t.Delivery.State == order.OutForDelivery || t.Delivery.State == order.Delivered):
		return h.do(now, h.begin(now, at, order.ItemDone, 0), Act{Do: HandOver, Order: t.Order}) // it is gone already
	}
	delete(h.jobs, at)
	return Act{}, false
}

func (h *Hands) item(now time.Time, t Ticket, i Item, free int) (Act, bool) {
	at, bump := place{t.Order, i.ID}, Act{Do: Bump, Order: t.Order, Item: i.ID}
	switch i.State {
	case order.ItemQueued:
		if t.State == order.Queued {
			return Act{}, false // starting the ticket starts it
		}
		return h.byHand(now, at, i.State, notice, bump)
	case order.ItemMaking:
		return h.byHand(now, at, i.State, h.seconds(i).makes, bump)
	case order.ItemBaked:
		return h.byHand(now, at, i.State, cut, bump)
	case order.ItemMade:
		return h.load(now, at, free, bump)
	case order.ItemInOven:
		return h.unload(now, at, h.seconds(i).bakes, bump)
	case order.ItemDone:
	}
	delete(h.jobs, at)
	return Act{}, false
}

// byHand is work that keeps a pair of hands busy for a while and ends in a tap.
func (h *Hands) byHand(now time.Time, at place, state order.ItemState, takes time.Duration, tap Act) (Act, bool) {
	j := h.jobs[at]
	if (j == nil || j.state != state) && h.freeHands() <= 0 {
		return Act{}, false
	}
	return h.do(now, h.begin(now, at, state, takes), tap)
}

// load puts a made pizza into an oven as soon as one has room, and taps when the oven's word does not arrive.
func (h *Hands) load(now time.Time, at place, free int, tap Act) (Act, bool) {
	j := h.jobs[at]
	if j != nil && j.state == order.ItemMade {
		return h.insist(now, j, tap)
	}
	if free <= 0 {
		return Act{}, false
	}
	j = h.begin(now, at, order.ItemMade, 0)
	j.sent = now
	return Act{Do: PutIn, Order: at.order, Item: at.item}, true
}

// unload takes a pizza out when it is done. What the robot did not put in itself it cannot reach: it taps.
func (h *Hands) unload(now time.Time, at place, bakes time.Duration, tap Act) (Act, bool) {
	j := h.begin(now, at, order.ItemInOven, bakes)
	lies, ours := h.inOven[at]
	switch {
	case now.Before(j.due):
		return Act{}, false
	case j.out:
		return h.insist(now, j, tap)
	case !ours:
		return h.do(now, j, tap)
	case lies.byItself:
		return h.insist(now, j, tap)
	}
	j.sent, j.out = now, true
	delete(h.inOven, at)
	return Act{Do: TakeOut, Order: at.order, Item: at.item}, true
}

// insist taps when a sensor has said nothing for long.
func (h *Hands) insist(now time.Time, j *job, tap Act) (Act, bool) {
	since := j.sent
	if since.IsZero() {
		since = j.due
	}
	if now.Sub(since) < distrust {
		return Act{}, false
	}
	j.sent = now
	return h.tapped(j, tap), true
}

// begin is the job for a state; a new one when the last was for another.
func (h *Hands) begin(now time.Time, at place, state order.ItemState, takes time.Duration) *job {
	j := h.jobs[at]
	if j == nil || j.state != state {
		j = &job{state: state, due: now.Add(h.Pace.Lasts(takes)), tap: h.NewID()}
		h.jobs[at] = j
	}
	return j
}

// do taps when the job is due, and again when no answer came.
func (h *Hands) do(now time.Time, j *job, tap Act) (Act, bool) {
	if now.Before(j.due) || !j.sent.IsZero() && now.Sub(j.sent) < again {
		return Act{}, false
	}
	j.sent = now
	return h.tapped(j, tap), true
}

func (h *Hands) tapped(j *job, tap Act) Act {
	tap.Tap = j.tap
	return tap
}

// LaidIn says that PutIn worked; byItself: a belt will bring it out.
func (h *Hands) LaidIn(orderID, item string, byItself bool) {
	h.inOven[place{orderID, item}] = spot{byItself: byItself}
}

// Refused says that an act did not work and will not: the board decides anew what is to be done.
func (h *Hands) Refused(a Act) {
	if a.Do != TakeOut {
		delete(h.jobs, place{a.Order, a.Item})
	}
}

// clear drops what is no longer on the board, and takes out of the ovens what nobody waits for: its order was voided, or it is made
// again.
func (h *Hands) clear(b Board) []Act {
	open := map[string]Ticket{}
	for _, t := range b.Tickets {
		open[t.Order] = t
	}
	gone := func(id string) bool { _, ok := open[id]; return !ok }
	maps.DeleteFunc(h.jobs, func(at place, _ *job) bool { return gone(at.order) })
	maps.DeleteFunc(h.mine, func(id string, _ bool) bool { return gone(id) })
	var acts []Act
	for at, lies := range h.inOven {
		waited := slices.ContainsFunc(open[at.order].Items, func(i Item) bool {
			return i.ID == at.item && (i.State == order.ItemMade || i.State == order.ItemInOven)
		})
		if waited {
			continue
		}
		delete(h.inOven, at)
		if !lies.byItself {
			acts = append(acts, Act{Do: TakeOut, Order: at.order, Item: at.item})
		}
	}
	slices.SortFunc(acts, func(a, b Act) int { return strings.Compare(a.Order+"/"+a.Item, b.Order+"/"+b.Item) })
	return acts
}

// times are how long an item takes by hand and in the oven.
type times struct{ makes, bakes time.Duration }

// seconds are those of the board, else of the menu, else of a usual pizza.
func (h *Hands) seconds(i Item) times {
	makes, bakes := i.MakeSeconds, i.BakeSeconds
	if p, ok := h.Menu.Product(i.Product); ok && makes == 0 {
		if s, ok := p.Size(i.Size); ok {
			makes, bakes = s.MakeSeconds, s.BakeSeconds
		}
	}
	if makes == 0 {
		makes, bakes = 75, 330
	}
	return times{time.Duration(makes) * time.Second, time.Duration(bakes) * time.Second}
}

// Diameter of an item in cm, as the menu says; a usual pizza when it does not.
func (h *Hands) Diameter(product, size string) int {
	if p, ok := h.Menu.Product(product); ok {
		if s, ok := p.Size(size); ok && s.DiameterCM > 0 {
			return s.DiameterCM
		}
	}
	return 30
}
