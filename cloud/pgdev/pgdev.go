// Package pgdev keeps a private Postgres for laptops and tests: it finds the programs on the machine, makes a database cluster in a
// folder, serves it on a unix socket that only its own account may enter, and ends it. As root it serves as an unprivileged account,
// because Postgres refuses root.
//
// Several processes may Start the same folder: they share one postmaster, and the last to Stop ends it. The postmaster is nobody's
// child, so it outlives a killed user; the next Start adopts it with all its data.
//
// What is not in here: production. No backups, no replication, no upgrade between major versions, no tuning beyond a small machine,
// and no schema: migrations belong to cloud/store.
package pgdev

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Superuser is the only role of a private Postgres.
const Superuser = "pizza"

const (
	startLimit = 90 * time.Second // a cluster is made in 1 to 3 s; recovery after a power cut may take longer
	stopLimit  = 30 * time.Second
)

// Config says where a private Postgres lives and how it is kept. Only Dir is required.
type Config struct {
	Dir      string // holds data, log, password and (when its path is short enough) the socket; empty or made by Start
	Database string // made when missing; "pizza" when empty
	Port     int    // TCP port on 127.0.0.1 beside the socket, with a password; none when 0

	// Volatile gives durability away for speed: for tests. A power cut may lose everything, so a volatile cluster that was not
	// ended in order is made anew.
	Volatile       bool
	MaxConnections int // 100 when 0

	Bin    string // folder with postgres and initdb; when empty they are sought, see Search
	Search Search

	// Prepare runs once for each postmaster that Start brings up, before another process can share it. It does not run on adoption.
	Prepare func(context.Context, *Server) error
}

// Server is one user's hold on a running Postgres.
type Server struct {
	house    *house
	post     postmaster
	database string
	port     int
	password string
	adopted  bool

	mu    sync.Mutex
	users *lock // nil once stopped
}

// Start returns when the Postgres of cfg.Dir answers: adopted when it already runs, else started, after making its cluster when the
// folder is empty. The caller must Stop it. The context bounds the start alone.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if cfg.Database == "" {
		cfg.Database = "pizza"
	}
	if cfg.MaxConnections == 0 {
		cfg.MaxConnections = 100
	}
	h, err := openHouse(cfg)
	if err != nil {
		return nil, fmt.Errorf("open the Postgres folder: %w", err)
	}
	s, err := h.enter(ctx)
	for tries := 1; errors.Is(err, errGone) && tries < startTries && ctx.Err() == nil; tries++ {
		s, err = h.enter(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("start Postgres in %s: %w", h.dir, err)
	}
	return s, nil
}

// startTries is how often a server is started that ends while it starts: on a machine where others come and go one in some hundred does.
const startTries = 3

// Stop gives the hold up, and ends the server by a fast shutdown (open transactions are rolled back) unless another process, or
// another Start in this one, still holds it. It returns when the server has ended; more calls do nothing.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	err := s.house.leave(ctx, s.users)
	s.users = nil
	if err != nil {
		return fmt.Errorf("stop Postgres in %s: %w", s.house.dir, err)
	}
	return nil
}

// URL is where Config.Database is reached over the socket, as pgx and psql read it.
func (s *Server) URL() string { return s.URLOf(s.database) }

// URLOf is URL for another database of the same server.
func (s *Server) URLOf(database string) string {
	return socketURL(s.post.socket, s.post.port, database)
}

// TCPURL is where the database is reached over loopback, with the password; it is empty when Config.Port was 0.
func (s *Server) TCPURL(database string) string {
	if s.port == 0 {
		return ""
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(Superuser, s.password), Path: "/" + database,
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Pid is the postmaster's process.
func (s *Server) Pid() int { return s.post.pid }

// Adopted says that the server was already running when Start came.
func (s *Server) Adopted() bool { return s.adopted }

func socketURL(dir string, port int, database string) string {
	q := url.Values{"host": {dir}, "port": {strconv.Itoa(port)}, "user": {Superuser}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

var errGone = errors.New("the server has ended")
