package kitchen

import (
	"fmt"
	"time"
)

// Rank is a text that sorts as byQueue does: a screen that hears of one ticket at a time puts it where the kitchen has it, and knows no rule
// of its own. Tickets of one rank go by their ids.
func (t *Ticket) Rank() string {
	class := orderOf(t)
	rank := fmt.Sprint(class)
	if class != 1 {
		rank += inOrder(t.rushed())
	}
	rank += fmt.Sprintf("%s%-10s%04x", inOrder(t.QueuedAt), t.Day, max(0, t.Number))
	if t.Number == 0 {
		rank += fmt.Sprintf("%012x%s", t.Command, inOrder(t.TakenAt))
	}
	return rank
}

// inOrder is a time to the millisecond, as the kitchen has them; none comes first.
func inOrder(t time.Time) string {
	if t.IsZero() {
		t = time.UnixMilli(0)
	}
	return fmt.Sprintf("%011x", max(0, t.UnixMilli()))
}
