package store_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestARestaurantThatIsFullSellsNothingOnTheWebUntilItSaysSo(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n, now := &node{edge: "r1"}, time.Now().UTC().Truncate(time.Millisecond)
	until := now.Add(20 * time.Minute)
	n.says(t, "", event.IntakePaused{Since: now, Until: until, By: "rule", Reason: "a new order would wait 50 min"})
	c.apply(t, link.Apply, n.all())

	r, err := c.Restaurant(t.Context(), "r1")
	if err != nil || !r.Intake.Until.Equal(until) || r.Intake.Reason != "a new order would wait 50 min" || !r.Intake.Paused(now) || r.Intake.Paused(until) {
		t.Errorf("it says %+v, %v", r.Intake, err)
	}
	if all, err := c.Restaurants(t.Context()); err != nil || len(all) != 2 || all[1].Intake.Paused(now) {
		t.Errorf("%+v, %v", all, err)
	}
	houses := store.Houses{Store: c.Store, Presence: c.presence}
	if h, err := houses.House(t.Context(), "r1", now); err != nil || !h.PausedUntil.Equal(until) {
		t.Errorf("ordering sees %v, %v", h.PausedUntil, err)
	}
	_, _, err = c.service.Place(t.Context(), basket(order.Carryout), "")
	if p := problem.Of(err); p == nil || p.Code != "restaurant_paused" || p.Facts["reason"] == nil {
		t.Errorf("an order for a restaurant that is full: %v", err)
	}
	later := basket(order.Carryout)
	at := until.Add(time.Hour)
	later.FireAt = &at
	if _, _, err := c.service.Place(t.Context(), later, ""); err != nil {
		t.Errorf("an order for when it sells again: %v", err)
	}

	n.says(t, "", event.IntakeResumed{At: now})
	c.apply(t, link.Apply, n.batch(2, 2))
	if r, err := c.Restaurant(t.Context(), "r1"); err != nil || r.Intake.Paused(now) {
		t.Errorf("it sells again, and says %+v, %v", r.Intake, err)
	}
}

func TestAPauseByAClockOfAnotherYearEndsAfterADay(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n, now := &node{edge: "r1"}, time.Now().UTC()
	n.says(t, "", event.IntakePaused{Since: now.AddDate(3, 0, 0), Until: now.AddDate(3, 0, 1), By: "ada", Reason: "flood"})
	c.apply(t, link.Apply, n.all())
	r, err := c.Restaurant(t.Context(), "r1")
	if err != nil || !r.Intake.Paused(now) || r.Intake.Paused(now.Add(25*time.Hour)) || r.Intake.Since.After(now.Add(time.Minute)) {
		t.Errorf("it says %+v, %v", r.Intake, err)
	}
}
