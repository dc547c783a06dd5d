package store

import (
	"context"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// The keys of the advisory locks are pairs: dispatchLocks, and a zone or a seat.
const (
	dispatchLocks = 0x70697a7a // "pizz"
	seat          = 0          // held by every process that takes part, shared
)

// lockCall is how long it may take to know what is held.
const lockCall = 2 * time.Second

// Lock holds a process's share of the zones, each by an advisory lock, on a connection of its own: with the process or its connection they are
// gone, and the others count one seat less and take them.
type Lock struct {
	store *Store

	mu   sync.Mutex
	conn *pgx.Conn
}

// DispatchLock is for one who plans deliveries.
func (s *Store) DispatchLock() *Lock { return &Lock{store: s} }

// Hold takes zones that nobody has, up to this process's share of all, gives back what is more than that, and returns those that are held
// now, in their sequence. It does not wait.
func (l *Lock) Hold(ctx context.Context, zones []string) (held []string) {
	ctx, cancel := context.WithTimeout(ctx, lockCall)
	defer cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil && l.connect(ctx) != nil {
		return nil
	}
	mine, err := l.share(ctx, zones)
	if err != nil {
		l.drop(context.WithoutCancel(ctx))
		return nil
	}
	for _, z := range zones {
		if mine[keyOf(z)] {
			held = append(held, z)
		}
	}
	return held
}

// share looks who holds what, and brings what this process holds to its share.
func (l *Lock) share(ctx context.Context, zones []string) (mine map[int64]bool, err error) {
	mine, others, seats, err := l.look(ctx)
	if err != nil {
		return nil, err
	}
	keys := map[int64]bool{}
	for _, z := range zones {
		keys[keyOf(z)] = true
	}
	due := (len(keys) + seats - 1) / seats
	var give, want []int64
	for _, k := range sortedKeys(mine) {
		if !keys[k] || len(mine)-len(give) > due {
			give = append(give, k)
		}
	}
	for _, k := range give {
		delete(mine, k)
	}
	for _, k := range sortedKeys(keys) {
		if !mine[k] && !others[k] && !slices.Contains(give, k) && len(mine)+len(want) < due {
			want = append(want, k)
		}
	}
	if len(give) > 0 {
		if _, err := l.conn.Exec(ctx, `SELECT pg_advisory_unlock($1, k::int) FROM unnest($2::bigint[]) k`, dispatchLocks, give); err != nil {
			return nil, err
		}
	}
	return mine, l.take(ctx, want, mine)
}

// look reads the locks: which zones are held here and elsewhere, and how many processes take part.
func (l *Lock) look(ctx context.Context) (mine, others map[int64]bool, seats int, err error) {
	rows, err := l.conn.Query(ctx, `
		SELECT objid::bigint, pid = pg_backend_pid() FROM pg_locks
		WHERE locktype = 'advisory' AND granted AND classid::bigint = $1::int AND objsubid = 2
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, dispatchLocks)
	if err != nil {
		return nil, nil, 0, err
	}
	mine, others = map[int64]bool{}, map[int64]bool{}
	var key int64
	var here bool
	_, err = pgx.ForEachRow(rows, []any{&key, &here}, func() error {
		switch {
		case key == seat:
			seats++
		case here:
			mine[key] = true
		default:
			others[key] = true
		}
		return nil
	})
	return mine, others, max(seats, 1), err
}

// take takes what nobody was faster to take.
func (l *Lock) take(ctx context.Context, want []int64, mine map[int64]bool) error {
	if len(want) == 0 {
		return nil
	}
	rows, err := l.conn.Query(ctx, `SELECT k FROM unnest($2::bigint[]) k WHERE pg_try_advisory_lock($1, k::int)`, dispatchLocks, want)
	if err != nil {
		return err
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	for _, k := range got {
		mine[k] = true
	}
	return err
}

// keyOf is the lock of a zone. Two zones may have the same: then whoever holds one has both.
func keyOf(zone string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(zone))
	return max(int64(h.Sum32()>>1), seat+1) // a key is an int4, and positive ones read back as they are
}

// connect takes a seat, and has the server notice within four seconds when this machine is gone without a word.
func (l *Lock) connect(ctx context.Context) error {
	cfg := l.store.pool.Config().ConnConfig.Copy()
	cfg.RuntimeParams["tcp_keepalives_idle"] = "1"
	cfg.RuntimeParams["tcp_keepalives_interval"] = "1"
	cfg.RuntimeParams["tcp_keepalives_count"] = "3"
	cfg.RuntimeParams["idle_session_timeout"] = "0"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err == nil {
		l.conn = conn
		_, err = conn.Exec(ctx, `SELECT pg_advisory_lock_shared($1, $2)`, dispatchLocks, seat)
	}
	if err != nil {
		l.store.cfg.Log.WarnContext(ctx, "connect for the dispatch locks", "err", err)
		l.drop(context.WithoutCancel(ctx))
	}
	return err
}

// Unlock lets other processes take over.
func (l *Lock) Unlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(context.Background())
}

func (l *Lock) drop(ctx context.Context) {
	if l.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lockCall)
	defer cancel()
	_ = l.conn.Close(ctx) // the locks go with the session
	l.conn = nil
}
