package dispatch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// How offers are repeated. A phone knows an offer by its id.
const (
	sendAgain = 6 * time.Second // an open offer, to a phone that may have missed it
	greeting  = 8 * time.Second // after signing in, a phone is sent everything in every round
	remember  = time.Minute     // for which it is told that an offer is over
)

// mail remembers what this process has told the phones.
type mail struct {
	sent map[string]time.Time // by offer
	over map[string]bool      // told that it is over

	mu    sync.Mutex
	fresh map[string]time.Time // by driver: signed in at
}

func newMail() mail {
	return mail{sent: map[string]time.Time{}, over: map[string]bool{}, fresh: map[string]time.Time{}}
}

func (m *mail) connected(driver string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fresh[driver] = now
}

// greeted are the drivers whose phones have just come.
func (m *mail) greeted(now time.Time) map[string]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]bool{}
	for driver, at := range m.fresh {
		if out[driver] = true; now.Sub(at) > greeting {
			delete(m.fresh, driver)
		}
	}
	return out
}

// due reports whether an offer is to be sent now.
func (m *mail) due(o *Offer, fresh bool, now time.Time) bool {
	switch {
	case o.State == Accepted || o.State == Declined:
		return false // the phone knows: it said so
	case o.Over():
		return !m.over[o.ID]
	}
	sent, ok := m.sent[o.ID]
	return now.Before(o.Expires) && (!ok || fresh || now.Sub(sent) >= sendAgain)
}

func (m *mail) note(o *Offer, now time.Time) {
	if o.Over() {
		m.over[o.ID] = true
	} else {
		m.sent[o.ID] = now
	}
}

// forget drops what is no longer recent.
func (m *mail) forget(recent []Offer) {
	keep := make(map[string]bool, len(recent))
	for i := range recent {
		keep[recent[i].ID] = true
	}
	for id := range m.sent {
		if !keep[id] {
			delete(m.sent, id)
		}
	}
	for id := range m.over {
		if !keep[id] {
			delete(m.over, id)
		}
	}
}

// deliver tells phones what is open and what is over.
func (d *Dispatcher) deliver(ctx context.Context, now time.Time) error {
	offers, err := d.Store.RecentOffers(ctx, now.Add(-remember))
	if err != nil {
		return fmt.Errorf("read offers: %w", err)
	}
	var errs []error
	CountDoors(offers)
	fresh := d.mail.greeted(now)
	for i := range offers {
		o := &offers[i]
		if !d.mail.due(o, fresh[o.Driver], now) {
			continue
		}
		if err := d.Phones.Offer(o.Driver, o.Wire()); err != nil {
			errs = append(errs, fmt.Errorf("send offer %s to driver %s: %w", o.ID, o.Driver, err))
			continue
		}
		d.mail.note(o, now)
	}
	d.mail.forget(offers)
	return errors.Join(errs...)
}
