package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// AnswerOffer answers one door of a trip: see dispatch.Answers. Saying it again changes nothing.
func (s *Store) AnswerOffer(ctx context.Context, driver, offer string, a dispatch.Answer, now time.Time) (f dispatch.Offer, fresh bool, err error) {
	none := problem.New(problem.NotFound, "no_such_offer", "driver %s has no offer %q", plain(driver, MaxKey), plain(offer, MaxKey))
	if !id.Valid(offer) {
		return dispatch.Offer{}, false, none
	}
	one, err := s.offers(ctx, readOffers+`WHERE f.id = $1`, offer)
	if err != nil {
		return dispatch.Offer{}, false, err
	}
	if len(one) == 0 || one[0].Driver != driver {
		return dispatch.Offer{}, false, none
	}
	taken, fresh, err := s.answerTrip(ctx, driver, dispatch.TripAnswer{Trip: one[0].Trip, Offers: []string{offer}, Apart: true, Answer: a}, one, now)
	if err != nil {
		return one[0], false, err
	}
	return taken[0], fresh, nil
}

// AnswerTrip answers all doors of a trip and assigns their orders, or nothing of it: see dispatch.Answers.
func (s *Store) AnswerTrip(ctx context.Context, driver string, a dispatch.TripAnswer, now time.Time) (taken []dispatch.Offer, fresh bool, err error) {
	driver = plain(driver, MaxKey)
	none := problem.New(problem.NotFound, "no_such_trip", "driver %s was asked for no trip %q", driver, plain(a.Trip, MaxKey))
	if !id.Valid(a.Trip) {
		return nil, false, none
	}
	all, err := s.offers(ctx, readOffers+ofTrip+`ORDER BY f.stop, f.created, f.id`, driver, a.Trip)
	if err != nil {
		return nil, false, err
	}
	if len(all) == 0 {
		return nil, false, none
	}
	return s.answerTrip(ctx, driver, a, all, now)
}

const ofTrip = `WHERE f.driver = $1 AND coalesce(f.trip, f.id) = $2::text::uuid `

// answerTrip looks at what was read whether there is something to do, and does it. What joins the trip meanwhile is not answered by it.
func (s *Store) answerTrip(ctx context.Context, driver string, a dispatch.TripAnswer, all []dispatch.Offer, now time.Time) (taken []dispatch.Offer, fresh bool, err error) {
	a.Act, now = plain(a.Act, dispatch.MaxAct), now.UTC()
	if taken, fresh, err = a.Take(all, now); err != nil || !fresh {
		return taken, false, err
	}
	a.Offers = idsOfOffers(taken)
	var orders []string
	if a.Answer == dispatch.Accept {
		for i := range taken {
			orders = append(orders, string(taken[i].Order))
		}
		slices.Sort(orders)
	}
	runs := map[string]dispatch.Run{}
	for i := range all {
		runs[all[i].ID] = all[i].Run
	}
	err = again(func() error {
		t := &answering{TripAnswer: a, driver: driver, now: now, at: s.now().Truncate(time.Millisecond)}
		taken, fresh, err = t.do(ctx, s, orders)
		return err
	})
	for i := range taken {
		taken[i].Run = runs[taken[i].ID]
	}
	return taken, fresh, err
}

func idsOfOffers(all []dispatch.Offer) []string {
	out := make([]string, len(all))
	for i := range all {
		out[i] = all[i].ID
	}
	return out
}

// answering is one transaction: what becomes of the orders is committed with the offers.
type answering struct {
	dispatch.TripAnswer
	driver string
	now    time.Time // by which an offer is over
	at     time.Time // the latest that a timeline can show
	rows   map[order.ID]*recordRow
	work   work
}

// do locks the orders, the driver and the offers, in this order, decides, and commits.
func (t *answering) do(ctx context.Context, s *Store, orders []string) (taken []dispatch.Offer, fresh bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("get a connection: %w", err)
	}
	defer conn.Release()
	if t.rows, err = t.work.begin(ctx, conn, slices.Compact(orders)); err == nil {
		taken, fresh, err = t.decide(ctx, conn)
	}
	if err == nil {
		err = t.work.commit(ctx, conn, t.rows, s.now())
	}
	if err != nil {
		return nil, false, rollback(context.WithoutCancel(ctx), conn, err)
	}
	s.publish(t.work.changed, t.work.told)
	return taken, fresh, nil
}

func (t *answering) decide(ctx context.Context, conn *pgxpool.Conn) (taken []dispatch.Offer, fresh bool, err error) {
	d := ordering.Driver{ID: t.driver}
	if err := conn.QueryRow(ctx, `SELECT name FROM drivers WHERE id = $1 FOR NO KEY UPDATE`, t.driver).Scan(&d.Name); isNone(err) {
		return nil, false, noDriver(t.driver)
	} else if err != nil {
		return nil, false, fmt.Errorf("lock driver: %w", err)
	}
	all, err := t.lock(ctx, conn)
	if err != nil {
		return nil, false, err
	}
	if taken, fresh, err = t.Take(all, t.now); err != nil || !fresh {
		return taken, false, err
	}
	if t.Answer == dispatch.Accept {
		if err := t.assign(ctx, conn, d, all, taken); err != nil {
			return nil, false, err
		}
	} else if open := acts.Of(ctx); open != nil {
		t.work.noted = append(t.work.noted, noted{open, open.Line()})
	}
	for i := range taken {
		f := &taken[i]
		_, err := conn.Exec(ctx, `UPDATE offers SET state = $2, answered = $3, act = $4 WHERE id = $1 AND state = 'open'`, f.ID, f.State, f.Answered, f.Act)
		if err != nil {
			return nil, false, fmt.Errorf("answer offer %s: %w", f.ID, err)
		}
	}
	return taken, true, nil
}

// lock locks what the driver was asked of the trip.
func (t *answering) lock(ctx context.Context, conn *pgxpool.Conn) ([]dispatch.Offer, error) {
	rows, err := conn.Query(ctx, `SELECT `+offerColumns+` FROM offers f `+ofTrip+`ORDER BY f.id FOR NO KEY UPDATE`, t.driver, t.Trip)
	if err != nil {
		return nil, fmt.Errorf("lock offers: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (dispatch.Offer, error) { return scanOffer(row) })
	if err != nil {
		return nil, fmt.Errorf("lock offers: %w", err)
	}
	slices.SortStableFunc(all, func(x, y dispatch.Offer) int { return x.Stop - y.Stop })
	return all, nil
}

// assign has the orders of what was open until now assigned, each at the instant its timeline shows.
func (t *answering) assign(ctx context.Context, conn *pgxpool.Conn, d ordering.Driver, all, taken []dispatch.Offer) error {
	var full bool
	if err := conn.QueryRow(ctx, fullBag, d.ID, t.Trip).Scan(&full); err != nil {
		return fmt.Errorf("look into the bag: %w", err)
	}
	if full {
		return problem.New(problem.Conflict, "bag_full", "deliver what you have first")
	}
	for i := range taken {
		f := &taken[i]
		if !slices.ContainsFunc(all, func(was dispatch.Offer) bool { return was.ID == f.ID && !was.Over() }) {
			continue // he had it already
		}
		door := d
		door.Trip, door.Stop, door.Fetch = f.Trip, f.Stop, f.Fetch
		err := t.work.try(t.rows[f.Order], &changing{id: f.Order, decide: ordering.Agree(door, f.ArriveAt, t.saidOf(f), t.at), act: acts.Of(ctx)})
		if problem.Of(err) != nil && len(taken) > 1 {
			return dispatch.TripChanged(f.ID, "an order of this trip cannot be had any more: look at what the trip is now")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// saidOf is when the driver said so, if he said when: without that the timeline shows when it was heard.
func (t *answering) saidOf(f *dispatch.Offer) time.Time {
	if t.At.IsZero() {
		return t.at
	}
	return f.Answered
}

// fullBag finds what a driver has that is of another trip, or on its way already.
const fullBag = `SELECT EXISTS (SELECT FROM orders o WHERE o.driver = $1 AND o.open AND NOT (o.state->>'delivery' IN ('assigned', 'picked_up') AND EXISTS (
	SELECT FROM offers f WHERE f.order_id = o.id AND f.driver = $1 AND f.state = 'accepted' AND coalesce(f.trip, f.id) = $2::text::uuid)))`
