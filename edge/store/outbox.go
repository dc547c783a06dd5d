package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"awesome.pizza/shared/link"
)

// ErrPruned says that an event was acknowledged long ago and is no longer here.
var ErrPruned = errors.New("the outbox no longer has this event")

// Device is the name this node's hardware gave itself when the file was made.
func (s *Store) Device() string { return s.device }

// Epoch is the epoch of the outbox.
func (s *Store) Epoch() uint64 { return s.ackedMark().Epoch }

// BeginEpoch puts an outbox that is still empty into the epoch its enrolment names, with the commands up to commands taken as somebody
// else's. An outbox that has events stays in the epoch it is in, with every row: the next SYNC says that the two differ. It is called before
// the kitchen opens.
func (s *Store) BeginEpoch(ctx context.Context, epoch, commands uint64) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE meta SET epoch = ?1, cmd_id = CASE WHEN cmd_seq < ?2 THEN ?3 ELSE cmd_id END, cmd_seq = max(cmd_seq, ?2)
			WHERE next_seq = 1 AND ?1 >= epoch`, epoch, commands, unnamed)
		return err
	})
	if err == nil {
		_, err = s.Acked(ctx)
	}
	if err != nil {
		return fmt.Errorf("begin epoch %d: %w", epoch, err)
	}
	return nil
}

// unnamed stands for the id of a command that somebody else obeyed.
const unnamed = "enrolment"

// Appended receives after commits that put something into the outbox. Several commits may be one signal; it is for one receiver.
func (s *Store) Appended() <-chan struct{} { return s.appended }

// Tip is the end of the outbox.
func (s *Store) Tip(ctx context.Context) (link.Mark, error) {
	m, err := mark(s.reads.QueryRowContext(ctx, `SELECT epoch, next_seq - 1, tip_hash FROM meta`))
	if err != nil {
		return m, fmt.Errorf("read the end of the outbox: %w", err)
	}
	return m, nil
}

func mark(row scanner) (m link.Mark, err error) {
	var hash []byte
	err = row.Scan(&m.Epoch, &m.Seq, &hash)
	copy(m.Hash[:], hash)
	return m, err
}

// Events are the events of the present epoch from a seq on, at most maxEvents of them and at most maxBytes of bodies, but one if there is one; prev is the
// hash before the first. It reports ErrPruned when the outbox no longer reaches back that far.
func (s *Store) Events(ctx context.Context, from uint64, maxEvents, maxBytes int) (events []link.Event, prev link.Hash, err error) {
	prev, ok, err := s.HashAt(ctx, from-1)
	if err != nil {
		return nil, prev, err
	}
	if !ok {
		return nil, prev, fmt.Errorf("%w: %d", ErrPruned, from-1)
	}
	events, err = list(ctx, &s.reads, scanEvent, `SELECT seq, event_id, order_id, kind, at, trace, body, hash FROM outbox
		WHERE epoch = (SELECT epoch FROM meta) AND seq >= ? ORDER BY seq LIMIT ?`, from, maxEvents)
	if err != nil {
		return nil, prev, fmt.Errorf("read events from %d: %w", from, err)
	}
	if len(events) > 0 && events[0].Seq != from {
		return nil, prev, fmt.Errorf("%w: %d", ErrPruned, from)
	}
	size := 0
	for n, e := range events {
		if size += len(e.Body); n > 0 && size > maxBytes {
			return events[:n], prev, nil
		}
	}
	return events, prev, nil
}

func scanEvent(row scanner) (e link.Event, err error) {
	var at int64
	var body string
	var hash []byte
	err = row.Scan(&e.Seq, &e.ID, &e.Order, &e.Kind, &at, &e.Trace, &body, &hash)
	e.At, e.Body = instant(at), json.RawMessage(body)
	copy(e.Hash[:], hash)
	return e, err
}

// HashAt is the chain's hash after the event with this seq of the present epoch; ok is false when the outbox does not have it, or no longer.
func (s *Store) HashAt(ctx context.Context, seq uint64) (h link.Hash, ok bool, err error) {
	if seq == 0 {
		return h, true, nil
	}
	var hash []byte
	err = s.reads.QueryRowContext(ctx, `SELECT hash FROM outbox WHERE epoch = (SELECT epoch FROM meta) AND seq = ?`, seq).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return h, false, nil
	} else if err != nil {
		return h, false, fmt.Errorf("read the hash at %d: %w", seq, err)
	}
	copy(h[:], hash)
	return h, true, nil
}

// Acked is what the cloud is known to have of the present epoch.
func (s *Store) Acked(ctx context.Context) (link.Mark, error) {
	m, err := mark(s.reads.QueryRowContext(ctx, `SELECT epoch, acked_seq, acked_hash FROM meta`))
	if err != nil {
		return m, fmt.Errorf("read what is acknowledged: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Epoch > s.acked.Epoch {
		s.acked = m
	}
	return s.acked, nil
}

// SetAcked takes note of what the cloud has; it may be less than before. More costs no fsync of its own: it is written with the next
// commit, with the next pruning and at Close, and an older mark after a power cut is mended by the next SYNC. Less is written at once, for
// what the cloud no longer has must not be pruned.
func (s *Store) SetAcked(ctx context.Context, m link.Mark) error {
	tip, err := s.Tip(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	fits := m.Epoch == tip.Epoch && m.Epoch >= s.acked.Epoch && m.Seq <= tip.Seq
	less := m.Epoch == s.acked.Epoch && m.Seq < s.acked.Seq
	if fits {
		s.acked = m
	}
	s.mu.Unlock()
	switch {
	case !fits:
		return fmt.Errorf("acknowledged is %d/%d, the outbox ends at %d/%d", m.Epoch, m.Seq, tip.Epoch, tip.Seq)
	case less:
		return s.writeAcked(ctx)
	}
	return nil
}

func (s *Store) ackedMark() link.Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.acked
}

func (s *Store) writeAcked(ctx context.Context) error {
	m := s.ackedMark()
	_, err := s.write.ExecContext(ctx, `UPDATE meta SET acked_seq = ?1, acked_hash = ?2 WHERE epoch = ?3 AND acked_seq <> ?1`, m.Seq, m.Hash[:], m.Epoch)
	if err != nil {
		return unwritable(fmt.Errorf("write what is acknowledged: %w", err))
	}
	return nil
}

// OldestUnsent is when the oldest event happened that the cloud is not known to have; zero when it has all.
func (s *Store) OldestUnsent(ctx context.Context) (time.Time, error) {
	acked, err := s.Acked(ctx)
	if err != nil {
		return time.Time{}, err
	}
	var at int64
	err = s.reads.QueryRowContext(ctx, `SELECT at FROM outbox WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT 1`, acked.Epoch, acked.Seq).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	} else if err != nil {
		return time.Time{}, fmt.Errorf("read the oldest unsent event: %w", err)
	}
	return instant(at), nil
}

// CommandSeq is the last command that was obeyed or refused, and its id; 0 and "" before the first, "" also when somebody else obeyed it
// and the cloud did not name it.
func (s *Store) CommandSeq(ctx context.Context) (seq uint64, id string, err error) {
	if err := s.reads.QueryRowContext(ctx, `SELECT cmd_seq, cmd_id FROM meta`).Scan(&seq, &id); err != nil {
		return 0, "", fmt.Errorf("read the last command: %w", err)
	}
	if id == unnamed {
		id = ""
	}
	return seq, id, nil
}

// OpenOrders counts the tickets on the board.
func (s *Store) OpenOrders(ctx context.Context) (n int, err error) {
	if err := s.reads.QueryRowContext(ctx, `SELECT count(*) FROM tickets WHERE open = 1`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count open orders: %w", err)
	}
	return n, nil
}
