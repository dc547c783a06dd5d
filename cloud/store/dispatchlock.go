package store

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// dispatchLock is the key of the advisory lock: one for the chain. Zones would have one each.
const dispatchLock = 0x70697a7a61 // "pizza"

// lockCall is how long it may take to know whether the lock is held.
const lockCall = 2 * time.Second

// Lock is an advisory lock that one process at a time holds, on a connection of its own: with the process or its connection it is gone.
type Lock struct {
	store *Store

	mu   sync.Mutex
	conn *pgx.Conn
	held bool
}

// DispatchLock is the lock of whoever plans deliveries.
func (s *Store) DispatchLock() *Lock { return &Lock{store: s} }

// Lock takes the lock if nobody has it, and reports whether it is held now.
func (l *Lock) Lock(ctx context.Context) (held bool) {
	ctx, cancel := context.WithTimeout(ctx, lockCall)
	defer cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil && l.connect(ctx) != nil {
		return false
	}
	ask := `SELECT pg_try_advisory_lock($1)`
	if l.held {
		ask = `SELECT true WHERE $1::bigint <> 0` // the session lives, and the lock lives with it
	}
	if err := l.conn.QueryRow(ctx, ask, int64(dispatchLock)).Scan(&l.held); err != nil {
		l.drop(context.WithoutCancel(ctx))
	}
	return l.held
}

// connect has the server notice within four seconds when this machine is gone without a word.
func (l *Lock) connect(ctx context.Context) error {
	cfg := l.store.pool.Config().ConnConfig.Copy()
	cfg.RuntimeParams["tcp_keepalives_idle"] = "1"
	cfg.RuntimeParams["tcp_keepalives_interval"] = "1"
	cfg.RuntimeParams["tcp_keepalives_count"] = "3"
	cfg.RuntimeParams["idle_session_timeout"] = "0"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		l.store.cfg.Log.WarnContext(ctx, "connect for the dispatch lock", "err", err)
		return err
	}
	l.conn = conn
	return nil
}

// Unlock lets another process take over.
func (l *Lock) Unlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(context.Background())
}

func (l *Lock) drop(ctx context.Context) {
	l.held = false
	if l.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lockCall)
	defer cancel()
	_ = l.conn.Close(ctx) // the lock goes with the session
	l.conn = nil
}
