package uplink

import (
	"context"
	"math/rand/v2"
	"net"
	"net/url"
	"time"

	"awesome.pizza/shared/link"
)

const (
	lookEvery  = 200 * time.Millisecond
	probeEvery = 5 * time.Second
)

// watch tells the Sender when the hub comes and goes, and finds out where the line ends: in the house, on the way, or at the cloud.
func (u *Uplink) watch(ctx context.Context, b *bus) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	since := time.Time{} // when it was connected
	up, cause, probed := false, link.CauseStarting, time.Time{}
	unwelcome := time.Time{} // since when the hub can be dialled, but does not take the node
	for {
		now := b.connected()
		switch {
		case now && !up:
			b.joined.Store(true)
			u.tell(ctx, u.sender.Connected)
			up, unwelcome, since = true, time.Time{}, time.Now()
		case !now && (up || time.Since(probed) > probeEvery):
			found := whereItEnds(ctx, b.hubs)
			probed = time.Now()
			b.spurned(found, probed)
			if up || found != cause {
				cause = found
				u.tell(ctx, func(now time.Time) link.Todo { return u.sender.Disconnected(now, found) })
			}
			if up && u.rests.lost(found, probed.Sub(since)) {
				return errTorn
			}
			up, unwelcome = false, u.unwelcome(found, unwelcome)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
	}
}

// unwelcome asks over HTTPS why a hub that can be dialled does not take the node, once that has lasted a while. It is given, and returns, since
// when.
func (u *Uplink) unwelcome(found link.Cause, since time.Time) time.Time {
	switch {
	case found != link.CauseCloudSilent:
		return time.Time{}
	case since.IsZero():
		return time.Now()
	case time.Since(since) < refusedFor:
		return since
	}
	poke(u.wantRenewal)
	return time.Now().Add(askAgain/2 + rand.N(askAgain))
}

// dialWithin is how long a hub may take to pick up: over 2G that is 2 s there and back.
const dialWithin = 4 * time.Second

// whereItEnds is LAN when the node has no network, internet when no hub can be dialled, and cloud when one can be, but does not take us.
func whereItEnds(ctx context.Context, hubs []*url.URL) link.Cause {
	if dialled(ctx, hubs) {
		return link.CauseCloudSilent
	}
	for _, h := range hubs {
		if ip := net.ParseIP(h.Hostname()); ip != nil && ip.IsLoopback() {
			return link.CauseInternet
		}
	}
	if !networked() {
		return link.CauseLAN
	}
	return link.CauseInternet
}

// dialled reports whether any of the hubs picks up. All are dialled at once: the dead ones cost nothing.
func dialled(ctx context.Context, hubs []*url.URL) bool {
	ctx, enough := context.WithTimeout(ctx, dialWithin)
	defer enough()
	found := make(chan bool, len(hubs))
	for _, h := range hubs {
		go func() {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", h.Host)
			if err == nil {
				_ = conn.Close()
			}
			found <- err == nil
		}()
	}
	one := false
	for range hubs {
		if <-found {
			one = true
			enough()
		}
	}
	return one
}

// networked reports whether the node has an address besides loopback.
func networked() bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			return true
		}
	}
	return false
}
