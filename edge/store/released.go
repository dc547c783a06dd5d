package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"awesome.pizza/edge/kitchen"
)

// loadReleased reads up to which command web orders may go to the queue; 0 in a file that says nothing of it.
func loadReleased(ctx context.Context, tx *sql.Tx) (seq uint64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT cmd_seq FROM released`).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// writeReleased keeps what a commit releases. A new epoch takes it back: commands may be under way.
func writeReleased(ctx context.Context, tx prepared, c kitchen.Commit) error {
	var err error
	switch {
	case c.Begin != nil:
		_, err = tx.ExecContext(ctx, `DELETE FROM released`)
	case c.Released > 0:
		_, err = tx.ExecContext(ctx, `INSERT INTO released (one, cmd_seq) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET cmd_seq = ?1`, c.Released)
	}
	if err != nil {
		return fmt.Errorf("release web orders up to command %d: %w", c.Released, err)
	}
	return nil
}
