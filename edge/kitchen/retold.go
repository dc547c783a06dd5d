package kitchen

import (
	"cmp"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// Said is a fact that this kitchen has told, or will tell, the cloud.
type Said struct {
	At   time.Time
	Body event.Body
}

// Retold is the ticket of an order as the kitchen's own facts about it tell it, in their order: for a card that kept them and lost the ticket. ok
// is false when they do not say what was ordered, or that it has ended. Nobody has seen the ticket since, so a cook is asked. day is the business
// day of an instant, as in Settings.Day, for facts that do not say which theirs was.
func Retold(said []Said, day func(time.Time) string) (t Ticket, ok bool) {
	var s event.OrderStanding
	for _, f := range said {
		switch b := f.Body.(type) {
		case event.OrderTaken:
			s = event.OrderStanding{Order: b.Order, Progress: order.Begin(&b.Order, b.Items), Since: f.At}
		case event.OrderStanding:
			s = b
		case event.OrderChanged:
			if s.Order.ID == "" || b.Changes <= s.Order.Changes {
				continue
			}
			s.Order.Lines, s.Order.Totals, s.Order.MenuVersion, s.Order.Changes = b.Lines, b.Totals, b.MenuVersion, b.Changes
			s.Progress.Items = b.Items
		case event.OrderStepped:
			p, err := s.Progress.Follow(order.Edge, b.Action, b.Items...)
			if err != nil {
				continue // the fact before it is lost too: a cook says where the food is
			}
			s.Progress, s.Since = p, f.At
			if b.Number > 0 {
				s.Number, s.Day = b.Number, cmp.Or(b.Day, day(f.At))
			}
		}
	}
	if s.Order.ID == "" {
		return Ticket{}, false
	}
	t, ok = lostTicket(s, s.Since)
	t.Number, t.Day = s.Number, s.Day
	return t, ok
}
