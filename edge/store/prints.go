package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/problem"
)

// How much paper is kept.
const (
	PrintsKept  = 7 * 24 * time.Hour // after it was printed, or could not be: no order comes back to the board later
	PrintsQueue = 1000               // waiting for one printer; the oldest are given up
)

func writePrints(ctx context.Context, tx prepared, jobs []kitchen.PrintJob) error {
	for _, j := range jobs {
		_, err := tx.ExecContext(ctx, `INSERT INTO prints
			(id, what, order_id, item, printer, copy, made_at, expires_at, state, sent_to, tries, since)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', '', 0, ?) ON CONFLICT (id) DO NOTHING`,
			j.ID, j.What, j.Order, j.Item, j.Printer, j.Copy, j.At.UnixMilli(), j.Expires.UnixMilli(), j.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("ask for %s: %w", j.ID, err)
		}
	}
	return nil
}

// movePrints puts the labels of what waits right.
func movePrints(ctx context.Context, tx prepared, m *kitchen.Moved) error {
	if m == nil {
		return nil
	}
	by := m.By.Milliseconds()
	_, err := tx.ExecContext(ctx, `UPDATE prints SET made_at = made_at + ?, expires_at = expires_at + ?, since = since + ?
		WHERE state IN ('pending', 'sent', 'doubtful') AND made_at >= ?`, by, by, by, m.From.UnixMilli())
	if err != nil {
		return fmt.Errorf("put the labels of waiting paper right: %w", err)
	}
	return nil
}

// Printable says that there is paper to be printed; it may say so once for many pieces.
func (s *Store) Printable() <-chan struct{} { return s.printable }

func (s *Store) notePrints(jobs []kitchen.PrintJob) {
	if len(jobs) == 0 {
		return
	}
	select {
	case s.printable <- struct{}{}:
	default:
	}
}

const printRows = `SELECT id, what, order_id, item, printer, copy, made_at, expires_at, state, sent_to, tries, since FROM prints `

// NextPrint is the oldest paper of a printer that is to be printed; ok is false when there is none. What has expired is not.
func (s *Store) NextPrint(ctx context.Context, printer string, now time.Time) (p kitchen.Printed, ok bool, err error) {
	p, err = scanPrint(s.reads.QueryRowContext(ctx, printRows+`WHERE printer = ? AND state IN ('pending', 'sent', 'doubtful') AND state <> 'sent'
		AND expires_at > ? ORDER BY seq LIMIT 1`, printer, now.UnixMilli()))
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	} else if err != nil {
		return p, false, fmt.Errorf("look for paper of %s: %w", printer, err)
	}
	return p, true, nil
}

// printSteps are the states from which a piece of paper comes into another.
var printSteps = map[kitchen.PrintState]string{
	kitchen.PrintSent:      `["pending","doubtful"]`,
	kitchen.PrintPending:   `["sent"]`, // nothing of it went out
	kitchen.PrintConfirmed: `["sent"]`,
	kitchen.PrintDoubtful:  `["sent"]`,
	kitchen.PrintFailed:    `["pending","doubtful"]`,
}

// MarkPrint takes a step of a piece of paper; it is on disk when this returns. It reports problem.Conflict when the piece is not where the step
// begins: somebody else has it.
func (s *Store) MarkPrint(ctx context.Context, id string, to kitchen.PrintState, by string, at time.Time) error {
	s.writes.ready(ctx)
	return s.tx(ctx, func(tx *sql.Tx) error {
		done, err := s.writes.in(tx).ExecContext(ctx, `UPDATE prints SET state = ?, sent_to = ?, tries = tries + (? = 'sent'), since = ?
			WHERE id = ? AND state IN (SELECT value FROM json_each(?))`, to, by, to, at.UnixMilli(), id, printSteps[to])
		if err != nil {
			return fmt.Errorf("mark %s as %s: %w", id, to, err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, problem.New(problem.Conflict, "not_yours", "%s is no longer to be %s", id, to))
		}
		return nil
	})
}

// InterruptedPrints doubts what was on its way when the node stopped: it may have come out, or not.
func (s *Store) InterruptedPrints(ctx context.Context, at time.Time) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE prints SET state = 'doubtful', since = ? WHERE state = 'sent'`, at.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("doubt what was being printed: %w", err)
	}
	return nil
}

// ExpirePrints gives up what nobody needs on paper any more, and the oldest of a queue that is too long. It tells how many.
func (s *Store) ExpirePrints(ctx context.Context, now time.Time) (gone int, err error) {
	const old = `SELECT id FROM (SELECT id, state, expires_at, row_number() OVER (PARTITION BY printer ORDER BY seq DESC) AS place FROM prints
		WHERE state IN ('pending', 'sent', 'doubtful')) WHERE state <> 'sent' AND (expires_at <= ? OR place > ?) LIMIT ?`
	ids, err := list(ctx, s.read, func(row scanner) (id string, err error) { return id, row.Scan(&id) }, old, now.UnixMilli(), PrintsQueue, pruneSlice)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	names, err := json.Marshal(ids)
	if err != nil {
		return 0, err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE prints SET state = 'expired', since = ? WHERE state IN ('pending', 'doubtful')
			AND id IN (SELECT value FROM json_each(?))`, now.UnixMilli(), string(names))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("give up old paper: %w", err)
	}
	return len(ids), nil
}

// OpenPrints counts what waits or is on its way, by printer.
func (s *Store) OpenPrints(ctx context.Context) (map[string]int, error) {
	type count struct {
		printer string
		n       int
	}
	counts, err := list(ctx, &s.reads, func(row scanner) (c count, err error) { return c, row.Scan(&c.printer, &c.n) },
		`SELECT printer, count(*) FROM prints WHERE state IN ('pending', 'sent', 'doubtful') GROUP BY printer`)
	if err != nil {
		return nil, fmt.Errorf("count what is to be printed: %w", err)
	}
	all := map[string]int{}
	for _, c := range counts {
		all[c.printer] = c.n
	}
	return all, nil
}

// Prints is the newest paper of a printer, newest first.
func (s *Store) Prints(ctx context.Context, printer string, most int) ([]kitchen.Printed, error) {
	all, err := list(ctx, s.read, scanPrint, printRows+`WHERE printer = ? ORDER BY seq DESC LIMIT ?`, printer, most)
	if err != nil {
		return nil, fmt.Errorf("read the paper of %s: %w", printer, err)
	}
	return all, nil
}

func scanPrint(row scanner) (p kitchen.Printed, err error) {
	var made, expires, since int64
	err = row.Scan(&p.ID, &p.What, &p.Order, &p.Item, &p.Printer, &p.Copy, &made, &expires, &p.State, &p.By, &p.Tries, &since)
	p.At, p.Expires, p.Since = instant(made), instant(expires), instant(since)
	return p, err
}

// print keeps a piece of paper of a damaged file. What was waiting may have been printed meanwhile: nobody knows.
func (k *keeper) print(r row) (bool, error) {
	if r["state"] == string(kitchen.PrintPending) || r["state"] == string(kitchen.PrintSent) {
		r["state"] = string(kitchen.PrintDoubtful)
	}
	return k.insert("prints", r)
}
