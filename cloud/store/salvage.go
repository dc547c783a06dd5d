package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

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
	kept := &aside{batch: batch, reason: "handed over by a device that is no longer the restaurant's node"}
	if err := kept.queue(b, s.now()); err != nil {
		return err
	}
	b.Queue(`UPDATE devices SET all_here = NULL WHERE restaurant = $1 AND public_key = $2`, edge, device)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("keep what a device of %s hands over: %w", edge, err)
	}
	if kept.left {
		return problem.New(problem.Unavailable, "quarantine_full", "as much is kept aside for %s as can be: somebody has to look at it first", edge)
	}
	return nil
}

// allHere is since when all of device d is in this life of the database.
const allHere = `CASE WHEN d.all_inc = (` + incarnation + `) THEN d.all_here END`

// SaidAll takes note that a device which is no longer its restaurant's node has handed over all that it has to the incarnation inc, and since when
// that is so. Whatever it hands over later ends that, until it says so again. It reports NotFound "unknown_device", and Conflict
// "current_device" or "another_database".
func (s *Store) SaidAll(ctx context.Context, edge, device, inc string) (since time.Time, err error) {
	if err := s.replaced(ctx, edge, device); err != nil {
		return since, err
	}
	err = s.pool.QueryRow(ctx, `
		UPDATE devices d SET all_here = coalesce(`+allHere+`, $4), all_inc = $3
		WHERE restaurant = $1 AND public_key = $2 AND (`+incarnation+`) = $3 RETURNING all_here`,
		plain(edge, MaxKey), plain(device, 128), plain(inc, 200), s.now()).Scan(&since)
	if isNone(err) {
		return since, problem.New(problem.Conflict, "another_database", "the database is another one by now: ask again what it has")
	}
	if err != nil {
		return since, fmt.Errorf("note that all of a device of %s is here: %w", edge, err)
	}
	_, _, err = s.part(ctx, edge, device, false)
	return since, err
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
