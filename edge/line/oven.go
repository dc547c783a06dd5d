package line

import (
	"slices"
	"strconv"
	"time"
)

// Oven is an oven as the schedule sees it: how much bakes in it at once, and how long that takes. Pizzas lie still on a deck for as long as
// their recipe says; a belt carries all of them through in the same time, one behind the other.
type Oven struct {
	ID       string
	Decks    int            // or lanes of a belt; 1
	Capacity int            // pizzas at once over all decks, of a size that Sizes does not name; 1
	Sizes    map[string]int // the same by size: {"small": 8, "large": 4}
	Belt     time.Duration  // from one end of a conveyor to the other; 0: decks
}

const (
	mostPlaces = 240 // parts into which a deck is cut, at most: a pizza takes some of them

	driftSlower  = 1.25 // bake time of an oven that is out of its band, in parts of what it is in it
	silentSlower = 1.25 // and of one that is not heard of: who minds it opens the door to look
	noneSlower   = 1.5  // and of all of them when none works: one has to be brought back first
)

// hearth is one deck or lane, with what the schedule has put on it.
type hearth struct {
	oven string
	deck int // from 1

	free   []time.Time    // from when on each of its places is free, soonest first
	needs  map[string]int // places of a pizza, by size
	need   int            // of any other size
	belt   time.Duration
	gap    map[string]time.Duration // behind a pizza on the belt, by size
	behind time.Duration            // behind one of any other size
	slower float64
	opens  time.Time // it takes nothing before
}

// name is the deck for people: "oven-1 deck 2".
func (h *hearth) name() string { return h.oven + " deck " + strconv.Itoa(h.deck) }

// hearthsOf cuts ovens into hearths that are free from an instant on.
func hearthsOf(ovens []Oven, now time.Time) (all []hearth) {
	for _, o := range ovens {
		decks := max(1, o.Decks)
		for n := range decks {
			all = append(all, o.hearth(n, decks, now))
		}
	}
	return all
}

func (o Oven) hearth(n, decks int, now time.Time) hearth {
	h := hearth{oven: o.ID, deck: n + 1, belt: o.Belt, slower: 1, opens: now, needs: map[string]int{}}
	each, sizes := share(max(1, o.Capacity), n, decks), map[string]int{}
	for size, capacity := range o.Sizes {
		sizes[size] = share(max(1, capacity), n, decks)
	}
	if o.Belt > 0 {
		h.need, h.free, h.behind, h.gap = 1, []time.Time{now}, o.Belt/time.Duration(each), map[string]time.Duration{}
		for size, at := range sizes {
			h.needs[size], h.gap[size] = 1, o.Belt/time.Duration(at)
		}
		return h
	}
	places := each
	for _, at := range sizes {
		places = min(mostPlaces, places/gcd(places, at)*at)
	}
	h.need, h.free = (places+each-1)/each, slices.Repeat([]time.Time{now}, places)
	for size, at := range sizes {
		h.needs[size] = (places + at - 1) / at
	}
	return h
}

// share is what deck n has of a capacity: what cannot be shared evenly is on the first ones, and no deck has none.
func share(capacity, n, decks int) int {
	part := capacity / decks
	if n < capacity%decks {
		part++
	}
	return max(1, part)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// takes is how many places a pizza of a size takes, and for how long, if it bakes for so long.
func (h *hearth) takes(size string, bake time.Duration) (places int, occupied, inside time.Duration) {
	places, known := h.needs[size]
	if !known {
		places = h.need
	}
	inside = bake
	if h.belt == 0 {
		inside = time.Duration(float64(inside) * h.slower)
		return min(places, len(h.free)), inside, inside
	}
	inside = time.Duration(float64(h.belt) * h.slower)
	occupied, known = h.gap[size]
	if !known {
		occupied = h.behind
	}
	return 1, time.Duration(float64(occupied) * h.slower), inside
}

// next is when a pizza could go in, from an instant on, and come out.
func (h *hearth) next(from time.Time, size string, bake time.Duration) (in, out time.Time) {
	places, _, inside := h.takes(size, bake)
	in = later(from, h.free[places-1])
	return in, in.Add(inside)
}

// put puts a pizza in. vacated is when its place, or on a belt the place behind it, takes another.
func (h *hearth) put(from time.Time, size string, bake time.Duration) (in, out, vacated time.Time) {
	places, occupied, inside := h.takes(size, bake)
	in = later(from, h.free[places-1])
	vacated = in.Add(occupied)
	h.occupy(places, vacated)
	return in, in.Add(inside), vacated
}

// occupy takes the places that are free first until an instant.
func (h *hearth) occupy(places int, until time.Time) {
	n := places
	for ; n < len(h.free) && h.free[n].Before(until); n++ {
		h.free[n-places] = h.free[n]
	}
	for at := n - places; at < n; at++ {
		h.free[at] = until
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// pizzas is how many bake in it at once, counted as if it were well.
func (h *hearth) pizzas() float64 {
	n := float64(len(h.free)) / float64(h.need)
	if h.belt > 0 {
		n = float64(h.belt) / float64(h.behind)
	}
	return n / h.slower
}

// most is how many places the largest pizza takes.
func (h *hearth) most() int {
	n := h.need
	for _, places := range h.needs {
		n = max(n, places)
	}
	return min(n, len(h.free))
}

// soonest is the hearth from which a pizza is out first; among equals the first.
func soonest(hearths []hearth, from time.Time, size string, bake time.Duration) *hearth {
	var best *hearth
	var bestOut time.Time
	for n := range hearths {
		if _, out := hearths[n].next(from, size, bake); best == nil || out.Before(bestOut) {
			best, bestOut = &hearths[n], out
		}
	}
	return best
}

// DeckOf is the deck that holds a slot, from 1. On a belt a slot is a lane.
func (o Oven) DeckOf(slot int) int {
	decks, first := max(1, o.Decks), 0
	if o.Belt > 0 {
		return min(max(1, slot), decks)
	}
	for deck := 1; deck < decks; deck++ {
		if first += share(max(1, o.Capacity), deck-1, decks); slot <= first {
			return deck
		}
	}
	return decks
}

// holding is the hearth that holds what a sensor saw in a slot, or nil.
func holding(hearths []hearth, s Slot, ovens []Oven) *hearth {
	n := slices.IndexFunc(ovens, func(o Oven) bool { return o.ID == s.Oven })
	if n < 0 {
		return nil
	}
	deck := ovens[n].DeckOf(s.Slot)
	at := slices.IndexFunc(hearths, func(h hearth) bool { return h.oven == s.Oven && h.deck == deck })
	if at < 0 {
		return nil
	}
	return &hearths[at]
}
