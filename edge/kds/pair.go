package kds

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"net"
	"net/http"
	"strings"

	"rsc.io/qr"

	"awesome.pizza/shared/problem"
)

// Secure is the node's HTTPS, and the restaurant's own authority whose certificate it shows: a screen that trusts it may keep the pages for when
// the node is away, and stays awake.
type Secure struct {
	Port string // of HTTPS; empty: there is none
	CA   string // PEM
}

// pairView says how a screen comes to trust this node.
type pairView struct {
	Page        string `json:"page"`                  // where a screen begins, over HTTP: what the QR code says
	HTTPS       string `json:"https,omitempty"`       // where it goes on, once it trusts the authority
	Fingerprint string `json:"fingerprint,omitempty"` // SHA-256 of the authority's certificate, for a person to compare
}

// pairing answers GET /api/pair.
func (s *Server) pairing(w http.ResponseWriter, r *http.Request) error {
	view := pairView{Page: "http://" + reachable(r) + "/pair"}
	if s.settings.Secure.Port != "" {
		host := hostOnly(reachable(r))
		view.HTTPS = "https://" + net.JoinHostPort(strings.Trim(host, "[]"), s.settings.Secure.Port) + "/"
		view.Fingerprint = fingerprint(s.settings.Secure.CA)
	}
	return respond(w, http.StatusOK, view)
}

// pairCode answers GET /api/pair.png: the page to begin with, for a tablet's camera.
func (s *Server) pairCode(w http.ResponseWriter, r *http.Request) error {
	code, err := qr.Encode("http://"+reachable(r)+"/pair", qr.M)
	if err != nil {
		return problem.New(problem.Invalid, "no_such_code", "the address of this node is too long for a QR code").With("path", "Host")
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(code.PNG())
	return err
}

// authority answers GET /ca.crt: the certificate that a screen has to trust, in the form in which tablets install it.
func (s *Server) authority(w http.ResponseWriter, _ *http.Request) error {
	block, _ := pem.Decode([]byte(s.settings.Secure.CA))
	if s.settings.Secure.Port == "" || block == nil {
		return problem.New(problem.NotFound, "no_https", "this node serves no HTTPS: start it with --tls-listen :8443")
	}
	w.Header().Set("Content-Type", "application/x-x509-ca-cert")
	w.Header().Set("Content-Disposition", `attachment; filename="awesome-pizza.crt"`)
	_, err := w.Write(block.Bytes)
	return err
}

// reachable is the address under which another device finds this node: the one the request came to, unless that is this machine's alone; then it
// is the machine's first address on a network.
func reachable(r *http.Request) string {
	host, port := hostOnly(r.Host), "80"
	if at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok && r.TLS == nil {
		_, port, _ = net.SplitHostPort(at.String())
	}
	if _, named, err := net.SplitHostPort(r.Host); err == nil && r.TLS == nil {
		port = named
	}
	host = strings.Trim(host, "[]")
	if ip := net.ParseIP(host); host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback() {
		host = firstAddress(host)
	}
	if port == "80" {
		return host
	}
	return net.JoinHostPort(host, port)
}

func firstAddress(otherwise string) string {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return otherwise
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	return otherwise
}

// fingerprint is written as tablets show it: AB:CD:….
func fingerprint(ca string) string {
	block, _ := pem.Decode([]byte(ca))
	if block == nil {
		return ""
	}
	sum := sha256.Sum256(block.Bytes)
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = strings.ToUpper(hex.EncodeToString([]byte{b}))
	}
	return strings.Join(pairs, ":")
}
