package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// dialPatience is how long one of several may take to answer before the next is tried.
const dialPatience = 500 * time.Millisecond

// Line is a TCP line whose weather can be made: a restaurant's way to the hub, or a door in front of several that serve the same. Who
// dials it reaches one of those behind it, each in turn, and the next one when that does not answer.
type Line struct {
	name   string
	listen string
	behind []string

	mu       sync.Mutex
	weather  Weather
	changed  chan struct{} // closed when the weather changes
	listener net.Listener
	calls    map[*call]struct{}
	next     int // the one behind that is dialled next
	all      sync.WaitGroup

	flapping context.CancelFunc
	flaps    sync.WaitGroup
}

// NewLine makes a line from listen to those behind it. It is cut until Set.
func NewLine(name, listen string, behind ...string) *Line {
	return &Line{name: name, listen: listen, behind: behind, changed: make(chan struct{}), calls: map[*call]struct{}{}}
}

// Set makes the weather of a line, for connections that stand and those to come. The same weather once more is harmless.
func (l *Line) Set(w Weather) error {
	if err := w.check(); err != nil {
		return err
	}
	l.calm()
	if w.FlapMS == [2]int{} {
		return l.become(w)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.mu.Lock()
	l.flapping = cancel
	l.mu.Unlock()
	l.flaps.Go(func() { l.flap(ctx, w) })
	return nil
}

// calm ends what made the line come and go.
func (l *Line) calm() {
	l.mu.Lock()
	if l.flapping != nil {
		l.flapping()
		l.flapping = nil
	}
	l.mu.Unlock()
	l.flaps.Wait()
}

// flap lets the line come and go until ctx ends.
func (l *Line) flap(ctx context.Context, w Weather) {
	for w.Up = false; ; w.Up = !w.Up {
		_ = l.become(w) // a port that somebody took meanwhile is tried again the next time
		next := time.NewTimer(time.Duration(w.FlapMS[0]+rand.IntN(w.FlapMS[1]-w.FlapMS[0]+1)) * time.Millisecond)
		select {
		case <-ctx.Done():
			next.Stop()
			return
		case <-next.C:
		}
	}
}

// become makes the weather as it is from now on.
func (l *Line) become(w Weather) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w == l.weather {
		return nil
	}
	if !w.cut() && l.listener == nil {
		listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", l.listen)
		if err != nil {
			return fmt.Errorf("mend the line of %s: %w", l.name, err)
		}
		l.listener = listener
		l.all.Go(func() { l.answer(listener) })
	}
	l.weather = w
	close(l.changed)
	l.changed = make(chan struct{})
	if w.cut() && l.listener != nil {
		_ = l.listener.Close()
		l.listener = nil
	}
	for c := range l.calls {
		switch {
		case w.cut():
			c.reset()
		case !w.Up && w.How == HalfOpen:
			c.forsake()
		}
	}
	return nil
}

// Weather is how the line is at this moment.
func (l *Line) Weather() Weather {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.weather
}

// Up reports whether the line is there, however slow.
func (l *Line) Up() bool { return l.Weather().Up }

// Close cuts the line and waits until nothing of it is left.
func (l *Line) Close() {
	l.calm()
	_ = l.become(Weather{})
	l.all.Wait()
}

func (l *Line) now() (w Weather, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.weather, l.changed
}

func (l *Line) answer(listener net.Listener) {
	for {
		near, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		tcp, ok := near.(*net.TCPConn)
		if !ok {
			_ = near.Close()
			continue
		}
		c := newCall(l, tcp)
		l.mu.Lock()
		if l.listener != listener { // cut meanwhile
			l.mu.Unlock()
			c.reset()
			continue
		}
		l.calls[c] = struct{}{}
		l.mu.Unlock()
		l.all.Go(func() {
			c.run()
			l.mu.Lock()
			delete(l.calls, c)
			l.mu.Unlock()
		})
	}
}

// dial reaches one of those behind.
func (l *Line) dial(ctx context.Context) (far *net.TCPConn, err error) {
	l.mu.Lock()
	first := l.next
	l.next++
	l.mu.Unlock()
	dialer := net.Dialer{Timeout: dialPatience}
	for i := range l.behind {
		conn, failed := dialer.DialContext(ctx, "tcp", l.behind[(first+i)%len(l.behind)])
		if tcp, ok := conn.(*net.TCPConn); ok && failed == nil {
			return tcp, nil
		}
		err = failed
	}
	return nil, err
}
