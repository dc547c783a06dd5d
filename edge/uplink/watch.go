package uplink

import (
	"context"
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
	up, cause, probed := false, link.CauseStarting, time.Time{}
	for {
		now := b.connected()
		switch {
		case now && !up:
			u.tell(ctx, u.sender.Connected)
			up = true
		case !now && (up || time.Since(probed) > probeEvery):
			found := whereItEnds(ctx, b.hubs)
			probed = time.Now()
			if up || found != cause {
				cause = found
				u.tell(ctx, func(now time.Time) link.Todo { return u.sender.Disconnected(now, found) })
			}
			up = false
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
	}
}

// whereItEnds is LAN when the node has no network, internet when no hub can be dialled, and cloud when one can be, but does not take us.
func whereItEnds(ctx context.Context, hubs []*url.URL) link.Cause {
	dialer := net.Dialer{Timeout: 2 * time.Second}
	for _, h := range hubs {
		if conn, err := dialer.DialContext(ctx, "tcp", h.Host); err == nil {
			_ = conn.Close()
			return link.CauseCloudSilent
		}
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
