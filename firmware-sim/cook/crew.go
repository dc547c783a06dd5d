package cook

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/firmware-sim/call"
)

// Oven is one that the robot can reach into.
type Oven interface {
	Free() int
	PutIn(ctx context.Context, order, item string, diameterCM int) (slot int, byItself bool, err error)
	TakeOut(ctx context.Context, slot int) error
}

// Crew is a robot cook at work in one kitchen.
type Crew struct {
	Edge  *call.Client
	Hands *Hands
	Ovens []Oven
	Log   *slog.Logger

	mu    sync.Mutex
	board Board
	known bool          // the board has been read and nothing was missed since
	bell  chan struct{} // rings when the board has changed
	lies  map[place]lying
}

type lying struct {
	oven Oven
	slot int
}

// look is how often hands look up by themselves: jobs become due without any change on the board.
const look = 100 * time.Millisecond

// Run cooks until ctx ends. A node that is away is waited for.
func (c *Crew) Run(ctx context.Context) error {
	c.bell, c.lies = make(chan struct{}, 1), map[place]lying{}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.read(ctx) })
	g.Go(func() error { return c.work(ctx) })
	return g.Wait()
}

// read follows the board. Every end of the stream begins with a whole board again.
func (c *Crew) read(ctx context.Context) error {
	pause := 250 * time.Millisecond
	for ctx.Err() == nil {
		c.signIn(ctx)
		err := c.Edge.Follow(ctx, "/api/board/stream", "", func(e call.Event) error {
			pause = 250 * time.Millisecond
			return c.hear(e)
		})
		c.mu.Lock()
		c.known = false
		c.mu.Unlock()
		if ctx.Err() == nil {
			c.Log.Warn("board lost, reading it again", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, 4*time.Second)
	}
	return nil
}

// signIn puts the robot's name on the tickets it starts, so that it knows them again after a restart. A restaurant that has no such
// cook on its list is worked in without a name.
func (c *Crew) signIn(ctx context.Context) {
	err := c.Edge.Do(ctx, call.Request{Method: http.MethodPost, Path: "/api/cooks/" + url.PathEscape(c.Hands.Who) + "/sign-in"}, nil)
	if err != nil && ctx.Err() == nil {
		c.Log.Debug("not signed in", "cook", c.Hands.Who, "err", err)
	}
}

func (c *Crew) hear(e call.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.Name == "change" && !c.known {
		return errGap
	}
	if err := c.board.hear(e.Name, e.Data); err != nil {
		return err
	}
	c.known = c.known || e.Name == "snapshot"
	select {
	case c.bell <- struct{}{}:
	default:
	}
	return nil
}

func (c *Crew) work(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.bell:
		case <-tick.C:
		}
		c.turn(ctx)
	}
}

func (c *Crew) turn(ctx context.Context) {
	c.mu.Lock()
	board, known := c.board.clone(), c.known
	c.mu.Unlock()
	if !known {
		return
	}
	free := 0
	for _, o := range c.Ovens {
		free += o.Free()
	}
	for _, act := range c.Hands.Decide(time.Now(), board, free) {
		err := c.carryOut(ctx, act, board)
		if err == nil || ctx.Err() != nil {
			continue
		}
		c.Log.Info("could not "+string(act.Do), "order", act.Order, "item", act.Item, "err", err)
		if act.Tap == "" || !call.Away(err) {
			c.Hands.Refused(act)
		}
	}
}

// errFull says that every slot was taken meanwhile.
var errFull = errors.New("no oven has room")

func (c *Crew) carryOut(ctx context.Context, a Act, b Board) error {
	switch a.Do {
	case PutIn:
		return c.putIn(ctx, a, b)
	case TakeOut:
		l, ok := c.lies[place{a.Order, a.Item}]
		if !ok {
			return errors.New("it lies in no oven of mine")
		}
		delete(c.lies, place{a.Order, a.Item})
		return l.oven.TakeOut(ctx, l.slot)
	case Start:
		return c.tap(ctx, "start", a)
	case HandOver:
		return c.tap(ctx, "hand-over", a)
	case Bump:
		return c.tap(ctx, "items/"+url.PathEscape(a.Item)+"/bump", a)
	}
	return nil
}

func (c *Crew) putIn(ctx context.Context, a Act, b Board) error {
	for _, o := range c.Ovens {
		if o.Free() == 0 {
			continue
		}
		slot, byItself, err := o.PutIn(ctx, a.Order, a.Item, c.diameter(a, b))
		if err != nil {
			return err
		}
		c.lies[place{a.Order, a.Item}] = lying{o, slot}
		c.Hands.LaidIn(a.Order, a.Item, byItself)
		return nil
	}
	return errFull
}

func (c *Crew) diameter(a Act, b Board) int {
	for _, t := range b.Tickets {
		for _, i := range t.Items {
			if t.Order == a.Order && i.ID == a.Item {
				return c.Hands.Diameter(i.Product, i.Size)
			}
		}
	}
	return c.Hands.Diameter("", "")
}

// tap is the body of a touch.
type tap struct {
	Tap string `json:"tap"`
	Who string `json:"who,omitempty"`
}

func (c *Crew) tap(ctx context.Context, path string, a Act) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	return c.Edge.Do(ctx, call.Request{
		Method: http.MethodPost,
		Path:   "/api/tickets/" + url.PathEscape(a.Order) + "/" + path,
		Body:   tap{Tap: a.Tap, Who: c.Hands.Who},
	}, nil)
}
