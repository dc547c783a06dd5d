package oven

import (
	"fmt"
	"strconv"
	"strings"

	"awesome.pizza/shared/wire"
)

// Kind is how pizzas move through an oven.
type Kind string

// The two kinds: pizzas lie still on a deck, a belt carries them through a conveyor.
const (
	Deck     Kind = "deck"
	Conveyor Kind = "conveyor"
)

// Spec is an oven as somebody orders it: its name, kind, chambers and the slots of each (places on a deck, lanes of a belt).
type Spec struct {
	Name     string
	Kind     Kind
	Chambers int
	Slots    int // of one chamber
}

// What an oven has when nobody says otherwise.
const (
	deckSlots = 4
	beltLanes = 3
)

const specForm = "write NAME=deck:CHAMBERS or NAME=conveyor:CHAMBERS, with :SLOTS behind it if you like, like oven-1=deck:2 or belt-1=conveyor:1:3"

// ParseSpec reads NAME=KIND:CHAMBERS[:SLOTS]. The error is one line that says what to write instead.
func ParseSpec(s string) (Spec, error) {
	name, rest, named := strings.Cut(s, "=")
	parts := strings.Split(rest, ":")
	if !named || !wire.SafeID(name) || len(parts) > 3 {
		return Spec{}, fmt.Errorf("oven %q: %s", s, specForm)
	}
	spec := Spec{Name: name, Kind: Kind(parts[0]), Chambers: 1, Slots: deckSlots}
	if spec.Kind == Conveyor {
		spec.Slots = beltLanes
	}
	for i, field := range []*int{&spec.Chambers, &spec.Slots}[:len(parts)-1] {
		n, err := strconv.Atoi(parts[i+1])
		if err != nil || n < 1 {
			return Spec{}, fmt.Errorf("oven %q: %q is no number above 0; %s", s, parts[i+1], specForm)
		}
		*field = n
	}
	return spec, spec.check(s)
}

func (s Spec) check(written string) error {
	switch {
	case s.Kind != Deck && s.Kind != Conveyor:
		return fmt.Errorf("oven %q: there are deck and conveyor, not %q; %s", written, s.Kind, specForm)
	case s.Chambers > 16 || s.Chambers*s.Slots > wire.MostSlots:
		return fmt.Errorf("oven %q: an oven has at most 16 chambers and %d slots in all", written, wire.MostSlots)
	}
	return nil
}

func (s Spec) String() string {
	return fmt.Sprintf("%s=%s:%d:%d", s.Name, s.Kind, s.Chambers, s.Slots)
}

// chamberOf is the index of the chamber that a slot, counted from 1, lies in.
func (s Spec) chamberOf(slot int) int { return (slot - 1) / s.Slots }

func (s Spec) has(slot int) bool { return slot >= 1 && slot <= s.Chambers*s.Slots }
