package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// deliveryStepped is the kind of a command of which the last one about an order says it all.
const deliveryStepped = "delivery.stepped.v1"

// Known says which of these event ids the cloud has stored for the edge, in any epoch, and for which incarnation that holds. It takes
// note of how far this life of the node (boot) knows what is stored: what Standings says to it begins there. One that has events, none of
// which are here, may have any order otherwise: for it that is the beginning of everything.
func (s *Store) Known(ctx context.Context, edge, boot string, ids []string) (known []bool, inc string, err error) {
	stored := map[string]bool{}
	edge, boot = plain(edge, MaxKey), plain(boot, 128)
	b := &pgx.Batch{}
	b.Queue(incarnation).QueryRow(func(row pgx.Row) error { return row.Scan(&inc) })
	b.Queue(`SELECT event_id FROM edge_events WHERE event_id = ANY ($2::text[]) AND outcome <> 'repeated' AND edge = $1`, edge, ids).
		Query(func(rows pgx.Rows) error {
			var id string
			_, err := pgx.ForEachRow(rows, []any{&id}, func() error { stored[id] = true; return nil })
			return err
		})
	b.Queue(`
		INSERT INTO edge_boots (edge, boot, epoch, seq, until, asked)
		SELECT edge, $3, epoch, seq, received, $4 FROM edge_events
		WHERE event_id = ANY ($2::text[]) AND outcome <> 'repeated' AND edge = $1 ORDER BY epoch DESC, seq DESC LIMIT 1
		ON CONFLICT (edge, boot) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, until = excluded.until, asked = excluded.asked
		WHERE (edge_boots.epoch, edge_boots.seq) < (excluded.epoch, excluded.seq)`, edge, ids, boot, s.now())
	if len(ids) > 0 {
		b.Queue(`INSERT INTO edge_boots (edge, boot, epoch, seq, until, asked) VALUES ($1, $2, 0, 0, $3, $3) ON CONFLICT (edge, boot) DO NOTHING`,
			edge, boot, s.now())
	}
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, "", fmt.Errorf("look for events of %s: %w", edge, err)
	}
	s.inc.Store(&inc)
	known = make([]bool, len(ids))
	for i, id := range ids {
		known[i] = stored[id]
	}
	return known, inc, nil
}

// renewal is an epoch that was begun.
type renewal struct {
	link.LinkRow
	commands  uint64 // the node obeys the commands after this one
	commandID string // the id that stands there
	inc       string // incarnation that committed it
}

// Renew begins a new epoch for the node of this life (boot), whose outbox is in epoch and which has applied commands up to cmdSeq:
// see link.Renewed. The node obeys the commands after the one named commandID. What no command's answer says was obeyed is given anew
// behind that. It reports Refused "fenced" for a device that is not the restaurant's, and NotFound "no_such_restaurant".
func (s *Store) Renew(ctx context.Context, edge, device, boot string, epoch, cmdSeq uint64) (
	row link.LinkRow, commands uint64, commandID, inc string, err error,
) {
	var r renewal
	var news []told
	err = again(func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			r, news, err = renew(ctx, tx, edge, device, boot, link.HealRequest{Epoch: epoch, CmdSeq: cmdSeq}, s.now())
			return err
		})
	})
	if problem.Of(err) != nil {
		return row, 0, "", "", err
	}
	if err != nil {
		return row, 0, "", "", fmt.Errorf("begin an epoch of %s: %w", edge, err)
	}
	s.inc.Store(&r.inc)
	s.publish(nil, news)
	return r.LinkRow, r.commands, r.commandID, r.inc, nil
}

func renew(ctx context.Context, tx pgx.Tx, edge, device, boot string, req link.HealRequest, now time.Time) (r renewal, news []told, err error) {
	have, before, err := lockLink(ctx, tx, edge)
	if err != nil {
		return r, nil, err
	}
	if have.Device != "" && have.Device != device {
		return r, nil, problem.New(problem.Refused, "fenced", "another device is enrolled for %s", edge)
	}
	if err := tx.QueryRow(ctx, incarnation).Scan(&r.inc); err != nil {
		return r, nil, err
	}
	if r.commands, r.commandID, news, err = anew(ctx, tx, edge, req.CmdSeq, unanswered, now); err != nil {
		return r, nil, err
	}
	r.LinkRow, _ = link.Renewed(have, req, r.commands)
	_, err = tx.Exec(ctx, `UPDATE edge_link SET epoch = $2, seq = $3, hash = $4, boot = $5, changed = $6, life = (`+incarnation+`) WHERE edge = $1`,
		r.Edge, bigint(r.Epoch), bigint(r.Seq), r.Hash[:], plain(boot, 128), now)
	if err != nil {
		return r, nil, err
	}
	return r, news, living(ctx, tx, edge, plain(boot, 128), before, now)
}

// lockLink locks an edge's row, and says which life of its node began the epoch.
func lockLink(ctx context.Context, tx pgx.Tx, edge string) (row link.LinkRow, boot string, err error) {
	var hash []byte
	err = tx.QueryRow(ctx, `SELECT `+linkColumns+`, boot FROM edge_link WHERE edge = $1 FOR NO KEY UPDATE`, plain(edge, MaxKey)).
		Scan(&row.Edge, &row.Device, &row.Epoch, &row.Seq, &hash, &boot)
	copy(row.Hash[:], hash)
	if isNone(err) {
		err = noRestaurant(edge)
	}
	return row, boot, err
}

// living raises an alert when a life of a node comes back after another has begun an epoch: both are alive.
func living(ctx context.Context, tx pgx.Tx, edge, boot, before string, now time.Time) error {
	var known bool
	err := tx.QueryRow(ctx, `
		WITH was AS (SELECT EXISTS (SELECT FROM edge_boots WHERE edge = $1 AND boot = $2 AND renewed IS NOT NULL) AS known), noted AS (
			INSERT INTO edge_boots (edge, boot, asked, renewed) VALUES ($1, $2, $3, $3)
			ON CONFLICT (edge, boot) DO UPDATE SET asked = excluded.asked, renewed = excluded.renewed
		) SELECT known FROM was`, edge, boot, now).Scan(&known)
	if err != nil || !known || before == boot {
		return err
	}
	b := &pgx.Batch{}
	queueAlert(b, alert{
		restaurant: edge, detail: fmt.Sprintf("the lives %s and %s take turns: switch one of the two boxes off, or enrol it anew", before, boot),
		AlertRaised: event.AlertRaised{Alert: restaurant.TwoNodes, Device: "cloud", What: restaurant.TwoNodes, Level: "critical", Since: now},
	}, now)
	return tx.SendBatch(ctx, b).Close()
}

// Which commands are given anew.
const (
	// unanswered: nobody knows whether they were obeyed. A kitchen that did obey one answers the repetition the same.
	unanswered = `c.answered IS NULL`
	// unfinished: those, and what an order consists of that a kitchen may still have to make: its offer, and the last word on its delivery. They
	// are for an empty kitchen. A wish that was answered is over: another kitchen might answer it otherwise.
	unfinished = `c.answered IS NULL OR c.anew IS NULL AND c.kind IN ('order.offered.v1', '` + deliveryStepped + `') AND EXISTS (
		SELECT FROM orders o WHERE o.id = nullif(c.order_id, '')::uuid AND o.open AND o.status NOT IN ('PickedUp', 'OutForDelivery'))`
	// madeOrNot: by the kitchen's word the order that the command is about is over there.
	madeOrNot = `EXISTS (SELECT FROM orders o WHERE o.id = nullif(c.order_id, '')::uuid AND o.state ->> 'whole' IN ('voided', 'rejected', 'handed_over'))`
)

// anew takes a number for the place where an epoch begins, higher than any that was given or that the edge has applied, and gives the
// chosen commands anew behind it. Who holds the edge's link calls it; here its head is locked.
func anew(ctx context.Context, tx pgx.Tx, edge string, applied uint64, which string, now time.Time) (at uint64, atID string, news []told, err error) {
	err = tx.QueryRow(ctx, `UPDATE edge_heads SET cmd_seq = greatest(cmd_seq, $2) + 1 WHERE edge = $1 RETURNING cmd_seq`, edge, bigint(applied)).Scan(&at)
	if err != nil {
		return 0, "", nil, err
	}
	atID = id.New()
	_, err = tx.Exec(ctx, `INSERT INTO edge_commands (edge, cmd_seq, cmd_id, kind, order_id, at, body, answered) VALUES ($1, $2, $3, $4, '', $5, '{}', $5)`,
		edge, bigint(at), atID, link.Began, now.Truncate(time.Millisecond))
	if err != nil {
		return 0, "", nil, err
	}
	news, err = repeat(ctx, tx, edge, which, now)
	return at, atID, news, err
}

// repeat gives the chosen commands anew, in their order, behind all others; the old ones wait for nothing any more. Of what was said of an
// order's delivery only the last is said again: the kitchen would show the way there once more. Nothing else is said again of an order
// that is over in its kitchen: one that has lost it would make it, and answer a wish about it otherwise than the first time. Who holds the edge's link calls it.
func repeat(ctx context.Context, tx pgx.Tx, edge, which string, now time.Time, args ...any) (news []told, err error) {
	var head int64
	if err := tx.QueryRow(ctx, `SELECT cmd_seq FROM edge_heads WHERE edge = $1 FOR NO KEY UPDATE`, edge).Scan(&head); err != nil {
		return nil, err
	}
	args = append(args, edge)
	rows, err := tx.Query(ctx, fmt.Sprintf(`
		SELECT c.cmd_seq, coalesce(nullif(c.again, ''), c.cmd_id), c.kind, c.order_id, c.body, coalesce((
			SELECT max(l.cmd_seq) FROM edge_commands l
			WHERE l.edge = c.edge AND l.cmd_seq > c.cmd_seq AND l.order_id = c.order_id AND l.kind = c.kind AND c.kind = '`+deliveryStepped+`'), 0),
			c.kind <> '`+deliveryStepped+`' AND `+madeOrNot+`
		FROM edge_commands c WHERE c.edge = $%d AND (%s) ORDER BY c.cmd_seq`, len(args), which), args...)
	if err != nil {
		return nil, err
	}
	var old, by []int64 // which commands, and those that take their places; 0: none
	var ended bool
	var c link.Command
	var seq, later int64
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&seq, &c.Again, &c.Kind, &c.Order, &body, &later, &ended}, func() error {
		if old = append(old, seq); later > 0 || ended {
			by = append(by, later)
			return nil
		}
		c.ID, c.Body = id.New(), append(json.RawMessage(nil), body...)
		news = append(news, told{edge, c})
		by = append(by, head+int64(len(news)))
		return nil
	})
	if err != nil || len(old) == 0 {
		return nil, err
	}
	b := &pgx.Batch{}
	queueCommands(b, news)
	b.Queue(`
		UPDATE edge_commands c SET anew = nullif(u.by, 0), answered = coalesce(answered, $4),
			reason = CASE WHEN answered IS NOT NULL THEN reason WHEN u.by = 0 THEN 'the order has ended' ELSE 'given anew' END
		FROM unnest($2::bigint[], $3::bigint[]) AS u (cmd_seq, by) WHERE c.edge = $1 AND c.cmd_seq = u.cmd_seq`, edge, old, by, now)
	return news, tx.SendBatch(ctx, b).Close()
}
