package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// Holds says which of these events of a device that is no longer its restaurant's node the cloud has no need of, and for which incarnation
// that holds: they are stored, in any epoch, or kept aside of this device, or a person has discarded them. It reports NotFound
// "unknown_device" and Conflict "current_device".
func (s *Store) Holds(ctx context.Context, edge, device string, ids []string) (held []bool, inc string, err error) {
	if err := s.replaced(ctx, edge, device); err != nil {
		return nil, "", err
	}
	here := map[string]bool{}
	b := &pgx.Batch{}
	b.Queue(incarnation).QueryRow(func(row pgx.Row) error { return row.Scan(&inc) })
	b.Queue(`
		SELECT event_id FROM edge_events WHERE event_id = ANY ($3::text[]) AND outcome <> 'repeated' AND edge = $1
		UNION SELECT event_id FROM edge_discards WHERE edge = $1 AND device = $2 AND event_id = ANY ($3::text[])
		UNION SELECT e->>'id' FROM edge_quarantine q, json_array_elements(convert_from(q.events, 'UTF8')::json) e
		WHERE q.edge = $1 AND q.device = $2 AND e->>'id' = ANY ($3::text[])`, plain(edge, MaxKey), plain(device, 128), ids).
		Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowTo[string])
			for _, id := range found {
				here[id] = true
			}
			return err
		})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, "", fmt.Errorf("look for events of a device of %s: %w", edge, err)
	}
	s.inc.Store(&inc)
	held = make([]bool, len(ids))
	for i, id := range ids {
		held[i] = here[id]
	}
	return held, inc, nil
}

// Salvage keeps what a device that is no longer its restaurant's node hands over: events of one epoch in order, which continue prev; where
// prev is zero, the device no longer has the event before. It reports Invalid "bad_events", NotFound "unknown_device", Conflict
// "current_device" for one that had better send them by its link, and Unavailable "quarantine_full".
func (s *Store) Salvage(ctx context.Context, edge, device string, epoch uint64, prev link.Hash, events []link.Event) error {
	batch, err := handedOver(edge, device, epoch, prev, events)
	if err != nil {
		return err
	}
	if err := s.replaced(ctx, edge, device); err != nil {
		return err
	}
	b := &pgx.Batch{}
	kept, err := aside{batch, "handed over by a device that is no longer the restaurant's node"}.queue(b)
	if err != nil {
		return err
	}
	full := false
	kept.Exec(func(tag pgconn.CommandTag) error { full = tag.RowsAffected() == 0; return nil })
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("keep what a device of %s hands over: %w", edge, err)
	}
	if full {
		return problem.New(problem.Unavailable, "quarantine_full", "as much is kept aside for %s as can be: somebody has to look at it first", edge)
	}
	return nil
}

// replaced reports what is wrong with a device that hands something over: it is a stranger, or still its restaurant's node.
func (s *Store) replaced(ctx context.Context, edge, device string) error {
	switch state, err := s.DeviceState(ctx, edge, device); {
	case err != nil:
		return err
	case state == DeviceUnknown:
		return problem.New(problem.NotFound, "unknown_device", "this device was never enrolled for %s", edge)
	case state == DeviceCurrent:
		return problem.New(problem.Conflict, "current_device", "this device is the node of %s: its link takes what it has", edge)
	}
	return nil
}

// handedOver is the batch that events make, if they are what some outbox can hold.
func handedOver(edge, device string, epoch uint64, prev link.Hash, events []link.Event) (link.Batch, error) {
	if len(events) == 0 {
		return link.Batch{}, problem.New(problem.Invalid, "bad_events", "there are no events")
	}
	b := link.Batch{
		Edge: edge, Device: device, Epoch: epoch, First: events[0].Seq, Last: events[len(events)-1].Seq, Prev: prev, Gen: "salvage",
		Schema: link.Schema, Events: events,
	}
	if _, _, err := link.EncodeBatch(b); err != nil {
		return b, problem.New(problem.Invalid, "bad_events", "%v", err)
	}
	at := prev
	if prev == (link.Hash{}) && b.First > 1 { // nobody knows what it is chained to
		at, events = events[0].Hash, events[1:]
	}
	for _, e := range events {
		if at = link.Chain(at, e); at != e.Hash {
			return b, problem.New(problem.Invalid, "bad_events", "event %d does not fit its hash", e.Seq)
		}
	}
	return b, nil
}
