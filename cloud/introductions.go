package cloud

import (
	"context"
	"strconv"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/watch"
)

// pager introduces the store's lists to the API.
type pager struct{ *store.Store }

// Page is one page of a restaurant's orders.
func (p pager) Page(ctx context.Context, l api.List) ([]ordering.Record, string, error) {
	return p.Orders(ctx, store.Query{Restaurant: l.Restaurant, Open: l.Open, Statuses: l.Statuses, Cursor: l.Cursor, Limit: l.Limit})
}

// observer counts requests by route and status, and how long they took.
func observer(r *watch.Registry) func(route string, status int, took time.Duration) {
	observe := watch.Durations(r, "cloud_http_request_seconds", "How long requests took.", "route", "status")
	return func(route string, status int, took time.Duration) { observe(took, route, strconv.Itoa(status)) }
}
