package store_test

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
)

// offersRead is how many rows of offers have been read since the database was made, once a count of scans is known that is above one.
func (c *chain) offersRead(t testing.TB, aboveScans int64) (rows, scans int64) {
	t.Helper()
	within(t, "the server to count the reads of offers", func() bool {
		scans = c.sql(t, `SELECT idx_scan + seq_scan FROM pg_stat_user_tables WHERE relname = 'offers'`).(int64)
		return scans > aboveScans
	})
	return c.sql(t, `SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'offers'`).(int64), scans
}

func TestOffersThatEndedLongAgoCostARoundOfDispatchNothing(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 3, 3)
	now := time.Now()
	c.sql(t, `
		INSERT INTO offers (id, order_id, driver, state, created, expires, answered, arrive_at)
		SELECT gen_random_uuid(), gen_random_uuid(), 'd' || n % 300, 'expired', $1::timestamptz - '1 day'::interval, $1, $1, $1
		FROM generate_series(1, 100000) n`, now)
	c.ask(t, ids[0], "d1", now)
	c.decline(t, ids[0], now)
	c.ask(t, ids[0], "d2", now)
	c.Close() // a server counts at the latest when a connection ends
	before, scans := c.offersRead(t, 0)
	for _, known := range []string{"not analysed", "analysed"} {
		if known == "analysed" {
			c.sql(t, `ANALYZE`)
			before, scans = c.offersRead(t, 0)
		}
		other := openChain(t, c.url)
		s, err := other.ForDispatch().DispatchSnapshot(t.Context(), now, all)
		if err != nil {
			t.Fatal(err)
		}
		other.Close()
		i := slices.IndexFunc(s.Orders, func(o dispatch.Order) bool { return o.ID == ids[0] })
		if len(s.Orders) != 3 || s.Orders[i].Offered != "d2" || !slices.Equal(s.Orders[i].Declined, []string{"d1"}) {
			t.Errorf("%+v", s.Orders)
		}
		rows, now := c.offersRead(t, scans)
		if rows-before > 20 {
			t.Errorf("%s: a round that concerns 2 offers read %d", known, rows-before)
		}
		before, scans = rows, now
	}
}
