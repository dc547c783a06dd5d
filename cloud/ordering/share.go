package ordering

import (
	"fmt"
	"maps"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/problem"
)

// Short says that too little is left of the shares that a restaurant has lent, and how much is.
type Short struct{ Left map[string]int64 }

func (s *Short) Error() string { return fmt.Sprintf("too little is left: %v", s.Left) }

// needs are what the order takes of the restaurant's ingredients.
func (d *draft) needs() map[string]int64 {
	sum := map[string]int64{}
	for _, l := range d.Order.Lines {
		for ingredient, n := range d.house.Menu.Needs(l) {
			sum[ingredient] += n * int64(l.Quantity)
		}
	}
	return sum
}

// soldOut says what of the order cannot be sold, and what can be had instead, by what the store has found left.
func (d *draft) soldOut(b Basket, short *Short) error {
	h := d.house
	h.Left = maps.Clone(h.Left)
	if h.Left == nil {
		h.Left = map[string]int64{}
	}
	maps.Copy(h.Left, short.Left)
	if err := h.has(b, d.Order.Lines); err != nil {
		return err
	}
	return problem.New(problem.Conflict, "sold_out", "too little is left of what it is made of: choose something else").With("path", "lines")
}

// SoldFrom says in the offer from which epoch's shares the order was sold, and what it took of them.
func (r *Record) SoldFrom(epoch uint64, sold map[string]int64) {
	for i, b := range r.tells {
		if o, ok := b.(event.OrderOffered); ok && len(sold) > 0 {
			o.Share, o.Sold = epoch, sold
			r.tells[i] = o
		}
	}
}
