package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"awesome.pizza/shared/link"
)

// Alone says that the node belongs to no chain: nobody will acknowledge its events until it joins one, so they are kept for as long as tickets are,
// as far as OutboxBytes reach. It is called before anything is pruned, and never of a node that has a cloud.
func (s *Store) Alone() { s.alone = true }

// pruneAlone cuts the outbox of a node that belongs to no chain: from its beginning, up to the first event that is young enough. The last one stays:
// its hash is the chain's. A cloud that asks for the first is told that the outbox has trimmed it, and what is left begins an epoch there.
func (s *Store) pruneAlone(ctx context.Context, young time.Time, most int64) error {
	cut := link.Place{Epoch: math.MaxInt64}
	err := s.read.QueryRowContext(ctx, `SELECT epoch, seq FROM outbox WHERE at >= ? ORDER BY epoch, seq LIMIT 1`, young.UnixMilli()).Scan(&cut.Epoch, &cut.Seq)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("find old events: %w", err)
	}
	if cut, err = s.within(ctx, cut, most); err != nil {
		return err
	}
	return s.pruneEvents(ctx, cut, `DELETE FROM outbox WHERE rowid IN (SELECT rowid FROM outbox
		WHERE (epoch, seq) < (?, ?) AND (epoch, seq) < (SELECT epoch, next_seq - 1 FROM meta) ORDER BY epoch, seq LIMIT ?)`)
}
