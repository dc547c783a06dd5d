package kitchen

import (
	"context"
	"slices"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// pressLate is how old a press may be: later, the cook has a pizza in front of them that they did not mean.
const pressLate = 30 * time.Second

// Press does what a button at a station stands for to the first ticket there, in the order of the queue: what is on hold, has to be confirmed or cannot
// go yet is passed over. id names the press: repeated, it does nothing more. Where nothing waits, nothing is done, and nothing when the button was
// pressed a moment before.
func (k *Kitchen) Press(ctx context.Context, device, id, station string, action order.Action, at time.Time) error {
	if late := k.now().Sub(at); late > pressLate {
		return problem.New(problem.Refused, "late_press", "the press came %d seconds late: press again", int(late.Seconds()))
	}
	if k.bounces.bounced(device+" "+station+" "+string(action), id, at) {
		k.settings.Log.DebugContext(ctx, "a press too soon after the last is dropped", "device", device, "station", station, "press", id)
		return nil
	}
	tap := Tap{ID: "button/" + device + "/" + id, Station: station, button: device}
	if len(tap.ID) > 100 {
		tap.ID = tap.ID[len(tap.ID)-100:]
	}
	if _, seen, err := k.store.Answer(ctx, "tap/"+tap.ID); err != nil || seen {
		return err
	}
	t, waits := k.firstAt(staff.CallerOf(ctx), tap, action)
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

// firstAt is the first ticket that a button can do something to. At the pass it is one that may go; where none may, the first says why.
func (k *Kitchen) firstAt(caller staff.Caller, tap Tap, action order.Action) (first Ticket, waits bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	for _, t := range k.board.snapshot().Tickets {
		switch {
		case !t.Open() || t.Recovered || t.Hold != nil || !t.waitsAt(tap.Station, action):
			continue
		case tap.Station != menu.StationPass:
			return t, true
		}
		trial := newDraft(&k.board, k.settings, k.now())
		trial.caller = caller
		if _, err := handOver(trial, t, tap); err == nil {
			return t, true
		} else if !waits {
			first, waits = t, true
		}
	}
	return first, waits
}

// waitsAt reports whether a button at a station means a ticket.
func (t Ticket) waitsAt(station string, action order.Action) bool {
	if station == menu.StationPass {
		return action != order.Start && t.Progress.Kitchen() == order.Ready
	}
	return t.Number > 0 && slices.ContainsFunc(t.Progress.Items, func(i order.Item) bool {
		return StationOf(i) == station && i.State != order.ItemDone && (action != order.Start || i.State == order.ItemQueued)
	})
}
