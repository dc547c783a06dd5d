package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const (
	hubClients = 1000
	hubLeaves  = 100
)

// connected measures what one more restaurant costs a hub in memory: a nats-server of its own, set up as ours is (no compression), with
// nothing to do but to keep the connections, each subscribed to what a node hears.
func (m *Machine) connected(ctx context.Context, _ *chain, r *report) error {
	plain, err := m.perConnection(ctx, hubClients, dialClient)
	if err != nil {
		return err
	}
	leaf, err := m.perConnection(ctx, hubLeaves, dialLeaf)
	if err != nil {
		return err
	}
	r.add("hub: memory per connected restaurant (RSS)", fmt.Sprintf("%.0f kB as a leaf node (%d of them)", leaf, hubLeaves),
		fmt.Sprintf("%.0f kB as a plain client (%d of them); %.1f×", plain, hubClients, leaf/plain), "buffers of the connection; without TLS")
	return nil
}

// perConnection is by how many kB a hub grows with each of n connections.
func (m *Machine) perConnection(ctx context.Context, n int, dial func(port, n int) (hangUp func(), err error)) (kB float64, err error) {
	port := m.PortBase + 150
	hub, err := startHub(ctx, filepath.Join(m.Bin, "nats-server"), port)
	if err != nil {
		return 0, err
	}
	defer func() {
		_ = hub.Process.Kill()
		_ = hub.Wait()
	}()
	if err := answers(ctx, port); err != nil {
		return 0, err
	}
	before, err := rss(hub.Process.Pid)
	if err != nil {
		return 0, err
	}
	var hangUps []func()
	defer func() {
		for _, hangUp := range hangUps {
			hangUp()
		}
	}()
	for i := range n {
		hangUp, err := dial(port, i)
		if err != nil {
			return 0, err
		}
		hangUps = append(hangUps, hangUp)
	}
	after, err := rss(hub.Process.Pid)
	return (after - before) * 1e3 / float64(n), err
}

func startHub(ctx context.Context, program string, port int) (*exec.Cmd, error) {
	config, err := os.CreateTemp("", "awesome-hub-*.conf")
	if err != nil {
		return nil, fmt.Errorf("configure a hub: %w", err)
	}
	_, err = fmt.Fprintf(config, "listen: \"127.0.0.1:%d\"\nleafnodes { listen: \"127.0.0.1:%d\", no_advertise: true, compression: off }\n", port, port+1)
	if err := errors.Join(err, config.Close()); err != nil {
		return nil, fmt.Errorf("configure a hub: %w", err)
	}
	hub := exec.CommandContext(ctx, program, "-c", config.Name())
	if err := hub.Start(); err != nil {
		return nil, fmt.Errorf("start a hub: %w", err)
	}
	return hub, nil
}

func answers(ctx context.Context, port int) error {
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit) && ctx.Err() == nil; {
		conn, err := nats.Connect(hubURL("nats", port), nats.MaxReconnects(0), nats.RetryOnFailedConnect(false))
		if err == nil {
			conn.Close()
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	return errors.New("the hub does not answer")
}

func hubURL(scheme string, port int) string { return fmt.Sprintf("%s://127.0.0.1:%d", scheme, port) }

func dialClient(port, n int) (func(), error) {
	conn, err := nats.Connect(hubURL("nats", port))
	if err != nil {
		return nil, fmt.Errorf("connect to the hub: %w", err)
	}
	if err := listen(conn, n); err != nil {
		return nil, err
	}
	return conn.Close, nil
}

// listen subscribes to what a node hears, and waits until the hub knows.
func listen(conn *nats.Conn, n int) error {
	for _, what := range []string{"ack", "cmd", "ctl"} {
		if _, err := conn.SubscribeSync(fmt.Sprintf("ap.v1.dn.r%d.%s", n, what)); err != nil {
			return fmt.Errorf("listen: %w", err)
		}
	}
	return conn.Flush()
}

func dialLeaf(port, n int) (func(), error) {
	hub, err := url.Parse(hubURL("nats-leaf", port+1))
	if err != nil {
		return nil, err
	}
	remote := &server.RemoteLeafOpts{URLs: []*url.URL{hub}, IgnoreDiscoveredServers: true}
	remote.Compression.Mode = server.CompressionOff
	o := &server.Options{ServerName: fmt.Sprintf("leaf-%d", n), DontListen: true, Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true}
	o.LeafNode.Remotes = []*server.RemoteLeafOpts{remote}
	leaf, err := server.NewServer(o)
	if err != nil {
		return nil, fmt.Errorf("make a leaf: %w", err)
	}
	leaf.Start()
	hangUp := func() { leaf.Shutdown(); leaf.WaitForShutdown() }
	conn, err := nats.Connect("", nats.InProcessServer(leaf))
	if err != nil {
		hangUp()
		return nil, fmt.Errorf("join a leaf: %w", err)
	}
	for limit := time.Now().Add(10 * time.Second); leaf.NumLeafNodes() == 0; {
		if time.Now().After(limit) {
			hangUp()
			return nil, errors.New("a leaf does not reach the hub: " + strings.TrimSpace(hub.String()))
		}
		<-time.After(time.Millisecond)
	}
	return func() { conn.Close(); hangUp() }, listen(conn, n)
}
