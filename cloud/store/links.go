package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

const linkColumns = `edge, device, epoch, seq, hash`

func scanLink(row pgx.CollectableRow) (link.LinkRow, error) {
	var l link.LinkRow
	var hash []byte
	err := row.Scan(&l.Edge, &l.Device, &l.Epoch, &l.Seq, &hash)
	copy(l.Hash[:], hash)
	return l, err
}

// Link is an edge's committed row and the number of its highest command; with them SYNC is answered. It reports NotFound
// "no_such_restaurant".
func (s *Store) Link(ctx context.Context, edge string) (row link.LinkRow, high uint64, err error) {
	var hash []byte
	var inc string
	err = s.pool.QueryRow(ctx, `
		SELECT (`+incarnation+`), l.edge, l.device, l.epoch, l.seq, l.hash, h.cmd_seq
		FROM edge_link l JOIN edge_heads h USING (edge) WHERE edge = $1`, plain(edge, MaxKey)).
		Scan(&inc, &row.Edge, &row.Device, &row.Epoch, &row.Seq, &hash, &high)
	if isNone(err) {
		return row, 0, noRestaurant(edge)
	}
	if err != nil {
		return row, 0, fmt.Errorf("read link of %s: %w", edge, err)
	}
	s.inc.Store(&inc)
	copy(row.Hash[:], hash)
	return row, high, nil
}

// Links are the rows of all edges, by edge.
func (s *Store) Links(ctx context.Context) ([]link.LinkRow, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+linkColumns+` FROM edge_link ORDER BY edge`)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	return pgx.CollectRows(rows, scanLink)
}

// Bind makes a device the edge's own, if none is yet. It reports Refused "fenced" when another one is enrolled, and NotFound.
func (s *Store) Bind(ctx context.Context, edge, device string) (link.LinkRow, error) {
	device = plain(device, 128)
	_, err := s.pool.Exec(ctx, `UPDATE edge_link SET device = $2, changed = now() WHERE edge = $1 AND device = ''`, edge, device)
	if err != nil {
		return link.LinkRow{}, fmt.Errorf("bind device of %s: %w", edge, err)
	}
	row, _, err := s.Link(ctx, edge)
	if err == nil && row.Device != device {
		err = problem.New(problem.Refused, "fenced", "another device is enrolled for restaurant %s", edge)
	}
	return row, err
}

// NewIncarnation makes every edge compare its outbox with the database: for an operator who knows that rows were lost.
func (s *Store) NewIncarnation(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, `UPDATE history SET counter = counter + 1`); err != nil {
		return fmt.Errorf("raise incarnation: %w", err)
	}
	return s.readIncarnation(ctx, s.pool)
}
