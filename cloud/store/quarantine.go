package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/link"
)

// How much of one edge is kept for a person to look at: the first that came, for they tell how it began. The last of them may be larger
// than what is left.
const (
	QuarantineRows  = 1000
	QuarantineBytes = 16 << 20
)

// aside is a batch to keep for a person to look at.
type aside struct {
	batch  link.Batch
	reason string
	of     int  // which of the batches that came together
	left   bool // known once it was tried: there is no room for it
}

// queue keeps a batch, once, however often it comes. One with the same numbers and other contents is another one. Where there is no room, an
// alert says so.
func (q *aside) queue(b *pgx.Batch, now time.Time) error {
	raw, err := json.Marshal(q.batch.Events)
	if err != nil {
		return fmt.Errorf("keep a batch of %s aside: %w", q.batch.Edge, err)
	}
	device := plain(q.batch.Device, 128)
	span := fmt.Sprintf("%d/%d-%d/%.8s", q.batch.Epoch, q.batch.First, q.batch.Last, q.batch.After().Hash)
	b.Queue(`
		INSERT INTO edge_quarantine (edge, device, span, reason, events)
		SELECT $1::text, $2::text, $3::text, $4::text, $5::bytea
		WHERE (SELECT count(*) < $6 AND coalesce(sum(octet_length(events)), 0) < $7 FROM edge_quarantine WHERE edge = $1)
			OR EXISTS (SELECT FROM edge_quarantine WHERE edge = $1 AND device = $2 AND span = $3)
		ON CONFLICT (edge, device, span) DO UPDATE SET times = edge_quarantine.times + 1, reason = excluded.reason`,
		q.batch.Edge, device, span, plain(q.reason, 500), raw, QuarantineRows, QuarantineBytes).
		Exec(func(tag pgconn.CommandTag) error { q.left = tag.RowsAffected() == 0; return nil })
	b.Queue(`
		INSERT INTO alerts (restaurant, alert, device, what, level, order_id, detail, since, heard)
		SELECT $1, $4, 'cloud', $4, 'critical', '', $5, $6, $6
		WHERE NOT EXISTS (SELECT FROM edge_quarantine WHERE edge = $1 AND device = $2 AND span = $3)
		ON CONFLICT (restaurant, alert) DO UPDATE SET detail = excluded.detail, heard = excluded.heard, cleared = NULL,
			since = CASE WHEN alerts.cleared IS NULL THEN alerts.since ELSE excluded.since END`,
		q.batch.Edge, device, span, restaurant.QuarantineFull, whenFull, now)
	return nil
}

const whenFull = "as much is kept aside as can be, and more is there: approve or discard what is kept, so that the rest can come. What comes over the " +
	"hub waits there for three days at most, and not much of it"

// roomAgain ends the alert that there is none.
const roomAgain = `UPDATE alerts SET cleared = $2 WHERE restaurant = $1 AND alert = '` + restaurant.QuarantineFull + `' AND cleared IS NULL`

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

// Gone are the devices of which something is kept aside, or of which orders wait to be brought, by name.
func (s *Store) Gone(ctx context.Context, edge string) ([]restaurant.Gone, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT g.device, `+allHere+`, ARRAY (
			SELECT w.order_id::text FROM edge_owed w JOIN orders o ON o.id = w.order_id AND o.open WHERE w.edge = $1 AND w.device = g.device ORDER BY 1
		) AS waiting
		FROM (SELECT device FROM edge_quarantine WHERE edge = $1 UNION SELECT device FROM edge_owed WHERE edge = $1) g
		LEFT JOIN devices d ON d.restaurant = $1 AND d.public_key = g.device ORDER BY g.device`, plain(edge, MaxKey))
	if err != nil {
		return nil, fmt.Errorf("read whose events are kept aside for %s: %w", edge, err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[restaurant.Gone])
	if err != nil {
		return nil, fmt.Errorf("read whose events are kept aside for %s: %w", edge, err)
	}
	return all, nil
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

// Discard throws away what is kept aside of a device, because a person says so. Only the ids are remembered: see Holds. What was approved
// of it before stays, and its orders are brought if this was all that was left to judge. It can be repeated. It reports NotFound "nothing_aside"
// where there is and was nothing of the device to throw away.
func (s *Store) Discard(ctx context.Context, edge, device string) error {
	edge, device = plain(edge, MaxKey), plain(device, 128)
	if err := s.missing(ctx, edge, device, mayDiscard); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`
		WITH gone AS (DELETE FROM edge_quarantine WHERE edge = $1 AND device = $2 RETURNING edge, device, events)
		INSERT INTO edge_discards (edge, device, event_id)
		SELECT edge, device, e->>'id' FROM gone, json_array_elements(convert_from(events, 'UTF8')::json) e ON CONFLICT DO NOTHING`, edge, device)
	b.Queue(roomAgain, edge, s.now())
	if err := s.noting(ctx, func(q doer) error { return q.SendBatch(ctx, b).Close() }); err != nil {
		return fmt.Errorf("discard what is kept aside of %s: %w", edge, err)
	}
	_, _, err := s.part(ctx, edge, device, false)
	return err
}
