package uplink_test

import (
	"context"
	"log/slog"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
)

// nothing is an outbox and a kitchen in which nothing has happened.
type nothing struct{}

func (nothing) Tip(context.Context) (link.Mark, error)   { return link.Mark{Epoch: 1}, nil }
func (nothing) Acked(context.Context) (link.Mark, error) { return link.Mark{Epoch: 1}, nil }
func (nothing) SetAcked(context.Context, link.Mark) error {
	return nil
}

func (nothing) Events(context.Context, uint64, int, int) ([]link.Event, link.Hash, error) {
	return nil, link.Hash{}, nil
}

func (nothing) EventsOf(context.Context, link.Place, int, int) ([]link.Event, link.Hash, error) {
	return nil, link.Hash{}, nil
}
func (nothing) OldestUnsent(context.Context) (time.Time, error) { return time.Time{}, nil }
func (nothing) HashAt(_ context.Context, seq uint64) (link.Hash, bool, error) {
	return link.Hash{}, seq == 0, nil
}
func (nothing) CommandSeq(context.Context) (uint64, string, error) { return 0, "", nil }
func (nothing) OpenOrders(context.Context) (int, error)            { return 0, nil }
func (nothing) Retained(context.Context, link.Place, int) ([]link.Ref, bool, error) {
	return nil, false, nil
}
func (nothing) Begin(context.Context, link.Beginning) error { return nil }
func (nothing) Obey(context.Context, link.Command) error    { return nil }
func (nothing) Release(context.Context, uint64) error       { return nil }

// hub is a nats-server that takes anybody, or nobody without a password.
type hub struct{ client, leaf int }

func (h hub) start(t *testing.T, password string) *server.Server {
	t.Helper()
	o := &server.Options{Host: "127.0.0.1", Port: h.client, NoSigs: true, NoLog: true, Authorization: password}
	o.LeafNode.Host, o.LeafNode.Port = "127.0.0.1", h.leaf
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the hub does not start")
	}
	return s
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// core answers every SYNC with resume.
func core(t *testing.T, s *server.Server) {
	t.Helper()
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	_, err = conn.Subscribe(link.SyncWildcard, func(m *nats.Msg) {
		req, err := link.Decode[link.SyncRequest](m.Data)
		if err != nil {
			t.Error(err)
			return
		}
		row := link.LinkRow{Edge: "r1", Device: req.Device, Epoch: 1}
		data, err := link.Encode(link.AnswerSync(row, req, link.Cloud{Inc: "pg-1"}, time.Now()))
		if err != nil {
			t.Error(err)
			return
		}
		_ = m.Respond(data)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, h hub, mode uplink.Mode, patience time.Duration, more ...func(*uplink.Config)) *uplink.Uplink {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	device, _ := pair.PublicKey()
	seed, _ := pair.Seed()
	cfg := uplink.Config{Mode: mode, Log: slog.New(slog.DiscardHandler), Patience: patience, Enrolment: uplink.Enrolment{
		Restaurant: "r1", Device: device, Seed: string(seed), JWT: "none",
		Leaves: []string{"nats-leaf://" + addr(h.leaf)}, Clients: []string{"nats://" + addr(h.client)},
	}}
	for _, change := range more {
		change(&cfg)
	}
	line := uplink.New(cfg, nothing{}, nothing{})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- line.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return line
}

func addr(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); <-tick.C {
		if so() {
			return
		}
	}
	t.Fatalf("not within three minutes: %s", what)
}

// seen is how often nodes have connected to a hub since it was started.
func seen(s *server.Server, mode uplink.Mode) uint64 {
	v, err := s.Varz(nil)
	if err != nil {
		return 0
	}
	if mode == uplink.Leaf {
		l, err := s.Leafz(nil)
		if err != nil || len(l.Leafs) == 0 {
			return 0
		}
		return l.Leafs[0].ID
	}
	return v.TotalConnections
}

func TestAHubThatAnswersNothingIsDialledAnew(t *testing.T) {
	t.Parallel()
	for _, mode := range []uplink.Mode{uplink.Leaf, uplink.Client} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			h := hub{freePort(t), freePort(t)}
			good := h.start(t, "")
			core(t, good)
			line := open(t, h, mode, 500*time.Millisecond)
			eventually(t, "online", func() bool { return line.State().Condition == link.Online })
			stop(good)
			mute := h.start(t, "")
			defer stop(mute)
			var first uint64
			eventually(t, "the node joins the mute hub", func() bool { first = seen(mute, mode); return first > 0 })
			eventually(t, "the node joins it anew", func() bool { return seen(mute, mode) > first })
			if s := line.State(); s.Condition == link.Online {
				t.Errorf("online with a hub that answers nothing: %+v", s)
			}
			core(t, mute)
			eventually(t, "online again", func() bool { return line.State().Condition == link.Online })
		})
	}
}

func TestAHubThatRefusedTheNodeOftenIsTriedAgain(t *testing.T) {
	t.Parallel()
	h := hub{freePort(t), freePort(t)}
	strict := h.start(t, "secret")
	line := open(t, h, uplink.Client, time.Hour)
	eventually(t, "refused three times", func() bool { return seen(strict, uplink.Client) >= 3 })
	stop(strict)
	kind := h.start(t, "")
	defer stop(kind)
	core(t, kind)
	eventually(t, "online", func() bool { return line.State().Condition == link.Online })
}
