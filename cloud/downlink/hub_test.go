package downlink_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/shared/link"
)

// refusals counts what the core logs while the hub does not know it.
type refusals struct {
	slog.Handler
	n *atomic.Int32
}

func (r refusals) Enabled(context.Context, slog.Level) bool { return true }

func (r refusals) Handle(context.Context, slog.Record) error {
	r.n.Add(1)
	return nil
}

// A hub that was started with another chain's keys refuses the core, again and again, until somebody gives it the right ones.
func TestACoreOutlastsAHubThatRefusesIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys, err := downlink.LoadKeys(filepath.Join(dir, "ours"))
	if err != nil {
		t.Fatal(err)
	}
	others, err := downlink.LoadKeys(filepath.Join(dir, "others"))
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	at := downlink.HubConfig{Dir: filepath.Join(dir, "strange"), Clients: freeAddr(t)}
	strange, err := downlink.StartHub(at, others, quiet)
	if err != nil {
		t.Fatal(err)
	}
	var complaints atomic.Int32
	log := slog.New(refusals{slog.DiscardHandler, &complaints})
	opened, ended := make(chan *downlink.Downlink, 1), make(chan error, 1)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		down, err := downlink.Connect(ctx, downlink.Config{URL: "nats://" + at.Clients, Log: log}, keys, nobody{})
		if err == nil {
			opened <- down
			err = down.Run(ctx)
		}
		ended <- err
	}()
	eventually(t, "refused often", func() bool { return complaints.Load() >= 6 })
	strange.Stop()
	at.Dir = filepath.Join(dir, "ours")
	right, err := downlink.StartHub(at, keys, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer right.Stop()
	c := &chain{t: t}
	select {
	case c.down = <-opened:
		eventually(t, "it is at work", func() bool { return c.streams() == link.Partitions })
	case <-time.After(time.Minute):
		t.Error("the core has given the hub up")
	}
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTwoHubsDoNotShareADirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys, err := downlink.LoadKeys(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	first, err := downlink.StartHub(downlink.HubConfig{Dir: dir, Clients: freeAddr(t)}, keys, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := downlink.StartHub(downlink.HubConfig{Dir: dir, Clients: freeAddr(t)}, keys, quiet); err == nil {
		second.Stop()
		t.Error("two hubs write into one directory")
	} else if !strings.Contains(err.Error(), "--data") {
		t.Errorf("nobody is told what to do: %v", err)
	}
	first.Stop()
	again, err := downlink.StartHub(downlink.HubConfig{Dir: dir, Clients: freeAddr(t)}, keys, quiet)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	again.Stop()
}
