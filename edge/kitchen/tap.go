package kitchen

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Tap is what somebody does at a screen. ID is made by the screen: the same ID again gets the first answer and does nothing more. A tap
// that was refused has changed nothing and is judged anew.
type Tap struct {
	ID      string
	Who     string // the cook, if the screen knows
	Station string // for Start and Bump: only what is at this station
	Item    string // only this item
	Reason  string // why: needed for Remake and Void
	Version int    // of the ticket on the screen; when given and no longer so, the tap is refused with problem.Stale

	State  order.Kitchen // for Confirm: where the food is, if not where the ticket says
	Text   string        // for Remake: what was wrong, in the words of who makes it again
	Until  *time.Time    // for HoldBack: when it ends by itself
	Notice string        // for Acknowledge: only this one
	Of     string        // for Recall: the id of the tap that is to be taken back; empty: whichever was the last

	detail string // what else makes it another request
	button string // the device that was pressed, when it was no screen: nobody knows by whom
}

func (t Tap) cause() cause {
	return cause{by: event.ByTap, who: t.Who, button: t.button, reason: t.Reason}
}

// Start puts a cook's hand on what is queued: one item, what is queued at a station, or all.
func (k *Kitchen) Start(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, order.Start, tap, start)
}

// Bump says that a station is done with a ticket, and moves what is there on to the next: from the make line to the oven, into the oven,
// out of it, from the cut table to the pass; at the pass it hands the order over. Without a station it is the first one that has
// something to do; with an item, that item takes one step.
func (k *Kitchen) Bump(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, "bump", tap, bump)
}

// Recall takes back: one step of an item, or what the last tap did. The clocks run on as if the step had not been taken. What was handed over
// today comes back to its shelf, unless a driver has it.
func (k *Kitchen) Recall(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, order.Recall, tap, recall)
}

// HandOver gives a ready order to the guest or the driver.
func (k *Kitchen) HandOver(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, order.HandOver, tap, handOver)
}

// Void ends an order that will not be handed over; it needs a reason.
func (k *Kitchen) Void(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, order.Void, tap, void)
}

const (
	tapKept = time.Hour // how long a screen may repeat a tap
	maxText = 200       // bytes of a reason
)

func (t Tap) check() error {
	switch {
	case t.ID == "" || len(t.ID) > 100:
		return problem.New(problem.Invalid, "invalid_tap", "a tap needs an id of 1 to 100 bytes, made by the screen").With("path", "tap")
	case len(t.Reason) > maxText:
		return problem.New(problem.Invalid, "invalid_tap", "the reason can have up to %d bytes", maxText).With("path", "reason")
	case len(t.Text) > maxText:
		return problem.New(problem.Invalid, "invalid_tap", "the text can have up to %d bytes", maxText).With("path", "text")
	case len(t.Who) > 100:
		return problem.New(problem.Invalid, "invalid_tap", "who tapped is named in up to 100 bytes").With("path", "who")
	case t.Station != "" && !slices.Contains(menu.Stations(), t.Station):
		return problem.New(problem.Invalid, "no_such_station", "there is no station %q", t.Station).With("path", "station")
	case t.State != "" && !slices.Contains(Whereabouts(), t.State):
		return problem.New(problem.Invalid, "no_such_state", "a cook cannot find food in state %q", t.State).With("path", "state")
	}
	return nil
}

// tapping is what a tap asks of a ticket.
type tapping func(*draft, Ticket, Tap) (Ticket, error)

// tap lets a decider take the steps of a tap, once.
func (k *Kitchen) tap(ctx context.Context, id order.ID, action order.Action, tap Tap, decide tapping) (Ticket, error) {
	if err := tap.check(); err != nil {
		return Ticket{}, err
	}
	a := Answer{
		ID: "tap/" + tap.ID, Order: id, Keep: k.now().Add(tapKept),
		Request: fmt.Sprintf("%s %s %q %q %d%s%s", action, id, tap.Station, tap.Item, tap.Version, tap.State, tap.detail),
	}
	var out Ticket
	var done *draft
	err := k.change(ctx, func(d *draft) error {
		before, repeated, err := k.answered(ctx, a)
		if err != nil || repeated {
			out = before
			return err
		}
		t, err := k.Ticket(ctx, id)
		if err != nil {
			return err
		}
		tap.Who = cmp.Or(d.who(), tap.Who) // whoever is signed in at the screen
		if tap.Version != 0 && tap.Version != t.Version {
			return problem.New(problem.Stale, "stale_ticket", "the ticket has moved on since the screen drew it").With("ticket", t)
		}
		if works(action) && t.Recovered && t.Open() {
			t = d.confirmed(t) // whoever works on it says with that where it is
			d.tell(id, Standing(t))
		}
		if action == "bump" {
			if d.landed, err = k.bulk(ctx, d, t, tap); err != nil {
				return err
			}
		}
		if _, err := decide(d, t, tap); err != nil {
			return err
		}
		d.touched(id, tap)
		d.heardAt(t, tap)
		d.answer = &a
		done = d
		return nil
	})
	if done != nil {
		out = done.tickets[id]
	}
	return out, err
}

// works reports whether an action is one on the food: whoever does that to a recovered ticket says with it where the food is.
func works(action order.Action) bool {
	switch action {
	case "confirm", "hold", "release", "rush", "calm", "acknowledge", "change":
		return false
	}
	return true
}

// answered finds the first answer to a request. It reports problem.Invalid "idempotency_mismatch" when the id was used for another one,
// with the fact "order": what it was used for.
func (k *Kitchen) answered(ctx context.Context, a Answer) (Ticket, bool, error) {
	first, ok, err := k.store.Answer(ctx, a.ID)
	if err != nil || !ok {
		return Ticket{}, false, err
	}
	if first.Request != a.Request {
		return Ticket{}, true, problem.New(problem.Invalid, "idempotency_mismatch", "this id has been used for something else: make a new one").With("order", first.Order)
	}
	now, err := k.Ticket(ctx, first.Order)
	if err != nil {
		return Ticket{}, true, err
	}
	var then Ticket
	if err := json.Unmarshal(first.Body, &then); err != nil {
		return Ticket{}, true, fmt.Errorf("read the answer to %s: %w", a.ID, err)
	}
	if then.Order.ID == "" {
		then.Order = now.Order
	}
	return then, true, nil
}
