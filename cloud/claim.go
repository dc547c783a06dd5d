package cloud

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/downlink"
	"awesome.pizza/shared/problem"
)

// Claim binds a node, and tells it all it has to know. Binding comes last: it uses the code up and fences the device there was, so
// whatever can go wrong has to go wrong before. What comes after may be missing from the answer, or the answer itself: the node asks again with the
// same key, or over its line. holds is the restaurant whose orders the node has, if any: a code that was meant for another
// box is refused, nobody is cut off by it, and it stays good.
func (e enrolment) Claim(ctx context.Context, code, publicKey, holds string) (api.Enrolment, error) {
	if err := downlink.CheckDevice(publicKey); err != nil {
		return api.Enrolment{}, err
	}
	code, _, _ = strings.Cut(code, ".") // the fingerprint is for the node
	edge, err := e.store.Invited(ctx, code, publicKey)
	if err != nil {
		return api.Enrolment{}, err
	}
	if holds != "" && holds != edge {
		return api.Enrolment{}, problem.New(problem.Conflict, "another_restaurant",
			"the code is of restaurant %s, and this node holds what happened in %s: enrol the box of %s with it, or an empty --data directory; nothing was changed", edge, holds, edge)
	}
	told, err := e.prepare(ctx, edge, publicKey)
	if err != nil {
		return api.Enrolment{}, err
	}
	row, err := e.store.Claim(ctx, code, publicKey)
	if err != nil {
		return api.Enrolment{}, err
	}
	e.credit(ctx, edge, publicKey, told.Expires)
	told.Proof = e.proof(ctx, edge, publicKey)
	if row.Replaces {
		e.shut(ctx, edge)
	}
	if told.Snapshot, err = e.open(ctx, edge, publicKey); err != nil {
		e.log.WarnContext(ctx, "a new node has to fetch the open orders over its line", "restaurant", edge, "err", err)
		return told, nil // and not where it begins: so SYNC finds that it lacks them
	}
	told.Epoch, told.Commands, told.CommandID = row.Epoch, row.Commands, row.CommandID
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
	leaves, clients, err := e.hubs()
	if err != nil {
		return api.Enrolment{}, err
	}
	credential, err := e.keys.Issue(edge, publicKey, time.Now())
	if err != nil {
		return api.Enrolment{}, err
	}
	return api.Enrolment{
		Restaurant: edge, JWT: credential.JWT, Expires: credential.Expires, Leaves: leaves, Clients: clients, TimeZone: house.TimeZone, Menu: dishes,
		Cloud: e.cfg.door(), Chain: chain, CA: e.pin(leaves, clients),
	}, nil
}

// openMost is how much of its open orders a node is told in the answer to its claim, in bytes of documents: some 230 orders, and compressed what a
// line of 5 kB/s carries in the 20 s for which the node listens. What is more comes over its line, page by page.
const openMost = 256 << 10

// open is the restaurant's open orders and the last ticket numbers of its days, if it has any. It reports downlink.ErrLong.
func (e enrolment) open(ctx context.Context, edge, device string) (all []api.Page, err error) {
	pages, err := e.lines.Snapshot(ctx, edge, device, openMost)
	if err != nil {
		return nil, err
	}
	some := false
	for _, p := range pages {
		all = append(all, api.Page{Doc: p.Doc, Sig: p.Sig})
		var page struct {
			Orders  []json.RawMessage
			Numbers map[string]int
		}
		some = some || json.Unmarshal(p.Doc, &page) == nil && len(page.Orders)+len(page.Numbers) > 0
	}
	if !some {
		return nil, nil
	}
	return all, nil
}
