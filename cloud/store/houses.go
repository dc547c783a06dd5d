package store

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// fresh is how old what is known of a restaurant may be when an order is placed: its row, menu and queue are read once in that time,
// and not for every order.
const fresh = time.Second

// card is what is known of one restaurant. Nobody writes into it.
type card struct {
	read  time.Time
	row   restaurant.Restaurant
	hours restaurant.Timetable
	menu  *menu.Menu
	ahead int // orders the kitchen has not finished
	work  int // make seconds in them
	off   map[menu.OffKey]menu.Off
	left  map[string]int64 // of the shares that the restaurant has lent; of what is not in it there is no limit
}

// cards keeps what is known of the restaurants.
type cards struct {
	mu  sync.Mutex
	all map[string]*slot
}

type slot struct {
	mu  sync.Mutex // held while the card is read, so that one reads for all
	now *card
}

func (c *cards) of(rid string) *slot {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[string]*slot{}
	}
	one, ok := c.all[rid]
	if !ok {
		one = &slot{}
		c.all[rid] = one
	}
	return one
}

// forget makes cards be read again.
func (c *cards) forget(rids ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rid := range rids {
		delete(c.all, rid)
	}
}

func (c *cards) forgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = nil
}

// card is what is known of a restaurant, at most a second old.
func (s *Store) card(ctx context.Context, rid string) (*card, error) {
	at := s.cards.of(rid)
	at.mu.Lock()
	defer at.mu.Unlock()
	now := s.now()
	if at.now != nil && now.Sub(at.now.read).Abs() < fresh {
		return at.now, nil
	}
	c, err := s.readCard(ctx, rid, at.now)
	if err != nil {
		s.cards.forget(rid) // guests may ask for what does not exist, as often as they like
		return nil, err
	}
	c.read, at.now = now, c
	return c, nil
}

func (s *Store) readCard(ctx context.Context, rid string, last *card) (*card, error) {
	c, version := &card{}, 0
	if last != nil {
		c.menu, version = last.menu, last.menu.Version
	}
	var row, dishes, off, left []byte
	var until *time.Time
	var reason *string
	err := s.pool.QueryRow(ctx, `
		SELECT r.doc, (SELECT CASE WHEN m.version <> $2 THEN m.doc END FROM menus m WHERE m.restaurant = r.id ORDER BY m.version DESC LIMIT 1),
			q.ahead, q.work, i.until, i.reason,
			(SELECT json_agg(o.doc ORDER BY o.kind, o.id) FROM stock_off o WHERE o.restaurant = r.id AND (o.until IS NULL OR o.until > $3)),
			(SELECT json_object_agg(p.ingredient, CASE WHEN p.epoch = l.epoch THEN p.lent - p.sold - p.returned ELSE 0 END)
				FROM stock_purses p JOIN edge_link l ON l.edge = p.restaurant WHERE p.restaurant = r.id)
		FROM restaurants r LEFT JOIN intakes i ON i.restaurant = r.id, LATERAL (
			SELECT count(*) AS ahead, coalesce(sum(make_seconds), 0)::bigint AS work FROM orders
			WHERE restaurant = r.id AND open AND status IN ('Created', 'Validated', 'Queued', 'Preparing')
		) q
		WHERE r.id = $1`, plain(rid, MaxKey), version, s.now()).Scan(&row, &dishes, &c.ahead, &c.work, &until, &reason, &off, &left)
	if isNone(err) {
		return nil, noRestaurant(rid)
	}
	if err != nil {
		return nil, fmt.Errorf("read restaurant %q: %w", rid, err)
	}
	if err := json.Unmarshal(row, &c.row); err != nil {
		return nil, fmt.Errorf("read restaurant %q: %w", rid, err)
	}
	if until != nil {
		c.row.Intake = restaurant.Intake{Until: until.UTC(), Reason: *reason}
	}
	if c.off, err = offOf(off, s.now()); err != nil {
		return nil, err
	}
	if left != nil {
		if err := json.Unmarshal(left, &c.left); err != nil {
			return nil, fmt.Errorf("read the shares of %q: %w", rid, err)
		}
	}
	c.hours = c.row.Timetable()
	if dishes == nil {
		return c, nil
	}
	c.menu, err = menu.Parse(dishes)
	return c, err
}

// Houses tells ordering of restaurants: their rows, menus and queues from the store, their links from presence.
type Houses struct {
	Store    *Store
	Presence *restaurant.Presence
	Travel   dispatch.Travel // nil: dispatch.Crow
}

// House is a restaurant as ordering sees it, at most a second old. It reports NotFound "no_such_restaurant".
func (h Houses) House(ctx context.Context, rid string, now time.Time) (ordering.House, error) {
	c, err := h.Store.card(ctx, rid)
	if err != nil {
		return ordering.House{}, err
	}
	l, travel := h.Presence.Of(rid, now), h.Travel
	if travel == nil {
		travel = dispatch.Crow{}
	}
	house := dispatch.Point{Lat: c.row.Latitude, Lon: c.row.Longitude}
	kmh, err := h.Store.mixOf(ctx, c.row.ID, house, now)
	if err != nil {
		return ordering.House{}, err
	}
	return ordering.House{
		ID: c.row.ID, Name: c.row.Name, Latitude: c.row.Latitude, Longitude: c.row.Longitude, RadiusKM: c.row.RadiusKM,
		Cooks: c.row.Cooks, Menu: c.menu, Off: c.off, Left: c.left, OpenAt: c.hours.OpenAt, Opens: c.hours.Opens, Paused: c.row.Paused,
		PausedUntil: c.row.Intake.Until, PausedWhy: c.row.Intake.Reason,
		Queues: c.row.Offline == restaurant.Queue, LinkUp: l.Up, Since: l.Since, Ahead: c.ahead, AheadSeconds: c.work,
		Outlook: l.Outlook, OutlookAt: l.OutlookAt,
		Drive: func(to order.Address, at time.Time) time.Duration {
			return dispatch.At(travel, at).Time(house, dispatch.Point{Lat: to.Latitude, Lon: to.Longitude}, kmh)
		},
	}, nil
}
