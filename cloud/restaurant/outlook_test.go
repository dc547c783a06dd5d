package restaurant_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/order"
)

func TestWhatAKitchenWouldPromiseIsKeptWithItsTimeUntilItSaysAnotherThing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	var p restaurant.Presence
	p.Heard("r1", restaurant.Beat{}, now)
	if l := p.Of("r1", now); l.Outlook != nil {
		t.Errorf("a node that does not say has said %+v", l.Outlook)
	}
	first, second := &order.Outlook{Ahead: 1}, &order.Outlook{Ahead: 2}
	p.Heard("r1", restaurant.Beat{Outlook: first}, now)
	p.Heard("r1", restaurant.Beat{}, now.Add(time.Minute)) // an older program, or one that cannot say
	if l := p.Of("r1", now.Add(time.Hour)); l.Outlook != first || !l.OutlookAt.Equal(now) {
		t.Errorf("cut off it is %+v of %v", l.Outlook, l.OutlookAt)
	}
	p.Heard("r1", restaurant.Beat{Outlook: second}, now.Add(2*time.Minute))
	if l := p.Of("r1", now.Add(2*time.Minute)); l.Outlook != second || !l.OutlookAt.Equal(now.Add(2*time.Minute)) {
		t.Errorf("%+v of %v", l.Outlook, l.OutlookAt)
	}
	if l := p.Of("r2", now); l.Outlook != nil {
		t.Error("another restaurant has it")
	}
}
