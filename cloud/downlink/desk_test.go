package downlink_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// clerk answers counters, and notes who asked what.
type clerk struct {
	mu    sync.Mutex
	asked map[string][]link.DeskRequest
	deaf  bool // it does not answer in time
}

func (c *clerk) AnswerDesk(ctx context.Context, edge string, q link.DeskRequest) (link.DeskReply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[edge] = append(c.asked[edge], q)
	if c.deaf {
		return link.DeskReply{}, context.DeadlineExceeded
	}
	if q.Ask == link.DeskUnassign {
		return link.DeskReply{Refused: link.Refusal(problem.New(problem.Conflict, "not_with_driver", "read it again"))}, nil
	}
	return link.DeskReply{Board: &link.DeskBoard{AsOf: time.Now(), Orders: []link.DeskOrder{{Order: "o1"}}}}, nil
}

func (c *clerk) first(edge string) link.DeskRequest {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked[edge][0]
}

func (c *clerk) count(edge string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.asked[edge])
}

func newDeskChain(t *testing.T, mode uplink.Mode) (*chain, *clerk) {
	t.Helper()
	at := &clerk{asked: map[string][]link.DeskRequest{}}
	c := &chain{t: t, dir: t.TempDir(), desk: at}
	c.openHub()
	c.openCloud()
	c.openKitchen(mode)
	eventually(t, "the link is up", func() bool { return c.line.State().Condition == link.Online })
	return c, at
}

func codeOf(err error) string {
	if p := problem.Of(err); p != nil {
		return p.Code
	}
	return ""
}

func TestACounterAsksOverItsOwnLineWhoBringsWhat(t *testing.T) {
	t.Parallel()
	for _, mode := range []uplink.Mode{uplink.Leaf, uplink.Client} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			c, at := newDeskChain(t, mode)
			reply, err := c.line.AskDesk(t.Context(), link.DeskRequest{Ask: link.DeskLook, Device: "somebody else"})
			if err != nil || reply.Board == nil || len(reply.Board.Orders) != 1 {
				t.Fatalf("%+v, %v", reply, err)
			}
			if q := at.first("r1"); q.Device != c.enrolled.Device || q.Ask != link.DeskLook {
				t.Errorf("asked %+v", q)
			}
			reply, err = c.line.AskDesk(t.Context(), link.DeskRequest{Ask: link.DeskUnassign, Order: "o1", Driver: "d1"})
			if err != nil || reply.Refused == nil || reply.Refused.Code != "not_with_driver" {
				t.Errorf("what is refused: %+v, %v", reply, err)
			}
			if _, err := c.line.AskDesk(t.Context(), link.DeskRequest{Ask: link.DeskAssign, Order: "o1"}); codeOf(err) != "invalid_request" {
				t.Errorf("what cannot be asked: %v", err)
			}
		})
	}
}

// The hub lets a node ask for its own restaurant alone, and the core answers none of its boxes but the one that is its node.
func TestNobodyElseIsToldWhoBringsARestaurantsOrders(t *testing.T) {
	t.Parallel()
	c, at := newDeskChain(t, uplink.Client)
	conn, err := nats.Connect("nats://"+c.hubAt.Clients, nats.UserJWTAndSeed(c.enrolled.JWT, c.enrolled.Seed), nats.CustomInboxPrefix("_INBOX.r1"),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ask := func(edge, device string) (link.DeskReply, error) {
		data, err := link.Encode(link.DeskRequest{Ask: link.DeskLook, Device: device})
		if err != nil {
			t.Fatal(err)
		}
		m, err := conn.Request(link.DeskSubject(edge), data, 2*time.Second)
		if err != nil {
			return link.DeskReply{}, err
		}
		return link.Decode[link.DeskReply](m.Data)
	}
	if a, err := ask("r1", c.enrolled.Device); err != nil || a.Board == nil {
		t.Fatalf("its own: %+v, %v", a, err)
	}
	if a, err := ask("r2", c.enrolled.Device); err == nil || at.count("r2") > 0 {
		t.Errorf("another restaurant's: %+v", a)
	}
	before := at.count("r1")
	if a, err := ask("r1", "UANOTHERBOX"); err != nil || a.Refused == nil || a.Refused.Code != "fenced" || at.count("r1") != before {
		t.Errorf("another box: %+v, %v", a, err)
	}
	if _, err := conn.Request(link.DeskSubject("r1"), []byte(`{"ask":`), time.Second); err == nil {
		t.Error("what nobody can read is answered")
	}
	if a, err := ask("r1", c.enrolled.Device); err != nil || a.Board == nil {
		t.Errorf("afterwards: %+v, %v", a, err)
	}
}

func TestACounterIsToldWhenNobodyCanBeAsked(t *testing.T) {
	t.Parallel()
	c, at := newDeskChain(t, uplink.Client)
	at.mu.Lock()
	at.deaf = true
	at.mu.Unlock()
	if _, err := c.line.AskDesk(t.Context(), link.DeskRequest{Ask: link.DeskAssign, Order: "o1", Driver: "d1"}); codeOf(err) != "unknown_outcome" {
		t.Errorf("no answer to what changes something: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.line.AskDesk(ctx, link.DeskRequest{Ask: link.DeskLook}); codeOf(err) != "cloud_silent" {
		t.Errorf("no answer to a look: %v", err)
	}
	before := at.count("r1")
	c.hub.Stop()
	eventually(t, "the line is cut", func() bool { return c.line.State().Condition != link.Online })
	if _, err := c.line.AskDesk(t.Context(), link.DeskRequest{Ask: link.DeskAssign, Order: "o1", Driver: "d1"}); codeOf(err) != "cut_off" {
		t.Errorf("cut: %v", err)
	}
	c.startHub()
	at.mu.Lock()
	at.deaf = false
	at.mu.Unlock()
	eventually(t, "asked again when the line is back", func() bool {
		reply, err := c.line.AskDesk(t.Context(), link.DeskRequest{Ask: link.DeskLook})
		return err == nil && reply.Board != nil
	})
	at.mu.Lock()
	defer at.mu.Unlock()
	for _, q := range at.asked["r1"][before:] {
		if q.Ask != link.DeskLook {
			t.Errorf("what was said while the line was cut was carried out later: %+v", q)
		}
	}
}
