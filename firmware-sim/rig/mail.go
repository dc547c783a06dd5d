package rig

import (
	"context"
	"sync"

	"awesome.pizza/firmware-sim/fault"
)

// mostMail bounds what a device keeps while nobody takes it; then the oldest fact is lost, and counted.
const mostMail = 2000

// Mail is what a device has to say and has not got rid of. It outlives connections and reboots, as flash does. It is safe for
// concurrent use.
type Mail struct {
	mu      sync.Mutex
	waiting []fault.Packet
	bell    chan struct{}
	count   Count
}

// Count is what became of a device's messages.
type Count struct {
	Sent    int `json:"sent"`
	Waiting int `json:"waiting"`
	Refused int `json:"refused"` // the broker will never take it
	Lost    int `json:"lost"`    // nobody listened, or too much was waiting
}

// NewMail is an empty bag.
func NewMail() *Mail { return &Mail{bell: make(chan struct{}, 1)} }

// Put adds packets, to be sent in order.
func (m *Mail) Put(packets ...fault.Packet) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting = append(m.waiting, packets...)
	if extra := len(m.waiting) - mostMail; extra > 0 {
		m.waiting, m.count.Lost = m.waiting[extra:], m.count.Lost+extra
	}
	select {
	case m.bell <- struct{}{}:
	default:
	}
}

// next waits for the oldest packet and leaves it in the bag.
func (m *Mail) next(ctx context.Context) (fault.Packet, bool) {
	for ctx.Err() == nil {
		m.mu.Lock()
		if len(m.waiting) > 0 {
			p := m.waiting[0]
			m.mu.Unlock()
			return p, true
		}
		m.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-m.bell:
		}
	}
	return fault.Packet{}, false
}

// fate is what became of the oldest packet.
type fate int

const (
	sent fate = iota
	refused
	lost
)

// done takes the oldest packet out of the bag.
func (m *Mail) done(f fate) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.waiting) > 0 {
		m.waiting = m.waiting[1:]
	}
	switch f {
	case sent:
		m.count.Sent++
	case refused:
		m.count.Refused++
	case lost:
		m.count.Lost++
	}
}

// Count is how it stands.
func (m *Mail) Count() Count {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.count
	c.Waiting = len(m.waiting)
	return c
}
