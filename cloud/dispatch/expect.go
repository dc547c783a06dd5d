package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"awesome.pizza/shared/order"
)

const (
	worth     = 3 * time.Minute // by how much a driver must come at another time for the kitchen to be told
	mostTold  = 32              // kitchens in a round: the rest is told in the next
	bakedSoon = 2 * time.Minute // what is ready by then is not made later for anybody

	// For a driver who has not said yes a pizza is put off when he is nearly there, and a little less than he seems to need: one that waits for
	// its driver is not as bad as a driver, and a guest, who wait for it.
	sure   = 15 * time.Minute
	hedged = 0.8
)

// expected is when a driver comes for an order. driver is empty while none has agreed to.
type expected struct {
	order  order.ID
	driver string
	at     time.Time
}

// news are the times that kitchens do not know yet and can do something with: the pizza is to be fresh when the driver is there, and not
// before. A driver who comes sooner than the pizza is no news, unless the pizza is made late for him.
func (s *Snapshot) news(p Plan) (out []expected) {
	index := make(map[order.ID]int, len(s.Orders))
	for i := range s.Orders {
		index[s.Orders[i].ID] = i
	}
	for i := range p.Orders {
		l := &p.Orders[i]
		k, known := index[l.Order]
		if !known || l.Driver == "" || l.Could.IsZero() || len(out) == mostTold {
			continue
		}
		if at, news := s.Orders[k].differs(l, s.Now); news {
			out = append(out, expected{l.Order, s.Orders[k].Driver, at})
		}
	}
	return out
}

// differs is when an order's driver can be there, if the kitchen reckons with another time.
func (o *Order) differs(l *Outlook, now time.Time) (at time.Time, news bool) {
	free := o.Delivery == order.Unassigned && o.Offered == ""
	coming := o.Delivery == order.Assigned && o.Driver == l.Driver
	if !o.cooking() || o.Kitchen == order.Ready || o.Ready.Before(now.Add(bakedSoon)) || !free && !coming {
		return at, false
	}
	at = l.Could
	waits := !o.Arrives.IsZero() && !o.Ready.Before(o.Arrives.Add(-worth)) // the pizza is made for the time that was told
	if free {
		at = now.Add(time.Duration(hedged * float64(l.Could.Sub(now))))
	}
	put := coming || !waits && l.Could.Sub(now) <= sure // once: a driver who is not there by then is nobody to go on waiting for
	return at, put && at.Sub(later(o.Arrives, o.Ready)) >= worth || waits && o.Arrives.Sub(at) >= worth
}

func (d *Dispatcher) expect(ctx context.Context, news []expected) error {
	var errs []error
	for _, n := range news {
		if err := d.Store.Expect(ctx, n.order, n.driver, n.at); err != nil {
			errs = append(errs, fmt.Errorf("tell the kitchen when order %s is fetched: %w", n.order, err))
		}
	}
	return errors.Join(errs...)
}
