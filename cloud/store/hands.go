package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// mostAsked of an order's offers are shown, newest.
const mostAsked = 64

// Hands are all acts about who brings an order, oldest first: what its record has, and the offers that it had. It reports NotFound "no_such_order".
func (s *Store) Hands(ctx context.Context, oid order.ID) ([]ordering.Hand, error) {
	r, err := s.Order(ctx, oid)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `SELECT `+offerColumns+`, coalesce(d.name, f.driver) FROM offers f LEFT JOIN drivers d ON d.id = f.driver
		WHERE f.order_id = $1::text::uuid ORDER BY f.created DESC, f.id LIMIT $2`, string(oid), mostAsked)
	if err != nil {
		return nil, fmt.Errorf("read offers of order %s: %w", oid, err)
	}
	out := slices.Clone(r.Hands)
	agreed := func(driver string) bool {
		return slices.ContainsFunc(r.Hands, func(h ordering.Hand) bool { return h.Act == ordering.Agreed && h.Driver == driver })
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var name string
		f, err := scanOffer(row, &name)
		if err == nil {
			out = append(out, actsOf(&f, name, agreed(f.Driver))...)
		}
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("read offers of order %s: %w", oid, err)
	}
	slices.SortStableFunc(out, func(a, b ordering.Hand) int { return a.At.Compare(b.At) })
	return out, nil
}

var ends = map[dispatch.OfferState]ordering.Act{
	dispatch.Accepted: ordering.Agreed, dispatch.Declined: ordering.Declined, dispatch.Expired: ordering.Unanswered, dispatch.Revoked: ordering.Withdrawn,
}

// actsOf are an offer's beginning and its end, unless the record has that already.
func actsOf(f *dispatch.Offer, name string, noted bool) []ordering.Hand {
	out := []ordering.Hand{{At: f.Created, Act: ordering.Asked, Driver: f.Driver, Name: name, By: dispatch.ByDispatch}}
	if !f.Over() || f.State == dispatch.Accepted && noted {
		return out
	}
	by := dispatch.ByDispatch
	if f.State == dispatch.Accepted || f.State == dispatch.Declined {
		by = ordering.ByDriver(f.Driver)
	}
	return append(out, ordering.Hand{At: f.Answered, Act: ends[f.State], Driver: f.Driver, Name: cmp.Or(name, f.Driver), By: by})
}
