package kitchen

import (
	"context"
	"time"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// pressLate is how old a press may be: later, the cook has a pizza in front of them that they did not mean.
const pressLate = 30 * time.Second

// Press does what a button at a station stands for to the first ticket there, in the order of the queue: what is on hold, or has to be confirmed, is
// passed over. id names the press: repeated, it does nothing more. Where nothing waits, nothing is done, and
// nothing when the button was pressed a moment before.
func (k *Kitchen) Press(ctx context.Context, device, id, station string, action order.Action, at time.Time) error {
	if late := k.now().Sub(at); late > pressLate {
		return problem.New(problem.Refused, "late_press", "the press came %d seconds late: press again", int(late.Seconds()))
	}
	if k.bounces.bounced(device+" "+station+" "+string(action), id, at) {
		k.settings.Log.DebugContext(ctx, "a press too soon after the last is dropped", "device", device, "station", station, "press", id)
		return nil
	}
	tap := Tap{ID: "button/" + device + "/" + id, Who: device, Station: station}
	if len(tap.ID) > 100 {
		tap.ID = tap.ID[len(tap.ID)-100:]
	}
	if _, seen, err := k.store.Answer(ctx, "tap/"+tap.ID); err != nil || seen {
		return err
	}
	t, waits := k.firstAt(station, action)
	if !waits {
		return nil
	}
	var err error
	switch {
	case action == order.Start:
		_, err = k.Start(ctx, t.Order.ID, tap)
	case station == menu.StationPass:
		_, err = k.HandOver(ctx, t.Order.ID, tap)
	default:
		_, err = k.Bump(ctx, t.Order.ID, tap)
	}
	return err
}

// firstAt is the first ticket that a button can do something to.
func (k *Kitchen) firstAt(station string, action order.Action) (Ticket, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	for _, t := range k.board.snapshot().Tickets {
		if !t.Open() || t.Recovered || t.Hold != nil {
			continue
		}
		if station == menu.StationPass {
			if action != order.Start && t.Progress.Kitchen() == order.Ready {
				return t, true
			}
			continue
		}
		for _, i := range t.Progress.Items {
			if StationOf(i) == station && i.State != order.ItemDone && (action != order.Start || i.State == order.ItemQueued) && t.Number > 0 {
				return t, true
			}
		}
	}
	return Ticket{}, false
}
