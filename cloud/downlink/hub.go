package downlink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
)

// hubStart is how long the embedded hub may take to be ready.
const hubStart = 15 * time.Second

// HubConfig is where the embedded hub listens and keeps its streams. An empty address does not listen.
type HubConfig struct {
	Dir     string      // streams and accounts
	Clients string      // host:port for plain clients
	Leaves  string      // host:port for restaurants' leaf nodes
	Monitor string      // host:port for the hub's own HTTP monitoring
	TLS     *tls.Config // for Clients and Leaves; nil: in the clear
}

// tlsSeconds is how long a handshake may take, over a telephone line too.
const tlsSeconds = 10

// Hub is a nats-server inside this process. A chain that outgrows it runs a cluster of its own and gives the core its URL.
type Hub struct {
	server *server.Server
	lock   *os.File
}

// StartHub starts the hub. Streams are synced to disk with every message and are a buffer all the same: the truth is in the databases.
func StartHub(cfg HubConfig, keys *Keys, log *slog.Logger) (*Hub, error) {
	lock, err := own(cfg.Dir)
	if err != nil {
		return nil, err
	}
	opts, err := hubOptions(cfg, keys)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s, err := server.NewServer(opts)
	if err != nil {
		opts.AccountResolver.Close()
		return nil, errors.Join(fmt.Errorf("make the hub: %w", err), lock.Close())
	}
	s.SetLoggerV2(hubLog{log.With("part", "hub")}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(hubStart) {
		s.Shutdown()
		_ = lock.Close()
		return nil, fmt.Errorf("the hub is not ready after %s: are the addresses %q, %q and %q free?", hubStart, cfg.Clients, cfg.Leaves, cfg.Monitor)
	}
	return &Hub{server: s, lock: lock}, nil
}

// own keeps other processes off the hub's streams: two servers on one directory would each take the other's messages for damage. The lock
// ends with the process, however that ends.
func own(dir string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Join(dir, "hub"), 0o700); err != nil {
		return nil, fmt.Errorf("make a place for the hub's streams: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "hub", "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the hub's streams: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another core runs a hub in %s: give this one a directory of its own (--data), or both a hub of your own (--nats-url)", dir), lock.Close())
	}
	return lock, nil
}

// ClientURL is where a plain client on this machine reaches the hub.
func (h *Hub) ClientURL() string {
	at := h.server.ClientURL()
	u, err := url.Parse(at)
	if err != nil {
		return at
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsUnspecified() { // a name that is in its certificate
		u.Host = net.JoinHostPort("127.0.0.1", u.Port())
		at = u.String()
	}
	return at
}

// Stop ends the hub after its streams are on disk.
func (h *Hub) Stop() {
	h.server.Shutdown()
	h.server.WaitForShutdown()
	_ = h.lock.Close()
}

func hubOptions(cfg HubConfig, keys *Keys) (*server.Options, error) {
	t, err := keys.trust(time.Now())
	if err != nil {
		return nil, err
	}
	opts := &server.Options{
		ServerName: "hub", NoSigs: true, NoLog: true, MaxPayload: 1 << 20,
		JetStream: true, StoreDir: filepath.Join(cfg.Dir, "hub"), SyncAlways: true, JetStreamDomain: "hub",
		TrustedOperators: []*jwt.OperatorClaims{t.operator}, SystemAccount: t.system,
		PingInterval: 10 * time.Second, MaxPingsOut: 2,
	}
	if opts.Host, opts.Port, err = hostPort(cfg.Clients); err != nil {
		return nil, err
	}
	opts.DontListen = cfg.Clients == ""
	opts.TLSConfig, opts.TLSTimeout = cfg.TLS, tlsSeconds
	if cfg.Leaves != "" {
		l := &opts.LeafNode
		if l.Host, l.Port, err = hostPort(cfg.Leaves); err != nil {
			return nil, err
		}
		l.NoAdvertise = true
		l.TLSConfig, l.TLSTimeout = cfg.TLS, tlsSeconds
		l.Compression.Mode = server.CompressionOff // CVE-2026-29785
	}
	if cfg.Monitor != "" {
		if opts.HTTPHost, opts.HTTPPort, err = hostPort(cfg.Monitor); err != nil {
			return nil, err
		}
	}
	opts.AccountResolver, err = resolve(filepath.Join(cfg.Dir, "hub", "accounts"), t)
	return opts, err
}

// resolve is what the hub knows of the accounts: what cores have told it, in a directory, and else what it begins with.
func resolve(dir string, t *trust) (server.AccountResolver, error) {
	resolver, err := server.NewDirAccResolver(dir, 0, syncEvery, server.NoDelete)
	if err != nil {
		return nil, fmt.Errorf("open the hub's accounts: %w", err)
	}
	for account, token := range t.accounts {
		if err := resolver.Store(account, token); err != nil {
			resolver.Close()
			return nil, fmt.Errorf("introduce account %s to the hub: %w", account, err)
		}
	}
	return resolver, nil
}

func hostPort(addr string) (string, int, error) {
	if addr == "" {
		return "127.0.0.1", server.RANDOM_PORT, nil
	}
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("address %q of the hub: write host:port, as in 127.0.0.1:4222: %w", addr, err)
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("address %q of the hub: the port is a number from 0 to 65535", addr)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	if host == "" {
		host = "0.0.0.0"
	}
	return host, port, nil
}

// hubLog passes the hub's words on to ours.
type hubLog struct{ log *slog.Logger }

func (l hubLog) Noticef(format string, v ...any) { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l hubLog) Warnf(format string, v ...any)   { l.log.Warn(fmt.Sprintf(format, v...)) }
func (l hubLog) Errorf(format string, v ...any) {
	level := slog.LevelError
	if strings.Contains(format, "handshake error") { // somebody looked whether the port is there
		level = slog.LevelDebug
	}
	l.log.Log(context.Background(), level, fmt.Sprintf(format, v...))
}

func (l hubLog) Fatalf(format string, v ...any) {
	l.log.Error(fmt.Sprintf(format, v...), "fatal", true)
}
func (l hubLog) Debugf(format string, v ...any) { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l hubLog) Tracef(string, ...any)          {}

var errNoHub = errors.New("neither an embedded hub nor the URL of one was given")
