package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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
	rows, err := s.pool.Query(ctx, `
		SELECT i.inc, cmd_seq, cmd_id, kind, order_id, at, body, again FROM (SELECT (`+incarnation+`) AS inc) i LEFT JOIN LATERAL (
			SELECT * FROM edge_commands WHERE edge = $1 AND cmd_seq BETWEEN $2 AND $3 ORDER BY cmd_seq LIMIT $4
		) c ON true ORDER BY cmd_seq`, edge, bigint(from), bigint(to), maxCommands) // one statement: what is sent under a name is of that history
	if err != nil {
		return nil, "", fmt.Errorf("read commands of %s: %w", edge, err)
	}
	var seq *uint64
	var id, kind, about, again *string
	var at *time.Time
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&inc, &seq, &id, &kind, &about, &at, &body, &again}, func() error {
		if seq != nil {
			commands = append(commands, link.Command{
				Seq: *seq, ID: *id, Kind: *kind, Order: *about, At: at.UTC(), Body: append(json.RawMessage(nil), body...), Again: *again,
			})
		}
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("read commands of %s: %w", edge, err)
	}
	s.inc.Store(&inc)
	return commands, inc, nil
}

// How long a command may wait while a later one has been answered, and how often it is looked for such.
const (
	overtakenAfter = 30 * time.Second
	overtakenEvery = 10 * time.Second
)

// keepOrder looks for commands that were overtaken, until ctx ends.
func (s *Store) keepOrder(ctx context.Context) {
	tick := time.NewTicker(overtakenEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.GiveAnew(ctx, s.now()); err != nil && ctx.Err() == nil {
				s.cfg.Log.ErrorContext(ctx, "look for commands that were overtaken", "err", err)
			}
		}
	}
}

// GiveAnew gives commands anew, once, that have no answer at now although their restaurant has answered a later one: nodes obey in order,
// so either the node took the number for another command, of a database that was replaced since, or what it said could not be followed.
func (s *Store) GiveAnew(ctx context.Context, now time.Time) error {
	rows, err := s.pool.Query(ctx, `
		SELECT DISTINCT c.edge FROM edge_commands c WHERE `+overtaken, now.Add(-overtakenAfter))
	if err != nil {
		return fmt.Errorf("look for commands that were overtaken: %w", err)
	}
	edges, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for commands that were overtaken: %w", err)
	}
	for _, edge := range edges {
		var news []told
		err := again(func() error {
			return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
				if _, _, err := lockLink(ctx, tx, edge); err != nil {
					return err
				}
				news, err = repeat(ctx, tx, edge, overtaken, now, now.Add(-overtakenAfter))
				return err
			})
		})
		if err != nil {
			return fmt.Errorf("give %s anew what was overtaken: %w", edge, err)
		}
		if len(news) > 0 {
			s.cfg.Log.WarnContext(ctx, "commands without an answer are given anew", "restaurant", edge, "commands", len(news))
		}
		s.publish(nil, news)
	}
	return nil
}

// overtaken are commands without an answer that came before one that was answered; $1 is the instant before which both happened.
const overtaken = `c.answered IS NULL AND c.again = '' AND c.at < $1 AND EXISTS (
	SELECT FROM edge_commands later WHERE later.edge = c.edge AND later.cmd_seq > c.cmd_seq AND later.granted IS NOT NULL AND later.answered < $1)`
