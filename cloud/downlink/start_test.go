package downlink_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/shared/link"
)

// soon is how long a core may take to open with a hub that is there.
const soon = 10 * time.Second

// A hub of three of which one is left lets cores in and elects nobody: no stream can be made.
func TestACoreOpensWithAHubThatCannotMakeStreamsYet(t *testing.T) {
	t.Parallel()
	c := &chain{t: t, dir: t.TempDir(), replicas: 3}
	c.begin()
	hub := newCluster(t, c.keys)
	hub.whole()
	hub.stop(1)
	hub.stop(2)
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	down, err := downlink.Connect(ctx, downlink.Config{
		URL: strings.Join(hub.urls(), ","), Log: slog.New(slog.DiscardHandler), Stream: downlink.StreamLimits{Replicas: c.replicas},
	}, c.keys, nobody{})
	if err != nil {
		t.Fatalf("the core does not open: %v", err)
	}
	c.down = down
	run(t, down.Run)
	if err := down.Ping(ctx); err != nil {
		t.Errorf("an open core is not ready: %v", err)
	}
	hub.start(1)
	hub.start(2)
	eventually(t, "the core makes all streams by itself", func() bool { return c.streams() == link.Partitions })
	hub.whole()
}

// One stream that cannot be made is no other's business.
func TestEveryStreamIsMadeByItself(t *testing.T) {
	t.Parallel()
	c := &chain{t: t, dir: t.TempDir()}
	c.begin()
	c.hubAt = downlink.HubConfig{Dir: c.dir, Clients: freeAddr(t)}
	c.startHub()
	t.Cleanup(func() { c.hub.Stop() })
	var err error
	said := &words{Handler: slog.DiscardHandler}
	if c.down, err = downlink.Connect(t.Context(), downlink.Config{URL: "nats://" + c.hubAt.Clients, Log: slog.New(said)}, c.keys, nobody{}); err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(c.down.Conn())
	if err != nil {
		t.Fatal(err)
	}
	const first = 0 // whoever makes them in turn never gets beyond it
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "IN_THE_WAY", Subjects: []string{link.StreamSubject(first)}}); err != nil {
		t.Fatal(err)
	}
	run(t, c.down.Run)
	eventually(t, "all others are there", func() bool { return c.streams() == link.Partitions-1 })
	if _, err := js.Stream(t.Context(), link.StreamName(first)); !errors.Is(err, jetstream.ErrStreamNotFound) {
		t.Errorf("the stream is there though another has its subjects: %v", err)
	}
	eventually(t, "somebody is told which one is not made", func() bool { return said.about("make stream "+link.StreamName(first)) == 1 })
	if err := js.DeleteStream(t.Context(), "IN_THE_WAY"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is made as soon as it can be", func() bool { return c.streams() == link.Partitions })
	if n := said.about("make stream"); n != 1 {
		t.Errorf("the same trouble was told %d times", n)
	}
}

// words keeps what errors a core logs.
type words struct {
	slog.Handler
	mu   sync.Mutex
	errs []string
}

func (w *words) Enabled(context.Context, slog.Level) bool { return true }

func (w *words) Handle(_ context.Context, r slog.Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "err" {
			w.errs = append(w.errs, a.Value.String())
		}
		return true
	})
	return nil
}

// about is how often an error with these words was logged.
func (w *words) about(what string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.errs {
		if strings.Contains(e, what) {
			n++
		}
	}
	return n
}
