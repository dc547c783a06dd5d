package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"awesome.pizza/shared/link"
)

// pruneSlice is how many rows one transaction of pruning deletes: taps wait for one slice, never for all of them.
const pruneSlice = 500

// eventBytes is what an event takes in the file besides its body, about.
const eventBytes = 256

// Prune deletes what nobody will ask for any more, in slices that let commits in between. What is to go is found beside the writer. An
// event of a node that has a chain goes only after its acknowledgement is on disk, and the last acknowledged one stays: its hash is the chain's.
func (s *Store) Prune(ctx context.Context, now time.Time) error {
	if err := s.writeAcked(ctx); err != nil {
		return err
	}
	cut, err := s.outboxCut(ctx, now.Add(-OutboxKept), OutboxBytes)
	if err != nil {
		return err
	}
	if err := s.pruneEvents(ctx, cut, pruneOutbox); err != nil {
		return err
	}
	if s.alone {
		if err := s.pruneAlone(ctx, AloneDays, OutboxBytes); err != nil {
			return err
		}
	}
	for _, p := range []struct {
		what, query string
		bound       any
	}{
		{"commands", `DELETE FROM inbox WHERE cmd_seq IN
			(SELECT cmd_seq FROM inbox WHERE cmd_seq <= (SELECT cmd_seq FROM meta) - ? ORDER BY cmd_seq LIMIT ?)`, inboxKept},
		{"numbers", `DELETE FROM numbers WHERE day IN (SELECT day FROM numbers n WHERE day < ? AND NOT EXISTS
			(SELECT 1 FROM tickets t WHERE t.day = n.day AND t.number > 0) ORDER BY day LIMIT ?)`, now.Add(-NumbersKept).Format(time.DateOnly)},
	} {
		if err := s.pruneSlices(ctx, p.what, p.query, p.bound); err != nil {
			return err
		}
	}
	if err := s.pruneShift(ctx, now); err != nil {
		return err
	}
	if err := s.pruneSafety(ctx, now); err != nil {
		return err
	}
	if err := s.pruneSlices(ctx, "paper", `DELETE FROM prints WHERE seq IN (SELECT seq FROM prints
		WHERE state IN ('confirmed', 'expired', 'failed') AND since < ? LIMIT ?)`, now.Add(-PrintsKept).UnixMilli()); err != nil {
		return err
	}
	if err := s.pruneAnswers(ctx, now); err != nil {
		return err
	}
	if before, known, err := s.lived(ctx, now); err != nil {
		return err
	} else if known {
		if err := s.pruneTickets(ctx, before); err != nil {
			return err
		}
	}
	return s.foldLedger(ctx, now)
}

// pruneEvents cuts the outbox: from its beginning, through all epochs, up to a place.
func (s *Store) pruneEvents(ctx context.Context, cut link.Place, slice string) error {
	for gone := int64(pruneSlice); gone == pruneSlice; {
		err := s.tx(ctx, func(tx *sql.Tx) error {
			done, err := tx.ExecContext(ctx, slice, cut.Epoch, cut.Seq, pruneSlice)
			if err != nil {
				return err
			}
			gone, err = done.RowsAffected()
			return err
		})
		if err != nil {
			return fmt.Errorf("prune events: %w", err)
		}
	}
	return nil
}

// pruneOutbox deletes a slice of what lies before a place, but nothing of the present epoch that is not acknowledged, and not the last that
// is. What an older epoch has left, the cloud had when the next one began: if it has begun, and is not the one of a file that was recovered.
const pruneOutbox = `DELETE FROM outbox WHERE rowid IN (SELECT o.rowid FROM outbox o, meta m
	WHERE (o.epoch, o.seq) < (?, ?) AND (o.epoch, o.seq) < (m.epoch, m.acked_seq) AND (o.epoch = m.epoch OR m.begun = m.epoch)
	ORDER BY o.epoch, o.seq LIMIT ?)`

// outboxCut is the first event to keep: the first that is young enough, once the older ones of all beyond the size are gone too. A clock
// that was set wrong makes no holes: only the beginning of the outbox is ever cut.
func (s *Store) outboxCut(ctx context.Context, young time.Time, most int64) (cut link.Place, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT o.epoch, o.seq FROM outbox o, meta m WHERE o.at >= ? OR (o.epoch, o.seq) >= (m.epoch, m.acked_seq)
		ORDER BY o.epoch, o.seq LIMIT 1`, young.UnixMilli()).Scan(&cut.Epoch, &cut.Seq)
	if errors.Is(err, sql.ErrNoRows) {
		cut = link.Place{Epoch: math.MaxInt64} // only older epochs have any, and all of them are old
	} else if err != nil {
		return cut, fmt.Errorf("find old events: %w", err)
	}
	return s.within(ctx, cut, most)
}

// within is the first event to keep, from a place on, so that no more bytes are kept than that.
func (s *Store) within(ctx context.Context, cut link.Place, most int64) (link.Place, error) {
	var size int64
	const sized = `coalesce(sum(octet_length(body) + ?), 0) FROM outbox WHERE (epoch, seq) >= (?, ?)` // octet_length looks at no body
	if err := s.read.QueryRowContext(ctx, `SELECT `+sized, eventBytes, cut.Epoch, cut.Seq).Scan(&size); err != nil {
		return cut, fmt.Errorf("measure the outbox: %w", err)
	}
	if size <= most {
		return cut, nil
	}
	return s.cutBytes(ctx, cut, size-most)
}

// cutBytes is the first event to keep when so many bytes from an event on are too many.
func (s *Store) cutBytes(ctx context.Context, from link.Place, over int64) (link.Place, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT epoch, seq, octet_length(body) + ? FROM outbox WHERE (epoch, seq) >= (?, ?) ORDER BY epoch, seq`,
		eventBytes, from.Epoch, from.Seq)
	if err != nil {
		return from, fmt.Errorf("measure the outbox: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for over > 0 && rows.Next() {
		var size int64
		if err := rows.Scan(&from.Epoch, &from.Seq, &size); err != nil {
			return from, fmt.Errorf("measure the outbox: %w", err)
		}
		from.Seq, over = from.Seq+1, over-size
	}
	if err := rows.Err(); err != nil {
		return from, fmt.Errorf("measure the outbox: %w", err)
	}
	return from, nil
}

// pruneSlices repeats a query that deletes a slice of what lies beyond a bound until there is no more.
func (s *Store) pruneSlices(ctx context.Context, what, query string, bound any) error {
	for gone := int64(pruneSlice); gone == pruneSlice; {
		err := s.tx(ctx, func(tx *sql.Tx) error {
			done, err := tx.ExecContext(ctx, query, bound, pruneSlice)
			if err != nil {
				return err
			}
			gone, err = done.RowsAffected()
			return err
		})
		if err != nil {
			return fmt.Errorf("prune %s: %w", what, err)
		}
	}
	return nil
}

// pruneAnswers forgets answers that nobody repeats a request for.
func (s *Store) pruneAnswers(ctx context.Context, now time.Time) error {
	return s.pruneNamed(ctx, "answers", `SELECT id FROM taps WHERE keep_until < ?`, now, func(tx *sql.Tx, ids string) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM taps WHERE id IN (SELECT value FROM json_each(?))`, ids)
		return err
	})
}

// pruneTickets forgets tickets that ended long ago, and their orders. One that came back to the board meanwhile stays.
func (s *Store) pruneTickets(ctx context.Context, ended time.Time) error {
	const found = `SELECT order_id FROM tickets WHERE open = 0 AND ended_at < ?`
	return s.pruneNamed(ctx, "tickets", found, ended, func(tx *sql.Tx, ids string) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM tickets WHERE open = 0 AND ended_at < ? AND order_id IN (SELECT value FROM json_each(?))`,
			ended.UnixMilli(), ids)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM orders WHERE id IN (SELECT value FROM json_each(?))
			AND NOT EXISTS (SELECT 1 FROM tickets WHERE order_id = orders.id)`, ids)
		return err
	})
}

// pruneNamed finds rows from before an instant by their id, beside the writer, and gives them to a transaction slice by slice, as a JSON
// list.
func (s *Store) pruneNamed(ctx context.Context, what, found string, before time.Time, remove func(tx *sql.Tx, ids string) error) error {
	ids, err := list(ctx, s.read, func(row scanner) (id string, err error) { return id, row.Scan(&id) }, found, before.UnixMilli())
	if err != nil {
		return fmt.Errorf("find old %s: %w", what, err)
	}
	for len(ids) > 0 {
		slice := ids[:min(pruneSlice, len(ids))]
		ids = ids[len(slice):]
		names, err := json.Marshal(slice)
		if err != nil {
			return fmt.Errorf("prune %s: %w", what, err)
		}
		if err := s.tx(ctx, func(tx *sql.Tx) error { return remove(tx, string(names)) }); err != nil {
			return fmt.Errorf("prune %s: %w", what, err)
		}
	}
	return nil
}
