package cloud

import (
	"context"
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

// Claim binds a node, and tells it all it has to know. Binding comes last: it uses the code up and fences the device there was, so
// whatever can go wrong has to go wrong before.
func (e enrolment) Claim(ctx context.Context, code, publicKey string) (api.Enrolment, error) {
	if err := downlink.CheckDevice(publicKey); err != nil {
		return api.Enrolment{}, err
	}
	edge, err := e.store.Invited(ctx, code, publicKey)
	if err != nil {
		return api.Enrolment{}, err
	}
	told, err := e.prepare(ctx, edge, publicKey)
	if err != nil {
		return api.Enrolment{}, err
	}
	row, err := e.store.Claim(ctx, code, publicKey)
	if err != nil {
		return api.Enrolment{}, err
	}
	told.Epoch, told.Commands = row.Epoch, row.Commands
	return told, nil
}

// prepare is what a node of the restaurant is told, but for where it begins.
func (e enrolment) prepare(ctx context.Context, edge, publicKey string) (api.Enrolment, error) {
	house, err := e.store.Restaurant(ctx, edge)
	if err != nil {
		return api.Enrolment{}, err
	}
	dishes, err := e.store.Menu(ctx, edge)
	if err != nil {
		return api.Enrolment{}, err
	}
	host := e.cfg.host()
	leaves, err := hubURLs(e.cfg.LeafURLs, "nats-leaf", host, e.cfg.LeafListen)
	if err != nil {
		return api.Enrolment{}, err
	}
	clients, err := hubURLs(e.cfg.ClientURLs, "nats", host, e.cfg.ClientListen)
	if err != nil {
		return api.Enrolment{}, err
	}
	credential, err := e.keys.Issue(edge, publicKey, time.Now())
	if err != nil {
		return api.Enrolment{}, err
	}
	return api.Enrolment{
		Restaurant: edge, JWT: credential.JWT, Expires: credential.Expires, Leaves: leaves, Clients: clients, TimeZone: house.TimeZone, Menu: dishes,
	}, nil
}

// observer counts requests by route and status, and how long they took.
func observer(r *watch.Registry) func(route string, status int, took time.Duration) {
	observe := watch.Durations(r, "cloud_http_request_seconds", "How long requests took.", "route", "status")
	return func(route string, status int, took time.Duration) { observe(took, route, strconv.Itoa(status)) }
}
