package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// fact is one event that is new to the cloud, and what became of it.
type fact struct {
	edge  string
	epoch uint64
	link.Event

	body    event.Body // nil when it could not be read
	about   order.ID   // the order it is about, if that is an order's name
	outcome string
	problem string
}

// The outcomes of an event.
const (
	projected     = "projected"
	repeated      = "repeated"
	unprojectable = "unprojectable"
)

type commandKey struct {
	edge string
	seq  uint64
}

type commandRow struct {
	id, kind, order string
	passed          bool // a later wish for the same was given since
}

// readAsked are commands, and whether a later wish of the same kind for the same order was given after the one that they are or repeat.
const readAsked = `
	SELECT c.edge, c.cmd_seq, c.cmd_id, c.kind, c.order_id, c.kind = 'order.revoked.v1' AND EXISTS (
		SELECT FROM edge_commands later WHERE later.edge = c.edge AND later.order_id = c.order_id AND later.kind = c.kind AND later.again = ''
			AND later.cmd_id <> coalesce(first.cmd_id, c.cmd_id) AND later.cmd_seq > coalesce(first.cmd_seq, c.cmd_seq))
	FROM edge_commands c JOIN unnest($1::text[], $2::bigint[]) AS u (edge, cmd_seq) USING (edge, cmd_seq)
	LEFT JOIN edge_commands first ON c.again <> '' AND first.cmd_id = c.again`

type answer struct {
	commandKey
	granted bool
	reason  string
}

// applying is one transaction of Apply.
type applying struct {
	now       time.Time
	inc       string    // incarnation that commits it
	blind     string    // why nothing is projected, only stored
	until     time.Time // whose word counts for an order that nobody has spoken of since: a device that is gone, approved by a person
	decisions []link.Decision
	moved     map[string]*link.LinkRow
	facts     []*fact
	aside     []*aside

	seen      map[string]bool // event ids that are stored already
	rows      map[order.ID]*recordRow
	asked     map[commandKey]commandRow
	newcomers map[order.ID][]byte // their docs
	reworded  map[order.ID][]byte // docs of orders whose lines have changed
	touched   map[order.ID]bool
	answers   []answer
	alerts    []alert
	intakes   []intake
	shelves   []shelf
	purses    purses
	told      []told
	letGo     []string // orders that are not for the courier any more who was asked
	fresh     inserts
	known     updates
}

// read gets what the new events are about: which of them were seen under another number, their orders (locked), and the commands they answer.
func (a *applying) read(ctx context.Context, conn *pgx.Conn) error {
	a.seen, a.rows, a.asked = map[string]bool{}, map[order.ID]*recordRow{}, map[commandKey]commandRow{}
	a.newcomers, a.reworded, a.touched = map[order.ID][]byte{}, map[order.ID][]byte{}, map[order.ID]bool{}
	if len(a.facts) == 0 {
		return nil
	}
	var events, orders, edges []string
	var seqs []int64
	for _, f := range a.facts {
		f.read()
		events = append(events, f.ID)
		if f.about != "" {
			orders = append(orders, string(f.about))
		}
		if b, ok := f.body.(event.CommandAnswered); ok {
			edges, seqs = append(edges, f.edge), append(seqs, bigint(b.Seq))
		}
	}
	slices.Sort(orders)
	b := &pgx.Batch{}
	b.Queue(`SELECT event_id FROM edge_events WHERE event_id = ANY ($1::text[]) AND outcome <> 'repeated'`, events).Query(func(rows pgx.Rows) error {
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, id := range ids {
			a.seen[id] = true
		}
		return err
	})
	b.Queue(lockOrders, slices.Compact(orders)).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanRecord)
		for _, r := range found {
			a.rows[r.Order.ID] = r
		}
		return err
	})
	a.queueReadPurses(b)
	b.Queue(readAsked, edges, seqs).Query(func(rows pgx.Rows) error {
		var k commandKey
		var c commandRow
		_, err := pgx.ForEachRow(rows, []any{&k.edge, &k.seq, &c.id, &c.kind, &c.order, &c.passed}, func() error { a.asked[k] = c; return nil })
		return err
	})
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("read what events are about: %w", err)
	}
	return nil
}

// read decodes the body, and finds which order it is about. Whom it concerns is said by the body, not by the envelope.
func (f *fact) read() {
	body, err := event.Decode(f.Kind, f.Body)
	if err != nil {
		f.problem = err.Error()
		return
	}
	f.body = body
	var about order.ID
	switch b := body.(type) {
	case event.OrderTaken:
		about = b.Order.ID
	case event.OrderStepped:
		about = b.Order
	case event.OrderChanged:
		about = b.Order
	case event.ForecastChanged:
		about = b.Order
	case event.DeliveryCarried:
		about = b.Order
	case event.CommandAnswered:
		about = b.Order
	case event.OrderStanding:
		about = b.Order.ID
	}
	if id.Valid(string(about)) {
		f.about = about
	}
}

// project follows the events one by one. What cannot be followed is noted and left aside.
func (a *applying) project() {
	for _, f := range a.facts {
		if a.seen[f.ID] {
			f.outcome = repeated
			continue
		}
		a.seen[f.ID], f.outcome = true, projected
		if err := a.follow(f); err != nil {
			f.outcome, f.problem = unprojectable, plain(err.Error(), 500)
			a.alerts = append(a.alerts, poison(f))
		}
	}
}

func (a *applying) follow(f *fact) error {
	said := ordering.Fact{Restaurant: f.edge, At: f.At, Body: f.body}
	if a.blind != "" {
		return errors.New(a.blind)
	}
	switch b := f.body.(type) {
	case nil:
		return errors.New(f.problem)
	case event.OrderTaken:
		return a.taken(said, b)
	case event.OrderStanding:
		return a.stands(said, f.epoch, b)
	case event.ForecastChanged:
		if _, here := a.rows[f.about]; !here { // forgotten: the kitchen says how it stands when an epoch begins, and may forecast it just before
			return nil
		}
		return a.change(f.about, func(r *ordering.Record) error { return r.Apply(said, a.now) })
	case event.OrderStepped, event.OrderChanged, event.DeliveryCarried:
		return a.change(f.about, func(r *ordering.Record) error { return r.Apply(said, a.now) })
	case event.CommandAnswered:
		return a.answered(said, f.about, b)
	case event.AlertRaised:
		a.alerts = append(a.alerts, raised(f.edge, b))
		return nil
	case event.AlertCleared:
		a.alerts = append(a.alerts, cleared(f.edge, b))
		return nil
	case event.IntakePaused:
		a.heardIntake(f.edge, &b)
		return nil
	case event.IntakeResumed:
		a.heardIntake(f.edge, nil)
		return nil
	case event.ProductSoldOut, event.ProductBack, event.StockStanding:
		return a.stocked(f)
	case escrow.Lent, escrow.Recalled:
		return a.shared(f)
	}
	return problem.New(problem.Invalid, "bad_fact", "%s is not for the cloud", f.Kind)
}

func (a *applying) taken(said ordering.Fact, b event.OrderTaken) error {
	r, err := ordering.Taken(said, b, a.now)
	if err != nil {
		return err
	}
	if _, there := a.rows[r.Order.ID]; there {
		return problem.New(problem.Conflict, "bad_fact", "order %s exists already", r.Order.ID)
	}
	return a.insert(r)
}

// stands takes over how an order stands, and with that whatever was not understood about it before is over. What was said in an epoch that is
// over is no news of an order that is here: it came through a healing, and behind it comes how the order stands since.
func (a *applying) stands(said ordering.Fact, epoch uint64, b event.OrderStanding) error {
	oid := b.Order.ID
	_, there := a.rows[oid]
	if there && b.Epoch != 0 && b.Epoch != epoch {
		return nil
	}
	if there {
		if err := a.change(oid, func(r *ordering.Record) error { return r.Stand(said, b, a.now) }); err != nil {
			return err
		}
	} else {
		r, err := ordering.Refound(said, b, a.now)
		if err != nil {
			return err
		}
		if err := a.insert(r); err != nil {
			return err
		}
	}
	if b.Recovered {
		return nil
	}
	a.alerts = append(slices.DeleteFunc(a.alerts, func(x alert) bool { return x.what(restaurant.Unprojectable, said.Restaurant, oid) }),
		settled(said.Restaurant, oid))
	return nil
}

func (a *applying) insert(r ordering.Record) error {
	if !a.until.IsZero() {
		r.KitchenAsOf = a.until
	}
	doc, err := encodeDoc(&r)
	if err != nil {
		return err
	}
	state, err := encodeState(&r)
	if err != nil {
		return err
	}
	a.rows[r.Order.ID] = &recordRow{Record: r, state: state}
	a.newcomers[r.Order.ID], a.touched[r.Order.ID] = doc, true
	return nil
}

// change lets an event change its order, all or nothing. Each event is a version of its own.
func (a *applying) change(oid order.ID, how func(*ordering.Record) error) error {
	row, there := a.rows[oid]
	if !there {
		return problem.New(problem.NotFound, "no_such_order", "there is no such order")
	}
	next := row.Record
	if !a.until.IsZero() && next.KitchenAsOf.After(a.until) {
		return problem.New(problem.Conflict, "overtaken", "another device has spoken of order %s since", oid)
	}
	if err := how(&next); err != nil {
		return err
	}
	if !a.until.IsZero() {
		next.KitchenAsOf = row.KitchenAsOf // it is no news
	}
	tells, err := tellsOf(&next)
	if err != nil {
		return err
	}
	next.Version++
	state, err := encodeState(&next)
	if err != nil {
		return err
	}
	if next.Reworded() {
		if err := a.reword(&next); err != nil {
			return err
		}
	}
	if letsGo(&row.Record, &next) {
		a.letGo = append(a.letGo, string(oid))
	}
	row.Record, row.state, a.touched[oid] = next.Untold(), state, true
	a.told = append(a.told, tells...)
	return nil
}

// reword writes down what is ordered now.
func (a *applying) reword(r *ordering.Record) error {
	doc, err := encodeDoc(r)
	if err != nil {
		return err
	}
	if _, isNew := a.newcomers[r.Order.ID]; isNew {
		a.newcomers[r.Order.ID] = doc
	} else {
		a.reworded[r.Order.ID] = doc
	}
	return nil
}

// queueReworded writes what is ordered anew.
func (a *applying) queueReworded(b *pgx.Batch) {
	var ids, docs []string
	var makes []int32
	for _, oid := range sortedKeys(a.reworded) {
		r := a.rows[oid].Record
		ids, docs, makes = append(ids, string(oid)), append(docs, string(a.reworded[oid])), append(makes, makeSeconds(&r))
	}
	if len(ids) > 0 {
		b.Queue(`
			UPDATE orders o SET doc = u.doc::json, make_seconds = u.make_seconds
			FROM unnest($1::text[]::uuid[], $2::text[], $3::int[]) AS u (id, doc, make_seconds) WHERE o.id = u.id`, ids, docs, makes)
	}
}

// answered ends a command. An answer to a command that was never given, or is another one, cannot be followed. The answer to a wish that was
// made again since is kept, but says nothing of the later one.
func (a *applying) answered(said ordering.Fact, about order.ID, b event.CommandAnswered) error {
	key := commandKey{said.Restaurant, b.Seq}
	c, given := a.asked[key]
	if !given || b.Command != c.id {
		return problem.New(problem.NotFound, "no_such_command", "%s was never given command %d %q", said.Restaurant, b.Seq, b.Command)
	}
	if c.order != "" && about == order.ID(c.order) && !c.passed {
		err := a.change(about, func(r *ordering.Record) error { return r.Answered(said, c.kind, b, a.now) })
		if err != nil {
			return err
		}
	}
	a.answers = append(a.answers, answer{key, b.Granted, plain(b.Reason, 500)})
	return nil
}

// collect puts what became of the orders into columns.
func (a *applying) collect() {
	for _, oid := range sortedKeys(a.touched) {
		row := a.rows[oid]
		if doc, isNew := a.newcomers[oid]; isNew {
			a.fresh.add(&row.Record, doc, row.state)
		} else {
			a.known.add(&row.Record, row.state)
		}
	}
}

func (a *applying) changed() []*ordering.Record {
	var out []*ordering.Record
	for _, oid := range sortedKeys(a.touched) {
		r := a.rows[oid].Record
		out = append(out, &r)
	}
	return out
}

func (a *applying) queueEvents(b *pgx.Batch) {
	if len(a.facts) == 0 {
		return
	}
	var edges, ids, orders, kinds, traces, outcomes, problems []string
	var epochs, seqs []int64
	var ats []time.Time
	var hashes, bodies [][]byte
	for _, f := range a.facts {
		if f.outcome == repeated && !a.until.IsZero() {
			continue
		}
		edges, epochs, seqs = append(edges, f.edge), append(epochs, bigint(f.epoch)), append(seqs, bigint(f.Seq))
		ids, orders, kinds, traces = append(ids, f.ID), append(orders, f.Order), append(kinds, f.Kind), append(traces, f.Trace)
		ats, hashes, bodies = append(ats, f.At), append(hashes, f.Hash[:]), append(bodies, f.Body)
		outcomes, problems = append(outcomes, f.outcome), append(problems, f.problem)
	}
	b.Queue(`
		INSERT INTO edge_events (edge, epoch, seq, event_id, order_id, kind, at, trace, hash, body, outcome, problem)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[],
			$9::bytea[], $10::bytea[], $11::text[], $12::text[])`,
		edges, epochs, seqs, ids, orders, kinds, ats, traces, hashes, bodies, outcomes, problems)
}

func (a *applying) queueAnswers(b *pgx.Batch) {
	if len(a.answers) == 0 {
		return
	}
	var edges, reasons []string
	var seqs []int64
	var granted []bool
	for _, x := range a.answers {
		edges, seqs = append(edges, x.edge), append(seqs, bigint(x.seq))
		granted, reasons = append(granted, x.granted), append(reasons, x.reason)
	}
	b.Queue(`
		UPDATE edge_commands c SET answered = coalesce(c.answered, $5), granted = u.granted, reason = u.reason
		FROM unnest($1::text[], $2::bigint[], $3::bool[], $4::text[]) AS u (edge, cmd_seq, granted, reason)
		WHERE c.edge = u.edge AND c.cmd_seq = u.cmd_seq AND (c.answered IS NULL OR c.anew IS NOT NULL AND c.granted IS NULL)`, edges, seqs, granted, reasons, a.now)
}
