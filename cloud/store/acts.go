package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/ordering"
)

const noteAct = `INSERT INTO acts (at, role, who, who_restaurant, what, kind, subject, label, restaurant, outcome, code, changes, request)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::json, $13)`

// noteArgs are the values of noteAct: text as a column takes it, whatever a request had in it.
func noteArgs(a *acts.Act, now time.Time) []any {
	changes := make([]acts.Change, len(a.Changes))
	for i, c := range a.Changes {
		changes[i] = acts.Change{Field: plain(c.Field, MaxKey), From: plain(c.From, 4*acts.MostText), To: plain(c.To, 4*acts.MostText)}
	}
	raw, err := json.Marshal(changes)
	if err != nil {
		raw = []byte("[]") // strings alone: it cannot be
	}
	if a.At.IsZero() {
		a.At = now.Truncate(time.Millisecond)
	}
	return []any{
		a.At.UTC(), string(a.Who.Role), plain(a.Who.ID, 4*acts.MostText), plain(a.Who.Restaurant, MaxKey), plain(a.What, MaxKey), string(a.On.Kind), plain(a.On.ID, MaxKey),
		plain(a.On.Label, 4*acts.MostText), plain(a.On.Restaurant, MaxKey), string(a.Outcome), plain(a.Code, MaxKey), string(raw), plain(a.Request, MaxKey),
	}
}

// Note writes a line by itself: of what was refused, and of what has left no row to be written with.
func (s *Store) Note(ctx context.Context, a acts.Act) error {
	if _, err := s.pool.Exec(ctx, noteAct, noteArgs(&a, s.now())...); err != nil {
		return fmt.Errorf("note that %s was %s: %w", a.What, a.Outcome, err)
	}
	return nil
}

// saidAgain notes that what is asked for was there already: a phone sends again what it heard no answer to, and it counts once.
func saidAgain(ctx context.Context) { acts.Of(ctx).Say("repeated", "", "yes") }

// doer is the pool, or a transaction.
type doer interface {
	rowReader
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// noting does something, and writes the act that is under way, if one is, in the same transaction: as its last statement.
func (s *Store) noting(ctx context.Context, do func(q doer) error) error {
	if acts.Of(ctx) == nil {
		return do(s.pool)
	}
	return s.inOne(ctx, func(tx pgx.Tx) error { return do(tx) })
}

// inOne does something in one transaction, with the act that is under way.
func (s *Store) inOne(ctx context.Context, do func(tx pgx.Tx) error) error {
	open := acts.Of(ctx)
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := do(tx); err != nil || open == nil {
			return err
		}
		line := open.Line()
		_, err := tx.Exec(ctx, noteAct, noteArgs(&line, s.now())...)
		return err
	})
	if err == nil {
		open.Wrote()
	}
	return err
}

// noted are lines that go with a transaction.
type noted struct {
	open *acts.Open
	line acts.Act
}

// note adds a line about an order to what a transaction has decided.
func (w *work) note(open *acts.Open, was, is *ordering.Record, tells []told) {
	if open == nil {
		return
	}
	line := open.Line(differences(was, is, tells)...)
	line.On = aboutOrder(is)
	w.noted = append(w.noted, noted{open, line})
}

func aboutOrder(r *ordering.Record) acts.Subject {
	on := acts.Subject{Kind: acts.OfOrder, ID: string(r.Order.ID), Restaurant: r.Order.Restaurant}
	if r.Number > 0 {
		on.Label = strconv.Itoa(r.Number)
	}
	return on
}

// differences are what an act changed of an order: where it stands, and who brings it.
func differences(was, is *ordering.Record, tells []told) (all []acts.Change) {
	add := func(field, from, to string) {
		if from != to {
			all = append(all, acts.Change{Field: field, From: from, To: to})
		}
	}
	driver := func(r *ordering.Record) string {
		if r.Driver == nil {
			return ""
		}
		return r.Driver.ID
	}
	add("status", string(was.Status()), string(is.Status()))
	add("driver", driver(was), driver(is))
	if len(all) == 0 && len(tells) > 0 {
		add("asked", "", tells[0].cmd.Kind) // of its restaurant, whose lane it is
	}
	return all
}

// queueNotes writes the lines of a transaction: its last statements.
func queueNotes(b *pgx.Batch, all []noted, now time.Time) {
	for i := range all {
		b.Queue(noteAct, noteArgs(&all[i].line, now)...)
	}
}

// wrote says that they are committed.
func wrote(all []noted) {
	for _, n := range all {
		n.open.Wrote()
	}
}

// Acts are lines of the log, newest first, and before which the next page begins; 0: there is none.
func (s *Store) Acts(ctx context.Context, q acts.Query) (page []acts.Act, next int64, err error) {
	before := q.Before
	if before <= 0 {
		before = 1<<63 - 1
	}
	to := q.To
	if to.IsZero() {
		to = s.now().Add(day)
	}
	rows, err := s.pool.Query(ctx, `
		SELECT n, at, role, who, who_restaurant, what, kind, subject, label, restaurant, outcome, code, changes, request FROM acts
		WHERE n < $1 AND at >= $2 AND at < $3 AND ($4 = '' OR role = $4 OR lower(who) = lower($4) OR who_restaurant = $4)
			AND ($5 = '' OR subject = $5 OR lower(label) = lower($5)) AND ($6 = '' OR restaurant = $6 OR who_restaurant = $6)
			AND ($7 = '' OR what = $7) AND ($8 = '' OR outcome = $8)
		ORDER BY n DESC LIMIT $9`,
		before, q.From.UTC(), to.UTC(), plain(q.Who, 4*acts.MostText), plain(q.On, 4*acts.MostText), plain(q.Restaurant, MaxKey), plain(q.What, MaxKey), string(q.Outcome), q.Limit+1)
	if err != nil {
		return nil, 0, fmt.Errorf("read the log of acts: %w", err)
	}
	page, err = pgx.CollectRows(rows, scanAct)
	if err != nil {
		return nil, 0, fmt.Errorf("read the log of acts: %w", err)
	}
	if len(page) > q.Limit {
		page = page[:q.Limit]
		next = page[q.Limit-1].N
	}
	return page, next, nil
}

func scanAct(row pgx.CollectableRow) (a acts.Act, err error) {
	var raw []byte
	err = row.Scan(&a.N, &a.At, &a.Who.Role, &a.Who.ID, &a.Who.Restaurant, &a.What, &a.On.Kind, &a.On.ID, &a.On.Label, &a.On.Restaurant, &a.Outcome, &a.Code, &raw, &a.Request)
	if err != nil {
		return a, err
	}
	a.At = a.At.UTC()
	return a, json.Unmarshal(raw, &a.Changes)
}
