package cloud

import (
	"context"
	"net"
	"strconv"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/downlink"
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

// enrolment binds nodes to their restaurants: a code from the store, a credential from the chain's keys.
type enrolment struct {
	cfg   Config
	store *store.Store
	keys  *downlink.Keys
}

// Enroll makes a one-time code for a restaurant.
func (e enrolment) Enroll(ctx context.Context, restaurant string) (string, time.Time, error) {
	return e.store.IssueCode(ctx, restaurant)
}

// Claim uses a code up, and tells the node all it has to know.
func (e enrolment) Claim(ctx context.Context, code, publicKey string) (api.Enrolment, error) {
	row, err := e.store.Claim(ctx, code, publicKey)
	if err != nil {
		return api.Enrolment{}, err
	}
	credential, err := e.keys.Issue(row.Edge, publicKey, time.Now())
	if err != nil {
		return api.Enrolment{}, err
	}
	house, err := e.store.Restaurant(ctx, row.Edge)
	if err != nil {
		return api.Enrolment{}, err
	}
	dishes, err := e.store.Menu(ctx, row.Edge)
	if err != nil {
		return api.Enrolment{}, err
	}
	host, _, err := net.SplitHostPort(e.cfg.Listen)
	if err != nil || host == "" {
		host = "127.0.0.1"
	}
	leaves, err := hubURLs(e.cfg.LeafURLs, "nats-leaf", host, e.cfg.LeafListen)
	if err != nil {
		return api.Enrolment{}, err
	}
	clients, err := hubURLs(e.cfg.ClientURLs, "nats", host, e.cfg.ClientListen)
	if err != nil {
		return api.Enrolment{}, err
	}
	return api.Enrolment{
		Restaurant: row.Edge, JWT: credential.JWT, Expires: credential.Expires, Leaves: leaves, Clients: clients, TimeZone: house.TimeZone, Menu: dishes,
	}, nil
}

// observer counts requests by route and status, and how long they took.
func observer(r *watch.Registry) func(route string, status int, took time.Duration) {
	observe := watch.Durations(r, "cloud_http_request_seconds", "How long requests took.", "route", "status")
	return func(route string, status int, took time.Duration) { observe(took, route, strconv.Itoa(status)) }
}
