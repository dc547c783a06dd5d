package broker

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

// listener accepts connections for mochi. Unlike mochi's own it owns what it starts: Close returns when every goroutine has ended. It
// bounds the number of connections and the time until CONNECT, and survives when a packet makes mochi panic.
type listener struct {
	config Config
	hook   *hook
	socket net.Listener
	work   sync.WaitGroup
	done   chan struct{} // closed by Close
	served chan struct{} // closed when Serve ends

	mu        sync.Mutex
	open      map[*conn]uint64 // with the number of its arrival
	came      uint64
	establish listeners.EstablishFn // while it is served
}

func newListener(c Config, h *hook) *listener {
	return &listener{
		config: c, hook: h, socket: c.Listener,
		done: make(chan struct{}), served: make(chan struct{}), open: map[*conn]uint64{},
	}
}

// Init, ID, Address and Protocol are asked for by mochi.

func (*listener) Init(*slog.Logger) error { return nil }
func (*listener) ID() string              { return "mqtt" }
func (l *listener) Address() string       { return l.socket.Addr().String() }
func (*listener) Protocol() string        { return "tcp" }

// Serve accepts until Close. When the machine has no descriptors left it tries again rather than going deaf.
func (l *listener) Serve(establish listeners.EstablishFn) {
	defer close(l.served)
	l.serve(establish)
	defer l.serve(nil)
	for {
		c, err := l.socket.Accept()
		switch {
		case err == nil:
			if l.config.TLS != nil {
				c = tls.Server(c, l.config.TLS)
			}
			l.welcome(c)
		case errors.Is(err, net.ErrClosed):
			return
		default:
			l.config.Log.Error("accept MQTT connection", "err", err)
			select {
			case <-l.done:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
}

// serve says how connections become clients; nil: not any more.
func (l *listener) serve(establish listeners.EstablishFn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.establish = establish
}

// welcome runs a new connection, if there is room. It may be called by others than Serve, until that ends.
func (l *listener) welcome(raw net.Conn) {
	c := newConn(raw, l.config.MaxBacklog)
	if !l.admit(c) {
		l.hook.stats.turnedAway.Add(1)
		_ = raw.Close()
	}
}

// admit begins the work on a connection under the lock, so that none begins once Close waits for all.
func (l *listener) admit(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	establish := l.establish
	if establish == nil || len(l.open) >= l.config.MaxClients && !l.makeRoom() {
		return false
	}
	l.came++
	l.open[c] = l.came
	_ = c.SetDeadline(time.Now().Add(l.config.HandshakeTimeout)) // the socket is new: it takes a deadline
	l.work.Go(c.pump)
	l.work.Go(func() {
		defer l.leave(c)
		l.attend(c, establish)
	})
	return true
}

// makeRoom cuts off who has come first and not signed in: a device does that in a moment, and whoever only holds connections keeps none out. Mu
// is held.
func (l *listener) makeRoom() bool {
	var first *conn
	for c, came := range l.open {
		if !c.signedIn.Load() && (first == nil || came < l.open[first]) {
			first = c
		}
	}
	if first == nil {
		return false
	}
	delete(l.open, first)
	l.hook.stats.turnedAway.Add(1)
	_ = first.Close()
	return true
}

func (l *listener) leave(c *conn) {
	_ = c.Close()
	if c.slow.Load() {
		l.hook.stats.slow.Add(1)
		l.config.Log.Warn("client cut off: it reads too slowly", "remote", c.RemoteAddr().String())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
}

// attend runs a connection to its end and records why one that never signed in was sent away.
func (l *listener) attend(c *conn, establish listeners.EstablishFn) {
	defer func() {
		if fault := recover(); fault != nil {
			l.hook.stats.panics.Add(1)
			l.config.Log.Error("connection ended in a panic", "remote", c.RemoteAddr().String(), "err", fmt.Sprint(fault), "stack", string(debug.Stack()))
		}
	}()
	err := establish(l.ID(), c)
	known := c.signedIn.Load() || errors.Is(err, packets.ErrBadUsernameOrPassword)
	if err == nil || known || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return
	}
	l.hook.stats.turnedAway.Add(1)
	l.hook.buryOrLog(DeadLetter{Remote: c.RemoteAddr().String(), Code: "no_connect", Reason: clip(err.Error())})
}

// Close stops accepting, lets mochi take leave of its clients, cuts off the rest and waits for all.
func (l *listener) Close(closeClients listeners.CloseFn) {
	close(l.done)
	_ = l.socket.Close()
	<-l.served
	closeClients(l.ID())
	for _, c := range l.remaining() {
		_ = c.Close()
	}
	l.work.Wait()
}

func (l *listener) remaining() []*conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := make([]*conn, 0, len(l.open))
	for c := range l.open {
		rest = append(rest, c)
	}
	return rest
}
