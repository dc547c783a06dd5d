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
	epoch                uint64
}

func scanKept(row pgx.CollectableRow) (k kept, err error) {
	var raw []byte
	if err := row.Scan(&k.device, &k.span, &k.reason, &raw, &k.received); err != nil {
		return k, err
	}
	if _, err := fmt.Sscanf(k.span, "%d/", &k.epoch); err != nil {
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

// Approve lets what is kept aside of a device count, because a person says so: events are stored in their own place and projected, once. An
// order of which the restaurant's node has spoken since is that node's. It can be repeated after it went wrong half-way.
func (s *Store) Approve(ctx context.Context, edge, device string) (out restaurant.Outcome, err error) {
	spans, err := s.spans(ctx, edge, device)
	if err != nil {
		return out, err
	}
	for _, span := range spans {
		var one restaurant.Outcome
		err := again(func() (err error) {
			one, err = s.approve(ctx, edge, device, span)
			return err
		})
		if err != nil {
			return out, fmt.Errorf("approve batch %s of a device of %s: %w", span, edge, err)
		}
		out.Projected, out.Repeated, out.Unprojectable = out.Projected+one.Projected, out.Repeated+one.Repeated, out.Unprojectable+one.Unprojectable
	}
	return out, nil
}

// spans are the batches of a device in quarantine, in the order in which their events happened.
func (s *Store) spans(ctx context.Context, edge, device string) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT span FROM edge_quarantine WHERE edge = $1 AND device = $2`, plain(edge, MaxKey), plain(device, 128))
	if err != nil {
		return nil, fmt.Errorf("read the quarantine of %s: %w", edge, err)
	}
	spans, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read the quarantine of %s: %w", edge, err)
	}
	places := map[string][2]uint64{}
	for _, span := range spans {
		var at [2]uint64
		if _, err := fmt.Sscanf(span, "%d/%d-", &at[0], &at[1]); err != nil {
			return nil, fmt.Errorf("read the place of batch %q in quarantine: %w", span, err)
		}
		places[span] = at
	}
	slices.SortFunc(spans, func(a, b string) int {
		return cmp.Or(cmp.Compare(places[a][0], places[b][0]), cmp.Compare(places[a][1], places[b][1]), cmp.Compare(a, b))
	})
	return spans, nil
}

// approve is one transaction: a batch leaves quarantine.
func (s *Store) approve(ctx context.Context, edge, device, span string) (restaurant.Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return restaurant.Outcome{}, fmt.Errorf("get a connection: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `BEGIN`); err != nil {
		return restaurant.Outcome{}, fmt.Errorf("begin: %w", err)
	}
	a := &applying{now: s.now()}
	if err := a.letIn(ctx, conn.Conn(), edge, device, span); err != nil {
		return restaurant.Outcome{}, rollback(ctx, conn, err)
	}
	s.publish(a.changed(), a.told)
	var out restaurant.Outcome
	for _, f := range a.facts {
		switch f.outcome {
		case projected:
			out.Projected++
		case repeated:
			out.Repeated++
		default:
			out.Unprojectable++
		}
	}
	return out, nil
}

// letIn projects what a batch in quarantine says, and stores it.
func (a *applying) letIn(ctx context.Context, conn *pgx.Conn, edge, device, span string) error {
	row, k, err := a.lockKept(ctx, conn, edge, device, span)
	if err == nil && k == nil { // somebody else has let it in
		_, err = conn.Exec(ctx, `COMMIT`)
		return err
	}
	if err != nil {
		return err
	}
	for _, e := range k.events {
		a.facts = append(a.facts, &fact{edge: edge, epoch: k.epoch, Event: e})
	}
	if err := a.read(ctx, conn); err != nil {
		return err
	}
	a.project()
	a.alerts = slices.DeleteFunc(a.alerts, func(x alert) bool { return !x.settled }) // what ails a box that is gone is no alert
	a.collect()
	if err := a.place(ctx, conn, row); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM edge_quarantine WHERE edge = $1 AND device = $2 AND span = $3`, edge, device, span)
	return a.write(ctx, conn, b)
}

// lockKept locks the link and a batch in quarantine, and finds since when its device is no longer the restaurant's.
func (a *applying) lockKept(ctx context.Context, conn *pgx.Conn, edge, device, span string) (row link.LinkRow, k *kept, err error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT `+linkColumns+` FROM edge_link WHERE edge = $1 FOR NO KEY UPDATE`, edge).Query(func(rows pgx.Rows) (err error) {
		row, err = pgx.CollectExactlyOneRow(rows, scanLink)
		return err
	})
	b.Queue(`SELECT changed FROM devices WHERE restaurant = $1 AND public_key = $2 AND state <> 'current'`, edge, device).Query(func(rows pgx.Rows) error {
		var changed time.Time
		_, err := pgx.ForEachRow(rows, []any{&changed}, func() error { a.until = changed; return nil })
		return err
	})
	b.Queue(`SELECT device, span, reason, events, received FROM edge_quarantine WHERE edge = $1 AND device = $2 AND span = $3 FOR UPDATE`, edge, device, span).
		Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, scanKept)
			if len(found) > 0 {
				k = &found[0]
			}
			return err
		})
	err = conn.SendBatch(ctx, b).Close()
	if a.until.IsZero() {
		a.until = a.now
	}
	return row, k, err
}

// place finds where the events are stored: in their own place, unless another event has it or the link may come by there; then in epoch
// 0, behind what is there. What is known already is not stored again.
func (a *applying) place(ctx context.Context, conn *pgx.Conn, row link.LinkRow) error {
	var seqs []int64
	for _, f := range a.facts {
		seqs = append(seqs, bigint(f.Seq))
	}
	taken, last := map[uint64]bool{}, uint64(0)
	b := &pgx.Batch{}
	if len(a.facts) > 0 {
		b.Queue(`SELECT seq FROM edge_events WHERE edge = $1 AND epoch = $2 AND seq = ANY ($3::bigint[])`, row.Edge, bigint(a.facts[0].epoch), seqs).
			Query(func(rows pgx.Rows) error {
				var seq uint64
				_, err := pgx.ForEachRow(rows, []any{&seq}, func() error { taken[seq] = true; return nil })
				return err
			})
	}
	b.Queue(`SELECT coalesce(max(seq), 0) FROM edge_events WHERE edge = $1 AND epoch = 0`, row.Edge).QueryRow(func(r pgx.Row) error { return r.Scan(&last) })
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("look for a place: %w", err)
	}
	for _, f := range a.facts {
		if f.epoch >= row.Epoch || taken[f.Seq] {
			last++
			f.epoch, f.Seq = 0, last
		}
	}
	return nil
}
