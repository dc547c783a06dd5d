package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/live"
)

// Changes are told after their commit, in a transaction of their own: NOTIFY holds a lock of the whole database until its transaction
// has ended, and would put all commits in one line, each waiting for the disk. So a process that dies between commit and NOTIFY tells
// nobody; who must not miss a change reads again now and then.
const (
	channel     = "awesome_pizza"
	maxTold     = 150  // ids in a notification: it has less than 8000 bytes
	maxGathered = 2048 // ids told or read in one go
	relistenIn  = time.Second
	tellPause   = 4 * time.Millisecond
)

// news is what one process tells the others.
type news struct {
	From        string   `json:"f"`
	Orders      []string `json:"o,omitempty"`
	Edges       []string `json:"e,omitempty"` // that have new commands
	Restaurants []string `json:"r,omitempty"` // whose row or menu changed
}

// WatchOrders is every order that changes in this or another process, after the commit, as a record that nobody may write into. Two
// changes of an order can arrive in the wrong order: skip a version below the last. A channel that closes before cancel says that
// something was missed: read what you show, and watch again.
func (s *Store) WatchOrders() (changes <-chan *ordering.Record, cancel func()) {
	return s.orders.Load().Subscribe()
}

// WatchCommands is every edge that has new commands, after the commit. A channel that closes says the same as for WatchOrders.
func (s *Store) WatchCommands() (edges <-chan string, cancel func()) {
	return s.commands.Load().Subscribe()
}

// freshHubs makes everybody who watches read again.
func (s *Store) freshHubs() {
	if old := s.orders.Swap(live.New[*ordering.Record](watchBuffer)); old != nil {
		old.Close()
	}
	if old := s.commands.Swap(live.New[string](watchBuffer)); old != nil {
		old.Close()
	}
}

// publish tells this process and the others of what was committed.
func (s *Store) publish(records []*ordering.Record, commands []told) {
	n := news{Orders: make([]string, 0, len(records))}
	hub := s.orders.Load()
	for _, r := range records {
		hub.Publish(r)
		n.Orders = append(n.Orders, string(r.Order.ID))
	}
	edges := map[string]bool{}
	for _, t := range commands {
		edges[t.edge] = true
	}
	n.Edges = slices.Collect(maps.Keys(edges))
	for _, e := range n.Edges {
		s.commands.Load().Publish(e)
	}
	if len(n.Orders)+len(n.Edges) > 0 {
		s.tell(n)
	}
}

// tell never waits: when the database takes no notifications for so long that the queue is full, the others miss some, as they do when
// this process dies.
func (s *Store) tell(n news) {
	select {
	case s.news <- n:
	default:
		s.cfg.Log.Warn("other processes were not told of changes: the queue is full", "orders", len(n.Orders))
	}
}

// tellOthers sends what tell queued, many commits in one notification, until ctx ends, and then what is still queued.
func (s *Store) tellOthers(ctx context.Context) {
	last := context.WithoutCancel(ctx)
	for {
		select {
		case first := <-s.news:
			s.tellAll(last, first)
			select {
			case <-ctx.Done():
			case <-time.After(tellPause): // under load, one notification speaks for many commits
			}
			continue
		case <-ctx.Done():
		}
		select {
		case first := <-s.news:
			s.tellAll(last, first)
		default:
			return
		}
	}
}

func (s *Store) tellAll(ctx context.Context, first news) {
	sum := gatherNews(first, s.news)
	sum.From = s.name
	if err := s.notify(ctx, sum); err != nil {
		s.cfg.Log.ErrorContext(ctx, "tell other processes of changes", "err", err)
	}
}

// gatherNews adds what is queued to the first, as far as it is for one go.
func gatherNews(first news, queue <-chan news) news {
	sum := news{}
	sum.add(first)
	for len(sum.Orders) < maxGathered {
		select {
		case n := <-queue:
			sum.add(n)
		default:
			return sum
		}
	}
	return sum
}

func (n *news) add(o news) {
	n.Orders, n.Edges, n.Restaurants = append(n.Orders, o.Orders...), append(n.Edges, o.Edges...), append(n.Restaurants, o.Restaurants...)
}

// notify needs no disk: a notification does not outlive a crash anyway. It is one round trip.
func (s *Store) notify(ctx context.Context, sum news) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("get a connection: %w", err)
	}
	defer conn.Release()
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	b.Queue(`SET LOCAL synchronous_commit = off`)
	for _, part := range sum.parts() {
		raw, err := json.Marshal(part)
		if err != nil {
			return err
		}
		b.Queue(`SELECT pg_notify($1, $2)`, channel, string(raw))
	}
	b.Queue(`COMMIT`)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return rollback(ctx, conn, err)
	}
	return nil
}

// parts cuts news into notifications that are small enough. An edge's name takes no more room than two ids.
func (n *news) parts() []news {
	var out []news
	cut := func(all []string, size int, put func(*news, []string)) {
		slices.Sort(all)
		for some := range slices.Chunk(slices.Compact(all), size) {
			part := news{From: n.From}
			put(&part, some)
			out = append(out, part)
		}
	}
	cut(n.Orders, maxTold, func(p *news, some []string) { p.Orders = some })
	cut(n.Edges, maxTold/2, func(p *news, some []string) { p.Edges = some })
	cut(n.Restaurants, maxTold/2, func(p *news, some []string) { p.Restaurants = some })
	return out
}

func (s *Store) listen(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig.Copy())
	if err != nil {
		return nil, fmt.Errorf("connect to listen: %w", err)
	}
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		_ = conn.Close(ctx)
		return nil, fmt.Errorf("listen: %w", err)
	}
	return conn, nil
}

// listenFor hears other processes until ctx ends. After a connection was lost, everybody who watches has missed something.
func (s *Store) listenFor(ctx context.Context, conn *pgx.Conn) {
	for {
		err := s.hear(ctx, conn)
		_ = conn.Close(context.WithoutCancel(ctx))
		if ctx.Err() != nil {
			return
		}
		s.cfg.Log.WarnContext(ctx, "changes of other processes are not heard", "err", err)
		if conn = s.listenAgain(ctx); conn == nil {
			return
		}
		s.cards.forgetAll()
		s.freshHubs()
	}
}

func (s *Store) listenAgain(ctx context.Context) *pgx.Conn {
	for {
		if conn, err := s.listen(ctx); err == nil {
			return conn
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(relistenIn):
		}
	}
}

func (s *Store) hear(ctx context.Context, conn *pgx.Conn) error {
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var said news
		if err := json.Unmarshal([]byte(n.Payload), &said); err != nil || said.From == s.name {
			continue // somebody else's use of the channel, or our own words
		}
		select {
		case s.heard <- said:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// readHeard reads what others have changed and publishes it here.
func (s *Store) readHeard(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-s.heard:
			s.spread(ctx, gatherNews(first, s.heard))
		}
	}
}

func (s *Store) spread(ctx context.Context, sum news) {
	s.cards.forget(sum.Restaurants...)
	slices.Sort(sum.Edges)
	for _, e := range slices.Compact(sum.Edges) {
		s.commands.Load().Publish(e)
	}
	if len(sum.Orders) == 0 {
		return
	}
	records, err := s.ordersByID(ctx, sum.Orders)
	if err != nil {
		if ctx.Err() == nil {
			s.cfg.Log.ErrorContext(ctx, "read orders that others have changed", "err", err)
			s.freshHubs()
		}
		return
	}
	for i := range records {
		s.orders.Load().Publish(&records[i])
	}
}
