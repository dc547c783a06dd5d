package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Credited takes note that a device was given a credential that is good until an instant.
func (s *Store) Credited(ctx context.Context, edge, device string, until time.Time) error {
	_, err := s.pool.Exec(ctx, `UPDATE devices SET credential_until = $3 WHERE restaurant = $1 AND public_key = $2`, plain(edge, MaxKey), plain(device, 128), until)
	if err != nil {
		return fmt.Errorf("note the credential of a device of %s: %w", edge, err)
	}
	return nil
}

// Credentials are until when the credentials of the restaurants' own nodes are good.
func (s *Store) Credentials(ctx context.Context) (map[string]time.Time, error) {
	rows, err := s.pool.Query(ctx, `SELECT restaurant, credential_until FROM devices WHERE state = 'current' AND credential_until IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("read until when credentials are good: %w", err)
	}
	all := map[string]time.Time{}
	var restaurant string
	var until time.Time
	if _, err := pgx.ForEachRow(rows, []any{&restaurant, &until}, func() error { all[restaurant] = until.UTC(); return nil }); err != nil {
		return nil, fmt.Errorf("read until when credentials are good: %w", err)
	}
	return all, nil
}
