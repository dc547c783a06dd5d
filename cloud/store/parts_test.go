package store_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/order"
)

func TestFiguresAreOfAllOrdersHoweverManyThereAre(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	oid := c.place(t, order.ByDelivery).Order.ID
	if _, err := c.service.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1", Name: "Dora", ByHand: true}, nil, ordering.ByStaff); err != nil {
		t.Fatal(err)
	}
	const many = store.MostFigures + 500
	c.sql(t, `INSERT INTO road_evidence (order_id, driver, kind, at, metres) VALUES ($1::text::uuid, 'd1', 'at_door', now(), 5)`, string(oid))
	columns := c.sql(t, `SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
		WHERE table_name = 'orders' AND table_schema = 'public' AND is_identity = 'NO' AND is_generated = 'NEVER' AND column_name NOT IN ('id', 'token', 'placed_at', 'doc')`).(string)
	c.sql(t, `INSERT INTO orders (id, token, placed_at, doc, `+columns+`) SELECT gen_random_uuid(), 'copy ' || n, placed_at - n * interval '1 second',
		jsonb_set(doc::jsonb, '{order,placed_at}', to_jsonb(placed_at - n * interval '1 second'))::json, `+columns+` FROM orders, generate_series(1, $1) n`, many-1)
	now := time.Now().UTC().Add(time.Minute)
	hours := map[time.Time]int{}
	var sums road.Tally
	err := c.EachPlaced(t.Context(), "r1", now.Add(-24*time.Hour), now, func(placed time.Time, p *road.Parts) {
		hours[placed.Truncate(time.Hour)]++
		sums.Add(p)
	})
	if err != nil {
		t.Fatal(err)
	}
	if f := sums.Figures(); f.Orders != many || f.Delivered != 0 {
		t.Errorf("%d orders of %d: %+v", f.Orders, many, f)
	}
	first := now.Add(-many * time.Second).Truncate(time.Hour)
	if hours[first] == 0 || len(hours) < 6 {
		t.Errorf("the oldest hour has %d orders: %v", hours[first], hours)
	}
	if err := c.EachPlaced(t.Context(), "r2", now.Add(-24*time.Hour), now, func(time.Time, *road.Parts) { t.Error("an order of another restaurant") }); err != nil {
		t.Error(err)
	}
}
