package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
)

// How long things are kept.
const (
	OutboxKept  = 7 * 24 * time.Hour  // after the cloud has them: its insurance against its own restore
	OutboxBytes = 200 << 20           // … but not more than this
	AloneDays   = 30                  // days on which something happened, of the events of a node that belongs to no chain
	LivedDays   = 31                  // today, and the days before it on which the node ran, of which tickets are kept
	NumbersKept = 35 * 24 * time.Hour // last numbers of business days; no less than their tickets
	LettersKept = 1000                // dead letters
	LetterBytes = 4 << 10             // of a dead letter's payload
	inboxKept   = 10_000              // answers to commands
)

// DeadLetter keeps a message that made no sense, with the reason. The oldest make room for new ones; on a disk that is short of room none is
// kept.
func (s *Store) DeadLetter(ctx context.Context, l kitchen.DeadLetter) error {
	if s.Pressure() >= Tight {
		return nil
	}
	s.writes.ready(ctx)
	return s.tx(ctx, func(tx *sql.Tx) error { return writeLetter(ctx, s.writes.in(tx), l) })
}

func writeLetter(ctx context.Context, tx prepared, l kitchen.DeadLetter) error {
	kept := append([]byte{}, l.Payload[:min(len(l.Payload), LetterBytes)]...)
	_, err := tx.ExecContext(ctx, `INSERT INTO dead_letters (at, source, reason, payload, bytes) VALUES (?, ?, ?, ?, ?)`,
		l.At.UnixMilli(), l.Source, l.Reason, kept, len(l.Payload))
	if err != nil {
		return fmt.Errorf("keep a dead letter of %s: %w", l.Source, err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM dead_letters WHERE id <= (SELECT max(id) FROM dead_letters) - ?`, LettersKept); err != nil {
		return fmt.Errorf("make room for dead letters: %w", err)
	}
	return nil
}

// DeadLetters are the newest ones, newest first.
func (s *Store) DeadLetters(ctx context.Context, most int) ([]kitchen.DeadLetter, error) {
	letters, err := list(ctx, s.read, scanLetter, `SELECT at, source, reason, payload FROM dead_letters ORDER BY id DESC LIMIT ?`, most)
	if err != nil {
		return nil, fmt.Errorf("read dead letters: %w", err)
	}
	return letters, nil
}

// Letters is how many dead letters there have been, and of how many the newest are kept.
func (s *Store) Letters(ctx context.Context) (all, kept int, err error) {
	err = s.read.QueryRowContext(ctx, lettersCount).Scan(&all, &kept)
	if err != nil {
		return 0, 0, fmt.Errorf("count dead letters: %w", err)
	}
	return all, kept, nil
}

const lettersCount = `SELECT coalesce(max(id), 0), count(*) FROM dead_letters`

func scanLetter(row scanner) (l kitchen.DeadLetter, err error) {
	var at int64
	err = row.Scan(&at, &l.Source, &l.Reason, &l.Payload)
	l.At = instant(at)
	return l, err
}
