package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/link"
)

// How much of one edge is kept for a person to look at: the first that came, for they tell how it began. The last of them may be larger
// than what is left.
const (
	QuarantineRows  = 1000
	QuarantineBytes = 16 << 20
)

type aside struct {
	batch  link.Batch
	reason string
}

// queue keeps a batch, once, however often it comes. One with the same numbers and other contents is another one.
func (q aside) queue(b *pgx.Batch) (*pgx.QueuedQuery, error) {
	raw, err := json.Marshal(q.batch.Events)
	if err != nil {
		return nil, fmt.Errorf("keep a batch of %s aside: %w", q.batch.Edge, err)
	}
	span := fmt.Sprintf("%d/%d-%d/%.8s", q.batch.Epoch, q.batch.First, q.batch.Last, q.batch.After().Hash)
	return b.Queue(`
		INSERT INTO edge_quarantine (edge, device, span, reason, events)
		SELECT $1::text, $2::text, $3::text, $4::text, $5::bytea
		WHERE (SELECT count(*) < $6 AND coalesce(sum(octet_length(events)), 0) < $7 FROM edge_quarantine WHERE edge = $1)
			OR EXISTS (SELECT FROM edge_quarantine WHERE edge = $1 AND device = $2 AND span = $3)
		ON CONFLICT (edge, device, span) DO UPDATE SET times = edge_quarantine.times + 1, reason = excluded.reason`,
		q.batch.Edge, plain(q.batch.Device, 128), span, plain(q.reason, 500), raw, QuarantineRows, QuarantineBytes), nil
}

// kept is a batch in quarantine.
type kept struct {
	device, span, reason string
	received             time.Time
	events               []link.Event
	epoch, first         uint64
}

func scanKept(row pgx.CollectableRow) (k kept, err error) {
	var raw []byte
	if err := row.Scan(&k.device, &k.span, &k.reason, &raw, &k.received); err != nil {
		return k, err
	}
	if _, err := fmt.Sscanf(k.span, "%d/%d-", &k.epoch, &k.first); err != nil {
		return k, fmt.Errorf("read the place of batch %q in quarantine: %w", k.span, err)
	}
	if err := json.Unmarshal(raw, &k.events); err != nil {
		return k, fmt.Errorf("read batch %q in quarantine: %w", k.span, err)
	}
	return k, nil
}

// Quarantine is what is kept aside of a restaurant, by device and epoch.
func (s *Store) Quarantine(ctx context.Context, edge string) ([]restaurant.Aside, error) {
	rows, err := s.pool.Query(ctx, `SELECT device, span, reason, events, received FROM edge_quarantine WHERE edge = $1 ORDER BY received`, plain(edge, MaxKey))
	if err != nil {
		return nil, fmt.Errorf("read the quarantine of %s: %w", edge, err)
	}
	all, err := pgx.CollectRows(rows, scanKept)
	if err != nil {
		return nil, fmt.Errorf("read the quarantine of %s: %w", edge, err)
	}
	type place struct {
		device string
		epoch  uint64
	}
	sums, seen := map[place]*restaurant.Aside{}, map[string]bool{}
	for _, k := range all {
		sum := sums[place{k.device, k.epoch}]
		if sum == nil {
			sum = &restaurant.Aside{Device: k.device, Epoch: k.epoch, Kinds: map[string]int{}}
			sums[place{k.device, k.epoch}] = sum
		}
		sum.Reason, sum.Received = k.reason, k.received.UTC()
		for _, e := range k.events {
			if !seen[k.device+e.ID] {
				seen[k.device+e.ID] = true
				count(sum, e)
			}
		}
	}
	out := []restaurant.Aside{}
	for _, sum := range sums {
		slices.Sort(sum.Orders)
		sum.Orders = slices.Compact(sum.Orders)
		out = append(out, *sum)
	}
	slices.SortFunc(out, func(a, b restaurant.Aside) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Epoch, b.Epoch))
	})
	return out, nil
}

func count(sum *restaurant.Aside, e link.Event) {
	sum.Events++
	sum.Kinds[e.Kind]++
	if sum.First == 0 || e.Seq < sum.First {
		sum.First = e.Seq
	}
	sum.Last = max(sum.Last, e.Seq)
	if e.Order != "" {
		sum.Orders = append(sum.Orders, e.Order)
	}
}

// Discard throws away what is kept aside of a device, because a person says so. Only the ids are remembered: see Holds.
func (s *Store) Discard(ctx context.Context, edge, device string) error {
	_, err := s.pool.Exec(ctx, `
		WITH gone AS (DELETE FROM edge_quarantine WHERE edge = $1 AND device = $2 RETURNING edge, device, events)
		INSERT INTO edge_discards (edge, device, event_id)
		SELECT edge, device, e->>'id' FROM gone, json_array_elements(convert_from(events, 'UTF8')::json) e ON CONFLICT DO NOTHING`,
		plain(edge, MaxKey), plain(device, 128))
	if err != nil {
		return fmt.Errorf("discard what is kept aside of %s: %w", edge, err)
	}
	return nil
}
