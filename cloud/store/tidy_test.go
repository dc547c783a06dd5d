package store_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// litter is how rows are made of the table litter: 1500 that were over for long enough, 10 that were over an hour less, 10 that are not over.
var litter = map[string]string{
	"offers": `INSERT INTO offers (id, order_id, driver, state, created, expires, answered, arrive_at)
		SELECT gen_random_uuid(), gen_random_uuid(), 'd' || n, CASE WHEN over IS NULL THEN 'open' ELSE 'declined' END,
			'2000-01-01', '2000-01-02', over, now() FROM litter`,
	"alerts": `INSERT INTO alerts (restaurant, alert, device, what, level, order_id, detail, since, cleared)
		SELECT 'r1', n::text, '', '', '', '', '', '2000-01-01', over FROM litter`,
	"edge_commands": `INSERT INTO edge_commands (edge, cmd_seq, cmd_id, kind, order_id, at, body, answered)
		SELECT 'r1', n, n::text, 'x', '', '2000-01-01', '', over FROM litter`,
}

// ages is how long each of them is kept.
var ages = map[string]string{"offers": "7 days", "alerts": "30 days", "edge_commands": "30 days"}

func TestWhatIsOverIsForgottenAfterItsTime(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	for table, insert := range litter {
		c.sql(t, `WITH litter AS (
			SELECT n, CASE WHEN n <= 1500 THEN now() - $1::text::interval - '1 hour'::interval
				WHEN n <= 1510 THEN now() - $1::text::interval + '1 hour'::interval END AS over
			FROM generate_series(1, 1520) n
		) `+insert, ages[table])
	}
	c.sql(t, `UPDATE edge_heads SET cmd_seq = 1520 WHERE edge = 'r1'`)
	for range 2 {
		if err := c.Tidy(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		for table := range litter {
			if left := c.sql(t, `SELECT count(*) FROM `+table); left != int64(20) {
				t.Errorf("%v %s are left, not the 20 that are young or not over", left, table)
			}
		}
	}
}

func TestTheLastCommandAndWhatNobodyAnsweredStay(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	oid := c.place(t, order.Carryout).Order.ID
	high := c.sql(t, `SELECT cmd_seq FROM edge_heads WHERE edge = 'r1'`)
	c.sql(t, `UPDATE edge_commands SET answered = '2000-01-01' WHERE cmd_seq = $1`, high)
	if err := c.Tidy(t.Context(), time.Now().AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if left := c.sql(t, `SELECT count(*) FROM edge_commands`); left != high {
		t.Errorf("%v of %v commands are left", left, high)
	}
	c.order(t, oid) // orders are kept for ever
}

func TestTheStoreTidiesByItself(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.sql(t, `INSERT INTO idempotency (key, body, order_id, made) VALUES ('old', decode(repeat('00', 32), 'hex'), gen_random_uuid(), '2000-01-01'),
		('young', decode(repeat('00', 32), 'hex'), gen_random_uuid(), now())`)
	c.sql(t, `INSERT INTO dead_letters (at, device, client, remote, topic, payload, bytes, code, reason)
		VALUES ('2000-01-01', '', '', '', '', '', 0, '', ''), (now(), '', '', '', '', '', 0, '', '')`)
	c.sql(t, `INSERT INTO edge_quarantine (edge, device, span, reason, events, received) VALUES ('r1', '', 'old', '', '', '2000-01-01'), ('r1', '', 'young', '', '', now())`)
	c.sql(t, `INSERT INTO road_evidence (order_id, driver, kind, at, metres)
		VALUES (gen_random_uuid(), '', 'at_door', '2000-01-01', 0), (gen_random_uuid(), '', 'at_door', now(), 0)`)
	c.sql(t, `INSERT INTO proofs (order_id, kind, driver, at, heard)
		VALUES (gen_random_uuid(), 'name', '', now(), '2000-01-01'), (gen_random_uuid(), 'name', '', now(), now())`)
	c.sql(t, `INSERT INTO waits (driver, restaurant, since, at) VALUES ('old', 'r1', '2000-01-01', '2000-01-01'), ('young', 'r1', now(), now())`)
	c.sql(t, `INSERT INTO edge_discards (edge, device, event_id, at) VALUES ('r1', '', 'old', '2000-01-01'), ('r1', '', 'young', now())`)
	over, open := c.place(t, order.Carryout).Order.ID, c.place(t, order.Carryout).Order.ID
	c.sql(t, `UPDATE orders SET open = false, intake = false, accept_due = NULL, status = 'Delivered' WHERE id = $1::text::uuid`, string(over))
	c.sql(t, `INSERT INTO priorities (order_id, priority, at) SELECT unnest($1::text[]::uuid[]), 'first', '2000-01-01'`, []string{string(over), string(open)})
	c.sql(t, `INSERT INTO edge_owed (edge, device, order_id, as_of) SELECT 'r1', '', unnest($1::text[]::uuid[]), '2000-01-01'`, []string{string(over), string(open)})
	s, err := store.Open(t.Context(), store.Config{URL: c.url, Log: quiet, Tidy: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for _, table := range []string{"idempotency", "dead_letters", "edge_quarantine", "edge_discards", "edge_owed", "road_evidence", "proofs", "waits", "priorities"} {
		within(t, "one row of "+table, func() bool { return c.sql(t, `SELECT count(*) FROM `+table) == int64(1) })
	}
}

func TestQuarantineIsBoundedInRowsAndBytes(t *testing.T) {
	t.Parallel()
	for what, filled := range map[string]string{
		"rows":  `SELECT 'r1', '', n::text, '', '' FROM generate_series(1, 999) n`,
		"bytes": `SELECT 'r1', '', n::text, '', decode(repeat('00', 1048576), 'hex') FROM generate_series(1, 16) n`,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			stranger := &node{edge: "r1", epoch: 9}
			for range 2 {
				stranger.steps(t, c.placeOnly(t), order.Queue)
			}
			kept := func() any { return c.sql(t, `SELECT count(*) FROM edge_quarantine WHERE span LIKE '9/%'`) }
			c.apply(t, link.Quarantine, stranger.batch(1, 1))
			c.sql(t, `INSERT INTO edge_quarantine (edge, device, span, reason, events) `+filled)
			d := c.apply(t, link.Quarantine, stranger.batch(2, 2), stranger.batch(1, 1))
			if !d[0].Left || d[1].Left {
				t.Errorf("left to the hub are %v and %v, not the first alone", d[0].Left, d[1].Left)
			}
			if open, err := c.OpenAlerts(t.Context(), "r1"); err != nil || len(open) != 1 || open[0].What != restaurant.QuarantineFull || open[0].Detail == "" {
				t.Errorf("alarmed is %+v, %v", open, err)
			}
			if n := kept(); n != int64(1) {
				t.Errorf("%v batches are kept, not the first alone", n)
			}
			if n := c.sql(t, `SELECT times FROM edge_quarantine WHERE span LIKE '9/1-1/%'`); n != int32(2) {
				t.Errorf("the one that came again was counted %v times", n)
			}
			c.sql(t, `UPDATE edge_quarantine SET device = 'another', events = '[]' WHERE span = '1'`)
			if err := c.Discard(t.Context(), "r1", "another"); err != nil {
				t.Fatal(err)
			}
			if open, err := c.OpenAlerts(t.Context(), "r1"); err != nil || len(open) != 0 {
				t.Errorf("where a person has made room, alarmed is %+v, %v", open, err)
			}
			if d := c.apply(t, link.Quarantine, stranger.batch(2, 2)); d[0].Left || kept() != int64(2) {
				t.Error("where there is room again, nothing is kept")
			}
		})
	}
}
