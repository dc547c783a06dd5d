package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/problem"
)

// UpsertRestaurant adds a restaurant to the chain, with a link that nobody has enrolled for and the menu of a real pizzeria, or replaces
// the row of one that exists. It reports Invalid "bad_restaurant".
func (s *Store) UpsertRestaurant(ctx context.Context, r restaurant.Restaurant) error {
	if err := r.Check(); err != nil {
		return problem.New(problem.Invalid, "bad_restaurant", "%v", err)
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write restaurant %s: %w", r.ID, err)
	}
	first, err := menu.Pizzeria()
	if err != nil {
		return err
	}
	dishes, err := json.Marshal(first)
	if err != nil {
		return fmt.Errorf("write menu: %w", err)
	}
	err = s.upsert(ctx, &r, raw, func(b *pgx.Batch) {
		b.Queue(`INSERT INTO restaurants (id, version, doc) VALUES ($1, 1, $2::text::json)
			ON CONFLICT (id) DO UPDATE SET version = restaurants.version + 1, doc = excluded.doc, changed = now()`, r.ID, string(raw))
		b.Queue(`INSERT INTO edge_link (edge, life) SELECT $1, (`+incarnation+`) ON CONFLICT DO NOTHING`, r.ID)
		b.Queue(`INSERT INTO edge_heads (edge) VALUES ($1) ON CONFLICT DO NOTHING`, r.ID)
		b.Queue(`INSERT INTO menus (restaurant, version, doc) SELECT $1, $2, $3::text::json
			WHERE NOT EXISTS (SELECT FROM menus WHERE restaurant = $1) ON CONFLICT DO NOTHING`, r.ID, first.Version, string(dishes))
	})
	if err != nil {
		return fmt.Errorf("store restaurant %s: %w", r.ID, err)
	}
	s.cards.forget(r.ID)
	s.tell(news{Restaurants: []string{r.ID}})
	return nil
}

// upsert writes what is queued about a restaurant, and the act that is under way unless the restaurant is as it was: a core does this at every start.
func (s *Store) upsert(ctx context.Context, r *restaurant.Restaurant, raw []byte, queue func(b *pgx.Batch)) error {
	write := func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		queue(b)
		return tx.SendBatch(ctx, b).Close()
	}
	if acts.Of(ctx) == nil {
		return pgx.BeginFunc(ctx, s.pool, write)
	}
	var was []byte
	err := s.pool.QueryRow(ctx, `SELECT doc FROM restaurants WHERE id = $1`, r.ID).Scan(&was)
	if err != nil && !isNone(err) {
		return err
	}
	fields := changedFields(was, raw)
	if len(fields) == 0 {
		return pgx.BeginFunc(ctx, s.pool, write)
	}
	acts.Of(ctx).About(acts.Subject{Kind: acts.OfRestaurant, ID: r.ID, Label: r.Name, Restaurant: r.ID})
	for _, f := range fields {
		acts.Of(ctx).Say(f.Field, f.From, f.To)
	}
	return s.inOne(ctx, write)
}

// changedFields are the members of a JSON object that differ, by name.
func changedFields(was, is []byte) (all []acts.Change) {
	var before, now map[string]json.RawMessage
	_ = json.Unmarshal(was, &before) // of one that is new there is none
	if json.Unmarshal(is, &now) != nil {
		return nil
	}
	for name := range before {
		if _, still := now[name]; !still {
			now[name] = nil
		}
	}
	for _, name := range sortedKeys(now) {
		if from, to := string(before[name]), string(now[name]); from != to {
			all = append(all, acts.Change{Field: name, From: strings.Trim(from, `"`), To: strings.Trim(to, `"`)})
		}
	}
	return all
}

// Restaurant reads one restaurant. It reports NotFound "no_such_restaurant".
func (s *Store) Restaurant(ctx context.Context, rid string) (restaurant.Restaurant, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+restaurantColumns+` WHERE r.id = $1`, plain(rid, MaxKey))
	if err != nil {
		return restaurant.Restaurant{}, fmt.Errorf("read restaurant: %w", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRestaurant)
	if isNone(err) {
		return r, noRestaurant(rid)
	}
	return r, err
}

// Restaurants are all restaurants, by id.
func (s *Store) Restaurants(ctx context.Context) ([]restaurant.Restaurant, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+restaurantColumns+` ORDER BY r.id`)
	if err != nil {
		return nil, fmt.Errorf("read restaurants: %w", err)
	}
	return pgx.CollectRows(rows, scanRestaurant)
}

// restaurantColumns are a restaurant's row and what it says of its web orders.
const restaurantColumns = `r.doc, i.since, i.until, i.who, i.reason FROM restaurants r LEFT JOIN intakes i ON i.restaurant = r.id`

func scanRestaurant(row pgx.CollectableRow) (restaurant.Restaurant, error) {
	var r restaurant.Restaurant
	var raw []byte
	var since, until *time.Time
	var who, reason *string
	if err := row.Scan(&raw, &since, &until, &who, &reason); err != nil {
		return r, err
	}
	if until != nil {
		r.Intake = restaurant.Intake{Since: since.UTC(), Until: until.UTC(), By: *who, Reason: *reason}
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("read restaurant: %w", err)
	}
	return r, nil
}

func noRestaurant(rid string) error {
	return problem.New(problem.NotFound, "no_such_restaurant", "there is no restaurant %q", rid)
}

// PutMenu publishes a menu for a restaurant, in a version above those it had. It reports Invalid "bad_menu" and Conflict "menu_version".
func (s *Store) PutMenu(ctx context.Context, rid string, m *menu.Menu) error {
	if err := m.Check(); err != nil {
		return problem.New(problem.Invalid, "bad_menu", "%v", err)
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write menu: %w", err)
	}
	tag, err := s.pool.Exec(ctx, `
		INSERT INTO menus (restaurant, version, doc) SELECT id, $2, $3::text::json FROM restaurants
		WHERE id = $1 AND NOT EXISTS (SELECT FROM menus WHERE restaurant = $1 AND version >= $2) ON CONFLICT DO NOTHING`, rid, m.Version, string(raw))
	if err != nil {
		return fmt.Errorf("store menu of %s: %w", rid, err)
	}
	if tag.RowsAffected() == 0 {
		if _, err := s.Restaurant(ctx, rid); err != nil {
			return err
		}
		return problem.New(problem.Conflict, "menu_version", "restaurant %s has a menu of version %d or later", rid, m.Version)
	}
	s.cards.forget(rid)
	s.tell(news{Restaurants: []string{rid}})
	return nil
}

// Menu is what a restaurant sells now. It reports NotFound "no_such_restaurant". Nobody may write into it.
func (s *Store) Menu(ctx context.Context, rid string) (*menu.Menu, error) {
	c, err := s.card(ctx, rid)
	if err != nil {
		return nil, err
	}
	return c.menu, nil
}
