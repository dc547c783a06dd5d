package downlink_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// sql gives a test a connection of its own to the chain's database.
func (c *chain) sql(do func(ctx context.Context, conn *pgx.Conn) error) {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.database)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(c.t.Context())) }()
	if err := do(c.t.Context(), conn); err != nil {
		c.t.Fatal(err)
	}
}

// tables are all that a dump holds.
func tables(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// dump copies every table, all of one instant.
func (c *chain) dump() {
	c.sql(func(ctx context.Context, conn *pgx.Conn) error {
		return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
			names, err := tables(ctx, tx)
			if err != nil {
				return err
			}
			statements := `CREATE SCHEMA dump;`
			for _, name := range names {
				statements += fmt.Sprintf(`CREATE TABLE dump.%s AS TABLE public.%s;`, name, name)
			}
			_, err = tx.Exec(ctx, statements)
			return err
		})
	})
}

// restore reads the dump into the tables, under cores that go on working; but for those to spare.
func (c *chain) restore(spare ...string) {
	c.sql(func(ctx context.Context, conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			names, err := tables(ctx, tx)
			if err != nil {
				return err
			}
			spare = append(spare, "acts") // a log that nobody takes lines out of
			names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(spare, name) })
			if _, err := tx.Exec(ctx, `TRUNCATE public.`+strings.Join(names, ", public.")); err != nil { // together: some refer to others
				return err
			}
			for _, name := range names {
				if _, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO public.%s OVERRIDING SYSTEM VALUE SELECT * FROM dump.%s`, name, name)); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// placed has guests order, who ask again while the cloud has not heard yet that the restaurant is there.
func (c *chain) placed(n int) (out []ordering.Record) {
	c.t.Helper()
	for range n {
		var r ordering.Record
		eventually(c.t, "the restaurant takes an order", func() (taken bool) {
			var err error
			if r, _, err = c.ordering.Place(c.t.Context(), basket(), ""); err != nil && (problem.Of(err) == nil || problem.Of(err).Code != "restaurant_paused") {
				c.t.Fatal(err)
			}
			return err == nil
		})
		out = append(out, r)
	}
	return out
}

func (c *chain) queued(orders []ordering.Record) {
	c.t.Helper()
	for _, r := range orders {
		eventually(c.t, "an order is queued", func() bool { return c.status(r.Order.ID) == order.StatusQueued })
	}
}

// bump takes an order as many steps further.
func (c *chain) bump(id order.ID, steps int) {
	c.t.Helper()
	for n := range steps {
		if _, err := c.kitchen.Bump(c.t.Context(), id, kitchen.Tap{ID: fmt.Sprint("bump-", id, "-", steps, "-", n)}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// A database that was restored to an older point is refilled from the node: what the cloud had forgotten it knows again, what it ordered
// after the restore is made once, and no guest's link is lost.
func TestADatabaseRestoredToAnOlderPointIsRefilledFromTheNode(t *testing.T) {
	t.Parallel()
	for what, spare := range map[string][]string{
		"from a dump": nil,
		"from a dump that lacks what would give it away": {"history"},
		"orders and commands only":                       {"history", "edge_link", "edge_events", "devices", "edge_boots"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := newChain(t, uplink.Client)
			eventually(t, "the link is up", func() bool { return c.presence.Up("r1", time.Now()) })
			before := c.placed(3)
			c.queued(before)
			c.dump()
			c.bump(before[0].Order.ID, 5)
			lost := c.placed(3)
			c.queued(lost)
			c.bump(lost[0].Order.ID, 2)
			sold, _, err := c.kitchen.Place(t.Context(), counterOrder("sold"))
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "the cloud has all of it", func() bool { return c.line.State().Backlog == 0 && c.status(sold.Order.ID) == order.StatusQueued })

			c.restore(spare...)
			after := c.placed(3)
			all := []order.ID{sold.Order.ID}
			for _, r := range slices.Concat(before, lost, after) {
				all = append(all, r.Order.ID)
			}
			for _, id := range all {
				eventually(t, fmt.Sprintf("order %s stands in the cloud as in its kitchen", id), func() bool { return c.same(id) })
			}
			for _, r := range lost {
				if found, err := c.store.ByToken(t.Context(), r.Token); err != nil || found.Order.ID != r.Order.ID {
					t.Errorf("the guest's link leads nowhere: %v", err)
				}
			}
			c.queued(after)
			c.eachOnce(all)
			eventually(t, "the link is at rest", func() bool { s := c.line.State(); return s.Condition == link.Online && s.Backlog == 0 })
			eventually(t, "every command is answered", func() bool { left, err := c.store.Unanswered(t.Context()); return err == nil && len(left) == 0 })
			if open, err := c.store.OpenAlerts(t.Context(), "r1"); err != nil || len(open) > 0 {
				t.Errorf("alerts are left: %+v, %v", open, err)
			}
			c.queued(c.placed(1)) // and it goes on
		})
	}
}

// A database goes back, and gives the numbers of commands again, up to the very last one that the node has obeyed: the core hears of all of
// them in one hint. The node's next word tells that something is wrong; nobody waits for its next SYNC, which is a minute away.
func TestADatabaseThatGivesNumbersAgainUpToTheLastOneIsNoticedAtTheNodesNextWord(t *testing.T) {
	t.Parallel()
	c := newChain(t, uplink.Client)
	eventually(t, "the link is up", func() bool { return c.presence.Up("r1", time.Now()) })
	before := c.placed(2)
	c.queued(before)
	c.dump()
	lost := c.placed(3)
	c.queued(lost)
	eventually(t, "the node knows that the cloud has all of it", func() bool { return c.line.State().Backlog == 0 })
	called := c.calls()
	c.silent.Store(true)
	c.restore("history")
	after := c.placed(len(lost))
	all := uint64(len(before) + len(lost))
	eventually(t, "the numbers are given again", func() bool { _, high, err := c.store.Link(t.Context(), "r1"); return err == nil && high == all })
	c.down.Committed(t.Context(), "r1", all)
	for limit := time.After(2 * time.Minute); ; {
		select {
		case why := <-called:
			if why != "the database lacks what it has acknowledged" {
				continue
			}
		case <-limit:
			t.Fatal("the node is not called because of what it said")
		}
		break
	}
	for _, r := range slices.Concat(before, lost, after) {
		eventually(t, fmt.Sprintf("order %s stands in the cloud as in its kitchen", r.Order.ID), func() bool { return c.same(r.Order.ID) })
	}
}

// calls are the reasons for which the restaurant's node is called to SYNC from now on.
func (c *chain) calls() <-chan string {
	c.t.Helper()
	conn, err := nats.Connect("nats://"+c.hubAt.Clients, nats.UserJWTAndSeed(c.enrolled.JWT, c.enrolled.Seed), nats.CustomInboxPrefix("_INBOX.r1"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(conn.Close)
	reasons := make(chan string, 64)
	_, err = conn.Subscribe(link.ControlSubject("r1"), func(m *nats.Msg) {
		if call, err := link.Decode[link.Control](m.Data); err == nil && call.Kind == link.CallSync {
			select {
			case reasons <- call.Reason:
			default: // nobody reads any more
			}
		}
	})
	if err == nil {
		err = conn.Flush()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return reasons
}

// same reports whether cloud and kitchen show the same of an order.
func (c *chain) same(id order.ID) bool {
	ticket, err := c.kitchen.Ticket(c.t.Context(), id)
	if err != nil {
		return false
	}
	r, err := c.store.Order(c.t.Context(), id)
	return err == nil && r.Progress.Kitchen() == ticket.Progress.Kitchen() && r.Number == ticket.Number
}

// eachOnce holds that the kitchen has each order once, with a number of its own.
func (c *chain) eachOnce(all []order.ID) {
	c.t.Helper()
	board, err := c.kitchen.Snapshot(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	numbers := map[int]order.ID{}
	for _, ticket := range board.Tickets {
		if other, taken := numbers[ticket.Number]; taken {
			c.t.Errorf("orders %s and %s are both number %d", ticket.Order.ID, other, ticket.Number)
		}
		numbers[ticket.Number] = ticket.Order.ID
		if !slices.Contains(all, ticket.Order.ID) {
			c.t.Errorf("the kitchen makes %s, which nobody ordered", ticket.Order.ID)
		}
	}
}
