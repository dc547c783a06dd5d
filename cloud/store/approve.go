package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// Approve lets what is kept aside of a device count, because a person says so: events are stored in their own place and projected, once. An
// order of which the restaurant's node has spoken since is that node's; one that is new and still open is brought to it by a command, once the
// device has said that this was all, or at once (anyway). It can be repeated, after it went wrong half-way, and when more has come. It reports
// NotFound "nothing_aside" where there is nothing of the device to approve, and was nothing: see missing.
func (s *Store) Approve(ctx context.Context, edge, device string, anyway bool) (out restaurant.Outcome, err error) {
	spans, err := s.spans(ctx, edge, device)
	if err != nil {
		return out, err
	}
	if len(spans) == 0 {
		if err := s.missing(ctx, edge, device, mayApprove); err != nil {
			return out, err
		}
	}
	now := s.now().Truncate(time.Microsecond) // for all of them, as the database keeps it: see lockKept and judge
	for _, span := range spans {
		var one restaurant.Outcome
		err := again(func() (err error) {
			one, err = s.approve(ctx, edge, device, span, now)
			return err
		})
		if err != nil {
			return out, fmt.Errorf("approve batch %s of a device of %s: %w", span, edge, err)
		}
		out.Projected, out.Repeated, out.Unprojectable = out.Projected+one.Projected, out.Repeated+one.Repeated, out.Unprojectable+one.Unprojectable
	}
	out.Brought, out.Waiting, err = s.part(ctx, edge, device, anyway)
	return out, err
}

// What a person may say of a device, though none of its events are kept aside.
const (
	// Orders of it wait to be brought, or the restaurant had it once: then its events were approved before, or are yet to come. What was thrown
	// away is not approved by that.
	mayApprove = `EXISTS (SELECT FROM edge_owed WHERE edge = $1 AND device = $2) OR
		EXISTS (SELECT FROM devices WHERE restaurant = $1 AND public_key = $2 AND state <> 'current') AND NOT ` + mayDiscard
	// It has been said before.
	mayDiscard = `EXISTS (SELECT FROM edge_discards WHERE edge = $1 AND device = $2)`
)

// missing reports NotFound "nothing_aside" for a device of which nothing is kept aside and nothing may be said: it is misspelt or another
// restaurant's, or was approved and cannot be discarded any more, or the other way round.
func (s *Store) missing(ctx context.Context, edge, device, may string) error {
	var known bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM edge_quarantine WHERE edge = $1 AND device = $2) OR `+may,
		plain(edge, MaxKey), plain(device, 128)).Scan(&known)
	if err != nil {
		return fmt.Errorf("look for a device of %s: %w", edge, err)
	}
	if !known {
		return problem.New(problem.NotFound, "nothing_aside", "nothing of this device is kept aside for %s", edge)
	}
	return nil
}

// spans name the batches of a device in quarantine, in the order in which their events happened.
func (s *Store) spans(ctx context.Context, edge, device string) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT device, span, reason, events, received FROM edge_quarantine WHERE edge = $1 AND device = $2`,
		plain(edge, MaxKey), plain(device, 128))
	if err != nil {
		return nil, fmt.Errorf("read the quarantine of %s: %w", edge, err)
	}
	all, err := pgx.CollectRows(rows, scanKept)
	if err != nil {
		return nil, fmt.Errorf("read the quarantine of %s: %w", edge, err)
	}
	slices.SortFunc(all, func(a, b kept) int {
		return cmp.Or(cmp.Compare(a.epoch, b.epoch), cmp.Compare(a.first, b.first), cmp.Compare(a.span, b.span))
	})
	spans := make([]string, len(all))
	for i, k := range all {
		spans[i] = k.span
	}
	return spans, nil
}

// approve is one transaction: a batch leaves quarantine.
func (s *Store) approve(ctx context.Context, edge, device, span string, now time.Time) (restaurant.Outcome, error) {
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
	a := &applying{now: now}
	if err := a.letIn(ctx, conn.Conn(), edge, device, span); err != nil {
		return restaurant.Outcome{}, rollback(ctx, conn, err)
	}
	if len(a.facts) > 0 {
		acts.Of(ctx).Wrote()
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
	b.Queue(roomAgain, edge, a.now)
	a.queueOwed(b, edge, device)
	if open := acts.Of(ctx); open != nil {
		queueNotes(b, []noted{{open, open.Line(acts.Change{Field: "batch", To: span})}}, a.now)
	}
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
