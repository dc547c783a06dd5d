package kds

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/live"
)

// frame is one event of the stream, written once for all screens. Seq is 0 for what is outside the numbered sequence.
type frame struct {
	seq  uint64
	text []byte
}

// caster turns the kitchen's changes into frames for all screens. It keeps the latest, so that a screen that was away for a moment
// gets just what it missed.
type caster struct {
	server  *Server
	screens *live.Hub[frame]
	around  surroundings // as the screens know them

	mu     sync.Mutex // order: a frame is kept and passed on in one go, and a screen joins between two frames
	kept   []frame    // gapless
	passed uint64     // the last change that was passed on

	sharing sync.Mutex
	shared  frame // the last snapshot
	made    time.Time
}

func newCaster(s *Server) *caster {
	return &caster{server: s, screens: live.New[frame](s.settings.Buffer), around: surroundings{server: s}}
}

// begin looks at the surroundings before the first screen can join. A screen that joins is told how they stand, so what changes after
// that is news; looked at later, a change between the two would be nobody's.
func (c *caster) begin() { c.around.news() }

// run works until ctx ends, then ends all streams.
func (c *caster) run(ctx context.Context) {
	defer c.screens.Close()
	pace := time.NewTicker(c.server.settings.Pace)
	defer pace.Stop()
	for ctx.Err() == nil {
		c.follow(ctx, pace.C)
		c.forget()
		select { // dropped by the hub, which is rare, or the hub is closed: not at full speed in either case
		case <-ctx.Done():
		case <-pace.C:
		}
	}
}

// follow passes changes on until ctx ends or the kitchen's hub drops us.
func (c *caster) follow(ctx context.Context, pace <-chan time.Time) {
	changes, leave := c.server.Changes.Subscribe()
	defer leave()
	for {
		select {
		case <-ctx.Done():
			return
		case change, open := <-changes:
			if !open {
				return
			}
			c.pass(change)
		case <-pace:
			c.letGo()
			for _, f := range c.around.news() {
				c.screens.Publish(f)
			}
		}
	}
}

func (c *caster) pass(change kitchen.Change) {
	f, err := numbered("change", change.Seq, c.server.change(change))
	if err != nil {
		c.server.settings.Log.Error("encode a change", "seq", change.Seq, "err", err)
		return // the screens see a gap and take a snapshot
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.kept); n > 0 && c.kept[n-1].seq+1 != f.seq {
		c.kept = nil
	}
	c.kept, c.passed = append(c.kept, f), f.seq
	if over := len(c.kept) - c.server.settings.Backlog; over > 0 {
		c.kept = append([]frame(nil), c.kept[over:]...)
	}
	c.screens.Publish(f)
}

func (c *caster) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = nil
}

// join subscribes a screen that has seen everything up to seen; missed is what came since. It is nil when that is not known any more, and the
// screen needs a snapshot of a change not before through.
func (c *caster) join(seen uint64, resume bool) (missed []frame, through uint64, frames <-chan frame, leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	frames, leave = c.screens.Subscribe()
	if !resume || len(c.kept) == 0 || seen+1 < c.kept[0].seq || seen > c.kept[len(c.kept)-1].seq {
		return nil, c.passed, frames, leave
	}
	missed = []frame{}
	for _, f := range c.kept {
		if f.seq > seen {
			missed = append(missed, f)
		}
	}
	return missed, c.passed, frames, leave
}

// sharedFor is for how long a snapshot is good for others who come.
const sharedFor = 250 * time.Millisecond

// snapshot is the board as of a change not before through. Many who come at once, as after a power cut, share one: it may be a megabyte, and those
// who do not read hold it for a while.
func (c *caster) snapshot(ctx context.Context, through uint64) (frame, error) {
	c.sharing.Lock()
	defer c.sharing.Unlock()
	now := c.server.Clock.Now()
	if age := now.Sub(c.made); c.shared.seq >= max(through, 1) && age >= 0 && age < sharedFor {
		return c.shared, nil
	}
	snap, err := c.server.snapshot(ctx)
	if err != nil {
		return frame{}, err
	}
	f, err := numbered("snapshot", snap.Seq, snap)
	if err == nil {
		c.shared, c.made = f, now
	}
	return f, err
}

// letGo forgets a snapshot that nobody will share any more.
func (c *caster) letGo() {
	c.sharing.Lock()
	defer c.sharing.Unlock()
	if c.server.Clock.Now().Sub(c.made).Abs() >= sharedFor {
		c.shared = frame{}
	}
}

// surroundings are what stands around the tickets: ovens and the line to the cloud. They are looked at, at our own pace.
type surroundings struct {
	server      *Server
	ovens, line []byte
	ui          string
	printers    []byte
	turns       []byte
}

// news are frames for what is not as it was when last asked.
func (a *surroundings) news() (out []frame) {
	if is := a.server.ui(); is != a.ui {
		was := a.ui
		a.ui = is
		if f, err := unnumbered("hello", map[string]any{"now": at(a.server.Clock.Now()), "ui": is}); err == nil && was != "" {
			out = append(out, f)
		}
	}
	for _, look := range []struct {
		event string
		now   any
		last  *[]byte
	}{
		{"ovens", listed(a.server.Ovens.Ovens()), &a.ovens},
		{"link", a.server.Link.LinkState(), &a.line},
		{"printers", listed(a.server.Printers.Printers()), &a.printers},
		{"dispatch", a.server.desk.news(), &a.turns},
	} {
		f, err := unnumbered(look.event, look.now)
		if err != nil {
			a.server.settings.Log.Error("encode "+look.event, "err", err)
			continue
		}
		if !bytes.Equal(f.text, *look.last) {
			*look.last = f.text
			out = append(out, f)
		}
	}
	return out
}

func numbered(event string, seq uint64, v any) (frame, error) {
	data, err := json.Marshal(v)
	return frame{seq, fmt.Appendf(nil, "id: %d\nevent: %s\ndata: %s\n\n", seq, event, data)}, err
}

func unnumbered(event string, v any) (frame, error) {
	data, err := json.Marshal(v)
	return frame{0, fmt.Appendf(nil, "event: %s\ndata: %s\n\n", event, data)}, err
}
