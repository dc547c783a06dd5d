package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"awesome.pizza/shared/link"
)

// Alone says that the node belongs to no chain: nobody will acknowledge its events until it joins one, so those of the last AloneDays are kept, as
// far as OutboxBytes reach. It is called before anything is pruned, and never of a node that has a cloud.
func (s *Store) Alone() { s.alone = true }

// pruneAlone cuts the outbox of a node that belongs to no chain from its beginning. It asks no clock: a day is one on which something happened, and
// one that a clock made up costs a single day of the others. The last event stays: its hash is the chain's. A cloud that asks for the first is told
// that the outbox has trimmed it, and what is left begins an epoch there.
func (s *Store) pruneAlone(ctx context.Context, days int, most int64) error {
	cut, err := s.daysCut(ctx, days)
	if err != nil {
		return err
	}
	if cut, err = s.within(ctx, cut, most); err != nil {
		return err
	}
	return s.pruneEvents(ctx, cut, `DELETE FROM outbox WHERE rowid IN (SELECT rowid FROM outbox
		WHERE (epoch, seq) < (?, ?) AND (epoch, seq) < (SELECT epoch, next_seq - 1 FROM meta) ORDER BY epoch, seq LIMIT ?)`)
}

// daysCut is the first event to keep, so that the last days are there on which anything happened: the one after the last event of the day before
// them. Days stand in the order in which each was last seen, whatever date they had.
func (s *Store) daysCut(ctx context.Context, days int) (cut link.Place, err error) {
	err = s.read.QueryRowContext(ctx, `
		WITH days AS (SELECT epoch, seq, row_number() OVER (PARTITION BY at / 86400000 ORDER BY epoch DESC, seq DESC) AS nth FROM outbox)
		SELECT epoch, seq + 1 FROM days WHERE nth = 1 ORDER BY epoch DESC, seq DESC LIMIT 1 OFFSET ?`, days).Scan(&cut.Epoch, &cut.Seq)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return cut, fmt.Errorf("find old events: %w", err)
	}
	return cut, nil
}
