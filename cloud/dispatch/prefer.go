package dispatch

import (
	"time"

	"awesome.pizza/shared/order"
)

// Priority is how much an order goes before others.
type Priority string

// The priorities. What a person says counts; without that, an order that was made again is Raised.
const (
	Unsaid  Priority = ""
	AsUsual Priority = "usual"
	Raised  Priority = "raised"
	First   Priority = "first"
)

// Known reports whether a person can say so.
func (p Priority) Known() bool { return p == AsUsual || p == Raised || p == First }

// MostBecause is how many characters a reason has at most.
const MostBecause = 100

// Preference is what a person says of an order's priority.
type Preference struct {
	Order    order.ID
	Priority Priority
	Because  string
	At       time.Time
}

// Goes is an order's priority, and why; there is no reason for the usual one.
func (o *Order) Goes() (p Priority, because Reason) {
	switch {
	case o.Priority == First:
		return First, Reason{Key: WhyFirst, Name: o.Said}
	case o.Priority == Raised:
		return Raised, Reason{Key: WhyRaised, Name: o.Said}
	case o.Priority == Unsaid && o.Remade:
		return Raised, Reason{Key: WhyRemade}
	}
	return AsUsual, Reason{}
}

// withPriority is a reason, and why the order goes before others, if it does.
func (o *Order) withPriority(because Reason) []Reason {
	if p, why := o.Goes(); p != AsUsual {
		return []Reason{because, why}
	}
	return []Reason{because}
}

// counts is what a minute of an order counts, in percent; 0 is 100.
func (w *Weights) counts(o *Order) int {
	switch p, _ := o.Goes(); p {
	case First:
		return int(100 * w.First)
	case Raised:
		return int(100 * w.Raised)
	case AsUsual, Unsaid:
	}
	return 0
}
