package edge

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"awesome.pizza/edge/kds"
	"awesome.pizza/shared/authority"
)

// openDoors opens display and counter for the LAN: over HTTP, and over HTTPS if there is to be that.
func (c *Config) openDoors(ctx context.Context, restaurant string) (doors []net.Listener, s kds.Secure, err error) {
	plain, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, s, fmt.Errorf("open the kitchen display: %w", err)
	}
	if doors, s, err = c.openSecure(ctx, plain, restaurant); err != nil {
		_ = plain.Close()
	}
	return doors, s, err
}

// shut closes doors that nobody serves, or no longer.
func shut(doors []net.Listener) {
	for _, l := range doors {
		_ = l.Close()
	}
}

// openSecure opens the door for HTTPS beside the plain one, if there is to be one. The authority is this node's own: it is made at the first start
// and kept with the data, so a box that replaces this one is trusted by the screens only when they are paired again.
func (c *Config) openSecure(ctx context.Context, plain net.Listener, restaurant string) (doors []net.Listener, s kds.Secure, err error) {
	if c.TLSListen == "" {
		return []net.Listener{plain}, s, nil
	}
	within := append([]string(nil), c.Hosts...)
	if name, err := os.Hostname(); err == nil {
		within = append(within, name)
	}
	own, err := authority.LoadWithin(filepath.Join(c.Data, "screens"), "Awesome Pizza "+restaurant, within)
	if err != nil {
		return nil, s, fmt.Errorf("open the display over HTTPS: %w", err)
	}
	shown, err := own.ForBrowsers(c.names)
	if err != nil {
		return nil, s, fmt.Errorf("open the display over HTTPS: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.TLSListen)
	if err != nil {
		return nil, s, fmt.Errorf("open the display over HTTPS: %w", err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return []net.Listener{plain, tls.NewListener(l, shown.Server())}, kds.Secure{Port: port, CA: own.PEM()}, err
}

// names are those by which screens reach this machine now: its addresses, its own name, and those that were set.
func (c *Config) names() []string {
	names := append([]string(nil), c.Hosts...)
	if own, err := os.Hostname(); err == nil {
		names = append(names, own, own+".local")
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return names
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLinkLocalUnicast() {
			names = append(names, n.IP.String())
		}
	}
	return names
}
