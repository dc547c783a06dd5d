package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
)

const maxCommands = 4096

// told is a command on its way into the database, which gives it its number.
type told struct {
	edge string
	cmd  link.Command
}

// tellsOf are the commands a record was told to send. The time is the database's.
func tellsOf(r *ordering.Record) ([]told, error) {
	var out []told
	for _, body := range r.Told() {
		raw, err := event.Encode(body)
		if err != nil {
			return nil, err
		}
		c := link.Command{ID: id.New(), Kind: body.Kind(), Order: string(r.Order.ID), Body: raw}
		if err := c.Check(); err != nil {
			return nil, fmt.Errorf("tell %s: %w", r.Order.Restaurant, err)
		}
		out = append(out, told{r.Order.Restaurant, c})
	}
	return out, nil
}

// queueCommands gives commands their gapless numbers and stores them. The heads are locked by name, one transaction after the other, so
// a number is visible only when all before it are. An edge that has no head violates NOT NULL, and nothing of the transaction is kept.
func queueCommands(b *pgx.Batch, all []told) {
	if len(all) == 0 {
		return
	}
	var edges, ids, kinds, orders, agains []string
	var bodies [][]byte
	for _, t := range all {
		edges, ids, kinds = append(edges, t.edge), append(ids, t.cmd.ID), append(kinds, t.cmd.Kind)
		orders, bodies, agains = append(orders, t.cmd.Order), append(bodies, t.cmd.Body), append(agains, t.cmd.Again)
	}
	b.Queue(`SELECT FROM edge_heads WHERE edge = ANY ($1::text[]) ORDER BY edge FOR NO KEY UPDATE`, edges)
	b.Queue(`
		WITH u AS MATERIALIZED (
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])
				WITH ORDINALITY AS u (edge, cmd_id, kind, order_id, body, again, place)
		), bumped AS (
			UPDATE edge_heads h SET cmd_seq = h.cmd_seq + n.count
			FROM (SELECT edge, count(*) FROM u GROUP BY edge) n WHERE h.edge = n.edge
			RETURNING h.edge, h.cmd_seq - n.count AS base
		)
		INSERT INTO edge_commands (edge, cmd_seq, cmd_id, kind, order_id, at, body, again)
		SELECT u.edge, bumped.base + row_number() OVER (PARTITION BY u.edge ORDER BY u.place),
			u.cmd_id, u.kind, u.order_id, date_trunc('milliseconds', clock_timestamp()), u.body, u.again
		FROM u LEFT JOIN bumped ON bumped.edge = u.edge`,
		edges, ids, kinds, orders, bodies, agains)
}

// Commands are an edge's commands from one number to another, both included, in order, and the incarnation that numbered them; at most
// maxCommands of them in one answer: who lacks more asks again. Where an epoch began, numbers may be missing.
func (s *Store) Commands(ctx context.Context, edge string, from, to uint64) (commands []link.Command, inc string, err error) {
	b := &pgx.Batch{}
	b.Queue(incarnation).QueryRow(func(row pgx.Row) error { return row.Scan(&inc) })
	b.Queue(`
		SELECT cmd_seq, cmd_id, kind, order_id, at, body, again FROM edge_commands
		WHERE edge = $1 AND cmd_seq BETWEEN $2 AND $3 ORDER BY cmd_seq LIMIT $4`,
		edge, bigint(from), bigint(to), maxCommands).Query(func(rows pgx.Rows) (err error) {
		commands, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (link.Command, error) {
			var c link.Command
			var body []byte
			err := row.Scan(&c.Seq, &c.ID, &c.Kind, &c.Order, &c.At, &body, &c.Again)
			c.At, c.Body = c.At.UTC(), json.RawMessage(body)
			return c, err
		})
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, "", fmt.Errorf("read commands of %s: %w", edge, err)
	}
	s.inc.Store(&inc)
	return commands, inc, nil
}
