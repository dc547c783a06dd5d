package kitchen_test

import (
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
)

func TestALostTicketIsOfTheBusinessDayOnWhichItGotItsNumber(t *testing.T) {
	t.Parallel()
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		zone *time.Location
		at   time.Time
	}{
		"after midnight":           {time.UTC, time.Date(2026, 7, 4, 1, 30, 0, 0, time.UTC)},
		"an evening over there":    {newYork, time.Date(2026, 7, 3, 21, 30, 0, 0, newYork)},
		"a night when summer ends": {newYork, time.Date(2026, 11, 1, 1, 30, 0, 0, newYork)},
	} {
		s := settings()
		s.Zone = c.zone
		h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), s)
		t.Cleanup(h.close)
		h.clock.set(c.at)
		ticket := h.place(pizza)
		h.followed(ticket.Order.ID)
		var said []kitchen.Said
		for _, e := range h.events() {
			b, err := event.Decode(e.Kind, e.Body)
			if err != nil {
				t.Fatal(err)
			}
			if s, ok := b.(event.OrderStepped); ok { // as a node of before said it
				s.Day = ""
				b = s
			}
			said = append(said, kitchen.Said{At: e.At, Body: b})
		}
		if old, ok := kitchen.Retold(said, s.Day); !ok || old.Day != ticket.Day || old.Number != ticket.Number {
			t.Errorf("%s: number %d of %s is told as %d of %s by old facts", name, ticket.Number, ticket.Day, old.Number, old.Day)
		}
	}
}
