package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

const (
	worth     = 3 * time.Minute // by how much a driver must come at another time for the kitchen to be told
	mostTold  = 32              // kitchens in a round: the rest is told in the next
	bakedSoon = 2 * time.Minute // what is ready by then is not made later for anybody
)

// expected is when a driver comes for an order. driver is empty while none has agreed to.
type expected struct {
	order  order.ID
	driver string
	at     time.Time
}

// news are the times that kitchens do not know yet and can do something with: the pizza is to be fresh when the driver is there, and not
// before. A driver who comes sooner than the pizza is no news.
func (s *Snapshot) news(p Plan) (out []expected) {
	for i := range p.Orders {
		l := &p.Orders[i]
		k := slices.IndexFunc(s.Orders, func(o Order) bool { return o.ID == l.Order })
		if k < 0 || l.Driver == "" || l.Arrive.IsZero() || len(out) == mostTold {
			continue
		}
		if o := &s.Orders[k]; o.differs(l, s.Now) {
			out = append(out, expected{o.ID, o.Driver, l.Arrive})
		}
	}
	return out
}

// differs reports whether the plan has an order's driver there at another time than the kitchen reckons with.
func (o *Order) differs(l *Outlook, now time.Time) bool {
	free := o.Delivery == order.Unassigned && o.Offered == ""
	coming := o.Delivery == order.Assigned && o.Driver == l.Driver
	if !o.cooking() || o.Kitchen == order.Ready || o.Ready.Before(now.Add(bakedSoon)) || !free && !coming {
		return false
	}
	known := later(o.Arrives, o.Ready)
	sooner := !o.Arrives.IsZero() && !o.Arrives.Before(o.Ready.Add(-worth)) && o.Arrives.Sub(l.Arrive) >= worth
	return l.Arrive.Sub(known) >= worth || sooner
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
