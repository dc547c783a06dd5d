package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

const (
	mostLent     = 1 << 50 // of one ingredient in an epoch: no restaurant has so much
	mostSoldText = 200     // bytes of an ingredient's name
)

// pocket names a purse.
type pocket struct{ restaurant, ingredient string }

// purses are those that a transaction holds, as far as it has come.
type purses struct {
	inc     string // incarnation of the database that sells
	all     map[pocket]escrow.Purse
	changed map[pocket]bool
}

// purseColumns are a purse as it is in the link's present epoch: what was lent before is lent no more.
const purseColumns = `p.restaurant, p.ingredient, l.epoch, l.life, CASE WHEN p.epoch = l.epoch THEN p.lent ELSE 0 END,
	CASE WHEN p.epoch = l.epoch THEN p.sold ELSE 0 END, CASE WHEN p.epoch = l.epoch THEN p.returned ELSE 0 END
	FROM stock_purses p JOIN edge_link l ON l.edge = p.restaurant`

// read takes up rows of purseColumns.
func (ps *purses) read(rows pgx.Rows) error {
	ps.all, ps.changed = map[pocket]escrow.Purse{}, map[pocket]bool{}
	var at pocket
	var p escrow.Purse
	_, err := pgx.ForEachRow(rows, []any{&at.restaurant, &at.ingredient, &p.Epoch, &p.Life, &p.Lent, &p.Sold, &p.Returned}, func() error {
		p.Ingredient = at.ingredient
		ps.all[at] = p
		return nil
	})
	return err
}

func (ps *purses) put(at pocket, p escrow.Purse) { ps.all[at], ps.changed[at] = p, true }

// sell takes what an order needs of a restaurant's purses, all of it or nothing. sold is what it took, epoch from whose shares; nothing when
// there is a limit on nothing. It reports *ordering.Short.
func (ps *purses) sell(restaurant string, needs map[string]int64) (sold map[string]int64, epoch uint64, err error) {
	after, sold, left := map[pocket]escrow.Purse{}, map[string]int64{}, map[string]int64{}
	short := false
	for _, ingredient := range sortedKeys(needs) {
		at, n := pocket{restaurant, ingredient}, needs[ingredient]
		p, limited := ps.all[at]
		if !limited || n < 1 {
			continue
		}
		left[ingredient], epoch = p.Left(), p.Epoch
		switch next, err := p.Sell(ps.inc, n); {
		case problem.Is(err, problem.Unavailable):
			return nil, 0, err
		case err != nil:
			short = true
		default:
			after[at], sold[ingredient] = next, n
		}
	}
	if short {
		return nil, 0, &ordering.Short{Left: left}
	}
	for at, p := range after {
		ps.put(at, p)
	}
	return sold, epoch, nil
}

// queue writes what has changed.
func (ps *purses) queue(b *pgx.Batch) {
	if len(ps.changed) == 0 {
		return
	}
	var restaurants, ingredients []string
	var epochs, lent, sold, returned []int64
	for at := range ps.changed {
		p := ps.all[at]
		restaurants, ingredients = append(restaurants, at.restaurant), append(ingredients, at.ingredient)
		epochs, lent, sold, returned = append(epochs, bigint(p.Epoch)), append(lent, p.Lent), append(sold, p.Sold), append(returned, p.Returned)
	}
	b.Queue(`
		INSERT INTO stock_purses (restaurant, ingredient, epoch, lent, sold, returned)
		SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
		ON CONFLICT (restaurant, ingredient) DO UPDATE
			SET epoch = excluded.epoch, lent = excluded.lent, sold = excluded.sold, returned = excluded.returned`,
		restaurants, ingredients, epochs, lent, sold, returned)
}

// shareOf is the ingredient that a fact about shares speaks of.
func shareOf(body event.Body) (ingredient string, ok bool) {
	switch f := body.(type) {
	case escrow.Lent:
		return f.Ingredient, true
	case escrow.Recalled:
		return f.Ingredient, true
	}
	return "", false
}

// queueReadPurses reads the purses that new facts speak of. Whoever sells from them holds the links that this transaction has locked.
func (a *applying) queueReadPurses(b *pgx.Batch) {
	a.purses = purses{all: map[pocket]escrow.Purse{}, changed: map[pocket]bool{}}
	var restaurants, ingredients []string
	for _, f := range a.facts {
		if ingredient, ok := shareOf(f.body); ok {
			restaurants, ingredients = append(restaurants, f.edge), append(ingredients, plain(ingredient, mostSoldText))
		}
	}
	if len(restaurants) > 0 {
		b.Queue(`SELECT `+purseColumns+` WHERE (p.restaurant, p.ingredient) IN (SELECT * FROM unnest($1::text[], $2::text[]))`, restaurants, ingredients).
			Query(a.purses.read)
	}
}

// shared follows what a restaurant lends and asks back. A device that is gone lends nothing.
func (a *applying) shared(f *fact) error {
	if !a.until.IsZero() {
		return nil
	}
	ingredient, _ := shareOf(f.body)
	if ingredient == "" || ingredient != plain(ingredient, mostSoldText) {
		return problem.New(problem.Invalid, "bad_fact", "%q does not name an ingredient", plain(ingredient, mostSoldText))
	}
	at := pocket{f.edge, ingredient}
	p, known := a.purses.all[at]
	if !known {
		p = escrow.Purse{Ingredient: ingredient, Epoch: f.epoch}
	}
	switch b := f.body.(type) {
	case escrow.Lent:
		if b.Total < 0 || b.Total > mostLent {
			return problem.New(problem.Invalid, "bad_fact", "nobody can lend %d of %s", b.Total, ingredient)
		}
		if p.Epoch == b.Epoch { // else it was lent in an epoch that is over
			a.purses.put(at, p.Receive(b))
		}
	case escrow.Recalled:
		next, back, answers := p.Return(b)
		if !known || !answers {
			return nil
		}
		raw, err := event.Encode(back)
		if err != nil {
			return err
		}
		a.purses.put(at, next)
		a.told = append(a.told, told{f.edge, link.Command{ID: id.New(), Kind: back.Kind(), Body: raw}})
	}
	return nil
}

// Confirm says that the restaurant's own node was told to resume, and knew this incarnation of the database already when it asked: see
// escrow.Purse.Confirm.
func (s *Store) Confirm(ctx context.Context, edge, inc string) error {
	_, err := s.pool.Exec(ctx, `UPDATE edge_link SET life = $2 WHERE edge = $1 AND life <> $2 AND (`+incarnation+`) = $2`, plain(edge, MaxKey), inc)
	if err != nil {
		return fmt.Errorf("confirm the shares of %s: %w", edge, err)
	}
	return nil
}

// Unconfirmed reports whether a restaurant lends shares from which this incarnation sells nothing before Confirm.
func (s *Store) Unconfirmed(ctx context.Context, edge, inc string) (waits bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM stock_purses p JOIN edge_link l ON l.edge = p.restaurant WHERE p.restaurant = $1 AND l.life <> $2)`,
		plain(edge, MaxKey), inc).Scan(&waits)
	if err != nil {
		return false, fmt.Errorf("look whether the shares of %s are confirmed: %w", edge, err)
	}
	return waits, nil
}
