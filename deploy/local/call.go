package main

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// call is one connection over a line.
type call struct {
	line *Line
	near *net.TCPConn // the node's end
	ctx  context.Context
	hang context.CancelFunc // ends it for both

	mu       sync.Mutex
	far      *net.TCPConn // the hub's end, once it is there
	forsaken bool         // the hub's end is gone and the near one shall not hear of it
}

func newCall(l *Line, near *net.TCPConn) *call {
	c := &call{line: l, near: near}
	c.ctx, c.hang = context.WithCancel(context.Background())
	return c
}

// reset ends the call at both ends as a cut cable's operator does it: with a reset.
func (c *call) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	abort(c.near)
	if c.far != nil {
		abort(c.far)
	}
	c.hang()
}

// forsake ends the hub's end alone. The near end stays as it is, and whatever it says is lost.
func (c *call) forsake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forsaken = true
	if c.far != nil {
		abort(c.far)
	}
}

func abort(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

// run carries bytes until one end has closed and the other has heard of it.
func (c *call) run() {
	defer c.hang()
	defer func() { _ = c.near.Close() }()
	if !c.await(true) {
		return
	}
	far, err := c.line.dial(c.ctx)
	if err != nil {
		abort(c.near)
		return
	}
	defer func() { _ = far.Close() }()
	c.mu.Lock()
	c.far = far
	if c.forsaken {
		abort(far)
	}
	c.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { c.carry(far, c.near, true) })
	both.Go(func() { c.carry(c.near, far, false) })
	both.Wait()
}

// await returns when bytes get through; false when the call has ended first.
func (c *call) await(up bool) bool {
	for {
		w, changed := c.line.now()
		if w.passes(up) {
			return c.ctx.Err() == nil
		}
		select {
		case <-changed:
		case <-c.ctx.Done():
			return false
		}
	}
}

// letter is what was said, and when it may arrive.
type letter struct {
	text []byte
	due  time.Time
}

// onTheWay bounds what travels: 1 MiB, beyond which the sender has to wait as with any full pipe.
const (
	atOnce   = 16 << 10
	onTheWay = 64
)

// carry brings what is said at one end to the other, as the weather lets it.
func (c *call) carry(to, from *net.TCPConn, up bool) {
	letters := make(chan letter, onTheWay)
	var delivery sync.WaitGroup
	delivery.Go(func() { c.deliver(to, letters, up) })
	for {
		text := make([]byte, atOnce)
		n, err := from.Read(text)
		if n > 0 {
			w, _ := c.line.now()
			letters <- letter{text[:n], time.Now().Add(w.latency())}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) && !c.isForsaken() {
				c.reset()
			}
			break
		}
	}
	close(letters)
	delivery.Wait()
}

// deliver writes letters in order, each when it is due and as fast as the line is; it empties the channel whatever happens.
func (c *call) deliver(to *net.TCPConn, letters <-chan letter, up bool) {
	lost := false
	for l := range letters {
		for at := 0; at < len(l.text) && !lost; {
			w, _ := c.line.now()
			n := w.portion(len(l.text) - at)
			if !c.pause(max(time.Until(l.due), w.takes(n))) || !c.await(up) {
				lost = true
				break
			}
			if _, err := to.Write(l.text[at : at+n]); err != nil {
				lost = true
			}
			at += n
		}
	}
	if c.isForsaken() {
		return // what it said is lost, and nobody answers
	}
	if c.await(up) {
		_ = to.CloseWrite()
	}
}

func (c *call) isForsaken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.forsaken
}

// pause lets time pass; false when the call has ended first.
func (c *call) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.ctx.Done():
		return false
	}
}
