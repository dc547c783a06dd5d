package authority

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"sync"
	"time"
)

// Identity is what a program shows to whoever dials it, and how it knows whom it dials itself. Certificates are renewed while it serves.
type Identity struct {
	ca    string // PEM that nodes pin; empty: they believe whom their machine believes
	roots *x509.CertPool
	fresh func(now time.Time) (cert *tls.Certificate, goodFor time.Duration, err error)

	mu   sync.Mutex
	cert *tls.Certificate
	due  time.Time // when to ask fresh again
}

// Identity has certificates made by the authority, for hosts. They are good from 1970 on, because a node without a clock of its own may wake there.
func (a *Authority) Identity(hosts []string) (*Identity, error) {
	hosts = Hosts(hosts)
	i := &Identity{ca: a.PEM(), fresh: func(now time.Time) (*tls.Certificate, time.Duration, error) {
		cert, err := a.issue(hosts, always(), now.Add(CertificateLife))
		return cert, CertificateLife / 2, err
	}}
	return i, i.open()
}

const (
	// browserSpan is how long before and after the moment it is made a certificate for browsers is good. Theirs are clocks that are right, ours may
	// not be; more than 825 days in all is refused by some.
	browserSpan = 400 * 24 * time.Hour
	hostsEvery  = 10 * time.Minute
)

// ForBrowsers has certificates made by the authority that browsers take. hosts is asked again now and then: a machine's addresses change.
func (a *Authority) ForBrowsers(hosts func() []string) (*Identity, error) {
	i := &Identity{ca: a.PEM(), fresh: func(now time.Time) (*tls.Certificate, time.Duration, error) {
		cert, err := a.issue(Hosts(hosts()), now.Add(-browserSpan), now.Add(browserSpan))
		return cert, hostsEvery, err
	}}
	return i, i.open()
}

// fileEvery is how soon a certificate of one's own is taken over when its file changes.
const fileEvery = time.Minute

// FileIdentity has a certificate of one's own, read from files, again and again. With an authority nodes pin that one; without, they believe
// whom their machine believes.
func FileIdentity(cert, key, authority string) (*Identity, error) {
	i := &Identity{}
	var tail [][]byte
	if authority != "" {
		text, err := os.ReadFile(authority)
		if err != nil {
			return nil, fmt.Errorf("read the authority: %w", err)
		}
		if tail, err = unpem(text); err != nil {
			return nil, fmt.Errorf("read the authority in %s: %w", authority, err)
		}
		i.ca = string(text)
	}
	i.fresh = func(time.Time) (*tls.Certificate, time.Duration, error) {
		both, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, 0, fmt.Errorf("read the certificate: %w", err)
		}
		both.Certificate = append(both.Certificate, tail...)
		return &both, fileEvery, nil
	}
	return i, i.open()
}

func (i *Identity) open() error {
	if i.ca != "" {
		i.roots = x509.NewCertPool()
		if !i.roots.AppendCertsFromPEM([]byte(i.ca)) {
			return fmt.Errorf("the authority holds no certificate that can be used")
		}
	}
	_, err := i.current(nil)
	return err
}

// current is the certificate to show. While another one cannot be had, it is the last one.
func (i *Identity) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := time.Now()
	if i.cert != nil && now.Before(i.due) {
		return i.cert, nil
	}
	cert, goodFor, err := i.fresh(now)
	switch {
	case err == nil:
		i.cert, i.due = cert, now.Add(goodFor)
	case i.cert == nil:
		return nil, err
	default:
		i.due = now.Add(fileEvery)
	}
	return i.cert, nil
}

// Server is for listeners.
func (i *Identity) Server() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: i.current}
}

// Client is for dialling a hub.
func (i *Identity) Client() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: i.roots}
}

// CA is the PEM that nodes pin, or empty when the certificates are known to everybody.
func (i *Identity) CA() string { return i.ca }
