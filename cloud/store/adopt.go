package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// Proof is what the chain can sign for a device that was enrolled here. It reports NotFound "unknown_device".
func (s *Store) Proof(ctx context.Context, edge, device string) (link.Proof, error) {
	p := link.Proof{Kind: link.EnrolmentProof, Restaurant: edge, Device: device}
	err := s.pool.QueryRow(ctx, `SELECT epoch, created FROM devices WHERE restaurant = $1 AND public_key = $2 AND epoch > 0`,
		plain(edge, MaxKey), plain(device, 128)).Scan(&p.Epoch, &p.At)
	if isNone(err) {
		return p, problem.New(problem.NotFound, "unknown_device", "this device was never enrolled for %s", edge)
	}
	if err != nil {
		return p, fmt.Errorf("read the enrolment of a device of %s: %w", edge, err)
	}
	p.At = p.At.UTC()
	return p, nil
}

// Adopt takes a device at its proof, whose signature the caller has verified, when the database was restored to before its enrolment: see
// link.Adopts. As in an enrolment the device there was is fenced and a new epoch begins; what nobody has answered is given anew when the
// device heals, which it has to do next. A device that was replaced in what is lost is written down as fenced, so that it can hand over
// what it has. said is the epoch that the device is in. It reports NotFound "no_such_restaurant".
func (s *Store) Adopt(ctx context.Context, p link.Proof, said uint64) (adopted bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		row, _, err := lockLink(ctx, tx, p.Restaurant)
		if err != nil {
			return err
		}
		roll, err := rollOf(ctx, tx, p)
		if err != nil {
			return err
		}
		adopted = link.Adopts(row, roll, p, s.now())
		switch {
		case adopted:
			return adopt(ctx, tx, p, link.Adopted(row, p, said), s.now())
		case link.Replaced(row, roll, p):
			return enlist(ctx, tx, p, DeviceFenced, s.now())
		}
		return nil
	})
	if problem.Of(err) != nil {
		return false, err
	}
	if err != nil {
		return false, fmt.Errorf("take a device of %s at its proof: %w", p.Restaurant, err)
	}
	return adopted, nil
}

// rollOf is what the database knows of the devices of a restaurant, and of this one. Who holds the edge's link calls it.
func rollOf(ctx context.Context, tx pgx.Tx, p link.Proof) (roll link.Roll, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM devices WHERE public_key = $2),
		coalesce((SELECT max(created) FROM devices WHERE restaurant = $1 AND epoch > 0), '0001-01-01Z')`, p.Restaurant, p.Device).Scan(&roll.Knows, &roll.Latest)
	return roll, err
}

func adopt(ctx context.Context, tx pgx.Tx, p link.Proof, row link.LinkRow, now time.Time) error {
	b := &pgx.Batch{}
	b.Queue(`UPDATE devices SET state = 'fenced', changed = $2 WHERE restaurant = $1 AND state = 'current'`, row.Edge, now)
	b.Queue(`UPDATE edge_link SET device = $2, epoch = $3, seq = $4, hash = $5, boot = '', changed = $6, life = (`+incarnation+`) WHERE edge = $1`,
		row.Edge, row.Device, bigint(row.Epoch), bigint(row.Seq), row.Hash[:], now)
	queueAlert(b, alert{
		restaurant: row.Edge,
		detail: fmt.Sprintf("the database had forgotten that %s was enrolled on %s: it was restored to before that. The device is the restaurant's node again; revoke again what was revoked since",
			p.Device, p.At.Format(time.DateTime)),
		AlertRaised: event.AlertRaised{Alert: restaurant.EnrolmentForgotten, Device: "cloud", What: restaurant.EnrolmentForgotten, Level: "warning", Since: now},
	}, now)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return enlist(ctx, tx, p, DeviceCurrent, now)
}

// enlist writes down a device that was enrolled in a life of the database which is lost.
func enlist(ctx context.Context, tx pgx.Tx, p link.Proof, state string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO devices (restaurant, public_key, epoch, created, state, changed) VALUES ($1, $2, $3, $4, $5, $6)`,
		p.Restaurant, p.Device, bigint(p.Epoch), p.At, state, now)
	return err
}

// FarAhead tells head office that somebody with the restaurant's key names numbers that no honest node can have.
func (s *Store) FarAhead(ctx context.Context, edge, why string) error {
	b := &pgx.Batch{}
	queueAlert(b, alert{
		restaurant: plain(edge, MaxKey), detail: why,
		AlertRaised: event.AlertRaised{Alert: restaurant.FarAhead, Device: "cloud", What: restaurant.FarAhead, Level: "critical", Since: s.now()},
	}, s.now())
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("tell head office about the numbers of %s: %w", edge, err)
	}
	return nil
}
