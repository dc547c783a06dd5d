package store_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/order"
)

// called has a kitchen call an order by a number, as if it had been placed at an instant.
func (c *chain) called(t *testing.T, number int, house string, placed time.Time) order.ID {
	t.Helper()
	oid := c.place(t, order.Carryout).Order.ID
	c.sql(t, `UPDATE orders SET placed_at = $2, restaurant = $3 WHERE id = $1::text::uuid`, string(oid), placed, house)
	if _, err := c.Change(t.Context(), oid, 0, func(r *ordering.Record) error { r.Number = number; return nil }); err != nil {
		t.Fatal(err)
	}
	return oid
}

func (c *chain) numbered(t *testing.T, number int, house string, days []restaurant.Day, limit int) (ids []order.ID) {
	t.Helper()
	found, err := c.Numbered(t.Context(), number, house, days, limit)
	if err != nil {
		t.Fatal(err)
	}
	for i := range found {
		if found[i].Number != number {
			t.Errorf("order %s has the number %d", found[i].Order.ID, found[i].Number)
		}
		ids = append(ids, found[i].Order.ID)
	}
	return ids
}

func TestAnOrderIsFoundByTheNumberThatItsKitchenCallsItBy(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 0)
	number := c.order(t, ids[0]).Number
	if number == 0 {
		t.Fatal("the kitchen has said no number")
	}
	if got := c.numbered(t, number, "", nil, 10); !slices.Equal(got, ids) {
		t.Errorf("%v, not %v", got, ids)
	}
	if got := c.numbered(t, number+1, "", nil, 10); len(got) != 0 {
		t.Errorf("nobody has the number %d, but %v", number+1, got)
	}
}

func TestOrdersOfOneNumberAreToldApartByTheDayTheirGuestsWantedThemOn(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour int) time.Time { return time.Date(2026, 7, day, hour, 30, 0, 0, zone) }
	first, night, second, there := c.called(t, 42, "r1", at(3, 19)), c.called(t, 42, "r1", at(4, 1)), c.called(t, 42, "r1", at(4, 19)), c.called(t, 42, "r2", at(3, 20))
	ahead := c.called(t, 42, "r1", at(1, 12))
	c.sql(t, `UPDATE orders SET doc = replace(doc::text, '"placed_at":', '"fire_at":"2026-07-04T23:00:00Z","placed_at":')::json WHERE id = $1::text::uuid`, string(ahead))
	c.called(t, 7, "r1", at(3, 19))
	day := func(day int, houses ...string) (days []restaurant.Day) {
		for _, id := range houses {
			r, err := c.Restaurant(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			days = append(days, r.Day(time.Date(2026, 7, day, 0, 0, 0, 0, time.UTC)))
		}
		return days
	}
	for _, q := range []struct {
		what  string
		house string
		days  []restaurant.Day
		limit int
		want  []order.ID
	}{
		{"all, newest first", "", nil, 10, []order.ID{second, night, there, first, ahead}},
		{"the newest two", "", nil, 2, []order.ID{second, night}},
		{"of one restaurant", "r2", nil, 10, []order.ID{there}},
		{"of one evening, until after midnight", "", day(3, "r1", "r2"), 10, []order.ID{night, there, first}},
		{"of one evening at one restaurant", "", day(3, "r1"), 10, []order.ID{night, first}},
		{"of the evening for which it was ordered days before", "", day(4, "r1", "r2"), 10, []order.ID{second, ahead}},
		{"of a day without any", "", day(2, "r1", "r2"), 10, nil},
	} {
		if got := c.numbered(t, 42, q.house, q.days, q.limit); !slices.Equal(got, q.want) {
			t.Errorf("%s: %v, not %v", q.what, got, q.want)
		}
	}
}

func TestWhateverARestaurantWritesIntoAnOrderItsNumberIsFound(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	now := time.Now()
	oid := c.called(t, 42, "r1", now)
	if _, err := c.Change(t.Context(), oid, 0, func(r *ordering.Record) error {
		r.Reason = "\x00 \"fire_at\":\"soon\" ],\"number\":7}"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	migration, err := os.ReadFile("migrations/0023_numbers.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, fill, _ := strings.Cut(string(migration), "\nUPDATE orders")
	fill, _, ok := strings.Cut(fill, ";")
	if !ok {
		t.Fatal("the migration fills nothing in")
	}
	c.sql(t, `UPDATE orders SET number = NULL`)
	c.sql(t, "UPDATE orders"+fill) // what was here before the column
	today := []restaurant.Day{{Restaurant: "r1", From: now.Add(-time.Hour), To: now.Add(time.Hour)}}
	if got := c.numbered(t, 42, "", today, 10); !slices.Equal(got, []order.ID{oid}) {
		t.Errorf("%v, not %v", got, oid)
	}
}
