package kitchen

import (
	"cmp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/order"
)

func TestARankSortsTicketsAsTheKitchenDoes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 7, 3, 18, 0, 0, 0, time.UTC)
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.IntRange(0, 4).Draw(t, "none") == 0 {
			return time.Time{}
		}
		return at.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "ms")) * time.Millisecond).Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "day")) * 24 * time.Hour)
	})
	tickets := rapid.Custom(func(t *rapid.T) *Ticket {
		x := &Ticket{
			Number: rapid.SampledFrom([]int{0, 0, 1, 2, 35, 36, 37, 999, 1000}).Draw(t, "number"), QueuedAt: moment.Draw(t, "queued"), TakenAt: moment.Draw(t, "taken"),
			Command: rapid.SampledFrom([]uint64{0, 1, 35, 36, 1 << 40}).Draw(t, "command"), Day: rapid.SampledFrom([]string{"", "2026-07-03", "2026-07-04"}).Draw(t, "day"),
		}
		x.Order.ID = order.ID(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "id"))
		if x.Number > 0 {
			x.Command, x.TakenAt = 0, at // they have no say among tickets with different numbers, nor can two have the same
		}
		if rapid.Bool().Draw(t, "rush") {
			x.Rush = &Rush{At: moment.Draw(t, "rushed")}
		}
		return x
	})
	rapid.Check(t, func(t *rapid.T) {
		x, y := tickets.Draw(t, "x"), tickets.Draw(t, "y")
		if got, want := cmp.Or(cmp.Compare(x.Rank(), y.Rank()), cmp.Compare(x.Order.ID, y.Order.ID)), byQueue(x, y); got != want {
			t.Fatalf("by rank %d, by queue %d: %q and %q", got, want, x.Rank(), y.Rank())
		}
	})
}
