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
	"awesome.pizza/shared/menu"
)

// mostNames is how many levels or things that are off one fact may speak of: more than any menu has.
const mostNames = 2000

// shelf is what a restaurant says of its stock.
type shelf struct {
	edge string
	at   time.Time
	body event.Body
}

// stocked takes note of what a restaurant says of its stock. Of a device that is gone it says nothing of what is there now.
func (a *applying) stocked(f *fact) error {
	if s, ok := f.body.(event.StockStanding); ok && len(s.Levels)+len(s.Off) > mostNames {
		return fmt.Errorf("%d levels and %d that are off are more than any menu has", len(s.Levels), len(s.Off))
	}
	if a.until.IsZero() {
		a.shelves = append(a.shelves, shelf{f.edge, f.At, f.body})
	}
	return nil
}

// queueShelves writes what restaurants said, in its order.
func (a *applying) queueShelves(b *pgx.Batch) error {
	for _, s := range a.shelves {
		if err := s.queue(b); err != nil {
			return err
		}
	}
	return nil
}

func (s shelf) queue(b *pgx.Batch) error {
	switch f := s.body.(type) {
	case event.ProductSoldOut:
		return queueOff(b, s.edge, f)
	case event.ProductBack:
		b.Queue(`DELETE FROM stock_off WHERE restaurant = $1 AND kind = $2 AND id = $3`, s.edge, plain(f.What, MaxKey), plain(f.ID, 200))
	case event.StockStanding:
		if f.Whole {
			b.Queue(`DELETE FROM stock_levels WHERE restaurant = $1`, s.edge)
			b.Queue(`DELETE FROM stock_off WHERE restaurant = $1`, s.edge)
		}
		for _, l := range f.Levels {
			raw, err := json.Marshal(l)
			if err != nil {
				return fmt.Errorf("write the level of %s: %w", l.Ingredient, err)
			}
			b.Queue(`INSERT INTO stock_levels (restaurant, ingredient, doc, as_of) VALUES ($1, $2, $3::text::json, $4)
				ON CONFLICT (restaurant, ingredient) DO UPDATE SET doc = excluded.doc, as_of = excluded.as_of`,
				s.edge, plain(l.Ingredient, 200), string(raw), s.at)
		}
		for _, o := range f.Off {
			if err := queueOff(b, s.edge, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func queueOff(b *pgx.Batch, edge string, o event.ProductSoldOut) error {
	raw, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("write what is off: %w", err)
	}
	b.Queue(`INSERT INTO stock_off (restaurant, kind, id, doc, until) VALUES ($1, $2, $3, $4::text::json, $5)
		ON CONFLICT (restaurant, kind, id) DO UPDATE SET doc = excluded.doc, until = excluded.until`,
		edge, plain(o.What, MaxKey), plain(o.ID, 200), string(raw), o.Until)
	return nil
}

// offOf reads what is off, as the database lists it.
func offOf(raw []byte, now time.Time) (map[menu.OffKey]menu.Off, error) {
	var all []event.ProductSoldOut
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, fmt.Errorf("read what is off: %w", err)
		}
	}
	off := map[menu.OffKey]menu.Off{}
	for _, f := range all {
		o := menu.Off{OffKey: menu.OffKey{Kind: f.What, ID: f.ID}, Owner: f.Owner, Reason: f.Reason, Auto: f.Auto, Since: f.Since}
		if f.Until != nil {
			o.Until = *f.Until
		}
		if o.Until.IsZero() || o.Until.After(now) {
			off[o.OffKey] = o
		}
	}
	return off, nil
}

// Offer is what a restaurant sells now, and what of it is off, at most a second old. It reports NotFound "no_such_restaurant". Nobody may
// write into it.
func (s *Store) Offer(ctx context.Context, rid string) (menu.Offer, error) {
	c, err := s.card(ctx, rid)
	if err != nil {
		return menu.Offer{}, err
	}
	return menu.Offer{Menu: c.menu, Off: c.off}, nil
}

// Levels are how a restaurant's ingredients stood when its node said so, by ingredient. Of what nobody there has counted there is none.
func (s *Store) Levels(ctx context.Context, rid string) ([]restaurant.Level, error) {
	rows, err := s.pool.Query(ctx, `SELECT doc, as_of FROM stock_levels WHERE restaurant = $1 ORDER BY ingredient`, plain(rid, MaxKey))
	if err != nil {
		return nil, fmt.Errorf("read the stock of %s: %w", rid, err)
	}
	levels, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l restaurant.Level, err error) {
		var raw []byte
		if err := row.Scan(&raw, &l.AsOf); err != nil {
			return l, err
		}
		l.AsOf = l.AsOf.UTC()
		return l, json.Unmarshal(raw, &l.StockLevel)
	})
	if err != nil {
		return nil, fmt.Errorf("read the stock of %s: %w", rid, err)
	}
	return levels, nil
}

// WishStock asks a restaurant to write something down about its stock: a command. It reports NotFound "no_such_restaurant".
func (s *Store) WishStock(ctx context.Context, rid string, w event.StockWished) error {
	if _, err := s.Restaurant(ctx, rid); err != nil {
		return err
	}
	raw, err := event.Encode(w)
	if err != nil {
		return err
	}
	c := link.Command{ID: id.New(), Kind: w.Kind(), Body: raw}
	if err := c.Check(); err != nil {
		return err
	}
	tells := []told{{rid, c}}
	err = again(func() error {
		return s.inOne(ctx, func(tx pgx.Tx) error {
			b := &pgx.Batch{}
			queueCommands(b, tells)
			return tx.SendBatch(ctx, b).Close()
		})
	})
	if err != nil {
		return fmt.Errorf("ask %s about its stock: %w", rid, err)
	}
	s.publish(nil, tells)
	return nil
}
