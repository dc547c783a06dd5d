// Package store keeps the chain in Postgres: orders with their versions, what crossed each restaurant's link, commands, restaurants and
// menus. Whatever a method reports as done is committed.
//
// Not in here: what is decided (cloud/ordering, cloud/restaurant) and who is told (cloud/api, cloud/downlink). Nothing is merged and nothing
// is ordered by a wall clock: a row's lock and its version decide.
package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/live"
)

// Config says which database to use and how hard. Only URL is required.
type Config struct {
	URL   string
	Clock clock.Clock
	Log   *slog.Logger

	Conns      int // connections at most; DefaultConns when 0
	Committers int // transactions of placements, and of changes, at the same time; DefaultCommitters when 0

	Tidy time.Duration // between tidyings; DefaultTidy when 0
}

// What a Config has that does not say.
const (
	DefaultConns      = 16
	DefaultCommitters = 3
)

const (
	callLimit   = 15 * time.Second // of one transaction
	watchBuffer = 1024             // changes a watcher may fall behind
)

// Store is a handle to the database, safe for concurrent use.
type Store struct {
	pool  *pgxpool.Pool
	cfg   Config
	name  string // of this process, in notifications
	inc   atomic.Pointer[string]
	cards cards
	mixes mixes

	placements *batcher[*placing]
	limited    *batcher[*placing] // of restaurants that lend shares
	changes    *batcher[*changing]

	orders   atomic.Pointer[live.Hub[*ordering.Record]]
	commands atomic.Pointer[live.Hub[string]]
	news     chan news // to be told to other processes
	heard    chan news // told by them

	closing sync.Once
	stop    context.CancelFunc
	workers sync.WaitGroup
	others  sync.WaitGroup
}

// Open connects, migrates and starts what commits and listens, until Close.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	cfg = cfg.withDefaults()
	if err := Migrate(ctx, cfg.URL); err != nil {
		return nil, err
	}
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("read database url: %w", err)
	}
	pc.MaxConns = int32(cfg.Conns)
	pc.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pc.ConnConfig.RuntimeParams["application_name"] = "awesome-pizza-cloud"
	pc.ConnConfig.RuntimeParams["enable_seqscan"] = "off" // a plan made while a table was small must not outlive that
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("connect to database: %w", err)
	}
	s := &Store{pool: pool, cfg: cfg, name: rand.Text(), news: make(chan news, watchBuffer), heard: make(chan news, watchBuffer)}
	s.placements, s.limited, s.changes = newBatcher(s.commitPlacements), newBatcher(s.commitLimited), newBatcher(s.commitChanges)
	s.freshHubs()
	if err := s.start(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

func (cfg Config) withDefaults() Config {
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Committers <= 0 {
		cfg.Committers = DefaultCommitters
	}
	if cfg.Conns <= 0 {
		cfg.Conns = DefaultConns
	}
	if cfg.Tidy <= 0 {
		cfg.Tidy = DefaultTidy
	}
	cfg.Conns = max(cfg.Conns, 3*cfg.Committers+2) // everybody who commits has a connection, and somebody can read
	return cfg
}

func (s *Store) start(ctx context.Context) error {
	if err := s.readIncarnation(ctx, s.pool); err != nil {
		return err
	}
	ear, err := s.listen(ctx)
	if err != nil {
		return err
	}
	var run context.Context
	run, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	for range s.cfg.Committers {
		s.workers.Go(s.placements.run)
		s.workers.Go(s.limited.run)
		s.workers.Go(s.changes.run)
	}
	s.others.Go(func() { s.listenFor(run, ear) })
	s.others.Go(func() { s.readHeard(run) })
	s.others.Go(func() { s.tellOthers(run) })
	s.others.Go(func() { s.keepTidy(run) })
	s.others.Go(func() { s.keepOrder(run) })
	s.others.Go(func() { s.keepIncarnation(run) })
	return nil
}

// Close commits what has been accepted, tells of it, and lets go of the database. Calls that come later get Unavailable "closing". More
// calls of Close do nothing.
func (s *Store) Close() { s.closing.Do(s.close) }

func (s *Store) close() {
	s.placements.close()
	s.limited.close()
	s.changes.close()
	s.workers.Wait()
	s.placements.gone()
	s.limited.gone()
	s.changes.gone()
	s.stop()
	s.others.Wait()
	s.orders.Load().Close()
	s.commands.Load().Close()
	s.pool.Close()
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

func (s *Store) now() time.Time { return s.cfg.Clock.Now().UTC() }
