// Package uplink is the restaurant's end of the link to the cloud: an embedded NATS leaf node without JetStream (or, by a setting, a
// plain client), over which it carries out what shared/link decides. Truth stays in the two databases; whatever happens on the way is
// mended by the next SYNC. The kitchen does not know that there is an internet.
package uplink

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/order"
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
	// Retained are the events that the outbox still holds, of all epochs, after a place: acknowledged ones, too.
	Retained(ctx context.Context, after link.Place, limit int) (refs []link.Ref, more bool, err error)
	// EventsOf are the events from a place on, of any epoch, that stand there without a gap, as many as the two limits allow, and the hash
	// before the first, zero when the outbox no longer has it.
	EventsOf(ctx context.Context, from link.Place, maxEvents, maxBytes int) (events []link.Event, prev link.Hash, err error)
}

// Kitchen obeys the cloud's commands.
type Kitchen interface {
	// Obey applies one command in one transaction. The caller gives them in order, without gaps.
	Obey(ctx context.Context, c link.Command) error
	// Release says that a SYNC named upTo as the highest command there is: web orders are queued once all up to it are obeyed.
	Release(ctx context.Context, upTo uint64) error
	// Begin begins a new epoch of the outbox, in one transaction.
	Begin(ctx context.Context, b link.Beginning) error
}

// Config is what the uplink needs to know.
type Config struct {
	Enrolment Enrolment
	Mode      Mode     // Leaf by default
	Hubs      []string // instead of the hubs that the enrolment names
	Version   string   // of the node's program
	Log       *slog.Logger
	Data      string // directory of the enrolment, whose credential is renewed there; empty: nowhere
	Clock     Clock  // the node's; its own by default

	pace time.Duration // between two dials of one bus; 0: as fast as is good for a node that is wanted

	Digest func(ctx context.Context) ([]link.OpenOrder, error) // where the open orders stand; nil: SYNC does not say

	Outlook func(ctx context.Context) *order.Outlook // what the kitchen would promise now; nil, and a nil answer: heartbeats do not say

	Menus time.Duration // how often the chain is asked for its menu; 5 min by default

	Patience time.Duration // how long SYNC may stay unanswered by a hub that can be dialled, before it is dialled anew; 3 min by default
	Joining  time.Duration // how long a leaf may take to be connected at all before a client is tried, and so on in turn; 45 s by default
	Knocking time.Duration // how long a node that the cloud does not want may take to be connected, before it rests; 15 s by default
	Hopeless time.Duration // after how long of that, with a cloud that is well, Run gives up; 15 min by default
}

// Mode is how the node reaches the hub.
type Mode string

// The modes.
const (
	Leaf   Mode = "leaf"   // an embedded nats-server, which listens to nobody else, joins the hub
	Client Mode = "client" // a plain connection
)

// Uplink owns the link: one goroutine drives the Sender.
type Uplink struct {
	cfg     Config
	outbox  Outbox
	kitchen Kitchen
	boot    string
	papers  *papers
	fleet   *fleet

	inputs      chan func(now time.Time) link.Todo
	nudge       chan struct{} // events were appended
	beat        chan struct{} // send a heartbeat now
	wantRenewal chan struct{} // ask for another credential now
	salvaging   chan struct{} // this device is fenced
	moved       chan struct{} // the hub is elsewhere
	wanted      chan struct{} // the cloud has taken back that it does not want this node

	sender *link.Sender
	conn   *nats.Conn
	asking atomic.Pointer[nats.Conn] // conn, for who is not of the line's own goroutines; nil: there is none
	rests  *rests
	aside  salvaged // only salvage touches it

	obeying sync.Mutex // held from trusting commands to having obeyed them: who names the last command to the cloud waits for it

	mu      sync.Mutex
	going   Mode // how the bus is opened
	said    verdict
	base    link.State // as the Sender has it
	state   link.State // as it is shown
	changes *live.Hub[link.State]
}

// New makes an uplink that is not connected yet.
func New(cfg Config, outbox Outbox, kitchen Kitchen) *Uplink {
	cfg.Patience = cmp.Or(cfg.Patience, 3*time.Minute)
	cfg.Mode = cmp.Or(cfg.Mode, Leaf)
	cfg.Menus = max(cmp.Or(cfg.Menus, menusEvery), 10)
	cfg.Joining = cmp.Or(cfg.Joining, 45*time.Second)
	cfg.Knocking = cmp.Or(cfg.Knocking, 15*time.Second)
	cfg.Hopeless = cmp.Or(cfg.Hopeless, 15*time.Minute)
	if cfg.Clock == nil {
		cfg.Clock = newOwn()
	}
	p := &papers{dir: cfg.Data, now: cfg.Enrolment}
	start := link.State{Condition: link.Offline, Cause: link.CauseStarting, Since: time.Now()}
	if cfg.Enrolment.Alone {
		start.Cause = CauseAlone
	}
	return &Uplink{
		cfg: cfg, outbox: outbox, kitchen: kitchen, boot: id.New(), papers: p, fleet: &fleet{p, cfg.Clock},
		inputs: make(chan func(time.Time) link.Todo, 64), nudge: make(chan struct{}, 1), beat: make(chan struct{}, 1),
		wantRenewal: make(chan struct{}, 1), salvaging: make(chan struct{}, 1), moved: make(chan struct{}, 1), wanted: make(chan struct{}, 1),
		rests: newRests(), going: cfg.Mode, base: start, state: start, changes: live.New[link.State](16),
	}
}

// edge is the restaurant this node belongs to. It never changes while the node runs.
func (u *Uplink) edge() string { return u.cfg.Enrolment.Restaurant }

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

// Run keeps the link up until ctx ends. It returns an error only if the outbox cannot be read, or the bus not opened, at the start; and
// ErrHopeless.
func (u *Uplink) Run(ctx context.Context) error {
	defer u.changes.Close()
	if u.cfg.Enrolment.Alone {
		<-ctx.Done()
		return nil
	}
	err := u.begin(ctx)
	switch {
	case ctx.Err() != nil:
		return nil // closed before it was open
	case err != nil:
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return u.connect(ctx) })
	g.Go(func() error { return u.keep(ctx) })
	g.Go(func() error { return u.salvage(ctx) })
	g.Go(func() error { return u.menus(ctx) })
	return g.Wait()
}

// connect opens one bus after the other, each for as long as it is of use.
func (u *Uplink) connect(ctx context.Context) error {
	began := time.Now()
	bus, err := u.open(ctx)
	for err == nil {
		if err = u.serve(ctx, bus); !reopens(err) {
			break
		}
		u.cfg.Log.Warn("the link is opened anew", "err", err)
		if errors.Is(err, errMoved) {
			u.setWay(u.cfg.Mode)
		} else {
			u.turn(bus)
		}
		u.reset()
		if errors.Is(err, errStuck) && u.hopeless(ctx, began) {
			err = ErrHopeless
			break
		}
		u.rest(ctx, u.rests.after(err, bus.joined.Load()))
		bus, err = u.reopen(ctx)
	}
	return unlessOver(ctx, err)
}

// reopens reports whether another bus is opened after one that ended so.
func reopens(err error) bool {
	for _, why := range []error{errStuck, errMoved, errTorn, errUnwanted, errWanted} {
		if errors.Is(err, why) {
			return true
		}
	}
	return false
}

// unlessOver is err, but for one that came of being told to end.
func unlessOver(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// open opens a bus the way that is to be gone now.
func (u *Uplink) open(ctx context.Context) (*bus, error) {
	cfg := u.cfg
	cfg.Mode = u.way()
	if u.verdict().cause != "" {
		cfg.pace = knockPace
	}
	return openBus(ctx, cfg, u.papers)
}

// serve keeps the link up on one bus, and closes it.
func (u *Uplink) serve(ctx context.Context, b *bus) error {
	defer b.close()
	u.conn = b.conn
	u.asking.Store(b.conn)
	defer u.asking.Store(nil)
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
