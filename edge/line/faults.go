package line

import (
	"slices"
	"time"

	"awesome.pizza/shared/wire"
)

// Fault is what is wrong with an oven, or with something that the line does not know: that is not minded.
type Fault struct {
	Oven string
	Deck int // from 1; 0: all of it
	Slot int // one place, counted over its decks from 1; where there are several decks it is the deck that holds it. 0: not one place
	What wire.AlertKind
	Till time.Time // for Warming: when it will be hot, if it goes on like that
}

// What readings of an oven say that are no alerts: an oven is cold every morning.
const (
	Warming wire.AlertKind = "warming" // it is not hot yet, and takes nothing before it is
	Cold    wire.AlertKind = "cold"    // it is far from hot, and nobody heats it
)

// heed takes into account what is wrong with ovens, deck by deck: what is faulty or cold takes nothing, what is heating up nothing before it is
// hot, what is not heard of half as much, and out of its band a pizza bakes longer. When nothing is left the work goes on all the same, slowly:
// somebody will see to it. It says what is wrong, for a promise.
func heed(hearths []hearth, faults []Fault, ovens []Oven) (left []hearth, why []string) {
	named := map[string]bool{}
	for _, h := range hearths {
		wrong, slots := h.worst(faults, ovens)
		if said := h.words(wrong); said != "" && !named[said] {
			named[said] = true
			why = append(why, said)
		}
		if h.stands(wrong, slots) {
			left = append(left, h.with(wrong, slots))
		}
	}
	if len(left) == 0 {
		left = slices.Clone(hearths)
		for n := range left {
			left[n].slower = noneSlower
		}
	}
	return left, why
}

// worst is the worst that is wrong with a deck, and how many of its places alone are.
func (h *hearth) worst(faults []Fault, ovens []Oven) (worst Fault, slots int) {
	n := slices.IndexFunc(ovens, func(o Oven) bool { return o.ID == h.oven })
	gone := map[int]bool{}
	for _, f := range faults {
		if f.Oven != h.oven || n < 0 || f.Deck != 0 && f.Deck != h.deck {
			continue
		}
		if f.Slot > 0 && max(1, ovens[n].Decks) == 1 && h.belt == 0 {
			if f.What == wire.Malfunction {
				gone[f.Slot] = true
			}
			continue
		}
		if f.Slot > 0 && ovens[n].DeckOf(f.Slot) != h.deck {
			continue
		}
		if rank(f.What) > rank(worst.What) {
			worst = f
		}
	}
	return worst, len(gone)
}

// stands reports whether a deck takes anything at all.
func (h *hearth) stands(wrong Fault, slots int) bool {
	if slots > 0 && len(h.free)-slots*h.need < h.most() {
		return false
	}
	return wrong.What != wire.Malfunction && wrong.What != Cold && (wrong.What != Warming || !wrong.Till.IsZero())
}

// with is a deck with what is wrong with it.
func (h *hearth) with(wrong Fault, slots int) hearth {
	w := *h
	w.free = slices.Clone(h.free[:len(h.free)-slots*h.need])
	switch wrong.What {
	case wire.Silent:
		w.slower = silentSlower
		if w.belt == 0 {
			w.free = w.free[:max(w.most(), len(w.free)/2)]
		}
	case wire.Overheat, wire.Underheat:
		w.slower = driftSlower
	case Warming:
		w.opens = later(w.opens, wrong.Till)
		for n := range w.free {
			w.free[n] = later(w.free[n], wrong.Till)
		}
	case Cold, wire.Malfunction, wire.DoorOpen, wire.ProbeLimit:
	}
	return w
}

// Slows reports whether the schedule minds what is wrong with an oven.
func Slows(kind wire.AlertKind) bool { return rank(kind) > 0 }

// rank orders what can be wrong with an oven; 0 is nothing that the schedule minds.
func rank(kind wire.AlertKind) int {
	switch kind {
	case wire.Malfunction:
		return 5
	case Cold:
		return 4
	case Warming:
		return 3
	case wire.Silent:
		return 2
	case wire.Overheat, wire.Underheat:
		return 1
	case wire.DoorOpen, wire.ProbeLimit:
	}
	return 0
}

// words say what is wrong with a deck, or with all of its oven.
func (h *hearth) words(f Fault) string {
	if rank(f.What) == 0 {
		return ""
	}
	if f.Deck != 0 || f.Slot != 0 {
		return h.name() + " " + words(f.What)
	}
	return h.oven + " " + words(f.What)
}

func words(kind wire.AlertKind) string {
	switch kind {
	case wire.Malfunction:
		return "is out of order"
	case Cold:
		return "is cold"
	case Warming:
		return "is heating up"
	case wire.Silent:
		return "is not heard of"
	case wire.Overheat:
		return "is too hot"
	case wire.Underheat:
		return "is too cold"
	case wire.DoorOpen, wire.ProbeLimit:
	}
	return string(kind)
}
