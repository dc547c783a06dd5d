package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// fadingMiss is what is left of all older misses with each that comes: the last hundred or so count, a busy evening's.
const fadingMiss = 0.99

// stage is where in which kitchen an order is.
type stage struct {
	restaurant string
	kitchen    order.Kitchen
}

// SaveMisses adds by how much forecasts were off, row after row in one sequence, so that no two cores wait for each other.
func (s *Store) SaveMisses(ctx context.Context, all []dispatch.Miss) error {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b dispatch.Miss) int {
		return cmp.Or(cmp.Compare(a.Restaurant, b.Restaurant), cmp.Compare(a.Kitchen, b.Kitchen), cmp.Compare(a.By, b.By))
	})
	b := &pgx.Batch{}
	for _, m := range all {
		b.Queue(`
			INSERT INTO forecast_misses AS f (restaurant, kitchen, misses, seconds) VALUES ($1, $2, 1, $3)
			ON CONFLICT (restaurant, kitchen) DO UPDATE SET misses = f.misses * $4 + 1, seconds = f.seconds * $4 + excluded.seconds`,
			m.Restaurant, string(m.Kitchen), m.By.Seconds(), fadingMiss)
	}
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("keep %d misses of forecasts: %w", len(all), err)
	}
	return nil
}

// readSpreads is how far forecasts may be off where that was measured.
func readSpreads(ctx context.Context, tx pgx.Tx, restaurants []string) (map[stage]time.Duration, error) {
	rows, err := tx.Query(ctx, `SELECT restaurant, kitchen, misses, seconds FROM forecast_misses WHERE restaurant = ANY ($1)`, restaurants)
	if err != nil {
		return nil, err
	}
	var (
		at              stage
		misses, seconds float64
		out             = map[stage]time.Duration{}
	)
	_, err = pgx.ForEachRow(rows, []any{&at.restaurant, &at.kitchen, &misses, &seconds}, func() error {
		out[at] = dispatch.MeasuredSpread(at.kitchen, misses, time.Duration(seconds*float64(time.Second)))
		return nil
	})
	return out, err
}

// doubt has orders' forecasts be off by as much as their kitchens were lately.
func doubt(ctx context.Context, tx pgx.Tx, restaurants []string, orders []dispatch.Order) error {
	spreads, err := readSpreads(ctx, tx, restaurants)
	if err != nil {
		return err
	}
	for i := range orders {
		o := &orders[i]
		if spread, measured := spreads[stage{o.Restaurant, o.Kitchen}]; measured {
			o.ReadySpread = spread
		}
	}
	return nil
}
