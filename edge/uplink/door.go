package uplink

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"awesome.pizza/shared/settings"
)

// torn is a code as `cloud enroll` prints it, without and after its dot.
func torn(whole string) (code, mark string, err error) {
	code, mark, _ = strings.Cut(strings.TrimSpace(whole), ".")
	if mark != "" && len(mark) < printLeast {
		return "", "", settings.Usage("the fingerprint after the dot of the code has %d digits, it must have at least %d: copy the whole code", len(mark), printLeast)
	}
	return code, mark, nil
}

// claimAt is where the cloud is asked for an enrolment. A code with a fingerprint comes from a cloud that speaks TLS, so it is not sent through
// anybody's network without.
func claimAt(cloud, mark string) (target string, err error) {
	u, err := url.Parse(cloud)
	switch {
	case err != nil || !answerable(u):
		return "", settings.Usage("the cloud's address is %q; write it like https://pizza.example", cloud)
	case mark != "" && InTheClear(cloud):
		return "", settings.Usage("the code wants https: by http nobody can show that he is the cloud of its fingerprint, and others read the code on its way; "+
			"write --cloud https://%s, with the port that `cloud enroll` printed", u.Hostname())
	}
	return u.JoinPath("api/fleet/claim").String(), nil
}

// InTheClear reports whether what is sent to an address can be read on its way: it is plain HTTP, and not to this machine itself.
func InTheClear(cloud string) bool {
	u, err := url.Parse(cloud)
	return err == nil && u.Scheme == "http" && !settings.Loopback(u.Hostname())
}

// answerable reports whether somebody can be asked at an address.
func answerable(u *url.URL) bool {
	return u.Hostname() != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// clientOf is an HTTP client for one server, and what closes it.
func clientOf(target string, t *trust) (client *http.Client, done func(), err error) {
	u, err := url.Parse(target)
	if err != nil || !answerable(u) {
		return nil, nil, fmt.Errorf("the cloud's address %q: write it like https://pizza.example", target)
	}
	t.hosts = []string{u.Hostname()}
	transport := &http.Transport{TLSClientConfig: t.config(), ForceAttemptHTTP2: true, Proxy: http.ProxyFromEnvironment}
	return &http.Client{Transport: transport, Timeout: askTimeout, CheckRedirect: stays}, transport.CloseIdleConnections, nil
}

// errSentOn says that whoever answers wants somebody else to be asked.
var errSentOn = errors.New("the cloud sends on to another address")

// sendsMost is how often in a row a request may be sent on.
const sendsMost = 3

// stays lets a request be sent on as it is within one host, and never out of TLS: what it carries is for whom a person has named.
func stays(to *http.Request, via []*http.Request) error {
	first, last := via[0], via[len(via)-1]
	switch {
	case to.URL.Hostname() != first.URL.Hostname(), to.URL.Scheme != "https" && last.URL.Scheme == "https", to.Method != first.Method, len(via) > sendsMost:
		return fmt.Errorf("%w, %s://%s: if that is the right one, write it instead", errSentOn, to.URL.Scheme, to.URL.Host)
	}
	return nil
}
