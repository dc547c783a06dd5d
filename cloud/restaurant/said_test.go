package restaurant_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/order"
)

func TestWhatANodeSaysCountsUntilItsEventsHaveCome(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	var p restaurant.Presence
	ahead := []restaurant.Said{{Order: "o", State: order.Ready, Number: 7, Since: now}}
	says := func(want bool, when string) {
		t.Helper()
		l := p.Of("r1", now)
		s, ok := l.Says("o")
		if ok != want || ok && (s.State != order.Ready || !l.SaidAt.Equal(now)) {
			t.Errorf("%s: %+v, %v", when, s, ok)
		}
		if _, ok := l.Says("another"); ok {
			t.Errorf("%s: it says something of an order that it did not name", when)
		}
	}
	says(false, "before anything was heard")
	p.Told("r1", ahead, 90, now)
	says(true, "SYNC was first")
	p.Heard("r1", restaurant.Beat{Last: 95, Acked: 40, Backlog: 55, At: now}, now)
	says(true, "half of it has come")
	p.Heard("r1", restaurant.Beat{Last: 99, Acked: 90, Backlog: 9, At: now}, now)
	says(false, "all that it spoke of has come")
	p.Told("r1", ahead, 99, now)
	p.Told("r1", nil, 99, now)
	says(false, "the next SYNC named no order")
}
