package store

import (
	"context"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
)

// longAhead is how long before the day for which guests want it an order is looked for.
const longAhead = 31 * 24 * time.Hour

// Numbered are the orders that kitchens call by a number, newest first, at most limit or MaxPage of them: of one restaurant, or of all with "".
// With days only those that guests wanted on one of them, which is when they were placed unless they were for later.
func (s *Store) Numbered(ctx context.Context, number int, restaurant string, days []restaurant.Day, limit int) ([]ordering.Record, error) {
	where, args := `number = $1 AND ($2 = '' OR restaurant = $2)`, []any{number, plain(restaurant, MaxKey), min(max(limit, 1), MaxPage+1)}
	if len(days) > 0 {
		houses, from, to, first, last := make([]string, len(days)), make([]time.Time, len(days)), make([]time.Time, len(days)), days[0].From, days[0].To
		for i, d := range days {
			houses[i], from[i], to[i] = d.Restaurant, d.From, d.To
			if d.From.Before(first) {
				first = d.From
			}
			if d.To.After(last) {
				last = d.To
			}
		}
		where += ` AND placed_at >= $4 AND placed_at < $5 AND EXISTS (
			SELECT FROM unnest($6::text[], $7::timestamptz[], $8::timestamptz[]) AS d (house, since, until), LATERAL (SELECT ` + wantedAt + ` AS at) AS w
			WHERE d.house = restaurant AND w.at >= d.since AND w.at < d.until)`
		args = append(args, first.Add(-longAhead), last, houses, from, to)
	}
	return s.many(ctx, `SELECT `+recordColumns+` FROM orders WHERE `+where+` ORDER BY placed_at DESC, id DESC LIMIT $3`, args...)
}

// wantedAt is for when an order is: it is read out of the text, since json takes characters that text does not.
const wantedAt = `coalesce(substring(doc::text FROM '"fire_at":"([0-9TZ:.+-]{20,35})"')::timestamptz, placed_at)`
