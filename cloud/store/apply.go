package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"awesome.pizza/shared/link"
)

// Apply carries out link.Decide for each batch, all in one transaction, and returns a decision for each and the incarnation that
// committed them. Duplicates and two appliers on the same batches do no harm: the edge's row is locked, and its watermark decides. An event that cannot be projected is stored as such
// and raises an alert; it never holds up a restaurant. When the database itself refuses what came of an event, the batches are taken
// apart, and only that event is not projected.
func (s *Store) Apply(ctx context.Context, batches []link.Batch) (decisions []link.Decision, inc string, err error) {
	if len(batches) == 0 {
		return nil, s.Incarnation(), nil
	}
	decisions, inc, err = s.apply(ctx, batches, "")
	if refused(err) {
		decisions, inc, err = s.applyApart(ctx, batches)
	}
	if err != nil {
		return nil, "", fmt.Errorf("apply %d batches: %w", len(batches), err)
	}
	return decisions, inc, nil
}

// applyApart applies event by event, and stores those that the database refuses without projecting them.
func (s *Store) applyApart(ctx context.Context, batches []link.Batch) (decisions []link.Decision, first string, err error) {
	decisions = make([]link.Decision, len(batches))
	for i, b := range batches {
		for _, one := range apart(b) {
			d, inc, err := s.apply(ctx, []link.Batch{one}, "")
			if refused(err) {
				d, inc, err = s.apply(ctx, []link.Batch{one}, err.Error())
			}
			if err == nil && first != "" && first != inc {
				err = errors.New("the database was replaced between two events")
			}
			if err != nil {
				return nil, "", err
			}
			d[0].Left = d[0].Left || decisions[i].Left
			decisions[i], first = d[0], inc
		}
	}
	return decisions, first, nil
}

// apart are the events of a batch, each in a batch of its own.
func apart(b link.Batch) []link.Batch {
	if len(b.Events) < 2 || b.Last-b.First != uint64(len(b.Events)-1) {
		return []link.Batch{b}
	}
	var all []link.Batch
	for i := range b.Events {
		one := b
		one.First, one.Last, one.Events = b.First+uint64(i), b.First+uint64(i), b.Events[i:i+1]
		if i > 0 {
			one.Prev = b.Events[i-1].Hash
		}
		all = append(all, one)
	}
	return all
}

func (s *Store) apply(ctx context.Context, batches []link.Batch, blind string) (decisions []link.Decision, inc string, err error) {
	err = again(func() (err error) {
		decisions, inc, err = s.applyOnce(ctx, batches, blind)
		return err
	})
	return decisions, inc, err
}

func (s *Store) applyOnce(ctx context.Context, batches []link.Batch, blind string) ([]link.Decision, string, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("get a connection: %w", err)
	}
	defer conn.Release()
	a := &applying{now: s.now(), blind: blind}
	if err := a.run(ctx, conn, batches); err != nil {
		return nil, "", rollback(ctx, conn, err)
	}
	s.inc.Store(&a.inc)
	s.publish(a.changed(), a.told)
	s.complain(ctx, a.facts)
	return a.decisions, a.inc, nil
}

// complain logs what could not be projected, once it is stored: the order it is about is not what its restaurant says it is.
func (s *Store) complain(ctx context.Context, facts []*fact) {
	for _, f := range facts {
		if f.outcome == unprojectable {
			s.cfg.Log.ErrorContext(ctx, "an event could not be projected", "restaurant", f.edge, "event", f.ID, "kind", f.Kind,
				"epoch", f.epoch, "seq", f.Seq, "order", f.Order, "reason", f.problem)
		}
	}
}

func (a *applying) run(ctx context.Context, conn *pgxpool.Conn, batches []link.Batch) error {
	rows, err := a.lockLinks(ctx, conn, batches)
	if err != nil {
		return err
	}
	a.decide(rows, batches)
	if err := a.read(ctx, conn.Conn()); err != nil {
		return err
	}
	a.project()
	a.collect()
	if err := a.write(ctx, conn.Conn(), &pgx.Batch{}); err != nil {
		return err
	}
	for _, q := range a.aside {
		a.decisions[q.of].Left = q.left
	}
	return nil
}

// lockLinks begins the transaction and locks the rows of the batches' edges. The incarnation is read beside them, for the ack.
func (a *applying) lockLinks(ctx context.Context, conn *pgxpool.Conn, batches []link.Batch) (map[string]*link.LinkRow, error) {
	var edges []string
	for _, b := range batches {
		edges = append(edges, plain(b.Edge, MaxKey))
	}
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	b.Queue(incarnation)
	b.Queue(`SELECT `+linkColumns+` FROM edge_link WHERE edge = ANY ($1::text[]) ORDER BY edge FOR NO KEY UPDATE`, edges)
	results := conn.SendBatch(ctx, b)
	_, err := results.Exec()
	if err == nil {
		err = results.QueryRow().Scan(&a.inc)
	}
	links, errs := map[string]*link.LinkRow{}, []error{err}
	if err == nil {
		rows, _ := results.Query() // its error is the rows' error
		found, err := pgx.CollectRows(rows, scanLink)
		errs = append(errs, err)
		for i := range found {
			links[found[i].Edge] = &found[i]
		}
	}
	if err := errors.Join(append(errs, results.Close())...); err != nil {
		return nil, fmt.Errorf("lock links: %w", err)
	}
	return links, nil
}

// decide judges the batches, one after the other, and moves the rows on.
func (a *applying) decide(rows map[string]*link.LinkRow, batches []link.Batch) {
	a.moved = map[string]*link.LinkRow{}
	for i, b := range batches {
		row, enrolled := rows[b.Edge]
		if !enrolled {
			d := link.Decide(link.LinkRow{Edge: b.Edge}, b) // in epoch 0 there is nobody
			d.Reason = fmt.Sprintf("nobody has enrolled restaurant %q", b.Edge)
			a.decisions = append(a.decisions, d)
			continue
		}
		d := link.Decide(*row, b)
		a.decisions = append(a.decisions, d)
		switch d.Verdict {
		case link.Apply:
			for _, e := range d.Events {
				a.facts = append(a.facts, &fact{edge: b.Edge, epoch: b.Epoch, Event: e})
			}
			row.Epoch, row.Seq, row.Hash = d.After.Epoch, d.After.Seq, d.After.Hash
			a.moved[row.Edge] = row
		case link.Quarantine:
			a.aside = append(a.aside, &aside{batch: b, reason: d.Reason, of: i})
		case link.Skip, link.Gap, link.Fork, link.Corrupt:
		}
	}
}

// write stores events, orders, answers, alerts and commands, moves the links on, does what else b holds, and commits: one round trip.
func (a *applying) write(ctx context.Context, conn *pgx.Conn, b *pgx.Batch) error {
	a.queueEvents(b)
	if len(a.fresh.ids) > 0 {
		b.Queue(newOrders+insertOrders+`ORDER BY id`, a.fresh.args()...)
	}
	a.known.queue(b)
	a.queueReworded(b)
	queueLetGo(b, a.letGo)
	a.queueAnswers(b)
	a.queueAlerts(b)
	a.queueIntakes(b)
	if err := a.queueShelves(b); err != nil {
		return err
	}
	a.purses.queue(b)
	for _, q := range a.aside {
		if err := q.queue(b, a.now); err != nil {
			return err
		}
	}
	a.queueLinks(b)
	queueCommands(b, a.told)
	b.Queue(`COMMIT`)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("commit events: %w", err)
	}
	return nil
}

func (a *applying) queueLinks(b *pgx.Batch) {
	var edges []string
	var epochs, seqs []int64
	var hashes [][]byte
	for _, edge := range sortedKeys(a.moved) {
		row := a.moved[edge]
		edges, epochs, seqs = append(edges, edge), append(epochs, bigint(row.Epoch)), append(seqs, bigint(row.Seq))
		hashes = append(hashes, slices.Clone(row.Hash[:]))
	}
	if len(edges) > 0 {
		b.Queue(`
			UPDATE edge_link l SET epoch = u.epoch, seq = u.seq, hash = u.hash, changed = now()
			FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[]) AS u (edge, epoch, seq, hash) WHERE l.edge = u.edge`,
			edges, epochs, seqs, hashes)
	}
}

// Events are an edge's stored events of an epoch from a seq on, at most limit, as they came.
func (s *Store) Events(ctx context.Context, edge string, epoch, from uint64, limit int) ([]link.Event, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT seq, event_id, order_id, kind, at, trace, body, hash FROM edge_events
		WHERE edge = $1 AND epoch = $2 AND seq >= $3 ORDER BY seq LIMIT $4`, edge, bigint(epoch), bigint(from), limit)
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", edge, err)
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (link.Event, error) {
		var e link.Event
		var body, hash []byte
		err := row.Scan(&e.Seq, &e.ID, &e.Order, &e.Kind, &e.At, &e.Trace, &body, &hash)
		e.At, e.Body = e.At.UTC(), body
		copy(e.Hash[:], hash)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", edge, err)
	}
	return events, nil
}
