package authority_test

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/shared/authority"
)

// greet is what a server with this configuration shows to a client that dials it as host, or why they do not meet.
func greet(t *testing.T, server, client *tls.Config, host string) (tls.ConnectionState, error) {
	t.Helper()
	a, b := net.Pipe()
	defer func() { _, _ = a.Close(), b.Close() }()
	done := make(chan error, 1)
	s := tls.Server(a, server)
	go func() { done <- s.Handshake() }()
	client = client.Clone()
	client.ServerName = host
	c := tls.Client(b, client)
	err := c.Handshake()
	if err != nil {
		_ = b.Close()
	}
	<-done
	return c.ConnectionState(), err
}

func load(t *testing.T, dir string) *authority.Authority {
	t.Helper()
	a, err := authority.Load(dir, "A chain")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestACoreShowsWhoItIsToThoseWhoPinItsAuthority(t *testing.T) {
	t.Parallel()
	ours := load(t, t.TempDir())
	is, err := ours.Identity([]string{"pizza.example", "10.0.0.7"})
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"pizza.example", "10.0.0.7", "localhost", "127.0.0.1", "::1"} {
		seen, err := greet(t, is.Server(), is.Client(), host)
		if err != nil {
			t.Errorf("dialled as %s: %v", host, err)
			continue
		}
		shown := seen.PeerCertificates
		if last := authority.Fingerprint(string(pemOf(shown[len(shown)-1]))); last != authority.Fingerprint(is.CA()) || len(last) != 16 {
			t.Errorf("the end of the chain has fingerprint %q, the authority %q", last, authority.Fingerprint(is.CA()))
		}
	}
	if _, err := greet(t, is.Server(), is.Client(), "evil.example"); err == nil {
		t.Error("it passes for a host that it is not")
	}
	theirs, err := load(t, t.TempDir()).Identity([]string{"pizza.example"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := greet(t, theirs.Server(), is.Client(), "pizza.example"); err == nil {
		t.Error("another chain's certificate passes for ours")
	}
	atDawn := is.Client()
	atDawn.Time = func() time.Time { return time.Unix(60, 0) }
	if _, err := greet(t, is.Server(), atDawn, "pizza.example"); err != nil {
		t.Errorf("a node that woke in 1970 cannot reach the chain: %v", err)
	}
}

func TestACertificateIsRenewedWhileTheCoreServes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		is, err := load(t, dir).Identity(nil)
		if err != nil {
			t.Fatal(err)
		}
		server := is.Server()
		shown := func() *x509.Certificate {
			c, err := server.GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			return c.Leaf
		}
		first := shown()
		time.Sleep(authority.CertificateLife/2 - time.Minute)
		if !shown().Equal(first) {
			t.Error("renewed before half of its life")
		}
		time.Sleep(2 * time.Minute)
		second := shown()
		if second.Equal(first) || time.Until(second.NotAfter) < authority.CertificateLife-time.Minute {
			t.Errorf("not renewed at half of its life: good until %s", second.NotAfter)
		}
	})
}

func TestACertificateOfOnesOwnIsReadAgainWhenItChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca := load(t, filepath.Join(dir, "keys"))
	if err := ca.Write(dir, []string{"pizza.example"}, time.Hour); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		is, err := authority.FileIdentity(filepath.Join(dir, "hub.pem"), filepath.Join(dir, "hub.key"), filepath.Join(dir, "ca.pem"))
		if err != nil {
			t.Fatal(err)
		}
		serial := func() string {
			c, err := is.Server().GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			return c.Leaf.SerialNumber.String()
		}
		first := serial()
		if err := ca.Write(dir, []string{"pizza.example"}, time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		second := serial()
		if second == first {
			t.Error("the new certificate is not shown")
		}
		if err := os.WriteFile(filepath.Join(dir, "hub.pem"), []byte("half writ"), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if serial() != second {
			t.Error("a torn file ends the service")
		}
	})
	is, err := authority.FileIdentity(filepath.Join(dir, "hub.pem"), filepath.Join(dir, "hub.key"), "")
	if err == nil || is != nil && is.CA() != "" {
		t.Errorf("a torn certificate at the start: %v", err)
	}
	if _, err := authority.FileIdentity("none.pem", "none.key", filepath.Join(dir, "hub.key")); err == nil {
		t.Error("a private key passes for an authority")
	}
}

func TestTheKeyOfAnAuthorityThatIsTornIsAnErrorAndNotANewOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "authority.pem"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := authority.Load(dir, "A chain"); err == nil {
		t.Error("every node would have to be enrolled again, and nobody is told")
	}
	if info, err := os.Stat(filepath.Join(dir, "authority.pem")); err != nil || info.Size() != 4 || info.Mode()&fs.ModeType != 0 {
		t.Errorf("the file was touched: %v", err)
	}
}

func pemOf(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// A restaurant's authority is installed on tablets that also open other pages: it must not be able to speak for those.
func TestARestaurantsAuthorityIsBelievedOnlyAboutItsOwnNetwork(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own, err := authority.LoadWithin(dir, "A restaurant", []string{"kitchen", "kds.pizza.example"})
	if err != nil {
		t.Fatal(err)
	}
	trusting := x509.NewCertPool()
	trusting.AppendCertsFromPEM([]byte(own.PEM()))
	client := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusting}
	mine, err := own.ForBrowsers(func() []string {
		return []string{"kitchen", "kds.pizza.example", "node.local", "192.168.1.7", "8.8.8.8", "bank.example"}
	})
	if err != nil {
		t.Fatal(err)
	}
	for host, believed := range map[string]bool{
		"kitchen": true, "kds.pizza.example": true, "node.local": true, "192.168.1.7": true, "127.0.0.1": true, "8.8.8.8": false, "bank.example": false,
	} {
		if _, err := greet(t, mine.Server(), client, host); (err == nil) != believed {
			t.Errorf("%s: %v", host, err)
		}
	}
	stolen, err := tls.LoadX509KeyPair(filepath.Join(dir, "authority.pem"), filepath.Join(dir, "authority.pem"))
	if err != nil {
		t.Fatal(err)
	}
	forged := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"bank.example"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, forged, stolen.Leaf, stolen.Leaf.PublicKey, stolen.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	posing, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := posing.Verify(x509.VerifyOptions{DNSName: "bank.example", Roots: trusting}); err == nil {
		t.Error("with a stolen key somebody poses as a bank")
	}
}
