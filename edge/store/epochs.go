package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// Retained are the events that the outbox has after a place, of all epochs, oldest first; more says that there are others behind them.
func (s *Store) Retained(ctx context.Context, after link.Place, limit int) (refs []link.Ref, more bool, err error) {
	refs, err = list(ctx, &s.reads, func(row scanner) (r link.Ref, err error) { return r, row.Scan(&r.Epoch, &r.Seq, &r.ID) },
		`SELECT epoch, seq, event_id FROM outbox WHERE (epoch, seq) > (?, ?) ORDER BY epoch, seq LIMIT ?`, after.Epoch, after.Seq, limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("read what is retained after %d/%d: %w", after.Epoch, after.Seq, err)
	}
	return refs[:min(limit, len(refs))], len(refs) > limit, nil
}

// EventsOf are the events from a place on, of any epoch, that stand there without a gap: at most maxEvents of them and at most maxBytes of
// bodies, but one if it is there. prev is the hash before the first; zero when the outbox does not have that event, or no longer.
func (s *Store) EventsOf(ctx context.Context, from link.Place, maxEvents, maxBytes int) (events []link.Event, prev link.Hash, err error) {
	events, err = list(ctx, &s.reads, scanEvent, `SELECT seq, event_id, order_id, kind, at, trace, body, hash FROM outbox
		WHERE epoch = ?1 AND seq BETWEEN ?2 - 1 AND ?2 + ?3 - 1 ORDER BY seq`, from.Epoch, from.Seq, maxEvents)
	if err != nil {
		return nil, prev, fmt.Errorf("read events of epoch %d from %d: %w", from.Epoch, from.Seq, err)
	}
	if len(events) > 0 && events[0].Seq+1 == from.Seq {
		prev, events = events[0].Hash, events[1:]
	}
	size := 0
	for n, e := range events {
		if size += len(e.Body); e.Seq != from.Seq+uint64(n) || n > 0 && size > maxBytes {
			return events[:n], prev, nil
		}
	}
	return events, prev, nil
}

// Epochs are the present epoch and the last one that began with what the cloud knew; the second is 0 when none did.
func (s *Store) Epochs(ctx context.Context) (epoch, begun uint64, err error) {
	if err := s.reads.QueryRowContext(ctx, `SELECT epoch, begun FROM meta`).Scan(&epoch, &begun); err != nil {
		return 0, 0, fmt.Errorf("read the epoch: %w", err)
	}
	return epoch, begun, nil
}

// Heard says of each order that has events after a place whether the cloud has some of them, and whether it lacks some, and news among them, when it
// lacks those that b names. last is the place of the last event looked at.
func (s *Store) Heard(ctx context.Context, b kitchen.Beginning, after kitchen.Place) (heard map[order.ID]kitchen.Heard, last kitchen.Place, err error) {
	heard, last = map[order.ID]kitchen.Heard{}, after
	rows, err := s.read.QueryContext(ctx, `SELECT epoch, seq, order_id, kind FROM outbox WHERE (epoch, seq) > (?, ?) ORDER BY epoch, seq`, after.Epoch, after.Seq)
	if err != nil {
		return nil, last, fmt.Errorf("read which orders the cloud knows: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	unknown := slices.Clone(b.Unknown)
	for rows.Next() {
		var of order.ID
		var kind string
		if err := rows.Scan(&last.Epoch, &last.Seq, &of, &kind); err != nil {
			return nil, last, fmt.Errorf("read which orders the cloud knows: %w", err)
		}
		for len(unknown) > 0 && unknown[0].Before(last) {
			unknown = unknown[1:]
		}
		h := heard[of]
		if b.Through.Before(last) || len(unknown) > 0 && unknown[0] == last {
			h.Lacks, h.News = true, h.News || moves(kind)
		} else {
			h.Has = true
		}
		heard[of] = h
	}
	return heard, last, rows.Err()
}

// moves reports whether a fact of this kind says how an order stands.
func moves(kind string) bool {
	switch kind {
	case event.OrderTaken{}.Kind(), event.OrderStepped{}.Kind(), event.OrderChanged{}.Kind(), event.OrderStanding{}.Kind():
		return true
	}
	return false
}

// Holder is the order that has a ticket number; ok is false when none has.
func (s *Store) Holder(ctx context.Context, day string, number int) (o order.ID, ok bool, err error) {
	err = s.reads.QueryRowContext(ctx, `SELECT order_id FROM tickets WHERE day = ? AND number = ? AND number > 0`, day, number).Scan(&o)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	} else if err != nil {
		return "", false, fmt.Errorf("find number %d of %s: %w", number, day, err)
	}
	return o, true, nil
}

// Obeyed is what a command was answered, or the first command that was obeyed for it; ok is false when neither came here.
func (s *Store) Obeyed(ctx context.Context, command string) (o kitchen.Obeyed, ok bool, err error) {
	err = s.reads.QueryRowContext(ctx, `SELECT cmd_seq, cmd_id, again, granted, reason FROM inbox WHERE cmd_id = ?1 OR again = ?1 AND again <> ''
		ORDER BY cmd_seq LIMIT 1`, command).Scan(&o.Seq, &o.ID, &o.Again, &o.Granted, &o.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return o, false, nil
	} else if err != nil {
		return o, false, fmt.Errorf("find command %s: %w", command, err)
	}
	return o, true, nil
}

// begin moves what the cloud lacks to the new epoch: the same events, sealed into a new chain. What it has stays where it is. An epoch that
// the outbox is in already only takes the commands.
func (n *node) begin(ctx context.Context, tx prepared, b kitchen.Beginning) error {
	n.begun, n.command = b.Epoch, b.Commands
	if n.commands = b.CommandID; b.Commands > 0 && b.CommandID == "" {
		n.commands = unnamed
	}
	if b.Epoch == n.tip.Epoch {
		return nil
	}
	n.tip, n.acked = link.Mark{Epoch: b.Epoch}, link.Mark{Epoch: b.Epoch}
	places := slices.Clone(b.Unknown)
	if !slices.IsSortedFunc(places, kitchen.Place.Compare) || len(places) > 0 && b.Through.Before(places[len(places)-1]) {
		return fmt.Errorf("%w: the unknown events are not in order", ErrMoved)
	}
	later, err := list(ctx, tx, func(row scanner) (p kitchen.Place, err error) { return p, row.Scan(&p.Epoch, &p.Seq) },
		`SELECT epoch, seq FROM outbox WHERE (epoch, seq) > (?, ?) ORDER BY epoch, seq`, b.Through.Epoch, b.Through.Seq)
	if err != nil {
		return fmt.Errorf("find what happened meanwhile: %w", err)
	}
	for _, p := range append(places, later...) {
		if err := n.move(ctx, tx, p); err != nil {
			return err
		}
	}
	return nil
}

// move gives the event at a place the next number of the new epoch.
func (n *node) move(ctx context.Context, tx prepared, from kitchen.Place) error {
	e, err := scanEvent(tx.QueryRowContext(ctx, `SELECT seq, event_id, order_id, kind, at, trace, body, hash FROM outbox WHERE epoch = ? AND seq = ?`,
		from.Epoch, from.Seq))
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w: event %d of epoch %d is not here", ErrMoved, from.Seq, from.Epoch)
	} else if err != nil {
		return fmt.Errorf("read event %d of epoch %d: %w", from.Seq, from.Epoch, err)
	}
	hash := link.Chain(n.tip.Hash, e)
	_, err = tx.ExecContext(ctx, `UPDATE outbox SET epoch = ?, seq = ?, hash = ? WHERE epoch = ? AND seq = ?`,
		n.tip.Epoch, n.tip.Seq+1, hash[:], from.Epoch, from.Seq)
	if err != nil {
		return fmt.Errorf("move event %d of epoch %d: %w", from.Seq, from.Epoch, err)
	}
	n.tip.Seq, n.tip.Hash = n.tip.Seq+1, hash
	return nil
}
