package guest

import (
	"fmt"
	"slices"

	"awesome.pizza/shared/order"
)

// Seen is what a guest's page was told of an order.
type Seen struct {
	Status  order.StatusName `json:"status"`
	Version int              `json:"version"`
}

// Witness watches one order and complains about what cannot be. It knows the words, not the workings: see order's tables for those.
type Witness struct {
	Fulfilment order.Fulfilment
	last       Seen
	heard      bool
	shared     []order.StatusName // seen with the last version: several steps can share one
}

// See takes what the page was told. The complaint is "" when it can be explained.
func (w *Witness) See(s Seen) (complaint string) {
	before, first := w.last, !w.heard
	switch {
	case !slices.Contains(order.Statuses(), s.Status):
		return fmt.Sprintf("unknown status %q", s.Status)
	case !first && s.Version == before.Version && slices.Contains(w.shared, s.Status):
		return "" // said again after a cut
	case first || s.Version != before.Version:
		w.shared = nil
	}
	w.last, w.heard, w.shared = s, true, append(w.shared, s.Status)
	switch {
	case first:
		return ""
	case s.Version < before.Version:
		return fmt.Sprintf("version went back from %d (%s) to %d (%s)", before.Version, before.Status, s.Version, s.Status)
	case s.Status == before.Status:
		return ""
	}
	return w.judge(before.Status, s.Status)
}

func (w *Witness) judge(from, to order.StatusName) string {
	way := order.Statuses()
	switch {
	case from.Terminal():
		return fmt.Sprintf("went on from %s to %s", from, to)
	case to == order.StatusCancelled || to == order.StatusFailed:
		return ""
	case w.Fulfilment != order.ByDelivery && carried(to):
		return fmt.Sprintf("a driver has what is fetched: %s", to)
	case slices.Index(way, to) > slices.Index(way, from), explained(from, to):
		return ""
	}
	return fmt.Sprintf("went back from %s to %s", from, to)
}

func carried(s order.StatusName) bool {
	return s == order.StatusDriverAssigned || s == order.StatusPickedUp || s == order.StatusOutForDelivery
}

// explained are the ways back that exist: something is made again or a tap is taken back, as long as the food is in the house, and a
// driver drops out.
func explained(from, to order.StatusName) bool {
	inHouse := []order.StatusName{
		order.StatusQueued, order.StatusPreparing, order.StatusBaking, order.StatusQualityCheck, order.StatusReadyForPickup, order.StatusDriverAssigned,
	}
	return slices.Contains(inHouse, from) && slices.Contains(inHouse, to)
}

// Over reports whether the order has come to its end.
func (w *Witness) Over() bool { return w.heard && w.last.Status.Terminal() }

// Last is what was seen last.
func (w *Witness) Last() Seen { return w.last }
