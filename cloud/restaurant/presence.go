package restaurant

import (
	"slices"
	"sync"
	"time"

	"awesome.pizza/shared/order"
)

// DownAfter is the silence after which a restaurant's link counts as down. It sends a beat every five seconds.
const DownAfter = 20 * time.Second

// Beat is a node's sign of life, and how it fares.
type Beat struct {
	Device       string
	Boot         string
	Version      string // of the node's program
	Epoch        uint64
	Last         uint64 // tip of its outbox
	Acked        uint64
	CmdSeq       uint64    // highest command it has applied
	At           time.Time // its own clock
	Backlog      uint64    // events the cloud does not have yet
	OldestUnsent time.Time // when the oldest of them happened; zero when there is none
	Open         int       // open orders

	Outlook *order.Outlook // what its kitchen would promise; nil: it does not say
}

// Said is where the kitchen of an open order stands by the word of its node, ahead of the events that led there.
type Said struct {
	Order  order.ID
	State  order.Kitchen
	Number int       // of the business day; 0 until queued
	Since  time.Time // by the node's clock
}

// Link is a restaurant's connection at an instant.
type Link struct {
	Up    bool
	Since time.Time     // since when it is up or down; zero: never heard of since this process started
	Heard time.Time     // the last beat, by our clock
	Ahead time.Duration // how far the node's clock is ahead of ours
	Beat  Beat

	Said   []Said    // of the orders that moved last, while events about them are on their way; nobody writes into it
	SaidAt time.Time // when the node said so, by our clock; zero when it has said nothing that still counts

	Outlook   *order.Outlook // what the kitchen would promise, by its last word on that; nobody writes into it
	OutlookAt time.Time      // of that word, by our clock
}

// Says is what the node says of an order whose events are still on their way; ok is false when it says nothing.
func (l *Link) Says(id order.ID) (said Said, ok bool) {
	at := slices.IndexFunc(l.Said, func(s Said) bool { return s.Order == id })
	if at < 0 {
		return Said{}, false
	}
	return l.Said[at], true
}

// Presence knows which restaurants are connected. It lives in memory: every process hears all beats for itself. The zero value is
// ready, and it is safe for concurrent use.
type Presence struct {
	mu    sync.RWMutex
	links map[string]*heard
}

type heard struct {
	beat   Beat
	up, at time.Time // when it came up, and was last heard

	said    []Said
	saidAt  time.Time
	through uint64 // the last event there was then

	outlook   *order.Outlook
	outlookAt time.Time
}

// Heard takes note of a beat that arrived at now, and reports whether the link has come up with it.
func (p *Presence) Heard(restaurant string, b Beat, now time.Time) (cameUp bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, known := p.of(restaurant)
	if cameUp = !known || now.Sub(h.at) >= DownAfter; cameUp {
		h.up = now
	}
	h.beat, h.at = b, now
	if b.Outlook != nil {
		h.outlook, h.outlookAt = b.Outlook, now
	}
	if b.Acked >= h.through {
		h.said, h.saidAt = nil, time.Time{} // the cloud has heard as much
	}
	return cameUp
}

// Told takes note of how a node's open orders stand, as it says at now, while its events are on their way: through is the last of them.
func (p *Presence) Told(restaurant string, all []Said, through uint64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, _ := p.of(restaurant)
	if h.said, h.saidAt, h.through = all, now, through; len(all) == 0 {
		h.saidAt = time.Time{}
	}
}

// Expect counts a restaurant as connected at now although it was not heard yet: a core that has just started knows of no silence, and
// must not send guests away because of its own.
func (p *Presence) Expect(restaurant string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h, known := p.of(restaurant); !known {
		h.up, h.at, h.beat = now, now, Beat{At: now}
	}
}

// of is what is known of a restaurant, made when nothing is. The caller holds the lock.
func (p *Presence) of(restaurant string) (h *heard, known bool) {
	if p.links == nil {
		p.links = map[string]*heard{}
	}
	if h, known = p.links[restaurant]; !known {
		h = &heard{}
		p.links[restaurant] = h
	}
	return h, known
}

// Up reports whether the restaurant's link counts as up.
func (p *Presence) Up(restaurant string, now time.Time) bool { return p.Of(restaurant, now).Up }

// Of is the restaurant's link at now.
func (p *Presence) Of(restaurant string, now time.Time) Link {
	p.mu.RLock()
	defer p.mu.RUnlock()
	h, known := p.links[restaurant]
	if !known {
		return Link{}
	}
	if h.at.IsZero() { // only its SYNC was heard
		return Link{Said: h.said, SaidAt: h.saidAt}
	}
	l := Link{
		Up: now.Sub(h.at) < DownAfter, Since: h.up, Heard: h.at, Ahead: h.beat.At.Sub(h.at), Beat: h.beat, Said: h.said, SaidAt: h.saidAt,
		Outlook: h.outlook, OutlookAt: h.outlookAt,
	}
	if !l.Up {
		l.Since = h.at.Add(DownAfter)
	}
	return l
}
