package ordering

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"time"

	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Place prices and takes an order: it is durable, in version 1 and status Created, when Place returns. Then its intake is kicked.
//
// key is the guest's Idempotency-Key, or empty; the same key with the same basket returns the first answer and replayed, even if the
// restaurant has closed since. Problems: Invalid "invalid_order", "invalid_line", "out_of_zone", "idempotency_mismatch"; NotFound
// "no_such_restaurant"; Conflict "restaurant_closed", "restaurant_paused", "sold_out".
func (s *Service) Place(ctx context.Context, b Basket, key string) (r Record, replayed bool, err error) {
	now, body := s.now(), b.Digest()
	d, err := s.draft(ctx, b, now)
	if err != nil {
		if again, ok := s.replay(ctx, key, body); ok {
			return again, true, nil
		}
		return Record{}, false, err
	}
	r, replayed, err = s.Store.Place(ctx, Placement{Record: d.Record, Key: key, Body: body, Needs: d.needs(), Limited: len(d.house.Left) > 0})
	if short := (*Short)(nil); errors.As(err, &short) {
		return Record{}, false, d.soldOut(b, short)
	}
	if err != nil {
		return Record{}, false, fmt.Errorf("place order: %w", err)
	}
	if !replayed {
		s.kick(r.Order.ID)
	}
	return r, replayed, nil
}

func (s *Service) replay(ctx context.Context, key string, body [32]byte) (Record, bool) {
	if key == "" {
		return Record{}, false
	}
	r, ok, err := s.Store.Replay(ctx, key, body)
	return r, ok && err == nil
}

// draft is an order as it would be placed now, and the restaurant as it was then.
type draft struct {
	Record
	house House
	basis Basis // of the promise
}

func (s *Service) draft(ctx context.Context, b Basket, now time.Time) (draft, error) {
	if err := b.check(now); err != nil {
		return draft{}, err
	}
	h, err := s.Houses.House(ctx, b.Restaurant, now)
	if err != nil {
		return draft{}, err
	}
	if err := h.sells(b, now); err != nil {
		return draft{}, err
	}
	lines, items, err := price(h.Menu, b.Lines)
	if err != nil {
		return draft{}, err
	}
	if err := h.has(b, lines); err != nil {
		return draft{}, err
	}
	promise, basis := h.promise(b, items, now)
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: h.ID, Origin: order.Cloud, Channel: b.channel(), Fulfilment: b.Fulfilment,
		Customer: b.Customer, Address: b.Address, Lines: lines, Totals: h.Menu.Totals(lines, b.Fulfilment), Payment: b.Payment,
		Promise: promise, MenuVersion: h.Menu.Version, PlacedAt: now, FireAt: b.FireAt, AcceptBy: s.acceptBy(b, now),
	}
	if err := fits(o, items); err != nil {
		return draft{}, err
	}
	return draft{Begin(o, items, rand.Text(), ByCloud, now), h, basis}, nil
}

// acceptBy is when the restaurant must have answered: a scheduled order may wait until half an hour before it is wanted.
func (s *Service) acceptBy(b Basket, now time.Time) *time.Time {
	within := s.AcceptWithin
	if within <= 0 {
		within = DefaultAcceptWithin
	}
	by := now.Add(within)
	if b.FireAt != nil && b.FireAt.Add(-30*time.Minute).After(by) {
		by = b.FireAt.Add(-30 * time.Minute).UTC()
	}
	return &by
}

// has refuses what the restaurant's menu lacks now. What is back before a scheduled order is wanted is not lacking.
func (h *House) has(b Basket, lines []order.Line) error {
	off := h.Off
	if b.FireAt != nil {
		off = maps.Clone(off)
		maps.DeleteFunc(off, func(_ menu.OffKey, o menu.Off) bool { return !o.Until.IsZero() && !o.Until.After(*b.FireAt) })
	}
	return menu.Offer{Menu: h.Menu, Off: off, Left: func(ingredient string) (int64, bool) {
		left, limited := h.Left[ingredient]
		return left, limited
	}}.Sellable(lines)
}

// sells refuses what the restaurant does not take now: see Place.
func (h *House) sells(b Basket, now time.Time) error {
	wanted := now
	if b.FireAt != nil {
		wanted = *b.FireAt
	}
	if !h.OpenAt(wanted) {
		p := problem.New(problem.Conflict, "restaurant_closed", "%s is closed then", h.Name)
		if opens, ok := h.Opens(wanted); ok {
			p.With("opens", opens)
		}
		return p
	}
	if h.Paused {
		return problem.New(problem.Conflict, "restaurant_paused", "%s takes no web orders at the moment", h.Name)
	}
	if wanted.Before(h.PausedUntil) {
		return problem.New(problem.Conflict, "restaurant_paused", "%s takes no web orders at the moment: it will again at the latest at %s, or call", h.Name,
			h.PausedUntil.Format(time.RFC3339)).With("until", h.PausedUntil).With("reason", h.PausedWhy)
	}
	if !h.LinkUp && !h.Queues {
		return problem.New(problem.Conflict, "restaurant_paused", "%s cannot be reached and takes no web orders until it can", h.Name).
			With("since", h.Since)
	}
	if shut, closed := h.shut(b, now); closed {
		return problem.New(problem.Conflict, "restaurant_paused", "%s takes no orders of the channel %s at the moment, for %s: try again in some minutes, or call", h.Name,
			b.channel(), shut.Reason).With("channel", b.channel()).With("reason", shut.Reason)
	}
	if b.Address != nil {
		if km := h.distanceKM(*b.Address); km > h.RadiusKM {
			return problem.New(problem.Invalid, "out_of_zone", "the address is %.1f km away; %s delivers up to %.0f km", km, h.Name, h.RadiusKM).
				With("path", "address")
		}
	}
	return nil
}
