package uplink_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
)

// authority is a chain's own.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	as := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a chain"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, as, as, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

func (a *authority) PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}

func (a *authority) print() string {
	sum := sha256.Sum256(a.cert.Raw)
	return hex.EncodeToString(sum[:8])
}

// server is a certificate for 127.0.0.1, or for a name.
func (a *authority) server(t *testing.T, name string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	as := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		as.IPAddresses = []net.IP{ip}
	} else {
		as.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, as, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}}}
}

// issuer signs credentials as the chain does.
type issuer struct {
	operator, account nkeys.KeyPair
	operatorJWT       *jwt.OperatorClaims
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	operator, err := nkeys.CreateOperator()
	if err != nil {
		t.Fatal(err)
	}
	account, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{operator: operator, account: account, operatorJWT: jwt.NewOperatorClaims(public(t, operator))}
}

func public(t *testing.T, k nkeys.KeyPair) string {
	t.Helper()
	p, err := k.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// credential is good until an instant.
func (i *issuer) credential(t *testing.T, device string, until time.Time) string {
	t.Helper()
	u := jwt.NewUserClaims(device)
	u.Name, u.Expires = "r1", until.Unix()
	token, err := u.Encode(i.account)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// trusted is a hub that takes whom the issuer has signed.
func (i *issuer) trusted(t *testing.T, o *server.Options) {
	t.Helper()
	account := jwt.NewAccountClaims(public(t, i.account))
	token, err := account.Encode(i.operator)
	if err != nil {
		t.Fatal(err)
	}
	resolver := &server.MemAccResolver{}
	if err := resolver.Store(account.Subject, token); err != nil {
		t.Fatal(err)
	}
	o.TrustedOperators, o.AccountResolver = []*jwt.OperatorClaims{i.operatorJWT}, resolver
}

// office is the cloud over HTTPS, as far as nodes ask it.
type office struct {
	t      *testing.T
	url    string
	device string

	mu      sync.Mutex
	renew   func() (int, any) // status and body of a renewal
	asked   int
	inc     string          // of its database; empty: an office of before that question
	has     map[string]bool // events that are stored, by id
	aside   []put           // by salvage
	refuse  int             // batches to answer with 503
	full    bool            // there is no room for a batch
	all     []int           // how much was put aside when it was said that this was all
	deaf    bool            // an office of before that word
	away    int             // who was turned away by the two above
	ready   int             // status of /readyz
	batches int
}

// put is an event that was put aside, where it stood in the outbox.
type put struct {
	link.Event
	epoch uint64
}

// newOffice serves over TLS when there is an authority.
func newOffice(t *testing.T, device string, a *authority) *office {
	t.Helper()
	o := &office{t: t, device: device, ready: http.StatusOK, inc: "pg-1", has: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/fleet/renew", o.renewal)
	mux.HandleFunc("POST /api/fleet/known", o.known)
	mux.HandleFunc("POST /api/fleet/salvage", o.salvage)
	mux.HandleFunc("POST /api/fleet/all", o.hearsAll)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(o.ready) })
	s := httptest.NewUnstartedServer(mux)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if a != nil {
		s.TLS = a.server(t, "127.0.0.1")
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	o.url = s.URL
	return o
}

type signedBody struct {
	Restaurant, Device, At string
	Sig                    []byte
	Epoch                  uint64
	Events, IDs            json.RawMessage
	Prev                   link.Hash
	Inc                    string
}

// read holds a request against its signature and the clock, as the cloud does.
func (o *office) read(w http.ResponseWriter, r *http.Request) (b signedBody, ok bool) {
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(raw, &b)
	}
	if err != nil {
		o.t.Errorf("%s: %v", r.URL.Path, err)
		return b, false
	}
	hash := ""
	if payload := slices.Concat(b.Events, b.IDs, []byte(b.Inc)); len(payload) > 0 {
		sum := sha256.Sum256(payload)
		hash = hex.EncodeToString(sum[:])
	}
	key, err := nkeys.FromPublicKey(o.device)
	if err == nil {
		err = key.Verify([]byte(r.URL.Path+"\n"+b.Restaurant+"\n"+b.Device+"\n"+b.At+"\n"+hash), b.Sig)
	}
	if err != nil || b.Restaurant != "r1" || b.Device != o.device {
		o.t.Errorf("%s is not signed by the node: %v", r.URL.Path, err)
		return b, false
	}
	at, err := time.Parse(time.RFC3339, b.At)
	if err != nil || time.Since(at).Abs() > 5*time.Minute {
		reply(w, http.StatusConflict, map[string]string{"code": "clock", "detail": "the clock is wrong"})
		return b, false
	}
	return b, true
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Connection", "close")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (o *office) renewal(w http.ResponseWriter, r *http.Request) {
	if _, ok := o.read(w, r); !ok {
		return
	}
	o.mu.Lock()
	o.asked++
	status, body := o.renew()
	o.mu.Unlock()
	reply(w, status, body)
}

// known says what is stored or put aside.
func (o *office) known(w http.ResponseWriter, r *http.Request) {
	b, ok := o.read(w, r)
	if !ok {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.inc == "" {
		reply(w, http.StatusNotFound, map[string]string{"code": "no_such_path"})
		return
	}
	var ids []string
	if err := json.Unmarshal(b.IDs, &ids); err != nil || len(ids) > link.SalvagePage {
		o.t.Errorf("%d ids: %v", len(ids), err)
	}
	known := make([]bool, len(ids))
	for i, id := range ids {
		known[i] = o.has[id] || slices.ContainsFunc(o.aside, func(e put) bool { return e.ID == id })
	}
	reply(w, http.StatusOK, link.SalvageReply{Inc: o.inc, Known: link.Bits(known)})
}

func (o *office) salvage(w http.ResponseWriter, r *http.Request) {
	b, ok := o.read(w, r)
	if !ok {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.refuse > 0 && o.batches > 0 {
		o.refuse--
		reply(w, http.StatusServiceUnavailable, map[string]string{"code": "unavailable"})
		return
	}
	if o.full {
		o.away++
		reply(w, http.StatusServiceUnavailable, map[string]string{"code": "quarantine_full"})
		return
	}
	o.batches++
	var events []link.Event
	if err := json.Unmarshal(b.Events, &events); err != nil || len(events) == 0 || len(events) > link.MaxBatchEvents {
		o.t.Errorf("%d events: %v", len(events), err)
	}
	prev := b.Prev
	for i, e := range events {
		if unchained := i == 0 && e.Seq > 1 && prev == (link.Hash{}); !unchained && link.Chain(prev, e) != e.Hash {
			o.t.Errorf("event %d does not follow", e.Seq)
		}
		prev = e.Hash
		o.aside = append(o.aside, put{e, b.Epoch})
	}
	reply(w, http.StatusOK, map[string]int{"stored": len(events)})
}

func (o *office) hearsAll(w http.ResponseWriter, r *http.Request) {
	b, ok := o.read(w, r)
	if !ok {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.deaf {
		o.away++
		reply(w, http.StatusNotFound, map[string]string{"code": "no_such_path"})
		return
	}
	if b.Inc != o.inc {
		reply(w, http.StatusConflict, map[string]string{"code": "another_database"})
		return
	}
	o.all = append(o.all, len(o.aside))
	reply(w, http.StatusOK, map[string]time.Time{"since": time.Now()})
}

func (o *office) with(do func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	do()
}

func refused(code string) func() (int, any) {
	return func() (int, any) {
		return http.StatusForbidden, map[string]string{"code": code, "detail": "the cloud says " + code}
	}
}

// startWith starts a hub with options of its own.
func (h hub) startWith(t *testing.T, change func(*server.Options)) *server.Server {
	t.Helper()
	o := &server.Options{Host: "127.0.0.1", Port: h.client, NoSigs: true, NoLog: true}
	o.LeafNode.Host, o.LeafNode.Port = "127.0.0.1", h.leaf
	change(o)
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the hub does not start")
	}
	return s
}

// runs opens a line without a kitchen and returns it.
func runs(t *testing.T, cfg uplink.Config, outbox uplink.Outbox) *uplink.Uplink {
	t.Helper()
	line, closed := running(t, cfg, outbox)
	t.Cleanup(func() {
		if err := closed(); err != nil {
			t.Error(err)
		}
	})
	return line
}

func (o *office) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return fmt.Sprintf("asked %d times, %d events put aside", o.asked, len(o.aside))
}
