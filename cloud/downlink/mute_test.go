package downlink_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// mouth is the way to a server of the hub, which may fall mute: it goes on accepting, keeps the lines it has alive with a PONG for every PING,
// as a server does that hangs behind its socket, and lets nothing else through. No timer of NATS ever notices.
type mouth struct {
	t    *testing.T
	addr string
	to   string
	all  sync.WaitGroup

	mu    sync.Mutex
	mute  bool
	lines map[net.Conn]*spoken
}

// spoken is what is known of a line through a mouth.
type spoken struct {
	far     net.Conn // nil: it came when nobody answered
	greeted bool     // the server has said something
	stuck   bool     // something was not let through
}

func newMouth(t *testing.T, to string) *mouth {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mouth{t: t, addr: l.Addr().String(), to: to, lines: map[net.Conn]*spoken{}}
	m.all.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			m.all.Go(func() { m.carry(near) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		m.hangUp(func(*spoken) bool { return true })
		m.all.Wait()
	})
	return m
}

// carry carries one line until either end hangs up.
func (m *mouth) carry(near net.Conn) {
	defer func() { _ = near.Close() }()
	m.mu.Lock()
	s := &spoken{stuck: m.mute}
	m.lines[near] = s
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.lines, near)
	}()
	var back sync.WaitGroup
	defer back.Wait()
	if !s.stuck {
		far, err := net.Dial("tcp", m.to)
		if err != nil {
			return
		}
		defer func() { _ = far.Close() }()
		m.mu.Lock()
		s.far = far
		m.mu.Unlock()
		back.Go(func() {
			m.pass(s, near, far)
			if !m.isStuck(s) { // who hangs does not hang up
				_ = near.Close()
			}
		})
	}
	m.pass(s, s.far, near)
}

// pass lets through what one end says, as long as it may.
func (m *mouth) pass(s *spoken, to io.Writer, from net.Conn) {
	words := make([]byte, 64<<10)
	for {
		n, err := from.Read(words)
		if err != nil {
			return
		}
		if from == s.far {
			m.greet(s)
		}
		switch {
		case !m.isStuck(s):
			_, err = to.Write(words[:n])
		case from != s.far:
			_, err = from.Write(bytes.Repeat([]byte("PONG\r\n"), bytes.Count(words[:n], []byte("PING\r\n"))))
		}
		if err != nil {
			return
		}
	}
}

func (m *mouth) greet(s *spoken) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.greeted = true
}

func (m *mouth) isStuck(s *spoken) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.stuck = s.stuck || m.mute
	return s.stuck
}

// hangUp ends lines.
func (m *mouth) hangUp(which func(*spoken) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for near, s := range m.lines {
		if which(s) {
			_ = near.Close()
			if s.far != nil {
				_ = s.far.Close()
			}
		}
	}
}

func (m *mouth) fallMute() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mute = true
}

// speakAgain lets everything through, on new lines.
func (m *mouth) speakAgain() {
	m.mu.Lock()
	m.mute = false
	m.mu.Unlock()
	m.hangUp(func(s *spoken) bool { return s.stuck })
}

// joined is how many lines have once been whole.
func (m *mouth) joined() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.lines {
		if s.greeted {
			n++
		}
	}
	return n
}

// through makes a node of r1 that reaches the servers of the hub through mouths of its own.
func (c *chain) through(mode uplink.Mode, servers []string) (mouths []*mouth) {
	c.t.Helper()
	as := c.enrol("r1")
	as.Leaves, as.Clients = nil, nil
	for _, s := range servers {
		m := newMouth(c.t, s)
		mouths = append(mouths, m)
		as.Leaves, as.Clients = append(as.Leaves, "nats-leaf://"+m.addr), append(as.Clients, "nats://"+m.addr)
	}
	c.patience = time.Second
	c.kitchen, c.line = c.open(as, mode, "edge.db")
	eventually(c.t, "the link is up", func() bool { return c.line.State().Condition == link.Online })
	return mouths
}

// sell sells at the counter, and waits until the cloud has it.
func (c *chain) sell(key string) {
	c.t.Helper()
	ticket, _, err := c.kitchen.Place(c.t.Context(), counterOrder(key))
	if err != nil {
		c.t.Fatal(err)
	}
	within(c.t, time.Minute, "the cloud has order "+key, func() bool { return c.status(ticket.Order.ID) == order.StatusQueued })
}

func TestANodeHangsUpOnAnEmbeddedHubThatIsMute(t *testing.T) {
	t.Parallel()
	for _, mode := range []uplink.Mode{uplink.Leaf, uplink.Client} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			hub := c.through(mode, []string{map[uplink.Mode]string{uplink.Leaf: c.hubAt.Leaves, uplink.Client: c.hubAt.Clients}[mode]})[0]
			c.sell("before")
			hub.fallMute()
			eventually(t, "the node hangs up", func() bool { return hub.joined() == 0 })
			if s := c.line.State(); s.Condition == link.Online {
				t.Errorf("online with a hub that is mute: %+v", s)
			}
			hub.speakAgain()
			c.sell("afterwards")
		})
	}
}

func TestANodeLeavesTheServerOfAClusterThatIsMute(t *testing.T) {
	t.Parallel()
	for _, mode := range []uplink.Mode{uplink.Leaf, uplink.Client} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			c := &chain{t: t, dir: t.TempDir(), replicas: 3}
			c.begin()
			hub := newCluster(t, c.keys)
			hub.whole()
			c.hubURL = strings.Join(hub.urls(), ",")
			c.openCloud()
			servers := hub.clients
			if mode == uplink.Leaf {
				servers = hub.leaves
			}
			mouths := c.through(mode, servers[:])
			c.sell("before")
			for _, m := range mouths {
				if m.joined() > 0 {
					m.fallMute()
				}
			}
			c.sell("while one of three is mute")
		})
	}
}
