package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// CreateOffers opens offers and returns those that stood. Order and driver are locked while they are looked at, so none is offered that
// somebody is just taking, and of two who ask the same driver one is refused. An order that has an open offer, or for which a
// courier is being asked, gets no other; a driver who has
// one, or something in the bag, only gets what is of the same trip, while nothing of it was picked up.
func (s *Store) CreateOffers(ctx context.Context, offers []dispatch.Offer) ([]dispatch.Offer, error) {
	u := newOfferRows(offers)
	var stood []string
	err := again(func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
			b := &pgx.Batch{}
			b.Queue(`SELECT FROM orders WHERE id = ANY ($1::text[]::uuid[]) ORDER BY orders.id FOR SHARE`, u.orders)
			b.Queue(`SELECT FROM drivers WHERE id = ANY ($1::text[]) ORDER BY id FOR NO KEY UPDATE`, u.drivers)
			b.Queue(openOffers, u.ids, u.orders, u.drivers, u.trips, u.stops, u.fetches, u.created, u.expires, u.arrive, u.because, u.reasons).Query(func(rows pgx.Rows) (err error) {
				stood, err = pgx.CollectRows(rows, pgx.RowTo[string])
				return err
			})
			return tx.SendBatch(ctx, b).Close()
		})
	})
	if err != nil {
		return nil, fmt.Errorf("open offers: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(offers), func(o dispatch.Offer) bool { return !slices.Contains(stood, o.ID) }), nil
}

const openOffers = `
	WITH u AS MATERIALIZED (
		SELECT * FROM unnest($1::text[]::uuid[], $2::text[]::uuid[], $3::text[], $4::text[]::uuid[], $5::int[], $6::int[], $7::timestamptz[],
			$8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[]) AS u (id, order_id, driver, trip, stop, fetch_after, created, expires, arrive_at, because, reasons)
	)
	INSERT INTO offers (id, order_id, driver, trip, stop, fetch_after, state, created, expires, arrive_at, because, reasons)
	SELECT u.id, order_id, driver, trip, stop, fetch_after, 'open', created, expires, arrive_at, string_to_array(because, E'\n'), reasons::json
	FROM u
	WHERE EXISTS (SELECT FROM orders o WHERE o.id = order_id AND o.open AND o.delivers AND o.driver IS NULL AND o.courier IS NULL)
		AND EXISTS (SELECT FROM drivers d WHERE d.id = driver AND d.status = 'available')
		AND NOT EXISTS (SELECT FROM offers f WHERE f.driver = u.driver AND f.state = 'open' AND coalesce(f.trip, f.id) <> u.trip)
		AND NOT EXISTS (SELECT FROM orders o WHERE o.driver = u.driver AND o.open AND NOT (o.state->>'delivery' = 'assigned' AND EXISTS (
			SELECT FROM offers f WHERE f.order_id = o.id AND f.driver = u.driver AND f.state = 'accepted' AND coalesce(f.trip, f.id) = u.trip)))
	ORDER BY u.id
	ON CONFLICT DO NOTHING RETURNING id::text`

// offerRows are offers column by column.
type offerRows struct {
	ids, orders, drivers, trips, because, reasons []string
	stops, fetches                                []int
	created, expires, arrive                      []time.Time
}

// newOfferRows leaves out what is to ask one driver for two trips at once: the first trip counts.
func newOfferRows(offers []dispatch.Offer) (u offerRows) {
	trip := map[string]string{}
	for _, o := range offers {
		first, asked := trip[o.Driver]
		own := cmp.Or(o.Trip, o.ID)
		if asked && first != own {
			continue
		}
		trip[o.Driver] = own
		u.ids, u.orders, u.drivers = append(u.ids, o.ID), append(u.orders, string(o.Order)), append(u.drivers, plain(o.Driver, MaxKey))
		u.trips, u.stops, u.fetches = append(u.trips, own), append(u.stops, o.Stop), append(u.fetches, o.Fetch)
		u.created, u.expires, u.arrive = append(u.created, o.Created.UTC()), append(u.expires, o.Expires.UTC()), append(u.arrive, o.ArriveAt.UTC())
		u.because, u.reasons = append(u.because, strings.Join(dispatch.Sentences(o.Because), "\n")), append(u.reasons, reasonsOf(o.Because))
	}
	return u
}

// EndOffers expires open offers whose time is over, revokes those whose order has a driver or has ended and those whose driver is no longer
// available or has by now something of another trip, or on the road, and counts them: what he could not accept he is not asked.
func (s *Store) EndOffers(ctx context.Context, now time.Time) (ended dispatch.Ended, err error) {
	err = s.pool.QueryRow(ctx, `
		WITH gone AS (
			SELECT f.id, f.expires <= $1 AS late FROM offers f
			LEFT JOIN orders o ON o.id = f.order_id AND o.open AND o.driver IS NULL AND o.courier IS NULL
			LEFT JOIN drivers d ON d.id = f.driver AND d.status = 'available'
			WHERE f.state = 'open' AND (f.expires <= $1 OR o.id IS NULL OR d.id IS NULL
				OR EXISTS (SELECT FROM orders b WHERE b.driver = f.driver AND b.open AND NOT (b.state->>'delivery' IN ('assigned', 'picked_up') AND EXISTS (
					SELECT FROM offers g WHERE g.order_id = b.id AND g.driver = f.driver AND g.state = 'accepted' AND coalesce(g.trip, g.id) = coalesce(f.trip, f.id)))))
			ORDER BY f.id FOR NO KEY UPDATE OF f
		), done AS (
			UPDATE offers f SET state = CASE WHEN gone.late THEN 'expired' ELSE 'revoked' END, answered = $1 FROM gone WHERE f.id = gone.id RETURNING f.state
		)
		SELECT count(*) FILTER (WHERE state = 'expired'), count(*) FILTER (WHERE state = 'revoked') FROM done`, now.UTC()).Scan(&ended.Expired, &ended.Revoked)
	if err != nil {
		return ended, fmt.Errorf("end offers: %w", err)
	}
	return ended, nil
}

const offerColumns = `f.id::text, f.order_id::text, f.driver, coalesce(f.trip, f.id)::text, f.stop, f.fetch_after, f.state, f.created, f.expires, f.answered, f.arrive_at, f.because, f.reasons, f.act`

// readOffers also reads what a phone is told of a run.
const readOffers = `SELECT ` + offerColumns + `, o.doc, o.state, r.doc FROM offers f
	LEFT JOIN orders o ON o.id = f.order_id AND f.state = 'open' LEFT JOIN restaurants r ON r.id = o.restaurant `

// RecentOffers are the open ones, and those that ended after an instant, oldest first. Only the open ones have their Run.
func (s *Store) RecentOffers(ctx context.Context, endedAfter time.Time) ([]dispatch.Offer, error) {
	return s.offers(ctx, readOffers+`WHERE f.state = 'open' OR f.answered > $1 ORDER BY f.created, f.id`, endedAfter.UTC())
}

// OpenOffers are what a driver is asked now: one trip, or none, in the sequence of its stops.
func (s *Store) OpenOffers(ctx context.Context, driver string) ([]dispatch.Offer, error) {
	all, err := s.offers(ctx, readOffers+`WHERE f.state = 'open' AND f.driver = $1 ORDER BY f.stop, f.created`, plain(driver, MaxKey))
	dispatch.CountDoors(all)
	return all, err
}

func (s *Store) offers(ctx context.Context, sql string, args ...any) ([]dispatch.Offer, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read offers: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanOfferRun)
	if err != nil {
		return nil, fmt.Errorf("read offers: %w", err)
	}
	return all, nil
}

func scanOfferRun(row pgx.CollectableRow) (dispatch.Offer, error) {
	var placed, progress, house []byte
	f, err := scanOffer(row, &placed, &progress, &house)
	if err != nil || placed == nil || house == nil {
		return f, err
	}
	var d doc
	var st state
	var r restaurant.Restaurant
	if err := errors.Join(json.Unmarshal(placed, &d), json.Unmarshal(progress, &st), json.Unmarshal(house, &r)); err != nil {
		return f, fmt.Errorf("read order %s: %w", f.Order, err)
	}
	f.Run = runOf(&d.Order, &st, &r, f.ArriveAt)
	return f, nil
}

func scanOffer(row pgx.CollectableRow, more ...any) (dispatch.Offer, error) {
	var f dispatch.Offer
	var answered *time.Time
	var said []string
	var reasons []byte
	err := row.Scan(append([]any{&f.ID, &f.Order, &f.Driver, &f.Trip, &f.Stop, &f.Fetch, &f.State, &f.Created, &f.Expires, &answered, &f.ArriveAt, &said, &reasons, &f.Act}, more...)...)
	f.Created, f.Expires, f.ArriveAt = f.Created.UTC(), f.Expires.UTC(), f.ArriveAt.UTC()
	if answered != nil {
		f.Answered = answered.UTC()
	}
	if err == nil {
		err = json.Unmarshal(reasons, &f.Because)
	}
	if len(f.Because) == 0 { // a core of an older version keeps sentences only
		for _, sentence := range said {
			f.Because = append(f.Because, dispatch.Reason{Key: dispatch.WhySaid, Name: sentence})
		}
	}
	return f, err
}

// reasonsOf are reasons as the database keeps them.
func reasonsOf(why []dispatch.Reason) string {
	raw, err := json.Marshal(why)
	if err != nil || len(why) == 0 {
		return "[]"
	}
	return string(raw)
}

// runOf is what a driver is told before answering.
func runOf(o *order.Order, st *state, r *restaurant.Restaurant, arrive time.Time) dispatch.Run {
	run := dispatch.Run{
		Restaurant: wire.Place{
			Position: wire.Position{Latitude: r.Latitude, Longitude: r.Longitude}, Name: shown(r.Name, 128), Address: shown(r.Address, 256),
		},
		Ready: arrive,
	}
	if st.Ready != nil {
		run.Ready = *st.Ready
	}
	if a := o.Address; a != nil {
		run.Drop = wire.Place{
			Position: wire.Position{Latitude: a.Latitude, Longitude: a.Longitude}, Name: shown(o.Customer.Name, 128),
			Address: shown(a.Street+", "+a.City, 256),
		}
	}
	if o.Payment.Method == "cash" {
		due := o.Totals.Total
		run.CashDue = &due
	}
	return run
}

// shown is s as a phone takes it: printable, not empty, at most so many characters.
func shown(s string, most int) string {
	clean := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)))
	if len(clean) == 0 {
		return "-"
	}
	return string(clean[:min(most, len(clean))])
}
