package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// ErrMoved says that a commit was decided on an older state than the file has.
var ErrMoved = errors.New("the database has moved on")

// Commit writes one change of the kitchen: all of it is durable when it returns nil. It reports ErrMoved when the change does not
// continue what the file has, and problem.Invalid when a fact could not travel.
func (s *Store) Commit(ctx context.Context, c kitchen.Commit) error {
	acked := s.ackedMark()
	events, err := eventsOf(c, acked.Epoch)
	if err != nil {
		return err
	}
	if err := s.admit(ctx, c); err != nil {
		return err
	}
	if s.Pressure() >= Tight {
		c.Letters = nil
	}
	s.writes.ready(ctx)
	if err := s.tx(ctx, func(tx *sql.Tx) error { return write(ctx, s.writes.in(tx), c, events, acked) }); err != nil {
		return err
	}
	if c.Begin != nil {
		_, err = s.Acked(ctx)
	}
	s.notePrints(c.Prints)
	if len(events) > 0 || c.Begin != nil {
		select {
		case s.appended <- struct{}{}:
		default:
		}
	}
	return err
}

// eventsOf are the facts as events, not sealed yet. Every one is checked before anything is written: what is in the outbox must be able
// to leave it.
func eventsOf(c kitchen.Commit, epoch uint64) ([]link.Event, error) {
	events := make([]link.Event, len(c.Facts))
	for n, f := range c.Facts {
		if s, ok := f.Body.(event.OrderStanding); ok {
			s.Epoch = epoch
			f.Body = s
		}
		body, err := event.Encode(f.Body)
		if err != nil {
			return nil, err
		}
		events[n] = link.Event{ID: id.New(), Order: string(f.Order), Kind: f.Body.Kind(), At: c.At, Trace: f.Trace, Body: body}
		if err := events[n].Check(); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// write writes all that a commit has changed: each kind of state by its own function, in its own file.
func write(ctx context.Context, tx prepared, c kitchen.Commit, events []link.Event, acked link.Mark) error {
	n, err := readNode(ctx, tx)
	if err != nil {
		return err
	}
	if err := n.follow(c, acked); err != nil {
		return err
	}
	for _, part := range []func() error{
		func() error {
			return each(c.Tickets, func(t kitchen.Ticket) error { return writeTicket(ctx, tx, t, c.At) })
		},
		func() error { return writeNumbers(ctx, tx, c.Numbers) },
		func() error { return writeTimers(ctx, tx, c) },
		func() error { return writeAlerts(ctx, tx, c) },
		func() error { return writeAnswers(ctx, tx, c) },
		func() error { return writeStock(ctx, tx, c.Stock) },
		func() error { return movePrints(ctx, tx, c.Moved) },
		func() error { return writePrints(ctx, tx, c.Prints) },
		func() error { return writeScreens(ctx, tx, c) },
		func() error {
			return each(c.Letters, func(l kitchen.DeadLetter) error { return writeLetter(ctx, tx, l) })
		},
		func() error { return writeShift(ctx, tx, c.Shift) },
		func() error { return writeCooks(ctx, tx, c.Cooks) },
		func() error { return writeLearned(ctx, tx, c) },
		func() error { return writeReadings(ctx, tx, c.Readings) },
		func() error { return writeReleased(ctx, tx, c) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return n.seal(ctx, tx, c, events)
}

func each[T any](all []T, write func(T) error) error {
	for _, one := range all {
		if err := write(one); err != nil {
			return err
		}
	}
	return nil
}

func writeTicket(ctx context.Context, tx prepared, t kitchen.Ticket, at time.Time) error {
	doc, err := json.Marshal(t.Order)
	if err != nil {
		return fmt.Errorf("write order %s: %w", t.Order.ID, err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO orders (id, doc, token) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc
		WHERE coalesce(excluded.doc ->> '$.changes', 0) > coalesce(orders.doc ->> '$.changes', 0)`, // a tap does not write it again
		t.Order.ID, string(doc), t.Token)
	if err != nil {
		return fmt.Errorf("write order %s: %w", t.Order.ID, err)
	}
	orderID, open, ended := t.Order.ID, t.Open(), any(nil)
	if !open {
		ended = at.UnixMilli()
	}
	t.Order = order.Order{}
	state, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("write ticket %s: %w", orderID, err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO tickets (order_id, state, open, ended_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (order_id) DO UPDATE SET state = excluded.state, open = excluded.open,
			ended_at = CASE excluded.open WHEN 1 THEN NULL ELSE coalesce(tickets.ended_at, excluded.ended_at) END`,
		orderID, string(state), open, ended)
	if err != nil {
		return fmt.Errorf("write ticket %s: %w", orderID, err)
	}
	return nil
}

func writeNumbers(ctx context.Context, tx prepared, numbers []kitchen.Number) error {
	for _, n := range numbers {
		var last int
		err := tx.QueryRowContext(ctx, `INSERT INTO numbers (day, last) VALUES (?, ?)
			ON CONFLICT (day) DO UPDATE SET last = excluded.last WHERE excluded.last > numbers.last RETURNING last`, n.Day, n.Last).Scan(&last)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: number %d of %s has been given", ErrMoved, n.Last, n.Day)
		} else if err != nil {
			return fmt.Errorf("give number %d of %s: %w", n.Last, n.Day, err)
		}
	}
	return nil
}

func writeTimers(ctx context.Context, tx prepared, c kitchen.Commit) error {
	for _, key := range c.Stopped {
		_, err := tx.ExecContext(ctx, `DELETE FROM timers WHERE kind = ? AND order_id = ? AND item = ?`, key.Kind, key.Order, key.Item)
		if err != nil {
			return fmt.Errorf("stop timer %s of order %s: %w", key.Kind, key.Order, err)
		}
	}
	for _, t := range c.Timers {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO timers (kind, order_id, item, due_at, since) VALUES (?, ?, ?, ?, ?)`,
			t.Kind, t.Order, t.Item, t.Due.UnixMilli(), t.Since.UnixMilli())
		if err != nil {
			return fmt.Errorf("set timer %s of order %s: %w", t.Kind, t.Order, err)
		}
	}
	return nil
}

func writeAlerts(ctx context.Context, tx prepared, c kitchen.Commit) error {
	for _, alert := range c.Cleared {
		if _, err := tx.ExecContext(ctx, `DELETE FROM alerts WHERE id = ?`, alert); err != nil {
			return fmt.Errorf("clear alert %s: %w", alert, err)
		}
	}
	for _, a := range c.Raised {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO alerts (id, device, what, level, order_id, since) VALUES (?, ?, ?, ?, ?, ?)`,
			a.ID, a.Device, a.What, a.Level, a.Order, a.Since.UnixMilli())
		if err != nil {
			return fmt.Errorf("raise alert %s: %w", a.ID, err)
		}
	}
	return nil
}

func writeAnswers(ctx context.Context, tx prepared, c kitchen.Commit) error {
	if o := c.Command; o != nil {
		_, err := tx.ExecContext(ctx, `INSERT INTO inbox (cmd_seq, cmd_id, again, granted, reason, at) VALUES (?, ?, ?, ?, ?, ?)`,
			o.Seq, o.ID, o.Again, o.Granted, o.Reason, c.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("answer command %d: %w", o.Seq, err)
		}
	}
	if a := c.Answer; a != nil {
		var body any
		if len(a.Body) > 0 {
			body = string(a.Body)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO taps (id, order_id, request, body, keep_until) VALUES (?, ?, ?, ?, ?)`,
			a.ID, a.Order, a.Request, body, a.Keep.UnixMilli())
		if err != nil {
			return fmt.Errorf("answer %s: %w", a.ID, err)
		}
	}
	return nil
}

// writeCooks writes who works; nil is for a commit that changed nobody.
func writeCooks(ctx context.Context, tx prepared, cooks []kitchen.Cook) error {
	if cooks == nil {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM cooks`); err != nil {
		return fmt.Errorf("write cooks: %w", err)
	}
	for _, c := range cooks {
		skills, err := json.Marshal(c.Skills)
		if err != nil {
			return fmt.Errorf("write cook %s: %w", c.ID, err)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO cooks (id, name, skills, signed_in) VALUES (?, ?, ?, ?)`, c.ID, c.Name, string(skills), c.SignedIn)
		if err != nil {
			return fmt.Errorf("write cook %s: %w", c.ID, err)
		}
	}
	return nil
}
