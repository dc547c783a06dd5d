package cloud

import (
	"context"
	"slices"
	"strings"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/store"
)

// enrolment binds nodes to their restaurants: a code from the store, a credential from the chain's keys.
type enrolment struct {
	cfg   Config
	store *store.Store
	keys  *downlink.Keys
	is    *downlink.Identity
	lines *downlink.Downlink
}

// Enroll makes a one-time code for a restaurant.
func (e enrolment) Enroll(ctx context.Context, restaurant string) (api.Invitation, error) {
	code, expires, err := e.store.IssueCode(ctx, restaurant)
	if err != nil {
		return api.Invitation{}, err
	}
	if pin := downlink.Fingerprint(e.is.CA()); pin != "" && strings.HasPrefix(e.cfg.door(), "https:") {
		code += "." + pin
	}
	return api.Invitation{Code: code, Expires: expires, Cloud: e.cfg.door()}, nil
}

// Claim binds a node, and tells it all it has to know. Binding comes last: it uses the code up and fences the device there was, so
// whatever can go wrong has to go wrong before.
func (e enrolment) Claim(ctx context.Context, code, publicKey string) (api.Enrolment, error) {
	if err := downlink.CheckDevice(publicKey); err != nil {
		return api.Enrolment{}, err
	}
	code, _, _ = strings.Cut(code, ".") // the fingerprint is for the node
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
	chain, err := e.keys.Chain()
	if err != nil {
		return api.Enrolment{}, err
	}
	host, leaf, client := e.cfg.host(), "nats-leaf", "nats"
	if e.cfg.HubTLS && e.cfg.NatsURL == "" {
		leaf, client = "tls", "tls"
	}
	leaves, err := hubURLs(e.cfg.LeafURLs, leaf, host, e.cfg.LeafListen)
	if err != nil {
		return api.Enrolment{}, err
	}
	clients, err := hubURLs(e.cfg.ClientURLs, client, host, e.cfg.ClientListen)
	if err != nil {
		return api.Enrolment{}, err
	}
	credential, err := e.keys.Issue(edge, publicKey, time.Now())
	if err != nil {
		return api.Enrolment{}, err
	}
	told := api.Enrolment{
		Restaurant: edge, JWT: credential.JWT, Expires: credential.Expires, Leaves: leaves, Clients: clients, TimeZone: house.TimeZone, Menu: dishes,
		Cloud: e.cfg.door(), Chain: chain,
	}
	if slices.ContainsFunc(slices.Concat(leaves, clients, []string{told.Cloud}), secure) {
		told.CA = e.is.CA()
	}
	return told, nil
}

func secure(url string) bool {
	return strings.HasPrefix(url, "tls:") || strings.HasPrefix(url, "https:")
}
