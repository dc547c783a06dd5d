package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/road"
)

// LooseCash is what guests have paid to drivers who have no bag open, since they checked the last one out, or in the last week when there never
// was one: of one driver, or with "" of all drivers of a restaurant and of those who drive for all.
func (s *Store) LooseCash(ctx context.Context, restaurant, driver string) ([]road.Loose, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT d.id, (SELECT max(b.closed) FROM cash_bags b WHERE b.driver = d.id) FROM drivers d
		WHERE (d.id = $2 OR $2 = '' AND d.home IN ($1, '')) AND NOT EXISTS (SELECT FROM cash_bags b WHERE b.driver = d.id AND b.closed IS NULL)
		ORDER BY d.name, d.id`, plain(restaurant, MaxKey), plain(driver, MaxKey))
	if err != nil {
		return nil, fmt.Errorf("read loose cash: %w", err)
	}
	var who []string
	var since []time.Time
	last := map[string]time.Time{}
	var id string
	var closed *time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &closed}, func() error {
		at := s.now()
		if closed != nil {
			at, last[id] = *closed, *closed
		}
		who, since = append(who, id), append(since, at.Add(-ordersReach).UTC())
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read loose cash: %w", err)
	}
	return s.looseOf(ctx, who, since, last)
}

func (s *Store) looseOf(ctx context.Context, who []string, since []time.Time, last map[string]time.Time) (all []road.Loose, err error) {
	brought, err := s.many(ctx, `SELECT `+recordColumns+` FROM unnest($1::text[], $2::timestamptz[]) AS d (who, since) CROSS JOIN LATERAL (
			SELECT * FROM orders WHERE driver = d.who AND placed_at >= d.since AND NOT open AND status = 'Delivered'
			AND doc->'order'->'payment'->>'method' = 'cash' ORDER BY arrival LIMIT $3) AS o
		ORDER BY driver, arrival`, who, since, mostBrought)
	if err != nil {
		return nil, err
	}
	at := map[[2]string]int{}
	for i := range brought {
		r := &brought[i]
		key := [2]string{r.Driver.ID, r.Order.Totals.Total.Currency}
		b := road.Bag{Currency: key[1], After: last[key[0]]}
		if b.Fill(brought[i : i+1]); len(b.Taken) == 0 {
			continue
		}
		n, known := at[key]
		if !known {
			n, at[key] = len(all), len(all)
			all = append(all, road.Loose{Driver: key[0], Currency: key[1]})
		}
		all[n].Taken = append(all[n].Taken, b.Taken...)
	}
	return all, nil
}

// RefusedDrops are what drivers of a restaurant, and those who drive for all, wanted to put into the safe within a day though by the books there was less
// in the bag: the last try of each, unless the bag was counted since.
func (s *Store) RefusedDrops(ctx context.Context, restaurant string) ([]acts.Act, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT DISTINCT ON (a.subject) a.n, a.at, a.role, a.who, a.who_restaurant, a.what, a.kind, a.subject, a.label, a.restaurant, a.outcome, a.code, a.changes, a.request
		FROM acts a JOIN drivers d ON d.id = a.subject AND d.home IN ($1, '')
		WHERE a.at >= $2 AND a.what = 'drop_cash' AND a.code = 'more_than_in_bag'
			AND NOT EXISTS (SELECT FROM cash_bags b WHERE b.driver = a.subject AND b.closed > a.at)
		ORDER BY a.subject, a.n DESC`, plain(restaurant, MaxKey), s.now().Add(-day))
	if err != nil {
		return nil, fmt.Errorf("read refused drops: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanAct)
	if err != nil {
		return nil, fmt.Errorf("read refused drops: %w", err)
	}
	return all, nil
}
