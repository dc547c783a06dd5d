package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// incarnation is made of what changes when the database goes back to an older state, or may have: the cluster, its timeline, the database
// in it, when the server was started (files cannot be exchanged under one that runs), and the only row of history with the transaction that
// wrote it (a dump that is read in writes it anew). The counter in it is raised by Doubt, and by operators who lost rows in another way.
const incarnation = `SELECT (SELECT system_identifier FROM pg_control_system())::text
	|| '.' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
	|| '.' || (SELECT oid FROM pg_database WHERE datname = current_database())::text
	|| '.' || to_hex((extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint)
	|| '.' || (SELECT counter::text || '.' || xmin::text FROM history)`

// Incarnation names this history of the database, as it was at most a few seconds ago. What counts for a single answer is returned with it.
func (s *Store) Incarnation() string { return *s.inc.Load() }

func (s *Store) readIncarnation(ctx context.Context, q rowReader) error {
	var inc string
	if err := q.QueryRow(ctx, incarnation).Scan(&inc); err != nil {
		return fmt.Errorf("read incarnation: %w", err)
	}
	s.inc.Store(&inc)
	return nil
}

// incarnationEvery is how often it is looked whether the database is still the one it was.
const incarnationEvery = 2 * time.Second

// keepIncarnation looks at the incarnation until ctx ends: a core that has nothing to do must notice as well.
func (s *Store) keepIncarnation(ctx context.Context) {
	tick := time.NewTicker(incarnationEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked, cancel := context.WithTimeout(ctx, callLimit)
		if err := s.readIncarnation(asked, s.pool); err != nil && ctx.Err() == nil {
			s.cfg.Log.WarnContext(ctx, "the database does not say which one it is", "err", err)
		}
		cancel()
	}
}

// doubtEvery bounds how often what one node says can make all nodes ask again where things stand.
const doubtEvery = time.Minute

// Doubt is called with what the restaurant's own node says of the incarnation inc, when it contradicts what the database holds: then rows
// were lost, in a way that nothing else gave away. The incarnation becomes another one, once for all who say so, and is returned.
func (s *Store) Doubt(ctx context.Context, edge, inc, why string) (now string, err error) {
	raised := false
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var heard bool
		if _, err := tx.Exec(ctx, `SELECT FROM history FOR UPDATE`); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM history_doubts WHERE edge = $1 AND at > $2)`, plain(edge, MaxKey), s.now().Add(-doubtEvery)).Scan(&heard); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, incarnation).Scan(&now); err != nil {
			return err
		}
		if now != inc || heard {
			return nil
		}
		raised = true
		if _, err := tx.Exec(ctx, `INSERT INTO history_doubts (edge, at) VALUES ($1, $2) ON CONFLICT (edge) DO UPDATE SET at = excluded.at`, plain(edge, MaxKey), s.now()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE history SET counter = counter + 1, changed = $1, why = $2`, s.now(), plain(edge+": "+why, 500)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, incarnation).Scan(&now)
	})
	if err != nil {
		return "", fmt.Errorf("begin another incarnation: %w", err)
	}
	if raised {
		s.cfg.Log.ErrorContext(ctx, "the database has gone back: it lacks what it once said", "restaurant", edge, "reason", why)
	}
	s.inc.Store(&now)
	return now, nil
}
