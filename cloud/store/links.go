package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/shared/link"
)

const linkColumns = `edge, device, epoch, seq, hash`

func scanLink(row pgx.CollectableRow) (link.LinkRow, error) {
	var l link.LinkRow
	var hash []byte
	err := row.Scan(&l.Edge, &l.Device, &l.Epoch, &l.Seq, &hash)
	copy(l.Hash[:], hash)
	return l, err
}

// Link is an edge's committed row and the number of its highest command. It reports NotFound "no_such_restaurant".
func (s *Store) Link(ctx context.Context, edge string) (row link.LinkRow, high uint64, err error) {
	row, high, _, _, err = s.Meet(ctx, edge, 0)
	return row, high, err
}

// Meet is what SYNC is answered from, all of one instant: an edge's committed row, the number of its highest command, the id of the one with
// the number cmdSeq (empty when there is none), and the incarnation. It reports NotFound "no_such_restaurant".
func (s *Store) Meet(ctx context.Context, edge string, cmdSeq uint64) (row link.LinkRow, high uint64, cmdID, inc string, err error) {
	var hash []byte
	err = s.pool.QueryRow(ctx, `
		SELECT (`+incarnation+`), l.edge, l.device, l.epoch, l.seq, l.hash, h.cmd_seq,
			coalesce((SELECT cmd_id FROM edge_commands c WHERE c.edge = $1 AND c.cmd_seq = $2), '')
		FROM edge_link l JOIN edge_heads h USING (edge) WHERE edge = $1`, plain(edge, MaxKey), bigint(cmdSeq)).
		Scan(&inc, &row.Edge, &row.Device, &row.Epoch, &row.Seq, &hash, &high, &cmdID)
	if isNone(err) {
		return row, 0, "", s.Incarnation(), noRestaurant(edge)
	}
	if err != nil {
		return row, 0, "", "", fmt.Errorf("read link of %s: %w", edge, err)
	}
	s.inc.Store(&inc)
	copy(row.Hash[:], hash)
	return row, high, cmdID, inc, nil
}

// Unanswered are the edges whose last command has no answer yet, each with the number of that command: edges obey in order, so the last is
// answered last.
func (s *Store) Unanswered(ctx context.Context) (map[string]uint64, error) {
	rows, err := s.pool.Query(ctx, `SELECT h.edge, h.cmd_seq FROM edge_heads h
		WHERE EXISTS (SELECT FROM edge_commands c WHERE c.edge = h.edge AND c.cmd_seq = h.cmd_seq AND c.answered IS NULL)`)
	if err != nil {
		return nil, fmt.Errorf("read unanswered commands: %w", err)
	}
	high := map[string]uint64{}
	var edge string
	var seq uint64
	_, err = pgx.ForEachRow(rows, []any{&edge, &seq}, func() error { high[edge] = seq; return nil })
	if err != nil {
		return nil, fmt.Errorf("read unanswered commands: %w", err)
	}
	return high, nil
}
