// Package uplink is the restaurant's end of the link to the cloud: an embedded NATS leaf node without JetStream (or, by a setting, a
// plain client), over which it carries out what shared/link decides. Truth stays in the two databases; whatever happens on the way is
// mended by the next SYNC. The kitchen does not know that there is an internet.
package uplink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
)

// Outbox is what the node's database does for the link.
type Outbox interface {
	Tip(ctx context.Context) (link.Mark, error)
	Acked(ctx context.Context) (link.Mark, error)
	SetAcked(ctx context.Context, m link.Mark) error
	// Events are the events from a seq on, in order, as many as the two limits allow, and the hash before the first.
	Events(ctx context.Context, from uint64, maxEvents, maxBytes int) (events []link.Event, prev link.Hash, err error)
	OldestUnsent(ctx context.Context) (time.Time, error)
	HashAt(ctx context.Context, seq uint64) (link.Hash, bool, error)
	// CommandSeq is the last command that was applied, and its id.
	CommandSeq(ctx context.Context) (seq uint64, id string, err error)
	OpenOrders(ctx context.Context) (int, error)
}

// Kitchen obeys the cloud's commands.
type Kitchen interface {
	// Obey applies one command in one transaction. The caller gives them in order, without gaps.
	Obey(ctx context.Context, c link.Command) error
	// Release says that a SYNC named upTo as the highest command there is: web orders are queued once all up to it are obeyed.
	Release(ctx context.Context, upTo uint64) error
}

// Config is what the uplink needs to know.
type Config struct {
	Enrolment Enrolment
	Mode      Mode     // Leaf by default
	Hubs      []string // instead of the hubs that the enrolment names
	Version   string   // of the node's program
	Log       *slog.Logger

	Patience time.Duration // how long SYNC may stay unanswered by a hub that can be dialled, before it is dialled anew; 3 min by default
}

// Mode is how the node reaches the hub.
type Mode string

// The modes.
const (
	Leaf   Mode = "leaf"   // an embedded nats-server joins the hub; programs in the restaurant can share its bus
	Client Mode = "client" // a plain connection
)

// Uplink owns the link: one goroutine drives the Sender.
type Uplink struct {
	cfg     Config
	outbox  Outbox
	kitchen Kitchen
	boot    string

	inputs chan func(now time.Time) link.Todo
	nudge  chan struct{} // events were appended
	beat   chan struct{} // send a heartbeat now

	sender *link.Sender
	conn   *nats.Conn
	cloud  cloudClock

	mu      sync.Mutex
	state   link.State
	changes *live.Hub[link.State]
}

// New makes an uplink that is not connected yet.
func New(cfg Config, outbox Outbox, kitchen Kitchen) *Uplink {
	if cfg.Patience <= 0 {
		cfg.Patience = 3 * time.Minute
	}
	return &Uplink{
		cfg: cfg, outbox: outbox, kitchen: kitchen, boot: id.New(),
		inputs: make(chan func(time.Time) link.Todo, 64), nudge: make(chan struct{}, 1), beat: make(chan struct{}, 1),
		state:   link.State{Condition: link.Offline, Cause: link.CauseStarting, Since: time.Now()},
		changes: live.New[link.State](16),
	}
}

// State is how the link is now.
func (u *Uplink) State() link.State {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.state
}

// Changes hands out every new State.
func (u *Uplink) Changes() *live.Hub[link.State] { return u.changes }

// Appended says that a transaction has committed events. It never blocks.
func (u *Uplink) Appended() { poke(u.nudge) }

// Run keeps the link up until ctx ends. It returns an error only if the outbox cannot be read, or the bus not opened, at the start.
func (u *Uplink) Run(ctx context.Context) error {
	defer u.changes.Close()
	if err := u.begin(ctx); ctx.Err() != nil {
		return nil // closed before it was open
	} else if err != nil {
		return err
	}
	bus, err := openBus(ctx, u.cfg)
	for err == nil {
		if err = u.serve(ctx, bus); !errors.Is(err, errStuck) {
			return err
		}
		u.cfg.Log.Warn("the link is opened anew", "err", err)
		u.reset()
		bus, err = u.reopen(ctx)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// serve keeps the link up on one bus, and closes it.
func (u *Uplink) serve(ctx context.Context, b *bus) error {
	defer b.close()
	u.conn = b.conn
	g, ctx := errgroup.WithContext(ctx)
	commands, err := u.subscribe(ctx)
	if err != nil {
		return err
	}
	g.Go(func() error { return u.drive(ctx, g) })
	g.Go(func() error { return u.watch(ctx, b) })
	g.Go(func() error { return u.guard(ctx, b) })
	g.Go(func() error { return u.obey(ctx, commands) })
	g.Go(func() error { return u.heartbeat(ctx) })
	return g.Wait()
}

// begin makes the Sender from what the outbox holds.
func (u *Uplink) begin(ctx context.Context) error {
	tip, err := u.outbox.Tip(ctx)
	if err != nil {
		return fmt.Errorf("read the end of the outbox: %w", err)
	}
	acked, err := u.outbox.Acked(ctx)
	if err != nil {
		return fmt.Errorf("read what the cloud has acknowledged: %w", err)
	}
	u.sender = link.NewSender(link.SenderConfig{
		Edge: u.cfg.Enrolment.Restaurant, Device: u.cfg.Enrolment.Device, Boot: u.boot, Rand: rand.Float64,
		HashAt: func(seq uint64) (link.Hash, bool) {
			h, ok, err := u.outbox.HashAt(ctx, seq)
			return h, ok && err == nil
		},
	}, tip, acked)
	return nil
}

// drive is the only goroutine that touches the Sender.
func (u *Uplink) drive(ctx context.Context, g *errgroup.Group) error {
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		var todo link.Todo
		select {
		case <-ctx.Done():
			return nil
		case input := <-u.inputs:
			todo = input(time.Now())
		case <-u.nudge:
			tip, err := u.outbox.Tip(ctx)
			if err != nil {
				u.cfg.Log.Warn("read the end of the outbox", "err", err)
				continue
			}
			todo = u.sender.Appended(time.Now(), tip)
		case now := <-alarm.C:
			todo = u.sender.Tick(now)
		}
		u.carryOut(ctx, g, todo, alarm)
	}
}

// carryOut does what the Sender asks for, until it asks for nothing more.
func (u *Uplink) carryOut(ctx context.Context, g *errgroup.Group, todo link.Todo, alarm *time.Timer) {
	for {
		if todo.Persist != nil {
			if err := u.outbox.SetAcked(ctx, *todo.Persist); err != nil {
				u.cfg.Log.Warn("store what the cloud has acknowledged", "err", err)
			}
		}
		if todo.Sync != nil {
			req := *todo.Sync
			g.Go(func() error { u.sync(ctx, req); return nil })
		}
		if todo.Publish == nil {
			break
		}
		todo = u.publish(ctx, g, *todo.Publish)
	}
	if !todo.Wake.IsZero() {
		alarm.Reset(max(0, time.Until(todo.Wake)))
	}
	u.note()
}

// note passes a changed state on to the displays.
func (u *Uplink) note() {
	now := u.sender.State()
	u.mu.Lock()
	was := u.state
	if now.Since.IsZero() {
		now.Since = was.Since
	}
	u.state = now
	u.mu.Unlock()
	if was.Condition != now.Condition || was.Cause != now.Cause || was.Backlog != now.Backlog {
		u.changes.Publish(now)
	}
	if was.Condition != now.Condition || was.Cause != now.Cause {
		u.cfg.Log.Info("link", "condition", string(now.Condition), "cause", string(now.Cause), "detail", now.Detail, "backlog", now.Backlog)
	}
}

// tell gives the Sender an input from another goroutine.
func (u *Uplink) tell(ctx context.Context, input func(now time.Time) link.Todo) {
	select {
	case u.inputs <- input:
	case <-ctx.Done():
	}
}

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
