package cloud

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"awesome.pizza/shared/authority"
	"awesome.pizza/shared/settings"
)

// checkTLS holds the settings of certificates against each other.
func (c *Config) checkTLS() error {
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return settings.Usage("--tls-cert and --tls-key go together; write both or none")
	case c.TLSCA != "" && c.TLSCert == "":
		return settings.Usage("--tls-ca is about --tls-cert, and there is none")
	}
	if c.PublicURL != "" {
		if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return settings.Usage("--public-url is %q; write it like https://pizza.example", c.PublicURL)
		}
	}
	for _, h := range c.Hosts {
		if net.ParseIP(h) == nil && (h == "" || strings.ContainsAny(h, ":/ *")) {
			return settings.Usage("--host names %q; write a name or an address, without port", h)
		}
	}
	return nil
}

// authorityName is what certificates say of the chain's authority.
const authorityName = "Awesome Pizza chain"

// identity is what this core shows to whoever dials it: a certificate of one's own, or one that the chain's authority makes.
func (c *Config) identity() (*authority.Identity, error) {
	if c.TLSCert != "" {
		return authority.FileIdentity(c.TLSCert, c.TLSKey, c.TLSCA)
	}
	chain, err := authority.Load(c.keysDir(), authorityName)
	if err != nil {
		return nil, err
	}
	return chain.Identity(c.names())
}

// names are all by which others may know this machine.
func (c *Config) names() []string {
	names := append([]string{c.host()}, c.Hosts...)
	for _, listen := range []string{c.Listen, c.TLSListen, c.LeafListen, c.ClientListen} {
		if host := hostOf(listen); host != "" {
			names = append(names, host)
		}
	}
	for _, at := range append(append([]string{c.PublicURL}, c.LeafURLs...), c.ClientURLs...) {
		if u, err := url.Parse(at); err == nil {
			names = append(names, u.Hostname())
		}
	}
	return names
}

// host is the name under which a node at the door reaches this machine; who listens everywhere and names no --host has none, so nodes
// elsewhere want the settings LeafURLs, ClientURLs and PublicURL.
func (c *Config) host() string {
	if len(c.Hosts) > 0 {
		return c.Hosts[0]
	}
	if host := hostOf(c.Listen); host != "" {
		return host
	}
	return "127.0.0.1"
}

// hostOf is the host in host:port, or empty when that is every one.
func hostOf(listen string) string {
	host, _, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err != nil || ip != nil && ip.IsUnspecified() {
		return ""
	}
	return host
}

// door is where nodes reach the API.
func (c *Config) door() string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	scheme, listen := "https", c.TLSListen
	if listen == "" {
		scheme, listen = "http", c.Listen
	}
	_, port, _ := net.SplitHostPort(listen)
	return scheme + "://" + net.JoinHostPort(c.host(), port)
}

// hubURLs are what a node is told at enrolment: what was set, or else host with the port of a listener.
func hubURLs(set []string, scheme, host, listen string) ([]string, error) {
	if len(set) > 0 {
		return set, nil
	}
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("no address of the hub to tell the node: set --leaf-url and --client-url: %w", err)
	}
	return []string{scheme + "://" + net.JoinHostPort(host, port)}, nil
}
