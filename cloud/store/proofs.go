package store

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// SaveDoorProof keeps what shows that a guest has the food. The same again changes nothing; another of that kind is Conflict "proof_exists".
func (s *Store) SaveDoorProof(ctx context.Context, p road.Proof) (road.Proof, error) {
	err := s.noting(ctx, func(q doer) error {
		_, err := q.Exec(ctx, `
			INSERT INTO proofs (order_id, kind, driver, at, said, type, photo) VALUES ($1::text::uuid, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			string(p.Order), string(p.Kind), plain(p.Driver, MaxKey), p.At.UTC(), plain(p.Said, 400), p.Type, p.Photo)
		return err
	})
	if err != nil {
		return road.Proof{}, fmt.Errorf("keep proof of order %s: %w", p.Order, err)
	}
	kept, err := s.DoorProof(ctx, p.Order, p.Kind)
	if err != nil {
		return road.Proof{}, err
	}
	if kept.Said != p.Said || !bytes.Equal(kept.Photo, p.Photo) || kept.Driver != p.Driver {
		return road.Proof{}, problem.New(problem.Conflict, "proof_exists", "there is a %s of this order already, and the first counts", p.Kind)
	}
	return kept, nil
}

// DoorProof is one proof with its picture. It reports NotFound "no_proof".
func (s *Store) DoorProof(ctx context.Context, oid order.ID, k road.ProofKind) (road.Proof, error) {
	p := road.Proof{Order: oid, Kind: k}
	err := s.pool.QueryRow(ctx, `SELECT driver, at, said, type, photo FROM proofs WHERE order_id = $1::text::uuid AND kind = $2`, string(oid), string(k)).
		Scan(&p.Driver, &p.At, &p.Said, &p.Type, &p.Photo)
	if isNone(err) {
		return p, problem.New(problem.NotFound, "no_proof", "there is no %s of this order, or not any more", k)
	}
	if err != nil {
		return p, fmt.Errorf("read proof of order %s: %w", oid, err)
	}
	return p, nil
}

// DoorProofs are an order's proofs without their pictures, oldest first.
func (s *Store) DoorProofs(ctx context.Context, oid order.ID) ([]road.Proof, error) {
	rows, err := s.pool.Query(ctx, `SELECT kind, driver, at, said, type FROM proofs WHERE order_id = $1::text::uuid ORDER BY at, kind`, string(oid))
	if err != nil {
		return nil, fmt.Errorf("read proofs of order %s: %w", oid, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (road.Proof, error) {
		p := road.Proof{Order: oid}
		return p, row.Scan(&p.Kind, &p.Driver, &p.At, &p.Said, &p.Type)
	})
	if err != nil {
		return nil, fmt.Errorf("read proofs of order %s: %w", oid, err)
	}
	return all, nil
}

// SaveEvidence keeps when phones came and went. Of each kind the first of an order and driver counts: a core that has started anew sees some again.
func (s *Store) SaveEvidence(ctx context.Context, all []road.Evidence) error {
	var ids, drivers, kinds []string
	var at []time.Time
	var metres []int32
	for _, e := range all {
		ids, drivers, kinds = append(ids, string(e.Order)), append(drivers, plain(e.Driver, MaxKey)), append(kinds, string(e.Kind))
		at, metres = append(at, e.At.UTC()), append(metres, int32(e.Metres))
	}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO road_evidence (order_id, driver, kind, at, metres)
		SELECT * FROM unnest($1::text[]::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::int[]) AS u (order_id, driver, kind, at, metres)
		ORDER BY u.order_id, u.driver, u.kind ON CONFLICT DO NOTHING`, ids, drivers, kinds, at, metres)
	if err != nil {
		return fmt.Errorf("keep %d pieces of evidence: %w", len(all), err)
	}
	return nil
}

// Evidence is when phones came and went for an order, oldest first.
func (s *Store) Evidence(ctx context.Context, oid order.ID) ([]road.Evidence, error) {
	rows, err := s.pool.Query(ctx, `SELECT driver, kind, at, metres FROM road_evidence WHERE order_id = $1::text::uuid ORDER BY at, kind`, string(oid))
	if err != nil {
		return nil, fmt.Errorf("read evidence of order %s: %w", oid, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (road.Evidence, error) {
		e := road.Evidence{Order: oid}
		err := row.Scan(&e.Driver, &e.Kind, &e.At, &e.Metres)
		e.At = e.At.UTC()
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read evidence of order %s: %w", oid, err)
	}
	return all, nil
}

// MostFigures is how many orders are listed at most: the newest ones.
const MostFigures = 20_000

// PlacedBetween are the orders that were placed in a span of time, of a restaurant or of all with "", newest first, and when the phone of who
// brought each was seen at its door.
func (s *Store) PlacedBetween(ctx context.Context, restaurant string, from, to time.Time) (all []ordering.Record, doors map[order.ID]time.Time, err error) {
	all, err = s.many(ctx, `SELECT `+recordColumns+` FROM orders
		WHERE placed_at >= $2 AND placed_at < $3 AND ($1 = '' OR restaurant = $1) ORDER BY arrival DESC LIMIT $4`,
		plain(restaurant, MaxKey), from.UTC(), to.UTC(), MostFigures)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = string(all[i].Order.ID)
	}
	rows, err := s.pool.Query(ctx, `SELECT order_id::text, max(at) FROM road_evidence WHERE order_id = ANY ($1::text[]::uuid[]) AND kind = 'at_door' GROUP BY order_id`, ids)
	if err != nil {
		return nil, nil, fmt.Errorf("read evidence: %w", err)
	}
	doors = map[order.ID]time.Time{}
	var oid string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&oid, &at}, func() error {
		doors[order.ID(oid)] = at.UTC()
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read evidence: %w", err)
	}
	return all, doors, nil
}
