package edge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// cloud asks the cloud over HTTPS, and looks at its certificate and at its clock.
func (d *doctor) cloud(ctx context.Context) []finding {
	f, cert := finding{Check: "cloud", State: unknown, Says: "which one is known after the enrolment"}, finding{Check: "certificate", State: unknown, Says: "the cloud does not show one"}
	if d.enrolment.Alone {
		f.Says = "none is needed: this restaurant belongs to no chain"
		return []finding{f, cert}
	}
	if d.enrolment.Cloud == "" {
		if d.enrolled == nil {
			f.State, f.Says, f.Do = worry, "the enrolment names none, so the credential cannot be renewed", "enrol this node anew when its credential ends"
		}
		return []finding{f, cert}
	}
	client, err := d.client()
	if err != nil {
		cert.State, cert.Says, cert.Do = bad, err.Error(), "enrol this node anew: it gets the authority's certificate with that"
		return []finding{f, cert}
	}
	defer client.CloseIdleConnections()
	shown, err := d.greetCloud(ctx, client)
	if err != nil {
		return d.cloudSilent(f, cert, err)
	}
	f.State, f.Says = good, d.enrolment.Cloud+" answers"
	if shown.code != http.StatusOK {
		f.State, f.Says, f.Do = worry, fmt.Sprintf("%s answers %s", d.enrolment.Cloud, shown.status), "nothing to do here: its operators see that too"
	}
	if at, err := http.ParseTime(shown.date); err == nil {
		if off := d.now.Sub(at); off.Abs() > 2*time.Minute {
			f.State, f.Says = worry, fmt.Sprintf("%s, and this machine's clock is %s off from its", f.Says, ago(off))
			f.Do = "set the clock (timedatectl set-ntp true); the node itself goes by the cloud's time"
		}
	}
	cert.State, cert.Says = good, "the cloud speaks plain HTTP, so there is none"
	if len(shown.chain) > 0 {
		until := shown.chain[0].NotAfter
		cert.Says = fmt.Sprintf("the cloud's is good for %s more", ago(until.Sub(d.now)))
		if until.Sub(d.now) < 7*24*time.Hour {
			cert.State, cert.Do = worry, "tell the chain's operators: it has to be renewed on their side"
		}
	}
	return []finding{f, cert}
}

func (d *doctor) cloudSilent(f, cert finding, err error) []finding {
	f.State, f.Says = bad, d.enrolment.Cloud+": "+err.Error()
	f.Do = "see that this machine reaches the internet (ping 1.1.1.1) and that names resolve (getent hosts NAME); the kitchen goes on, only the credential cannot be renewed"
	var invalid x509.CertificateInvalidError
	var stranger x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		cert.State, cert.Says, cert.Do = bad, invalid.Error(), "see the line \"clock\" first; if that is right, tell the chain's operators"
	case errors.As(err, &stranger):
		cert.State, cert.Says = bad, stranger.Error()
		cert.Do = "somebody else answers in the cloud's place (a guest Wi-Fi's sign-in page?), or the chain has a new authority: then enrol this node anew"
	}
	return []finding{f, cert}
}

// client believes the authority that came with the enrolment, or else the machine's.
func (d *doctor) client() (*http.Client, error) {
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.enrolment.CA != "" {
		trust.RootCAs = x509.NewCertPool()
		if !trust.RootCAs.AppendCertsFromPEM([]byte(d.enrolment.CA)) {
			return nil, errors.New("the authority in the enrolment is no certificate")
		}
	}
	return &http.Client{Timeout: dialWithin, Transport: &http.Transport{TLSClientConfig: trust, DisableKeepAlives: true}}, nil
}

// greeting is what the cloud shows of itself.
type greeting struct {
	code   int
	status string
	date   string
	chain  []*x509.Certificate // empty over plain HTTP
}

func (d *doctor) greetCloud(ctx context.Context, client *http.Client) (g greeting, err error) {
	at, err := url.JoinPath(d.enrolment.Cloud, "healthz")
	if err != nil {
		return g, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return g, err
	}
	res, err := client.Do(req)
	if err != nil {
		return g, err
	}
	g = greeting{code: res.StatusCode, status: res.Status, date: res.Header.Get("Date")}
	if res.TLS != nil {
		g.chain = res.TLS.PeerCertificates
	}
	return g, res.Body.Close()
}
