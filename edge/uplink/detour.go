package uplink

import (
	"time"

	"awesome.pizza/shared/link"
)

// A leaf has 2 s between its credential and the hub's answer: a constant of the hub's server. On a line slower than that it never joins,
// while a plain client, which carries the same protocol, does. So a leaf that does not come to be connected gives way to a client, and that
// one, when it fares no better, to a leaf.
const onADetour = "the hub does not take a leaf over this line: the node speaks to it as a plain client"

// detours reports whether another way to the hub may be tried: a leaf was asked for, a client's door is known, and it is not this node that
// the hub does not want.
func (u *Uplink) detours() bool {
	e := u.papers.read()
	return u.cfg.Mode != Client && (len(u.cfg.Hubs) > 0 || len(e.Clients) > 0) && u.verdict().cause == "" && !u.expired(e)
}

// turn decides how the next bus is opened, after one that did not come to be connected though there was time for it.
func (u *Uplink) turn(b *bus) {
	if !b.spurnedFor(u.cfg.Joining, time.Now()) || !u.detours() {
		return
	}
	next := Client
	if u.way() == Client {
		next = u.cfg.Mode
	}
	u.setWay(next)
	u.cfg.Log.Warn("the hub can be dialled, but the node was not connected: it is tried another way", "next", string(next))
}

// way is how the node reaches the hub now.
func (u *Uplink) way() Mode {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.going
}

func (u *Uplink) setWay(m Mode) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.going = m
}

// spurned takes note of where the line ends while the bus is not connected, and at which instant that was found.
func (b *bus) spurned(found link.Cause, now time.Time) {
	switch since := b.refusing.Load(); {
	case found != link.CauseCloudSilent:
		b.refusing.Store(nil)
	case since == nil:
		b.refusing.Store(&now)
	}
}

// spurnedFor reports whether a bus that was never connected has had a hub to dial for so long.
func (b *bus) spurnedFor(long time.Duration, now time.Time) bool {
	since := b.refusing.Load()
	return since != nil && !b.joined.Load() && now.Sub(*since) > long
}
