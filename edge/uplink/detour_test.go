package uplink_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
)

// door is a listener in front of a hub.
type door struct {
	net.Listener
	calls  sync.WaitGroup
	closed context.Context
	stop   func()
}

func newDoor(t *testing.T, at string, call func(d *door, in net.Conn)) *door {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	d := &door{Listener: l}
	d.closed, d.stop = context.WithCancel(context.Background())
	d.calls.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			d.calls.Go(func() {
				defer context.AfterFunc(d.closed, func() { _ = in.Close() })()
				defer func() { _ = in.Close() }()
				call(d, in)
			})
		}
	})
	t.Cleanup(d.close)
	return d
}

func (d *door) close() {
	d.stop()
	_ = d.Close()
	d.calls.Wait()
}

// slowDoor leads to a hub whose every word takes its time.
func slowDoor(t *testing.T, hub string, late time.Duration) *door {
	t.Helper()
	return newDoor(t, "127.0.0.1:0", func(d *door, in net.Conn) {
		out, err := net.Dial("tcp", hub)
		if err != nil {
			return
		}
		defer context.AfterFunc(d.closed, func() { _ = out.Close() })()
		var both sync.WaitGroup
		both.Go(func() { _, _ = io.Copy(out, in); _ = out.Close() })
		both.Go(func() { trickle(d.closed, in, out, late); _ = in.Close() })
		both.Wait()
	})
}

type said struct {
	words []byte
	due   time.Time
}

func trickle(ctx context.Context, to io.Writer, from io.Reader, late time.Duration) {
	way := make(chan said, 4096)
	var reading sync.WaitGroup
	defer reading.Wait()
	reading.Go(func() {
		defer close(way)
		for {
			words := make([]byte, 4096)
			n, err := from.Read(words)
			if n > 0 {
				way <- said{words[:n], time.Now().Add(late)}
			}
			if err != nil {
				return
			}
		}
	})
	for s := range way {
		select {
		case <-ctx.Done():
		case <-time.After(time.Until(s.due)):
			_, _ = to.Write(s.words)
		}
	}
}

func TestALeafThatTheHubDoesNotTakeOverASlowLineGoesOnAsAClient(t *testing.T) {
	t.Parallel()
	h := hub{freePort(t), freePort(t)}
	s := h.startWith(t, func(*server.Options) {})
	defer stop(s)
	core(t, s)
	const late = 2100 * time.Millisecond // a leaf has 2 s
	e := enrolled(t)
	e.Leaves = []string{"nats-leaf://" + slowDoor(t, addr(h.leaf), late).Addr().String()}
	e.Clients = []string{"nats://" + slowDoor(t, addr(h.client), late).Addr().String()}
	line := runs(t, uplink.Config{Enrolment: e, Log: slog.New(slog.DiscardHandler), Joining: 5 * time.Second}, nothing{})
	eventually(t, "online", func() bool { return line.State().Condition == link.Online })
	if n := s.NumLeafNodes(); n != 0 {
		t.Errorf("%d leaves", n)
	}
	if line.State().Detail == "" {
		t.Error("nobody is told how the node speaks to the hub")
	}
}

func TestTheWaysToTheHubAreTriedInTurn(t *testing.T) {
	t.Parallel()
	for mode, want := range map[uplink.Mode][]string{
		uplink.Leaf:   {"leaf", "client", "leaf", "client"},
		uplink.Client: {"client"}, // who asks for one way gets no other
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var calls []string
			mute := func(name string) string {
				return newDoor(t, "127.0.0.1:0", func(*door, net.Conn) {
					mu.Lock()
					defer mu.Unlock()
					calls = append(calls, name)
				}).Addr().String()
			}
			e := enrolled(t)
			e.Leaves, e.Clients = []string{"nats-leaf://" + mute("leaf")}, []string{"nats://" + mute("client")}
			runs(t, uplink.Config{Enrolment: e, Mode: mode, Log: slog.New(slog.DiscardHandler), Joining: 100 * time.Millisecond}, nothing{})
			var turns []string
			eventually(t, "the hub is dialled often", func() bool {
				mu.Lock()
				defer mu.Unlock()
				turns = slices.Compact(slices.Clone(calls))
				return len(calls) >= 6 && len(turns) >= len(want)
			})
			if !slices.Equal(turns[:len(want)], want) || len(want) == 1 && len(turns) > 1 {
				t.Errorf("dialled in turn: %v", turns)
			}
		})
	}
}

// A hub that comes back after a long cut takes the leaf at once: the node has had nothing to dial and looks for no other way.
func TestALeafOutlastsACutLongerThanItsPatience(t *testing.T) {
	t.Parallel()
	h := hub{freePort(t), freePort(t)}
	const joining = 2 * time.Second
	opened := time.Now()
	line := open(t, h, uplink.Leaf, 200*time.Millisecond, func(c *uplink.Config) { c.Joining = joining })
	eventually(t, "cut for longer than that", func() bool {
		return time.Since(opened) > 2*joining && line.State().Cause == link.CauseInternet
	})
	s := h.start(t, "")
	defer stop(s)
	core(t, s)
	eventually(t, "online", func() bool { return line.State().Condition == link.Online })
	if s.NumLeafNodes() != 1 || line.State().Detail != "" {
		t.Errorf("%d leaves, %q", s.NumLeafNodes(), line.State().Detail)
	}
}
