package cloud

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/authority"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// enrolment binds nodes to their restaurants: a code from the store, a credential from the chain's keys.
type enrolment struct {
	cfg   Config
	store *store.Store
	keys  *downlink.Keys
	is    *authority.Identity
	lines links
	log   *slog.Logger
}

// links are what enrolment does to the lines: a *downlink.Downlink.
type links interface {
	// Enforce has the hub refuse whom the database refuses.
	Enforce(ctx context.Context) error
	// Snapshot is a restaurant's open orders for its device, in documents of at most so many bytes in all. It reports downlink.ErrLong.
	Snapshot(ctx context.Context, edge, device string, most int) ([]link.SnapshotReply, error)
}

// shutWithin is how long a person waits for the hub.
const shutWithin = 5 * time.Second

// Enroll makes a one-time code for a restaurant.
func (e enrolment) Enroll(ctx context.Context, restaurant string) (api.Invitation, error) {
	code, expires, err := e.store.IssueCode(ctx, restaurant)
	if err != nil {
		return api.Invitation{}, err
	}
	if pin := authority.Fingerprint(e.is.CA()); pin != "" && strings.HasPrefix(e.cfg.door(), "https:") {
		code += "." + pin
	}
	return api.Invitation{Code: code, Expires: expires, Cloud: e.cfg.door()}, nil
}

// credit takes note of a credential for head office. Whoever has it can use it all the same.
func (e enrolment) credit(ctx context.Context, edge, device string, until time.Time) {
	if err := e.store.Credited(ctx, edge, device, until); err != nil {
		e.log.WarnContext(ctx, "head office does not know until when a credential is good", "restaurant", edge, "err", err)
	}
}

// shut has the hub refuse the device that was replaced or revoked. A hub that does not hear of it now hears of it soon.
func (e enrolment) shut(ctx context.Context, edge string) {
	ctx, cancel := context.WithTimeout(ctx, shutWithin)
	defer cancel()
	if err := e.lines.Enforce(ctx); err != nil {
		e.log.WarnContext(ctx, "the hub does not know yet whom to refuse", "restaurant", edge, "err", err)
	}
}

// Authentic reports whether a device has signed a message.
func (e enrolment) Authentic(device string, message, sig []byte) bool {
	return downlink.Authentic(device, message, sig)
}

// Renew makes a new credential for a restaurant's node.
func (e enrolment) Renew(ctx context.Context, edge, device string) (api.Renewal, error) {
	if err := e.stands(ctx, edge, device, store.DeviceCurrent); err != nil {
		return api.Renewal{}, err
	}
	leaves, clients, err := e.hubs()
	if err != nil {
		return api.Renewal{}, err
	}
	credential, err := e.keys.Issue(edge, device, time.Now())
	if err != nil {
		return api.Renewal{}, err
	}
	e.credit(ctx, edge, device, credential.Expires)
	return api.Renewal{
		JWT: credential.JWT, Expires: credential.Expires, Leaves: leaves, Clients: clients, CA: e.pin(leaves, clients), Proof: e.proof(ctx, edge, device),
	}, nil
}

// proof is the chain's word that a device was enrolled, for a database that is restored to before that; nil when it cannot be had now: the
// next renewal brings it.
func (e enrolment) proof(ctx context.Context, edge, device string) *link.SignedProof {
	signed, err := e.sign(ctx, edge, device)
	if err != nil {
		e.log.WarnContext(ctx, "a node is given no proof of its enrolment", "restaurant", edge, "err", err)
		return nil
	}
	return &signed
}

func (e enrolment) sign(ctx context.Context, edge, device string) (signed link.SignedProof, err error) {
	p, err := e.store.Proof(ctx, edge, device)
	if err != nil {
		return signed, err
	}
	if signed.Doc, err = link.Encode(p); err != nil {
		return signed, err
	}
	signed.Sig, err = e.keys.Sign(signed.Doc)
	return signed, err
}

// stands reports what a device is refused for that is not in the state that is asked for.
func (e enrolment) stands(ctx context.Context, edge, device, want string) error {
	state, err := e.store.DeviceState(ctx, edge, device)
	if problem.Is(err, problem.NotFound) {
		state, err = store.DeviceUnknown, nil
	}
	switch {
	case err != nil || state == want:
		return err
	case state == store.DeviceFenced:
		return problem.New(problem.Refused, "fenced", "another device is enrolled for %s", edge)
	case state == store.DeviceRevoked:
		return problem.New(problem.Refused, "revoked", "this device was cut off by a person: enrol it with a new key")
	case state == store.DeviceCurrent:
		return problem.New(problem.Conflict, "current_device", "this device is the node of %s: its link takes what it has", edge)
	}
	return problem.New(problem.NotFound, "unknown_device", "this device was never enrolled for %s", edge)
}

// quarantine is the store's, to which only a device that was replaced may hand something over: the key of a revoked one may be a thief's.
type quarantine struct {
	*store.Store
	nodes enrolment
}

// Salvage keeps a run of events of a fenced device.
func (q quarantine) Salvage(ctx context.Context, edge, device string, epoch uint64, prev link.Hash, events []link.Event) error {
	if err := q.nodes.stands(ctx, edge, device, store.DeviceFenced); err != nil {
		return err
	}
	return q.Store.Salvage(ctx, edge, device, epoch, prev, events)
}

// Revoke cuts a restaurant's node off.
func (e enrolment) Revoke(ctx context.Context, edge string) (device string, err error) {
	if device, err = e.store.Revoke(ctx, edge); err != nil {
		return "", err
	}
	e.shut(ctx, edge)
	return device, nil
}

// RevokeDevice cuts a device off by its key, be it the restaurant's or not.
func (e enrolment) RevokeDevice(ctx context.Context, edge, device string) error {
	if err := downlink.CheckDevice(device); err != nil {
		return err
	}
	if err := e.store.RevokeDevice(ctx, edge, device); err != nil {
		return err
	}
	e.shut(ctx, edge)
	return nil
}

// hubs are where nodes reach the hub.
func (e enrolment) hubs() (leaves, clients []string, err error) {
	host, leaf, client := e.cfg.host(), "nats-leaf", "nats"
	if e.cfg.HubTLS && e.cfg.NatsURL == "" {
		leaf, client = "tls", "tls"
	}
	if leaves, err = hubURLs(e.cfg.LeafURLs, leaf, host, e.cfg.LeafListen); err != nil {
		return nil, nil, err
	}
	clients, err = hubURLs(e.cfg.ClientURLs, client, host, e.cfg.ClientListen)
	return leaves, clients, err
}

// pin is the authority that nodes believe, if they need one.
func (e enrolment) pin(leaves, clients []string) string {
	if slices.ContainsFunc(slices.Concat(leaves, clients, []string{e.cfg.door()}), secure) {
		return e.is.CA()
	}
	return ""
}

func secure(url string) bool {
	return strings.HasPrefix(url, "tls:") || strings.HasPrefix(url, "https:")
}
