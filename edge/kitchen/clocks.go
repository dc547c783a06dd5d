package kitchen

import (
	"time"

	"awesome.pizza/shared/order"
)

// stepped is the ticket after a step that happened at an instant. Forward steps set clocks; a recall finds the clock that was running
// before, and an item that is made again starts anew.
func (t Ticket) stepped(next order.Progress, action order.Action, items []string, at time.Time) Ticket {
	t = t.clone()
	for _, id := range items {
		before, _ := t.Progress.Item(id)
		after, _ := next.Item(id)
		clock := t.Clocks.Items[id]
		if clock == nil || action == order.Remake {
			clock = map[order.ItemState]time.Time{}
		}
		if action == order.Recall {
			delete(clock, before.State)
		}
		if _, known := clock[after.State]; !known || action != order.Recall {
			clock[after.State] = at
		}
		t.Clocks.Items[id] = clock
		if after.State != order.ItemInOven {
			delete(t.Slots, id)
		}
	}
	before := t.Progress.Kitchen()
	t.Progress = next
	t.Recovered, t.Doubtful = t.Recovered && t.Open(), t.Doubtful && t.Open()
	t.Version++
	if after := next.Kitchen(); after != before {
		t.enter(before, after, action, at)
	}
	return t
}

func (t *Ticket) enter(before, after order.Kitchen, action order.Action, at time.Time) {
	since, known := t.Clocks.Lane[after]
	back := action == order.Recall || action == order.TakeBack
	if back {
		delete(t.Clocks.Lane, before)
	}
	if !back || !known {
		since = at
	}
	t.Clocks.Lane[after], t.Since = since, since
	if after == order.Queued && t.QueuedAt.IsZero() {
		t.QueuedAt = at
	}
}

// entered is when an item came into the state it is in.
func (t Ticket) entered(i order.Item) time.Time {
	if at, ok := t.Clocks.Items[i.ID][i.State]; ok {
		return at
	}
	return t.Since
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
