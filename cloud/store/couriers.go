package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// shun is how long a company that refused an order, or dropped it, is not asked for that order again.
const shun = 10 * time.Minute

// Parcel is what a company must know of an order. It reports NotFound "no_such_order".
func (s *Store) Parcel(ctx context.Context, oid order.ID, now time.Time) (courier.Parcel, error) {
	r, err := s.Order(ctx, oid)
	if err != nil {
		return courier.Parcel{}, err
	}
	house, err := s.Restaurant(ctx, r.Order.Restaurant)
	if err != nil {
		return courier.Parcel{}, err
	}
	o := &r.Order
	p := courier.Parcel{
		Order: oid, Number: r.Number, Ready: now, By: o.Promise.To, Value: o.Totals.Total, Collect: o.Payment.Method, Items: len(r.Progress.Items),
		Pickup: courier.Place{
			Name: shown(house.Name, 100), Phone: house.Phone, Address: shown(house.Address, 200), Latitude: house.Latitude, Longitude: house.Longitude,
		},
	}
	if r.Ready != nil && r.Ready.After(now) {
		p.Ready = *r.Ready
	}
	if a := o.Address; a.Located() {
		p.Drop = courier.Place{
			Name: shown(o.Customer.Name, 100), Phone: o.Customer.Phone, Address: shown(a.Street+", "+a.City, 200), Note: a.Note, Latitude: a.Latitude, Longitude: a.Longitude,
		}
	}
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT courier FROM courier_runs
		WHERE order_id = $1::text::uuid AND state IN ('cancelled', 'refused', 'failed') AND ended > $2`, string(oid), now.Add(-shun).UTC())
	if err != nil {
		return p, fmt.Errorf("read who was asked for order %s: %w", oid, err)
	}
	p.Tried, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return p, err
}

// Reserve enters a run and keeps its order for it, both or neither: see courier.Book.
func (s *Store) Reserve(ctx context.Context, r courier.Run, keep ordering.Decide) error {
	return again(func() error {
		return s.withOrder(ctx, r.Order, func(ctx context.Context, conn *pgxpool.Conn, w *work, row *recordRow) error {
			var taken bool
			err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM offers WHERE order_id = $1::text::uuid AND state = 'open')
				OR EXISTS (SELECT FROM courier_runs WHERE order_id = $1::text::uuid AND open)`, string(r.Order)).Scan(&taken)
			if err != nil {
				return fmt.Errorf("look who is asked for order %s: %w", r.Order, err)
			}
			if taken {
				return problem.New(problem.Conflict, "asked_already", "somebody is being asked for order %s", r.Order)
			}
			if err := w.try(row, &changing{id: r.Order, decide: keep}); err != nil {
				return err
			}
			doc, err := json.Marshal(r)
			if err != nil {
				return fmt.Errorf("write courier run: %w", err)
			}
			_, err = conn.Exec(ctx, `INSERT INTO courier_runs (id, order_id, courier, state, open, next, doc) VALUES ($1::text::uuid, $2::text::uuid, $3, $4, $5, $6, $7::text::json)`,
				r.ID, string(r.Order), plain(r.Quote.Courier, MaxKey), string(r.State), r.Open(), r.Next.UTC(), string(doc))
			return err
		})
	})
}

// withOrder holds an order's lock while do decides, and commits what it has decided. Where do fails, nothing of it is kept.
func (s *Store) withOrder(ctx context.Context, oid order.ID, do func(context.Context, *pgxpool.Conn, *work, *recordRow) error) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("get a connection: %w", err)
	}
	defer conn.Release()
	w := &work{}
	rows, err := w.begin(ctx, conn, []string{string(oid)})
	if err == nil {
		err = do(ctx, conn, w, rows[oid])
	}
	if err == nil {
		err = w.commit(ctx, conn, rows, s.now())
	}
	if err != nil {
		return rollback(context.WithoutCancel(ctx), conn, err)
	}
	s.publish(w.changed, w.told)
	return nil
}

// ChangeRun lets decide change a run and its order, both or neither: see courier.Book.
func (s *Store) ChangeRun(ctx context.Context, run, by, message string, decide func(*courier.Run, *ordering.Record) error) (repeated bool, err error) {
	none := problem.New(problem.NotFound, "no_such_delivery", "no delivery of this courier has that id")
	if !id.Valid(run) {
		return false, none
	}
	var oid, company string
	err = s.pool.QueryRow(ctx, `SELECT order_id::text, courier FROM courier_runs WHERE id = $1::text::uuid`, run).Scan(&oid, &company)
	switch {
	case isNone(err) || err == nil && by != "" && by != company:
		return false, none
	case err != nil:
		return false, fmt.Errorf("read courier run: %w", err)
	}
	err = again(func() error {
		repeated = false
		err := s.withOrder(ctx, order.ID(oid), func(ctx context.Context, conn *pgxpool.Conn, w *work, row *recordRow) error {
			r, err := lockRun(ctx, conn, run)
			if err != nil {
				return err
			}
			if message != "" {
				own := run + "/" + plain(message, courier.MaxMessageID) // companies that number the messages of each delivery are heard, too
				tag, err := conn.Exec(ctx, `INSERT INTO courier_messages (courier, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, company, own)
				if err != nil || tag.RowsAffected() == 0 {
					repeated = err == nil
					return err
				}
			}
			was := r
			err = w.try(row, &changing{id: r.Order, decide: func(o *ordering.Record) error { r = was; return decide(&r, o) }})
			if err != nil {
				return err
			}
			w.doubt(&was, &r, row.Order.Restaurant, s.now())
			return writeRun(ctx, conn, &r)
		})
		return err
	})
	return repeated, err
}

// doubt raises an alarm when a courier begins to say what cannot be, and ends it when it has become so, or is of no account any more.
func (w *work) doubt(was, is *courier.Run, edge string, now time.Time) {
	name := "courier/" + is.ID
	switch {
	case is.Doubted() && !was.Doubted():
		w.alerts = append(w.alerts, alert{
			restaurant: edge, detail: is.Quote.Name + " says that it is delivered, and the kitchen has not handed it over: look where it is",
			AlertRaised: event.AlertRaised{Alert: name, Device: "cloud", What: restaurant.SaidUnready, Level: "critical", Order: is.Order, Since: now},
		})
	case was.Doubted() && !is.Doubted():
		w.alerts = append(w.alerts, cleared(edge, event.AlertCleared{Alert: name, Device: "cloud", At: now}))
	}
}

func lockRun(ctx context.Context, conn *pgxpool.Conn, run string) (courier.Run, error) {
	rows, err := conn.Query(ctx, `SELECT doc, next, tries FROM courier_runs WHERE id = $1::text::uuid FOR NO KEY UPDATE`, run)
	if err != nil {
		return courier.Run{}, fmt.Errorf("lock courier run: %w", err)
	}
	return pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (courier.Run, error) { return scanRun(row) })
}

func scanRun(row pgx.CollectableRow, more ...any) (r courier.Run, err error) {
	var doc []byte
	var next time.Time
	var tries int
	if err := row.Scan(append([]any{&doc, &next, &tries}, more...)...); err != nil {
		return r, err
	}
	if err := json.Unmarshal(doc, &r); err != nil {
		return r, fmt.Errorf("read courier run: %w", err)
	}
	r.Next, r.Tries = next.UTC(), tries
	return r, nil
}

func writeRun(ctx context.Context, conn *pgxpool.Conn, r *courier.Run) error {
	doc, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write courier run: %w", err)
	}
	_, err = conn.Exec(ctx, `UPDATE courier_runs SET state = $2, open = $3, next = $4, tries = $5, ended = $6, doc = $7::text::json WHERE id = $1::text::uuid`,
		r.ID, string(r.State), r.Open(), r.Next.UTC(), r.Tries, orNull(r.Ended), string(doc))
	return err
}

// letsGo reports whether the courier who was asked for an order is not needed any more: it is for somebody else, or it has ended, by whosever word.
func letsGo(was, next *ordering.Record) bool {
	c := was.Courier
	return c != nil && (next.Courier == nil || next.Courier.Run != c.Run || next.Status().Terminal() && !was.Status().Terminal())
}

// queueLetGo has runs whose order is not for them any more looked at again at once: until the company hears of it, somebody is on the way for
// nothing.
func queueLetGo(b *pgx.Batch, orders []string) {
	if len(orders) > 0 {
		b.Queue(`UPDATE courier_runs SET next = least(next, now()), tries = 0 WHERE open AND order_id = ANY ($1::text[]::uuid[])`, orders)
	}
}

// DueRuns are open runs whose time has come: see courier.Book.
func (s *Store) DueRuns(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]courier.Run, error) {
	rows, err := s.pool.Query(ctx, `
		WITH due AS (SELECT id FROM courier_runs WHERE open AND next <= $1 ORDER BY next LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)
		UPDATE courier_runs c SET next = $2, tries = c.tries + 1 FROM due, orders o
		WHERE c.id = due.id AND o.id = c.order_id
		RETURNING c.doc, c.next, c.tries, o.open AND o.courier IS NOT DISTINCT FROM c.id`, now.UTC(), now.Add(lease).UTC(), limit)
	if err != nil {
		return nil, fmt.Errorf("read courier runs: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (courier.Run, error) {
		var wanted bool
		r, err := scanRun(row, &wanted)
		r.Wanted = wanted
		return r, err
	})
}

// CourierRuns are the runs that an order has had, oldest first.
func (s *Store) CourierRuns(ctx context.Context, oid order.ID) ([]courier.Run, error) {
	if !id.Valid(string(oid)) {
		return nil, nil
	}
	rows, err := s.pool.Query(ctx, `SELECT doc, next, tries FROM courier_runs WHERE order_id = $1::text::uuid ORDER BY id`, string(oid))
	if err != nil {
		return nil, fmt.Errorf("read courier runs: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (courier.Run, error) { return scanRun(row) })
}
