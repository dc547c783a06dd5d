package kitchen

import (
	"cmp"
	"context"
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// remakesKept is how many remakes of a ticket are listed: the latest.
const remakesKept = 32

// Remade is one time that something was made again.
type Remade struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who,omitempty"`
	Reason string    `json:"reason"`         // one of RemakeReasons
	Text   string    `json:"text,omitempty"` // in the words of who did it
	Items  []string  `json:"items"`
}

// RemakeReasons are why something is made again. Whatever else a screen says is other, in its own words.
func RemakeReasons() []string { return []string{"burned", "dropped", "wrong", remadeOther} }

const remadeOther = "other"

// Remake makes an item again that somebody has begun, or all that were in the oven or are done, else those that wait for it, else those that are being
// made; it needs a reason, and somebody has to take note of it. What was used of them is waste.
func (k *Kitchen) Remake(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, order.Remake, tap, remake)
}

// spoilt are the items that a remake means that names none: those that have come furthest.
func (t Ticket) spoilt() (items []string) {
	for _, states := range [][]order.ItemState{{order.ItemInOven, order.ItemBaked, order.ItemDone}, {order.ItemMade}, {order.ItemMaking}} {
		items = t.where(func(i order.Item) bool { return slices.Contains(states, i.State) })
		if len(items) > 0 {
			break
		}
	}
	return items
}

func remake(d *draft, t Ticket, tap Tap) (Ticket, error) {
	if tap.Reason == "" {
		return t, problem.New(problem.Invalid, "reason_missing", "say why it is made again").With("path", "reason")
	}
	items := []string{tap.Item}
	if tap.Item == "" {
		items = t.spoilt()
	}
	if len(items) == 0 {
		return t, t.nothing("to make again")
	}
	if err := d.needForFinished(t, items, tap.Reason); err != nil {
		return t, err
	}
	again := Remade{At: d.now, Who: tap.Who, Reason: tap.Reason, Text: tap.Text, Items: items}
	if !slices.Contains(RemakeReasons(), again.Reason) {
		again.Reason, again.Text = remadeOther, cmp.Or(tap.Text, tap.Reason)
	}
	said := tap.Reason
	if again.Reason == remadeOther {
		said = cmp.Or(again.Text, tap.Reason)
	}
	t, err := d.step(t, cause{by: event.ByTap, who: tap.Who, reason: said}, order.Remake, items...)
	if err != nil {
		return t, err
	}
	t.Remakes = append(slices.Clone(t.Remakes), again)
	t.Remakes = t.Remakes[max(0, len(t.Remakes)-remakesKept):]
	t = d.notice(t, Notice{Kind: WasRemade, Who: tap.Who, Reason: said, Items: items})
	d.count("remake_" + again.Reason)
	d.put(t)
	return t, nil
}
