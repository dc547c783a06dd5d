package uplink

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v4"

	"awesome.pizza/shared/link"
)

// The causes that only HTTPS can tell: the hub refuses a node without saying why.
const (
	CauseCredential link.Cause = "credential" // the credential is no longer good, or the cloud does not know the device
	CauseRevoked    link.Cause = "revoked"    // the device was cut off
)

const (
	renewLook  = time.Minute      // how often the time is compared with the renewal
	refusedFor = 15 * time.Second // the hub can be dialled, but does not take the node: then HTTPS is asked why
	askAgain   = 10 * time.Minute // between two questions that were answered, about
	lateMost   = 0.1              // of a credential's life that one node renews later than another
)

// verdict is what the cloud said over HTTPS about this node.
type verdict struct {
	cause  link.Cause // empty: all is well
	detail string
}

// renewal is the answer to a renewal.
type renewal struct {
	JWT     string    `json:"jwt"`
	Expires time.Time `json:"expires"`
	Leaves  []string  `json:"leaves"`
	Clients []string  `json:"clients"`
	CA      string    `json:"ca"`
	Time    time.Time `json:"time"`

	Proof *link.SignedProof `json:"proof"`
}

// keep renews the node's credential at half of its life, when the cloud calls for it, and when the hub does not take the node. It asks again and
// again, ever more slowly, and never gives up; the kitchen hears nothing of it.
func (u *Uplink) keep(ctx context.Context) error {
	late := rand.Float64() * lateMost
	wait := backoff.NewExponentialBackOff(backoff.WithInitialInterval(2*time.Second), backoff.WithMaxInterval(askAgain), backoff.WithMaxElapsedTime(0))
	look := time.NewTimer(0)
	defer look.Stop()
	wanted := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-u.wantRenewal:
			wanted = true
		case <-look.C:
		}
		if !wanted && !u.renewalDue(late) {
			look.Reset(renewLook)
			continue
		}
		err := u.renew(ctx)
		if ctx.Err() != nil {
			return nil
		}
		u.judged(err)
		pause := askAgain/2 + rand.N(askAgain)
		if err == nil {
			wait.Reset()
			wanted, pause = false, renewLook
		} else if !answered(err) {
			u.cfg.Log.Warn("the credential was not renewed; it will be tried again", "err", err)
			wanted, pause = true, wait.NextBackOff()
		}
		drain(u.wantRenewal)
		look.Reset(pause)
	}
}

// renewalDue reports whether half of the credential's life is over.
func (u *Uplink) renewalDue(late float64) bool {
	if u.verdict().cause != "" {
		return true
	}
	at, ok := u.papers.read().renewal(late)
	return ok && !u.cfg.Clock.Now().Before(at) && u.papers.read().Cloud != ""
}

// renew fetches another credential for the key that this node has.
func (u *Uplink) renew(ctx context.Context) error {
	asked := u.cfg.Clock.Ran()
	var r renewal
	err := u.fleet.ask(ctx, link.RenewPath, nil, func(s signed) any { return s }, &r)
	if err != nil {
		return err
	}
	if r.JWT == "" {
		return errors.New("the cloud's answer holds no credential")
	}
	u.told(ctx, asked, r.Time)
	before := u.papers.read()
	err = u.papers.swap(func(e *Enrolment) {
		e.JWT, e.Expires = r.JWT, r.Expires
		if len(r.Leaves) > 0 {
			e.Leaves = r.Leaves
		}
		if len(r.Clients) > 0 {
			e.Clients = r.Clients
		}
		if r.CA != "" {
			e.CA = r.CA
		}
		if r.Proof != nil {
			e.Proof = r.Proof
		}
	})
	if err != nil {
		return fmt.Errorf("keep the new credential: %w", err)
	}
	now := u.papers.read()
	u.cfg.Log.Info("the credential is renewed", "expires", now.Expires)
	if now.CA != before.CA || !slices.Equal(now.Leaves, before.Leaves) || !slices.Equal(now.Clients, before.Clients) {
		poke(u.moved)
	}
	return nil
}

// answered reports whether the cloud has said something about this node: asking soon again would not change it.
func answered(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.Status >= 400 && r.Status < 500 && r.Status != 429 || errors.Is(err, errNoCloud)
}

// judged takes note of what the cloud said. Silence changes nothing.
func (u *Uplink) judged(err error) {
	var v verdict
	switch {
	case err == nil:
	case refusedAs(err, "fenced"):
		v = verdict{link.CauseFenced, "another device is enrolled for this restaurant: this one cooks on, and what it has is kept in the cloud for a person to look at"}
	case refusedAs(err, "revoked"):
		v = verdict{CauseRevoked, "this device was cut off by the chain: it cooks on, and tells nobody. Enrol it again to connect it"}
	case refusedAs(err, "unknown_device"):
		v = verdict{CauseCredential, "the cloud does not know this device: enrol it again"}
	default:
		return
	}
	u.mu.Lock()
	was := u.said
	u.said = v
	u.mu.Unlock()
	if was != v {
		u.cfg.Log.Warn("the cloud about this node", "cause", string(v.cause), "detail", v.detail)
		u.show()
	}
	if was.cause != "" && v.cause == "" {
		poke(u.wanted)
	}
	if v.cause == link.CauseFenced {
		poke(u.salvaging)
	}
}

func (u *Uplink) verdict() verdict {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.said
}

// colour is the state of the Sender with what it cannot know: why the hub does not take the node.
func (u *Uplink) colour(s link.State, said verdict) link.State {
	if s.Condition == link.Online || s.Condition == link.Healing {
		return s
	}
	e := u.papers.read()
	switch {
	case said.cause != "":
		s.Condition, s.Cause, s.Detail = link.Blocked, said.cause, said.detail
	case s.Condition == link.Offline && s.Cause == link.CauseCloudSilent && u.expired(e):
		s.Cause, s.Detail = CauseCredential, fmt.Sprintf("the credential of this node expired on %s: it cooks on, and asks for another one", e.Expires.Format(time.DateOnly))
	}
	return s
}

func drain(ch chan struct{}) {
	select {
	case <-ch:
	default:
	}
}
