package uplink

import (
	"slices"
	"sync"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// papers are the enrolment as it stands now: its credential is replaced while the node runs. They are safe for concurrent use.
type papers struct {
	dir string // where the file is; empty: there is none

	mu  sync.Mutex
	now Enrolment
}

func (p *papers) read() Enrolment {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// swap replaces what change changes, on disk first.
func (p *papers) swap(change func(*Enrolment)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.now
	change(&next)
	if p.dir != "" {
		if err := Keep(p.dir, enrolmentFile, next); err != nil {
			return err
		}
	}
	p.now = next
	return nil
}

// token is the credential, for a hub that asks for it.
func (p *papers) token() (string, error) { return p.read().JWT, nil }

// sign proves that this node holds the key which its credential names.
func (p *papers) sign(nonce []byte) ([]byte, error) { return p.read().sign(nonce) }

func (e Enrolment) sign(message []byte) ([]byte, error) {
	pair, err := nkeys.FromSeed([]byte(e.Seed))
	if err != nil {
		return nil, err
	}
	return pair.Sign(message)
}

// life is from when to when the credential is good; zero when it does not say.
func (e Enrolment) life() (from, to time.Time) {
	claims, err := jwt.DecodeUserClaims(e.JWT)
	if err != nil || claims.Expires == 0 {
		return time.Time{}, e.Expires
	}
	return time.Unix(claims.IssuedAt, 0).UTC(), time.Unix(claims.Expires, 0).UTC()
}

// renewal is when another credential is to be fetched: at half of its life. late is a share of the life by which this node is later than
// others, so that a fleet that was enrolled on one day does not come on one day.
func (e Enrolment) renewal(late float64) (at time.Time, ok bool) {
	from, to := e.life()
	if to.IsZero() {
		return time.Time{}, false
	}
	if from.IsZero() {
		from = to.Add(-90 * 24 * time.Hour)
	}
	return from.Add(time.Duration((0.5 + late) * float64(to.Sub(from)))), true
}

// expired reports whether the credential is no longer good at any of the instants it may be now.
func (u *Uplink) expired(e Enrolment) bool {
	return !slices.ContainsFunc(u.cfg.Clock.Either(), func(now time.Time) bool { return !e.expired(now) })
}

// expired reports whether the credential is no longer good.
func (e Enrolment) expired(now time.Time) bool {
	_, to := e.life()
	return !to.IsZero() && now.After(to)
}
