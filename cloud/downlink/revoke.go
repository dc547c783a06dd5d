package downlink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"

	"awesome.pizza/shared/link"
)

// Refusals is who the hub must not let in.
type Refusals interface {
	// Revoked are the public keys of all devices that are fenced or revoked.
	Revoked(ctx context.Context) ([]string, error)
}

const (
	claimsUpdate = "$SYS.REQ.CLAIMS.UPDATE"

	enforceEvery = 10 * time.Second       // how long a hub that was told otherwise, or nothing, is wrong
	hubPatience  = 2 * time.Second        // for the first server's answer
	hubGather    = 300 * time.Millisecond // for the other servers', after each
)

func claimsLookup(account string) string { return "$SYS.REQ.ACCOUNT." + account + ".CLAIMS.LOOKUP" }

var errDeafHub = errors.New("the hub keeps no accounts of its own and cannot be told whom to refuse: give it what `cloud trust` writes now (resolver type full)")

// Enforce has every server of the hub refuse whom the database refuses, and believe the signing keys of today; who is connected and may not
// be is thrown out. All cores do it, whenever one is asked to and periodically. A core that pushed an old list over a newer one would see
// the newer one in the database afterwards, and push again. The hub's servers are given time to answer, so those who ask at once share that.
func (d *Downlink) Enforce(ctx context.Context) error { return d.enforcing.take(ctx, d.enforceAll) }

func (d *Downlink) enforceAll(ctx context.Context) error {
	for range 5 {
		right, err := d.enforceOnce(ctx)
		if right || err != nil {
			return err
		}
	}
	return errors.New("the hub does not take on whom to refuse, or is told otherwise by another core at every moment")
}

// enforceOnce reports whether the hub knew all along. Otherwise it is told, and asked again.
func (d *Downlink) enforceOnce(ctx context.Context) (right bool, err error) {
	refused, err := d.cfg.Refusals.Revoked(ctx)
	if err != nil {
		return false, fmt.Errorf("read whom the hub must refuse: %w", err)
	}
	want, err := d.keys.accountClaims(refused, time.Now())
	if err != nil {
		return false, err
	}
	answers, err := d.askHub(ctx, claimsLookup(want.Subject), nil)
	if err != nil {
		return false, err
	}
	right = true
	for _, m := range answers {
		has, err := jwt.DecodeAccountClaims(string(m.Data))
		right = right && err == nil && sameTrust(has, want)
	}
	if right {
		return true, nil
	}
	operator, _, err := pair(d.keys.seeds().OperatorSeed)
	if err != nil {
		return false, err
	}
	token, err := want.Encode(operator)
	if err != nil {
		return false, fmt.Errorf("sign whom the hub must refuse: %w", err)
	}
	if answers, err = d.askHub(ctx, claimsUpdate, []byte(token)); err != nil {
		return false, err
	}
	for _, m := range answers {
		var said struct {
			Error *struct {
				Description string `json:"description"`
			} `json:"error"`
		}
		if err := json.Unmarshal(m.Data, &said); err != nil || said.Error != nil {
			return false, fmt.Errorf("the hub does not take on whom to refuse: %s", m.Data)
		}
	}
	d.cfg.Log.Info("the hub was told whom to refuse", "devices", len(refused), "servers", len(answers))
	return false, nil
}

// askHub asks all servers of the hub, and returns what those answer that are there.
func (d *Downlink) askHub(ctx context.Context, subject string, data []byte) (answers []*nats.Msg, err error) {
	inbox := d.warden.NewRespInbox()
	sub, err := d.warden.SubscribeSync(inbox)
	if err != nil {
		return nil, fmt.Errorf("ask the hub: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := d.warden.PublishRequest(subject, inbox, data); err != nil {
		return nil, fmt.Errorf("ask the hub: %w", err)
	}
	for patience := hubPatience; ; patience = hubGather {
		m, err := nextWithin(ctx, sub, patience)
		switch {
		case err == nil && m.Header.Get("Status") == "503":
			return nil, errDeafHub
		case err == nil:
			answers = append(answers, m)
		case len(answers) > 0 && ctx.Err() == nil:
			return answers, nil
		default:
			return nil, fmt.Errorf("the hub does not answer: %w", err)
		}
	}
}

func nextWithin(ctx context.Context, sub *nats.Subscription, patience time.Duration) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return sub.NextMsgWithContext(ctx)
}

// renewCredential asks a node to fetch a new credential.
const renewCredential link.ControlKind = "renew"

// askToRenew asks the nodes that this core knows to be there. The others fetch theirs when its time has come.
func (d *Downlink) askToRenew() {
	for _, edge := range d.standing.edges() {
		d.control(edge, link.Control{Kind: renewCredential, Reason: "the chain has another signing key"})
	}
}

// enforce keeps the hub's copy of the account up to date, and has the nodes fetch new credentials when their signing key changes.
func (d *Downlink) enforce(ctx context.Context) error {
	if d.cfg.Refusals == nil {
		return nil
	}
	tick := time.NewTicker(enforceEvery)
	defer tick.Stop()
	var said string
	for {
		changed, err := d.keys.Reload()
		if err == nil {
			err = d.Enforce(ctx)
		}
		if changed && err == nil {
			d.cfg.Log.Info("the chain's keys have changed")
			d.askToRenew()
		}
		if err != nil && ctx.Err() == nil && err.Error() != said {
			d.cfg.Log.Warn("the hub may let in whom it should refuse", "err", err)
		}
		said = ""
		if err != nil {
			said = err.Error()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
