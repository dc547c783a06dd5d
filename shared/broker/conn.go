package broker

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
)

const (
	writeTimeout = 10 * time.Second       // for one batch to a client that reads nothing
	flushTimeout = time.Second            // for the last words to a client we leave
	linger       = 500 * time.Millisecond // for a client to read them before the socket goes
)

// errSlow says that a client read too little for too long.
var errSlow = errors.New("client is too slow: its backlog is full")

// conn is a connection whose Write never blocks. mochi holds a client's lock while it writes, and takes the same lock to give a
// QoS 1 message its number: with a plain socket one client that stops reading would stop everybody who publishes to it.
// Close lingers, so that the peer can read the last words before the socket goes.
type conn struct {
	net.Conn
	most     int         // bytes that may wait
	signedIn atomic.Bool // its client was let in
	slow     atomic.Bool // it was cut off for being slow

	mu      sync.Mutex
	waiting []byte
	closed  bool
	wake    chan struct{} // has room for one: there is something to do
}

func newConn(c net.Conn, most int) *conn {
	return &conn{Conn: c, most: most, wake: make(chan struct{}, 1)}
}

// signedIn notes on the connection of a client that the client was let in.
func signedIn(cl *mqtt.Client) {
	if c, ok := cl.Net.Conn.(*conn); ok {
		c.signedIn.Store(true)
	}
}

// Write queues b. When the backlog is full the connection is cut off.
func (c *conn) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	if len(c.waiting)+len(b) > c.most {
		c.slow.Store(true)
		c.waiting = nil
		c.close(0)
		return 0, errSlow
	}
	c.waiting = append(c.waiting, b...)
	c.ring()
	return len(b), nil
}

// Read reads until the connection is closed by either side.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	return n, err
}

// SetDeadline is for reading alone: what is written has deadlines of its own.
func (c *conn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	return c.SetReadDeadline(t)
}

// Close makes Read and Write fail and lets the pump end.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.close(flushTimeout)
	}
	return nil
}

// close wants the lock held. The pump has so long to write what waits.
func (c *conn) close(flush time.Duration) {
	c.closed = true
	now := time.Now()
	_ = c.SetReadDeadline(now)
	_ = c.SetWriteDeadline(now.Add(flush))
	c.ring()
}

func (c *conn) ring() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// pump writes what waits until the connection is closed; then it lets the peer read the rest and closes the socket.
func (c *conn) pump() {
	defer c.Conn.Close()
	for range c.wake {
		batch, closed := c.take()
		if len(batch) > 0 {
			if _, err := c.Conn.Write(batch); err != nil {
				_ = c.Close()
				return
			}
		}
		if closed {
			c.linger()
			return
		}
	}
}

func (c *conn) take() (batch []byte, closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	batch, c.waiting = c.waiting, nil
	if !c.closed {
		_ = c.SetWriteDeadline(time.Now().Add(writeTimeout))
	}
	return batch, c.closed
}

// linger ends our half and reads the peer's to its end: a socket closed with unread input is reset, and the peer would lose our words.
func (c *conn) linger() {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok || c.slow.Load() || half.CloseWrite() != nil {
		return
	}
	_ = c.SetReadDeadline(time.Now().Add(linger))
	_, _ = io.Copy(io.Discard, c.Conn)
}
