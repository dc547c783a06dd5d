package kitchen

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rank is a text that sorts as byQueue does: a screen that hears of one ticket at a time puts it where the kitchen has it, and knows no rule
// of its own. Tickets of one rank go by their ids.
func (t *Ticket) Rank() string {
	class := orderOf(t)
	parts := []string{strconv.Itoa(class)}
	if class != 1 {
		parts = append(parts, inOrder(t.rushed()))
	}
	parts = append(parts, inOrder(t.QueuedAt), fmt.Sprintf("%-10s", t.Day), fixed(int64(t.Number), 4))
	if t.Number == 0 {
		parts = append(parts, fixed(int64(t.Command), 9), inOrder(t.TakenAt)) //nolint:gosec // commands are counted from 1
	}
	return strings.Join(parts, "")
}

// inOrder is a time to the millisecond, as the kitchen has them; none comes first.
func inOrder(t time.Time) string {
	if t.IsZero() {
		return fixed(0, 9)
	}
	return fixed(t.UnixMilli(), 9)
}

// fixed writes a number that is not negative so that a longer one sorts after it.
func fixed(n int64, width int) string {
	digits := strconv.FormatInt(max(0, n), 36)
	return strings.Repeat("0", max(0, width-len(digits))) + digits
}
