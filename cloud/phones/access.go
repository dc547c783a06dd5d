package phones

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/wire"
)

// keyLife is how long a driver's hash is believed without asking the database: as long a replaced secret may still open.
const keyLife = time.Minute

// keys remembers the hashes of drivers who have signed in.
type keys struct {
	store Store
	clock clock.Clock

	mu    sync.Mutex
	known map[string]key
}

type key struct {
	hash [32]byte
	read time.Time
}

// fit reports whether a secret opens. Whatever does not open has been looked up, so unknown drivers and wrong secrets take the same time.
func (k *keys) fit(ctx context.Context, driver string, secret []byte) bool {
	have := sha256.Sum256(secret)
	if hash, ok := k.remembered(driver); ok && subtle.ConstantTimeCompare(hash[:], have[:]) == 1 {
		return true
	}
	hash, err := k.store.DriverHash(ctx, driver)
	if subtle.ConstantTimeCompare(hash[:], have[:]) != 1 || err != nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known[driver] = key{hash, k.clock.Now()}
	return true
}

func (k *keys) remembered(driver string) ([32]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	known, ok := k.known[driver]
	if ok && k.clock.Now().Sub(known.read).Abs() > keyLife {
		delete(k.known, driver)
		return known.hash, false
	}
	return known.hash, ok
}

func (k *keys) forget(driver string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.known, driver)
}

// access lets a driver's phone in.
func (p *Phones) access(_, driver string, secret []byte) (broker.Grant, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	if !p.keys.fit(ctx, driver, secret) || !wire.SafeID(driver) {
		return broker.Grant{}, false
	}
	d, err := p.cfg.Store.Driver(ctx, driver)
	bag, err2 := p.cfg.Store.Bag(ctx, driver)
	if err = errors.Join(err, err2); err != nil {
		p.cfg.Log.Warn("a phone was not let in", "driver", driver, "err", err)
		return broker.Grant{}, false
	}
	p.mu.Lock()
	p.bags.put(driver, bag)
	p.bags.here[driver] = d
	p.watch(driver, bag, p.cfg.Clock.Now())
	g := p.bags.grant(driver)
	p.mu.Unlock()
	p.report.Connected(driver)
	return g, true
}

// Dismiss hangs up on a driver's phones and forgets the secret: after it was replaced, or when the driver has left the chain.
func (p *Phones) Dismiss(driver string) {
	p.keys.forget(driver)
	p.broker.Drop(driver)
}
