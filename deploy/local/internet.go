package main

import (
	"fmt"
	"sync"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Internet is a restaurant's line to the cloud: a TCP proxy that can be cut and mended. Cut means cut: the listener is closed and so are
// the connections.
type Internet struct {
	proxy *toxiproxy.Proxy

	mu sync.Mutex
	up bool
}

// NewInternet makes a line from listen to the hub. It is cut until Set(true).
func NewInternet(name, listen, hub string) *Internet {
	return &Internet{proxy: toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), name, listen, hub)}
}

// Set mends or cuts the line; doing either twice is harmless.
func (i *Internet) Set(up bool) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if up == i.up {
		return nil
	}
	if !up {
		i.proxy.Stop()
	} else if err := i.proxy.Start(); err != nil {
		return fmt.Errorf("mend the internet of %s: %w", i.proxy.Name, err)
	}
	i.up = up
	return nil
}

// Up reports whether the line is there.
func (i *Internet) Up() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.up
}
