package restaurant

import (
	"sync"
	"time"
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
}

// Link is a restaurant's connection at an instant.
type Link struct {
	Up    bool
	Since time.Time     // since when it is up or down; zero: never heard of since this process started
	Heard time.Time     // the last beat, by our clock
	Ahead time.Duration // how far the node's clock is ahead of ours
	Beat  Beat
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
}

// Heard takes note of a beat that arrived at now, and reports whether the link has come up with it.
func (p *Presence) Heard(restaurant string, b Beat, now time.Time) (cameUp bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.links == nil {
		p.links = map[string]*heard{}
	}
	h, known := p.links[restaurant]
	if !known {
		h = &heard{}
		p.links[restaurant] = h
	}
	if cameUp = !known || now.Sub(h.at) >= DownAfter; cameUp {
		h.up = now
	}
	h.beat, h.at = b, now
	return cameUp
}

// Expect counts a restaurant as connected at now although it was not heard yet: a core that has just started knows of no silence, and
// must not send guests away because of its own.
func (p *Presence) Expect(restaurant string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.links == nil {
		p.links = map[string]*heard{}
	}
	if _, known := p.links[restaurant]; !known {
		p.links[restaurant] = &heard{up: now, at: now, beat: Beat{At: now}}
	}
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
	l := Link{Up: now.Sub(h.at) < DownAfter, Since: h.up, Heard: h.at, Ahead: h.beat.At.Sub(h.at), Beat: h.beat}
	if !l.Up {
		l.Since = h.at.Add(DownAfter)
	}
	return l
}
