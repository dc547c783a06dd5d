package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// Limits of reading bags.
const (
	mostBags    = 100
	mostNote    = 800                // bytes: as many characters as the door takes
	mostBrought = 2000               // orders of one bag
	ordersReach = 7 * 24 * time.Hour // how long before a bag an order can have been placed that is paid into it
)

const bagColumns = `b.id::text, b.driver, b.restaurant, b.currency, b.opened, b.float_minor, b.closed, coalesce(b.counted_minor, 0), b.note,
	(SELECT max(p.closed) FROM cash_bags p WHERE p.driver = b.driver AND p.opened < b.opened)`

// inTill is what has become of the command about a check-out. One that is forgotten was answered long ago, and one that was given anew stands in
// its later place.
const inTill = `CASE WHEN b.told_close = '' THEN '' ELSE b.told_till END,
	CASE WHEN b.told_close = '' THEN '' WHEN c.cmd_id IS NULL OR coalesce(n.granted, c.granted) THEN 'booked' WHEN NOT coalesce(n.granted, c.granted) THEN 'refused'
		ELSE 'waits' END, coalesce(CASE WHEN NOT coalesce(n.granted, c.granted) THEN coalesce(n.reason, c.reason) END, '')`

const inTillOf = `LEFT JOIN edge_commands c ON c.cmd_id = b.told_close AND b.told_close <> '' LEFT JOIN edge_commands n ON n.edge = c.edge AND n.cmd_seq = c.anew`

// OpenBag begins a bag, and has the float taken out of the till of its restaurant. The same bag again is known as one: made is false then. It
// reports Conflict "bag_open", and Invalid "bad_id" when the id is another bag's.
func (s *Store) OpenBag(ctx context.Context, b road.Bag) (kept road.Bag, made bool, err error) {
	if !id.Valid(b.ID) {
		return road.Bag{}, false, badID()
	}
	var tells []told
	err = again(func() error {
		tells, made = nil, false
		return s.inOne(ctx, func(tx pgx.Tx) error {
			if err := holdBags(ctx, tx, b.Driver); err != nil {
				return err
			}
			err := tx.QueryRow(ctx, `
				INSERT INTO cash_bags (id, driver, restaurant, currency, opened, float_minor) VALUES ($1::text::uuid, $2, $3, $4,
					GREATEST($5, (SELECT max(closed) + interval '1 millisecond' FROM cash_bags WHERE driver = $2)), $6)
				ON CONFLICT DO NOTHING RETURNING opened`,
				b.ID, plain(b.Driver, MaxKey), plain(b.Restaurant, MaxKey), plain(b.Currency, 8), b.Opened.UTC(), b.Float).Scan(&b.Opened)
			if isNone(err) {
				saidAgain(ctx)
				return nil
			}
			if made = err == nil; err != nil || b.Float == 0 {
				return err
			}
			tells, err = tellTill(ctx, tx, b.Restaurant, &b, "told_open", openedOf(&b))
			return err
		})
	})
	if err != nil {
		return road.Bag{}, false, fmt.Errorf("open a bag of driver %q: %w", b.Driver, err)
	}
	s.publish(nil, tells)
	kept, ok, err := s.oneBag(ctx, `b.id = $1::text::uuid`, b.ID)
	switch {
	case err != nil:
		return road.Bag{}, false, err
	case !ok:
		return road.Bag{}, false, problem.New(problem.Conflict, "bag_open", "there is an open bag: check it out first")
	case kept.Driver != b.Driver || kept.Float != b.Float:
		return road.Bag{}, false, badID()
	}
	return kept, made, nil
}

// openedOf is what a till hears of the float that leaves it.
func openedOf(b *road.Bag) func(name string) event.Body {
	return func(name string) event.Body {
		return event.BagOpened{Bag: b.ID, Driver: b.Driver, Name: name, Currency: b.Currency, Float: b.Float, At: b.Opened.UTC()}
	}
}

// holdBags keeps everybody else from a driver's bags until the transaction ends: of what is done with them at once, one thing comes after the
// other.
func holdBags(ctx context.Context, tx pgx.Tx, driver string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('cash bags of ' || $1, 0))`, plain(driver, MaxKey))
	return err
}

// tellTill tells the till of a restaurant about a bag, and keeps with the bag what was told. A restaurant that is not there is told nothing.
func tellTill(ctx context.Context, tx pgx.Tx, restaurant string, b *road.Bag, column string, of func(name string) event.Body) ([]told, error) {
	var name string
	err := tx.QueryRow(ctx, `SELECT coalesce((SELECT name FROM drivers WHERE id = $2), '') FROM edge_heads WHERE edge = $1`, restaurant, b.Driver).Scan(&name)
	if isNone(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	body := of(name)
	raw, err := event.Encode(body)
	if err != nil {
		return nil, err
	}
	c := link.Command{ID: id.New(), Kind: body.Kind(), Body: raw}
	if err := c.Check(); err != nil {
		return nil, err
	}
	tells, batch := []told{{restaurant, c}}, &pgx.Batch{}
	batch.Queue(`UPDATE cash_bags SET told_till = $2, `+column+` = $3 WHERE id = $1::text::uuid`, b.ID, restaurant, c.ID)
	queueCommands(batch, tells)
	return tells, tx.SendBatch(ctx, batch).Close()
}

// DropCash puts cash of the driver's open bag into the safe, once for each id. It reports NotFound "no_open_bag", Conflict "too_many_drops",
// Invalid "bad_amount" and "bad_id".
func (s *Store) DropCash(ctx context.Context, driver string, d road.Drop) (road.Bag, error) {
	if !id.Valid(d.ID) {
		return road.Bag{}, badID()
	}
	b, _, err := s.oneBag(ctx, `b.driver = $1 AND b.closed IS NULL`, plain(driver, MaxKey))
	if err != nil {
		return road.Bag{}, err
	}
	var bag string
	err = again(func() error {
		return s.inOne(ctx, func(tx pgx.Tx) (err error) {
			bag, err = s.drop(ctx, tx, driver, b, d)
			return err
		})
	})
	if err != nil {
		return road.Bag{}, unlessProblem(err, "drop cash of driver "+driver)
	}
	b, _, err = s.oneBag(ctx, `b.id = $1::text::uuid`, bag)
	return b, err
}

// drop takes cash out of the bag that was open when it was looked for, and returns the bag it is known to have come from.
func (s *Store) drop(ctx context.Context, tx pgx.Tx, driver string, b road.Bag, d road.Drop) (bag string, err error) {
	if err := holdBags(ctx, tx, driver); err != nil {
		return "", err
	}
	if known, err := s.droppedBefore(ctx, tx, driver, d); known != "" || err != nil {
		if err == nil {
			saidAgain(ctx)
		}
		return known, err
	}
	var open bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM cash_bags WHERE id::text = $1 AND closed IS NULL)`, b.ID).Scan(&open); err != nil {
		return "", err
	}
	if !open {
		return "", problem.New(problem.NotFound, "no_open_bag", "there is no open bag: check one in first")
	}
	b.Drops = nil
	if err := readDrops(ctx, tx, []*road.Bag{&b}); err != nil {
		return "", err
	}
	if err := b.CheckDrop(d.Amount); err != nil {
		return "", err
	}
	tag, err := tx.Exec(ctx, `INSERT INTO cash_drops (id, bag, at, amount_minor) VALUES ($1::text::uuid, $2::text::uuid, $3, $4) ON CONFLICT DO NOTHING`,
		d.ID, b.ID, d.At.UTC(), d.Amount)
	if err == nil && tag.RowsAffected() == 0 {
		return "", badID() // another driver's
	}
	return b.ID, err
}

func (s *Store) droppedBefore(ctx context.Context, tx pgx.Tx, driver string, d road.Drop) (bag string, err error) {
	var whose string
	var amount int64
	err = tx.QueryRow(ctx, `SELECT b.id::text, b.driver, d.amount_minor FROM cash_drops d JOIN cash_bags b ON b.id = d.bag WHERE d.id = $1::text::uuid`, d.ID).Scan(&bag, &whose, &amount)
	switch {
	case isNone(err):
		return "", nil
	case err == nil && (whose != driver || amount != d.Amount):
		return "", badID()
	}
	return bag, err
}

// CloseBag checks a driver's bag out, and has what was counted written into the till where it lies then; again with the same sum it changes
// nothing, unless it says for the first time why the sum differs: that is kept with the bag, and the till's book stays as it was written. It reports NotFound
// "no_such_bag", Conflict "bag_closed" and "bag_explained".
func (s *Store) CloseBag(ctx context.Context, driver, bag string, counted int64, note string, at time.Time) (road.Bag, error) {
	if !id.Valid(bag) {
		return road.Bag{}, badID()
	}
	b, ok, err := s.oneBag(ctx, `b.id = $1::text::uuid`, bag)
	if err != nil {
		return road.Bag{}, err
	}
	note = plain(strings.TrimSpace(note), mostNote)
	if ok && b.Closed != nil && (note == "" || note == b.Note) {
		saidAgain(ctx)
	}
	if ok && b.Driver == driver && b.Closed == nil {
		if err := s.checkOut(ctx, b, counted, note, at.UTC()); err != nil {
			return road.Bag{}, fmt.Errorf("close bag %s: %w", bag, err)
		}
		if b, ok, err = s.oneBag(ctx, `b.id = $1::text::uuid`, bag); err != nil {
			return road.Bag{}, err
		}
	}
	switch {
	case !ok || b.Driver != driver:
		return road.Bag{}, problem.New(problem.NotFound, "no_such_bag", "there is no such bag")
	case b.Counted != counted:
		return road.Bag{}, problem.New(problem.Conflict, "bag_closed", "this bag was checked out with another sum; tell your manager")
	}
	return s.explain(ctx, b, note)
}

// explain keeps the first note about a bag that is checked out. Nothing is written over.
func (s *Store) explain(ctx context.Context, b road.Bag, note string) (road.Bag, error) {
	if note == "" || note == b.Note {
		return b, nil
	}
	err := s.noting(ctx, func(q doer) error {
		return q.QueryRow(ctx, `UPDATE cash_bags SET note = $2 WHERE id = $1::text::uuid AND note IN ('', $2) RETURNING note`, b.ID, note).Scan(&b.Note)
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return road.Bag{}, problem.New(problem.Conflict, "bag_explained", "this bag was checked out with another note, which stays; tell your manager what is to be added")
	case err != nil:
		return road.Bag{}, fmt.Errorf("explain bag %s: %w", b.ID, err)
	}
	return b, nil
}

// checkOut closes a bag and tells the till in the same commit, unless somebody else was first.
func (s *Store) checkOut(ctx context.Context, b road.Bag, counted int64, note string, at time.Time) error {
	at = b.Latest(at).UTC()
	b.Closed, b.Counted, b.Note = &at, counted, note
	brought, err := s.brought(ctx, &b)
	if err != nil {
		return err
	}
	var tells []told
	err = again(func() error {
		tells, b.Drops = nil, nil
		return s.inOne(ctx, func(tx pgx.Tx) error {
			if err := holdBags(ctx, tx, b.Driver); err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, `UPDATE cash_bags SET closed = $3, counted_minor = $2, note = $4 WHERE id = $1::text::uuid AND closed IS NULL`, b.ID, counted, at, note)
			if err != nil || tag.RowsAffected() == 0 {
				return err
			}
			if err := readDrops(ctx, tx, []*road.Bag{&b}); err != nil {
				return err
			}
			b.Fill(brought)
			till := b.HandedInAt(brought)
			if b.Restaurant == "" && b.Float > 0 { // nobody knew whose drawer the float was from: it goes back into the one it came from
				if tells, err = tellTill(ctx, tx, till, &b, "told_open", openedOf(&b)); err != nil {
					return err
				}
			}
			closed, err := tellTill(ctx, tx, till, &b, "told_close", func(name string) event.Body {
				return event.BagClosed{
					Bag: b.ID, Driver: b.Driver, Name: name, Currency: b.Currency, Float: b.Float, Collected: b.Collected(), Dropped: b.Dropped(),
					Expected: b.Expected(), Counted: counted, Note: note, At: at,
				}
			})
			tells = append(tells, closed...)
			return err
		})
	})
	if err == nil {
		s.publish(nil, tells)
	}
	return err
}

// LastBag is a driver's newest bag.
func (s *Store) LastBag(ctx context.Context, driver string) (b road.Bag, ok bool, err error) {
	return s.oneBag(ctx, `b.driver = $1`, plain(driver, MaxKey))
}

// Bags are the bags of a restaurant's drivers and of those who drive for all, newest first: those that are open, or all of the last hundred.
func (s *Store) Bags(ctx context.Context, restaurant string, open bool) ([]road.Bag, error) {
	return s.someBags(ctx, mostBags, `b.restaurant IN ($1, '') AND (NOT $2 OR b.closed IS NULL)`, plain(restaurant, MaxKey), open)
}

func (s *Store) oneBag(ctx context.Context, where string, args ...any) (road.Bag, bool, error) {
	all, err := s.someBags(ctx, 1, where, args...)
	if err != nil || len(all) == 0 {
		return road.Bag{}, false, err
	}
	return all[0], true, nil
}

func (s *Store) someBags(ctx context.Context, most int, where string, args ...any) ([]road.Bag, error) {
	rows, err := s.pool.Query(ctx, fmt.Sprintf(`SELECT `+bagColumns+`, `+inTill+` FROM cash_bags b `+inTillOf+` WHERE `+where+` ORDER BY b.opened DESC, b.id DESC LIMIT %d`, most), args...)
	if err != nil {
		return nil, fmt.Errorf("read cash bags: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*road.Bag, error) {
		b, after := &road.Bag{}, (*time.Time)(nil)
		err := row.Scan(&b.ID, &b.Driver, &b.Restaurant, &b.Currency, &b.Opened, &b.Float, &b.Closed, &b.Counted, &b.Note, &after,
			&b.Till.Restaurant, &b.Till.State, &b.Till.Reason)
		if after != nil {
			b.After = *after
		}
		return b, err
	})
	if err == nil {
		err = readDrops(ctx, s.pool, all)
	}
	if err != nil {
		return nil, fmt.Errorf("read cash bags: %w", err)
	}
	out := make([]road.Bag, len(all))
	for i, b := range all {
		brought, err := s.brought(ctx, b)
		if err != nil {
			return nil, err
		}
		b.Fill(brought)
		out[i] = *b
	}
	return out, nil
}

// brought are the orders that can have been paid into a bag, oldest first.
func (s *Store) brought(ctx context.Context, b *road.Bag) ([]ordering.Record, error) {
	since := b.Opened
	if !b.After.IsZero() {
		since = b.After
	}
	return s.many(ctx, `SELECT `+recordColumns+` FROM orders
		WHERE driver = $1 AND NOT open AND status = 'Delivered' AND placed_at >= $2 AND ($3::timestamptz IS NULL OR placed_at <= $3)
		AND doc->'order'->'payment'->>'method' = 'cash' ORDER BY arrival LIMIT $4`,
		b.Driver, since.Add(-ordersReach).UTC(), b.Closed, mostBrought)
}

func readDrops(ctx context.Context, q interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, bags []*road.Bag,
) error {
	by, ids := map[string]*road.Bag{}, make([]string, len(bags))
	for i, b := range bags {
		by[b.ID], ids[i] = b, b.ID
	}
	rows, err := q.Query(ctx, `SELECT bag::text, id::text, at, amount_minor FROM cash_drops WHERE bag = ANY ($1::text[]::uuid[]) ORDER BY at, id`, ids)
	if err != nil {
		return err
	}
	var bag string
	var d road.Drop
	_, err = pgx.ForEachRow(rows, []any{&bag, &d.ID, &d.At, &d.Amount}, func() error {
		d.At = d.At.UTC()
		by[bag].Drops = append(by[bag].Drops, d)
		return nil
	})
	return err
}

func badID() error {
	return problem.New(problem.Invalid, "bad_id", "the id is no UUID, or is used for something else").With("path", "id")
}

// unlessProblem leaves a problem as it is and says of any other error what was being done.
func unlessProblem(err error, doing string) error {
	if problem.Of(err) != nil {
		return err
	}
	return fmt.Errorf("%s: %w", doing, err)
}
