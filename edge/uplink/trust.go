package uplink

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// trust is whom the node believes to be the cloud or its hub: who shows a certificate of the chain's own authority, which came with the
// enrolment; without one, whoever this machine believes.
type trust struct {
	authority string             // PEM; empty: the machine's authorities
	mark      string             // instead: the hex digits with which the SHA-256 of the authority begins; found is then the authority
	hosts     []string           // a server has one of these names
	either    func() []time.Time // the instants it may be now

	found *x509.Certificate
}

// config is for dialling. The certificate is judged here and not by crypto/tls, which knows neither a fingerprint nor two clocks: a node that
// has not been told the time may not refuse the only one who could tell it.
func (t *trust) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
		return t.verify(s.PeerCertificates)
	}}
}

var (
	// errStranger says that somebody answers who is not the cloud that made the code.
	errStranger = errors.New("whoever answers is not the cloud that made the code")
	// errMisnamed says that the cloud that made the code answers, and is not called what it was dialled as.
	errMisnamed = errors.New("the cloud that made the code answers, and is not called like that")
)

// verify is crypto/x509's judgement at any of the instants it may be now.
func (t *trust) verify(chain []*x509.Certificate) error {
	if len(chain) == 0 {
		return errors.New("the server shows no certificate")
	}
	roots, err := t.roots(chain)
	if err != nil {
		return err
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	var wrong error
	for _, now := range t.either() {
		_, wrong = chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now})
		if wrong == nil {
			return t.named(chain[0])
		}
	}
	var unknown x509.UnknownAuthorityError
	if t.mark != "" && errors.As(wrong, &unknown) {
		return fmt.Errorf("%w: its certificate does not come from the authority that it shows with it; %s", errStranger, inBetween)
	}
	return fmt.Errorf("the server's certificate: %w", wrong)
}

// inBetween is what a person does about a stranger.
const inBetween = "compare code and address with what `cloud enroll` printed; if they are right, somebody stands in between: a Wi-Fi's sign-in page, or worse"

// named reports whether the certificate is for one of the hosts that were to be dialled.
func (t *trust) named(c *x509.Certificate) error {
	wrong := errors.New("the server's certificate is for nobody")
	for _, h := range t.hosts {
		if wrong = c.VerifyHostname(h); wrong == nil {
			return nil
		}
	}
	var other x509.HostnameError
	if t.mark != "" && errors.As(wrong, &other) {
		return fmt.Errorf("%w: %s; write --cloud with one of these names, or have the chain's operators add this one (cloud serve --host)", errMisnamed, misnamed(other))
	}
	return wrong
}

// misnamed says whose certificate is shown instead.
func misnamed(e x509.HostnameError) string {
	names := slices.Clone(e.Certificate.DNSNames)
	for _, ip := range e.Certificate.IPAddresses {
		names = append(names, ip.String())
	}
	return fmt.Sprintf("its certificate is for %s, not for %s", cmp.Or(strings.Join(names, ", "), "nobody"), e.Host)
}

func (t *trust) roots(chain []*x509.Certificate) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	switch {
	case t.mark != "":
		for _, c := range chain {
			if c.IsCA && printed(c.Raw, t.mark) {
				t.found = c
				pool.AddCert(c)
				return pool, nil
			}
		}
		return nil, fmt.Errorf("%w: no authority of its certificate has the fingerprint %s; %s", errStranger, t.mark, inBetween)
	case t.authority == "":
		return nil, nil // the machine's
	case !pool.AppendCertsFromPEM([]byte(t.authority)):
		return nil, errors.New("the authority that came with the enrolment is no certificate")
	}
	return pool, nil
}

// printLeast is how many hex digits of a fingerprint there are at least.
const printLeast = 16

func printed(der []byte, digits string) bool {
	sum := sha256.Sum256(der)
	return len(digits) >= printLeast && strings.HasPrefix(hex.EncodeToString(sum[:]), strings.ToLower(digits))
}

// pin is called with the answer to a claim. An answer that came from the one whom the fingerprint names may say whom to believe from now on; if it
// does not, it is that one. An answer that anybody could have written has to name that one itself.
func (t *trust) pin(e *Enrolment) error {
	if t.mark == "" {
		return nil
	}
	if t.found == nil { // it came over plain HTTP, from this machine
		block, _ := pem.Decode([]byte(e.CA))
		if block == nil || !printed(block.Bytes, t.mark) {
			return fmt.Errorf("%w: the authority it names has not the fingerprint %s; %s", errStranger, t.mark, inBetween)
		}
		return nil
	}
	if e.CA != "" {
		return nil
	}
	e.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: t.found.Raw}))
	return nil
}
