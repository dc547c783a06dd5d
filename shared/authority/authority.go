// Package authority makes certificates for a house of its own: the chain's, which nodes pin, and a restaurant's, which its screens are told to
// trust. It keeps the authority's key in a directory, and renews what a server shows while it serves.
//
// Not in here: who is told to trust it, and how.
package authority

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	authorityLife = 30 * 365 * 24 * time.Hour
	// CertificateLife is how long a certificate of an Identity is good for; it makes another one at half of it.
	CertificateLife = 30 * 24 * time.Hour
)

// Authority is a certificate authority: whoever trusts it believes nobody else.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Load reads the authority in dir, and makes one for name if there is none. Two programs that start at once on one directory end up with the
// same one.
func Load(dir, name string) (*Authority, error) { return load(dir, name, nil) }

// LoadWithin is Load of an authority that is believed only about hosts of a LAN: private addresses, names that exist only there, and these names.
// Whoever steals its key can pose as no site of the internet. What it may speak of is settled when it is made.
func LoadWithin(dir, name string, hosts []string) (*Authority, error) {
	return load(dir, name, func(as *x509.Certificate) {
		as.PermittedDNSDomainsCritical = true
		as.PermittedDNSDomains = append([]string{"localhost", "local", "lan", "internal", "home.arpa"}, hosts...)
		for _, n := range []string{"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10"} {
			_, network, _ := net.ParseCIDR(n)
			as.PermittedIPRanges = append(as.PermittedIPRanges, network)
		}
	})
}

func load(dir, name string, limit func(*x509.Certificate)) (*Authority, error) {
	path := filepath.Join(dir, "authority.pem")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(path, name, limit); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make the authority: %w", err)
		}
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the authority: %w", err)
	}
	both, err := tls.X509KeyPair(data, data)
	if err != nil {
		return nil, fmt.Errorf("read the authority in %s: %w", path, err)
	}
	key, ok := both.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !both.Leaf.IsCA {
		return nil, fmt.Errorf("read the authority in %s: it is none that was made here", path)
	}
	return &Authority{both.Leaf, key}, nil
}

func create(path, name string, limit func(*x509.Certificate)) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	as := template(name+" "+rand.Text()[:8], always(), time.Now().Add(authorityLife))
	as.IsCA, as.BasicConstraintsValid, as.MaxPathLenZero, as.KeyUsage = true, true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	if limit != nil {
		limit(as)
	}
	der, err := x509.CreateCertificate(rand.Reader, as, as, key.Public(), key)
	if err != nil {
		return err
	}
	text, err := keyPEM(key)
	if err != nil {
		return err
	}
	return WriteSecret(path, append(certPEM(der), text...), false)
}

// always is from when on a certificate is good that a node has to take, which may wake in 1970.
func always() time.Time { return time.Unix(0, 0) }

func template(name string, from, until time.Time) *x509.Certificate {
	serial := new(big.Int).SetBytes([]byte(rand.Text())[:16])
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until}
}

// issue makes a certificate with which a server can show that it is one of hosts: names and addresses.
func (a *Authority) issue(hosts []string, from, until time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	as := template("Awesome Pizza", from, until)
	as.KeyUsage, as.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, h := range hosts {
		if !a.speaksOf(h) {
			continue
		}
		if ip := net.ParseIP(h); ip != nil {
			as.IPAddresses = append(as.IPAddresses, ip)
		} else {
			as.DNSNames = append(as.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, as, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// speaksOf reports whether a certificate of the authority is believed about a host: one that names another is believed about none.
func (a *Authority) speaksOf(host string) bool {
	if !a.cert.PermittedDNSDomainsCritical {
		return true
	}
	if ip := net.ParseIP(host); ip != nil {
		return slices.ContainsFunc(a.cert.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(ip) })
	}
	return slices.ContainsFunc(a.cert.PermittedDNSDomains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

// PEM is the authority's certificate, without its key.
func (a *Authority) PEM() string { return string(certPEM(a.cert.Raw)) }

// Write makes a certificate for a server of one's own that is reached as one of hosts, and writes it and its key as hub.pem and hub.key,
// and the authority as ca.pem, into dir. It is good for life.
func (a *Authority) Write(dir string, hosts []string, life time.Duration) error {
	made, err := a.issue(Hosts(hosts), always(), time.Now().Add(life))
	if err != nil {
		return err
	}
	private, ok := made.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return fmt.Errorf("write the hub's key: it is a %T", made.PrivateKey)
	}
	key, err := keyPEM(private)
	if err != nil {
		return fmt.Errorf("write the hub's key: %w", err)
	}
	if err := WriteSecret(filepath.Join(dir, "hub.key"), key, true); err != nil {
		return fmt.Errorf("write the hub's key: %w", err)
	}
	for name, text := range map[string][]byte{"hub.pem": append(certPEM(made.Certificate[0]), a.PEM()...), "ca.pem": []byte(a.PEM())} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return fmt.Errorf("write the hub's certificate: %w", err)
		}
	}
	return nil
}

// Hosts are the names that a certificate is for: those given, sorted, each once, and this machine's own.
func Hosts(named []string) []string {
	all := append([]string{"localhost", "127.0.0.1", "::1"}, named...)
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(h string) bool { return h == "" })
}

// Fingerprint is how a person hands the authority to a node: the first 16 hex digits of the SHA-256 of its certificate. It is empty for none.
func Fingerprint(authority string) string {
	block, _ := pem.Decode([]byte(authority))
	if block == nil {
		return ""
	}
	hash := sha256.Sum256(block.Bytes)
	return hex.EncodeToString(hash[:8])
}

func certPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func keyPEM(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// unpem are the certificates in a text, which must hold nothing else.
func unpem(text []byte) (ders [][]byte, err error) {
	for len(bytes.TrimSpace(text)) > 0 {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil || block.Type != "CERTIFICATE" {
			return nil, errors.New("it is no PEM of certificates")
		}
		ders = append(ders, block.Bytes)
	}
	if len(ders) == 0 {
		return nil, errors.New("it holds no certificate")
	}
	return ders, nil
}
