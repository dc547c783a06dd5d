package store

import (
	"context"
	"fmt"
	"time"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/restaurant"
)

const day = 24 * time.Hour

// keeps is how long what is not kept for ever is kept. Why each as long as that, and why the rest for ever, stands in
// docs/decisions/0006-what-is-kept-and-for-how-long.md. Each statement finds at most $2 rows that were over before $1.
var keeps = []struct {
	what string
	long time.Duration
	sql  string
}{
	{"idempotency keys", KeepKeys, `DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM idempotency WHERE made < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"what was sold before it was offered", day, `DELETE FROM stock_sales WHERE ctid = ANY (ARRAY(
		SELECT s.ctid FROM stock_sales s WHERE s.at < $1 AND NOT EXISTS (SELECT FROM orders o WHERE o.id = s.order_id AND o.intake)
		LIMIT $2 FOR UPDATE OF s SKIP LOCKED))`}, // the kitchen had it already
	{"ended offers", 7 * day, `DELETE FROM offers WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM offers WHERE answered < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"which drives were counted", keepDrives, `DELETE FROM drives WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM drives WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"messages of couriers", 30 * day, `DELETE FROM courier_messages WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM courier_messages WHERE heard < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"cleared alerts", 30 * day, `DELETE FROM alerts WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM alerts WHERE cleared < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"answered commands", 30 * day, `DELETE FROM edge_commands WHERE ctid = ANY (ARRAY(
		SELECT c.ctid FROM edge_commands c
		WHERE c.answered < $1 AND EXISTS (SELECT FROM edge_commands later WHERE later.edge = c.edge AND later.cmd_seq > c.cmd_seq AND later.answered IS NOT NULL)
		LIMIT $2 FOR UPDATE OF c SKIP LOCKED))`}, // the last one answered is where the node stands: SYNC compares its id
	{"lives of nodes", 30 * day, `DELETE FROM edge_boots WHERE (edge, boot) IN (
		SELECT b.edge, b.boot FROM edge_boots b JOIN edge_link l USING (edge)
		WHERE b.asked < $1 AND b.boot <> l.boot LIMIT $2 FOR UPDATE OF b SKIP LOCKED)`},
	{"that two nodes took turns", time.Hour, `UPDATE alerts SET cleared = now() WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM alerts WHERE alert = '` + restaurant.TwoNodes + `' AND cleared IS NULL AND heard < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"dead letters", 30 * day, `DELETE FROM dead_letters WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM dead_letters WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"pictures at doors", 30 * day, `DELETE FROM proofs WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM proofs WHERE heard < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"when phones came and went", 30 * day, `DELETE FROM road_evidence WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM road_evidence WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"what went before others", 7 * day, `DELETE FROM priorities WHERE ctid = ANY (ARRAY(
		SELECT p.ctid FROM priorities p WHERE p.at < $1 AND NOT EXISTS (SELECT FROM orders o WHERE o.id = p.order_id AND o.open)
		LIMIT $2 FOR UPDATE OF p SKIP LOCKED))`},
	{"where drivers waited", day, `DELETE FROM waits WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM waits WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"what drivers were to do", day, `DELETE FROM routes WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM routes WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"batches in quarantine", 90 * day, `DELETE FROM edge_quarantine WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM edge_quarantine WHERE received < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"orders that were owed", 90 * day, `DELETE FROM edge_owed WHERE ctid = ANY (ARRAY(
		SELECT w.ctid FROM edge_owed w JOIN orders o ON o.id = w.order_id AND NOT o.open WHERE w.as_of < $1 LIMIT $2 FOR UPDATE OF w SKIP LOCKED))`},
	{"discarded events", 90 * day, `DELETE FROM edge_discards WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM edge_discards WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
	{"acts", acts.Kept, `DELETE FROM acts WHERE ctid = ANY (ARRAY(
		SELECT ctid FROM acts WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`},
}

// KeepKeys is how long a repeated request is known as one.
const KeepKeys = 2 * day

// How tidying goes.
const (
	DefaultTidy = time.Hour
	tidyFirst   = time.Minute // after the start: a process may not live for an hour
	tidySlice   = 1000        // rows at a time, so that nobody waits for them
)

// keepTidy tidies until ctx ends. Every process does: what one has locked the others leave alone.
func (s *Store) keepTidy(ctx context.Context) {
	next := time.NewTimer(min(tidyFirst, s.cfg.Tidy))
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			if err := s.Tidy(ctx, s.now()); err != nil && ctx.Err() == nil {
				s.cfg.Log.ErrorContext(ctx, "tidy", "err", err)
			}
			next.Reset(s.cfg.Tidy)
		}
	}
}

// Tidy deletes what has been kept for long enough at now.
func (s *Store) Tidy(ctx context.Context, now time.Time) error {
	for _, k := range keeps {
		for gone := int64(tidySlice); gone == tidySlice; {
			tag, err := s.pool.Exec(ctx, k.sql, now.Add(-k.long).UTC(), tidySlice)
			if err != nil {
				return fmt.Errorf("forget %s: %w", k.what, err)
			}
			gone = tag.RowsAffected()
		}
	}
	return nil
}
