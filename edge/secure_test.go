package edge_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A tablet fetches the restaurant's authority over plain HTTP, trusts it, and from then on has the display over HTTPS: also after the node was
// started again, and with a certificate that browsers take.
func TestAScreenIsPairedAndTrustsTheNodeAcrossItsStarts(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	n.cfg.TLSListen = freeAddr(t)
	closed := n.open()
	status, ca := n.ask(http.MethodGet, "/ca.crt", "")
	cert, err := x509.ParseCertificate([]byte(ca))
	if status != http.StatusOK || err != nil || !cert.IsCA {
		t.Fatalf("%d, %v", status, err)
	}
	var how struct{ Page, HTTPS, Fingerprint string }
	if _, body := n.ask(http.MethodGet, "/api/pair", ""); json.Unmarshal([]byte(body), &how) != nil || !strings.HasSuffix(how.Page, "/pair") ||
		!strings.HasPrefix(how.HTTPS, "https://") || len(how.Fingerprint) != 32*3-1 {
		t.Errorf("%+v", how)
	}
	if status, code := n.ask(http.MethodGet, "/api/pair.png", ""); status != http.StatusOK || !strings.HasPrefix(code, "\x89PNG") {
		t.Errorf("the QR code: %d", status)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(cert)
	tablet := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trusted}}}
	board := func() {
		t.Helper()
		res, err := tablet.Get("https://" + n.cfg.TLSListen + "/api/board")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK || !strings.Contains(string(body), `"restaurant":"r1"`) {
			t.Errorf("%d %s", res.StatusCode, body)
		}
		if leaf := res.TLS.PeerCertificates[0]; leaf.NotAfter.Sub(leaf.NotBefore) > 825*24*time.Hour || time.Until(leaf.NotAfter) < 300*24*time.Hour {
			t.Errorf("browsers refuse a certificate that is good from %s to %s", leaf.NotBefore, leaf.NotAfter)
		}
	}
	board()
	closed()
	defer n.open()()
	board()
}

func TestANodeWithoutHTTPSSaysHowToHaveIt(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	defer n.open()()
	if status, body := n.ask(http.MethodGet, "/ca.crt", ""); status != http.StatusNotFound || !strings.Contains(body, "--tls-listen") {
		t.Errorf("%d %s", status, body)
	}
	if _, body := n.ask(http.MethodGet, "/api/pair", ""); strings.Contains(body, "https") || !strings.Contains(body, "/pair") {
		t.Error(body)
	}
}
