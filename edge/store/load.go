package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Load is what a kitchen has to know when it starts, as of one commit.
func (s *Store) Load(ctx context.Context) (kitchen.State, error) {
	state := kitchen.State{Numbers: map[string]int{}}
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return state, fmt.Errorf("load the kitchen: %w", err)
	}
	err = errors.Join(load(ctx, tx, &state), tx.Rollback())
	if err != nil {
		return state, fmt.Errorf("load the kitchen: %w", err)
	}
	return state, nil
}

func load(ctx context.Context, tx *sql.Tx, state *kitchen.State) (err error) {
	if err := tx.QueryRowContext(ctx, `SELECT board_seq, cmd_seq FROM meta`).Scan(&state.Seq, &state.Applied); err != nil {
		return err
	}
	if state.Tickets, err = loadBoard(ctx, tx); err != nil {
		return err
	}
	if state.Screens, err = loadScreens(ctx, tx); err != nil {
		return err
	}
	state.Cooks, err = list(ctx, tx, scanCook, `SELECT id, name, skills, signed_in FROM cooks ORDER BY id`)
	if err != nil {
		return err
	}
	state.Alerts, err = list(ctx, tx, scanAlert, `SELECT id, device, what, level, order_id, since FROM alerts`)
	if err != nil {
		return err
	}
	state.Timers, err = list(ctx, tx, scanTimer, `SELECT kind, order_id, item, due_at, since FROM timers`)
	if err != nil {
		return err
	}
	if state.Stock, err = loadStock(ctx, tx); err != nil {
		return err
	}
	if state.Released, err = loadReleased(ctx, tx); err != nil {
		return err
	}
	numbers, err := list(ctx, tx, func(row scanner) (n kitchen.Number, err error) { return n, row.Scan(&n.Day, &n.Last) }, `SELECT day, last FROM numbers`)
	for _, n := range numbers {
		state.Numbers[n.Day] = n.Last
	}
	return errors.Join(err, loadShift(ctx, tx, &state.Shift), loadLearned(ctx, tx, state))
}

const ticketRows = `SELECT o.doc, o.token, t.state FROM tickets t JOIN orders o ON o.id = t.order_id `

// Ticket finds a ticket, open or ended. It reports problem.NotFound.
func (s *Store) Ticket(ctx context.Context, id order.ID) (kitchen.Ticket, error) {
	t, err := scanTicket(s.reads.QueryRowContext(ctx, ticketRows+`WHERE t.order_id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, problem.New(problem.NotFound, "no_such_order", "the kitchen has no order %s", id)
	} else if err != nil {
		return t, fmt.Errorf("read ticket %s: %w", id, err)
	}
	return t, nil
}

// Recent are the tickets of a business day that left the board, last first.
func (s *Store) Recent(ctx context.Context, day string, most int) ([]kitchen.Ticket, error) {
	tickets, err := list(ctx, &s.reads, scanTicket, ticketRows+`WHERE t.open = 0 AND t.day = ? ORDER BY t.ended_at DESC, t.number DESC LIMIT ?`, day, most)
	if err != nil {
		return nil, fmt.Errorf("read the tickets that ended on %s: %w", day, err)
	}
	return tickets, nil
}

// Answer is what a tap was answered; ok is false when it was never seen, or long ago.
func (s *Store) Answer(ctx context.Context, tap string) (a kitchen.Answer, ok bool, err error) {
	var body sql.NullString
	var keep int64
	row := s.reads.QueryRowContext(ctx, `SELECT id, order_id, request, body, keep_until FROM taps WHERE id = ?`, tap)
	err = row.Scan(&a.ID, &a.Order, &a.Request, &body, &keep)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	} else if err != nil {
		return a, false, fmt.Errorf("read the answer to %s: %w", tap, err)
	}
	a.Body, a.Keep = json.RawMessage(body.String), instant(keep)
	return a, true, nil
}

type scanner interface{ Scan(into ...any) error }

func scanTicket(row scanner) (t kitchen.Ticket, err error) {
	var doc, state []byte
	if err := row.Scan(&doc, &t.Token, &state); err != nil {
		return t, err
	}
	if err := json.Unmarshal(state, &t); err != nil {
		return t, err
	}
	t.Order = order.Order{}
	return t, json.Unmarshal(doc, &t.Order)
}

func scanCook(row scanner) (c kitchen.Cook, err error) {
	var skills []byte
	if err := row.Scan(&c.ID, &c.Name, &skills, &c.SignedIn); err != nil {
		return c, err
	}
	return c, json.Unmarshal(skills, &c.Skills)
}

func scanAlert(row scanner) (a kitchen.Alert, err error) {
	var since int64
	err = row.Scan(&a.ID, &a.Device, &a.What, &a.Level, &a.Order, &since)
	a.Since = instant(since)
	return a, err
}

func scanTimer(row scanner) (t kitchen.Timer, err error) {
	var due, since int64
	err = row.Scan(&t.Kind, &t.Order, &t.Item, &due, &since)
	t.Due, t.Since = instant(due), instant(since)
	return t, err
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// list reads all rows of a query.
func list[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) (out []T, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
