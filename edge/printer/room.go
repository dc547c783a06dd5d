package printer

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Ledger is what is to be printed, and what became of it: an *store.Store. What MarkPrint has returned from is durable.
type Ledger interface {
	NextPrint(ctx context.Context, printer string, now time.Time) (p kitchen.Printed, ok bool, err error)
	MarkPrint(ctx context.Context, id string, to kitchen.PrintState, by string, at time.Time) error // problem.Conflict: somebody else has it
	InterruptedPrints(ctx context.Context, at time.Time) error
	ExpirePrints(ctx context.Context, now time.Time) (gone int, err error)
	OpenPrints(ctx context.Context) (map[string]int, error)
	Printable() <-chan struct{}
	Ticket(ctx context.Context, id order.ID) (kitchen.Ticket, error) // as of the commit that asked for paper, or a later one
}

// Kitchen hears when something cannot be printed.
type Kitchen interface {
	Snapshot(ctx context.Context) (kitchen.Snapshot, error)
	Alert(ctx context.Context, a kitchen.Alert) error
	ClearAlert(ctx context.Context, id string) error
	NotPrinted(ctx context.Context, j kitchen.PrintJob) error // it is given up
}

// Settings are what a Room is made of. The zero value of what stands below Zone means its default.
type Settings struct {
	Printers []Spec
	Menu     *menu.Menu
	Card     func() *menu.Menu // the menu as it is now; nil: it stays as Menu is
	Zone     *time.Location

	Clock clock.Clock                                                 // the kitchen's; the machine's
	Dial  func(ctx context.Context, address string) (net.Conn, error) // TCP
	Log   *slog.Logger                                                // discards
}

// Room is all printers of a restaurant.
type Room struct {
	workers []*worker
	ledger  Ledger
	kitchen Kitchen
	menu    func() *menu.Menu
	zone    *time.Location
	clock   clock.Clock
	dial    func(ctx context.Context, address string) (net.Conn, error)
	log     *slog.Logger
	told    map[string]kitchen.Alert // alerts that are open; only mind knows

	mu     sync.Mutex
	queues map[string]int
}

func (s Settings) card() func() *menu.Menu {
	if s.Card != nil {
		return s.Card
	}
	return func() *menu.Menu { return s.Menu }
}

// New is a room whose printers are off until Run.
func New(s Settings, l Ledger, k Kitchen) *Room {
	r := &Room{
		ledger: l, kitchen: k, menu: s.card(), zone: s.Zone, clock: s.Clock, dial: s.Dial, log: s.Log,
		told: map[string]kitchen.Alert{}, queues: map[string]int{},
	}
	if r.clock == nil {
		r.clock = clock.System{}
	}
	if r.dial == nil {
		r.dial = func(ctx context.Context, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		}
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	for _, spec := range s.Printers {
		w := &worker{spec: spec.WithDefaults(), room: r, log: r.log, bell: make(chan struct{}, 1)}
		w.state = State{Condition: Starting, Since: r.clock.Now()}
		r.workers = append(r.workers, w)
	}
	return r
}

// expireEvery is how often old paper is given up.
const expireEvery = time.Minute

// Run prints until ctx ends; it returns nil. What was on its way when the node stopped is doubted first.
func (r *Room) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := r.ledger.InterruptedPrints(ctx, r.clock.Now())
		if err == nil {
			break
		}
		r.log.WarnContext(ctx, "what was being printed is not known yet", "err", err)
		pause(ctx, ledgerWait)
	}
	var all sync.WaitGroup
	for _, w := range r.workers {
		w.mu.Lock()
		w.state.unfit = time.Now()
		w.mu.Unlock()
		all.Go(func() { w.run(ctx) })
	}
	all.Go(func() { r.mind(ctx) })
	all.Wait()
	return nil
}

// mind rings when there is paper, counts the queues, raises alerts and gives up what is old.
func (r *Room) mind(ctx context.Context) {
	r.recall(ctx)
	every, expire := time.NewTicker(lookEvery), time.NewTicker(expireEvery)
	defer every.Stop()
	defer expire.Stop()
	r.expire(ctx)
	for {
		r.count(ctx)
		r.tell(ctx)
		select {
		case <-ctx.Done():
			return
		case <-r.ledger.Printable():
			r.ring()
		case <-expire.C:
			r.expire(ctx)
		case <-every.C:
		}
	}
}

// ring wakes all workers.
func (r *Room) ring() {
	for _, w := range r.workers {
		w.ring()
	}
}

func (r *Room) expire(ctx context.Context) {
	gone, err := r.ledger.ExpirePrints(ctx, r.clock.Now())
	if err != nil && ctx.Err() == nil {
		r.log.WarnContext(ctx, "old paper could not be given up", "err", err)
	} else if gone > 0 {
		r.log.WarnContext(ctx, "paper is given up: nobody needs it any more", "pieces", gone)
	}
}

func (r *Room) count(ctx context.Context) {
	open, err := r.ledger.OpenPrints(ctx)
	if err != nil {
		return // the last count stands; the board says what the disk has
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queues = open
}

func (r *Room) queued(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queues[id]
}

// servedBy are the printers whose paper comes out at one: itself, and those that it stands in for and that have been unfit for long enough.
func (r *Room) servedBy(s Spec) []Spec {
	all := []Spec{s}
	for _, w := range r.workers {
		if w.spec.Backup == s.ID && w.away() {
			all = append(all, w.spec)
		}
	}
	return all
}

// standsIn reports whether a printer can print for another now.
func (r *Room) standsIn(id string) bool {
	return slices.ContainsFunc(r.workers, func(w *worker) bool { return w.spec.ID == id && w.look().unfit.IsZero() })
}

// away says that the printer's paper is its backup's to print.
func (w *worker) away() bool {
	unfit := w.look().unfit
	return w.spec.Backup != "" && !unfit.IsZero() && time.Since(unfit) >= w.spec.takeover()
}

// draw lays a piece of paper of a printer out for the one at which it comes out.
func (r *Room) draw(ctx context.Context, p kitchen.Printed, at, of Spec) (Sheet, error) {
	f := Facts{Job: p.PrintJob, Doubt: p.State == kitchen.PrintDoubtful, Menu: r.menu(), Zone: r.zone}
	if of.ID != at.ID {
		f.For = of.Name
	}
	at.Stations, at.Language, at.Header, at.Footer = of.Stations, of.Language, of.Header, of.Footer
	if p.What == kitchen.PaperTest {
		return Draw(f, at), nil
	}
	t, err := r.ledger.Ticket(ctx, p.Order)
	if err != nil {
		return Sheet{}, err
	}
	f.Ticket, _ = t.Masked(r.clock.Now())
	return Draw(f, at), nil
}

// View is a printer for the displays.
type View struct {
	Spec   Spec
	State  State
	Queue  int    // pieces of paper that wait or are on their way
	Backup string // where its paper comes out now, if not here and if it does
}

// Printers are all printers as they are now.
func (r *Room) Printers() []View {
	all := make([]View, len(r.workers))
	for n, w := range r.workers {
		all[n] = View{Spec: w.spec, State: w.look(), Queue: r.queued(w.spec.ID)}
		if w.away() && r.standsIn(w.spec.Backup) {
			all[n].Backup = w.spec.Backup
		}
	}
	return all
}
