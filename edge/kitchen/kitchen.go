// Package kitchen is what a restaurant's kitchen does with orders: it takes and numbers them, gives them to cooks, follows each item
// through making, baking and cutting, hands orders over, forecasts when they are ready, minds its timers, obeys or refuses the cloud.
//
// Not in here: databases, sockets, screens and devices. Everything that happens is one Commit, which the Store makes durable as a whole
// before any screen hears of it; what steps are legal is decided by shared/order.
package kitchen

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Screens hear what was committed, in the order of the commits: a live.Hub[Change].
type Screens interface{ Publish(Change) }

// Kitchen is one restaurant's kitchen. It is safe for concurrent use; everything that changes it happens one after the other.
type Kitchen struct {
	store    Store
	card     atomic.Pointer[menu.Menu]
	clock    clock.Clock
	screens  Screens
	settings Settings
	door     door

	turn  chan struct{} // held by whoever changes the kitchen, from reading to publishing
	timed chan struct{} // says that the earliest timer may be another

	mu      sync.RWMutex
	board   board // as the last commit left it
	misses  misses
	probes  probes        // has its own lock
	bounces bounces       // has its own lock
	met     time.Time     // the last exchange with the cloud; written by the holder of turn too
	settled chan struct{} // closed when the cloud has given something back

	short atomic.Int32 // how many at the counter wait for what they asked back: nothing is lent meanwhile

	// Guarded by turn:
	gate  gate
	here  map[string]bool // screens that are here; Watch alone reads it without
	doubt bool            // the last commit failed, perhaps only its answer was lost

	lately []bumped  // the bumps of the last seconds
	sensed time.Time // when an oven last saw something going in
}

// Snapshot is the whole board as one commit left it: the tickets on it in the order of the queue.
type Snapshot struct {
	Seq     uint64
	Tickets []Ticket
	Cooks   []Cook
	Alerts  []Alert
	SoldOut stock.SoldOut
	Intake  Intake
}

// Change is what one commit changed on the board. There is exactly one for each commit; Seq rises by one, over restarts too.
type Change struct {
	Seq     uint64
	Tickets []Ticket   // those on the board, as they are now
	Gone    []order.ID // no longer on the board
	Cooks   []Cook     // all of them, when one changed
	Alerts  []Alert    // raised
	Cleared []string   // alerts that are over

	SoldOut *stock.SoldOut // all of it, when something went off the menu or came back
	Intake  *Intake        // of web orders, when it changed
}

// New opens a kitchen as its store has it, with the roster of the settings.
func New(ctx context.Context, store Store, m *menu.Menu, c clock.Clock, screens Screens, s Settings) (*Kitchen, error) {
	s, err := s.withDefaults()
	if err != nil {
		return nil, err
	}
	k := &Kitchen{
		store: store, clock: c, screens: screens, settings: s,
		turn: make(chan struct{}, 1), timed: make(chan struct{}, 1), settled: make(chan struct{}),
	}
	k.card.Store(m)
	k.probes.last, k.probes.noted = map[string]ProbeNow{}, map[string]time.Time{}
	k.door, k.settings.Staff = newDoor(s.Staff)
	state, err := store.Load(ctx)
	if err != nil {
		return nil, err
	}
	k.board, k.sensed = boardOf(state, m), lastSensed(state.Tickets)
	k.board.words.opened = k.now()
	if err := k.arrive(ctx); err != nil {
		return nil, err
	}
	return k, k.enrol(ctx)
}

// Snapshot is the board as the last commit left it. Subscribe to the screens' hub first, then take it: changes up to its Seq are in it.
func (k *Kitchen) Snapshot(context.Context) (Snapshot, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.board.snapshot(), nil
}

// Ticket finds a ticket, open or ended. It reports problem.NotFound.
func (k *Kitchen) Ticket(ctx context.Context, id order.ID) (Ticket, error) {
	k.mu.RLock()
	t, open := k.board.tickets[id]
	k.mu.RUnlock()
	if open {
		return t, nil
	}
	return k.store.Ticket(ctx, id)
}

// Recent is the recall list: what left the board on this business day, last first, at most RecentMost tickets.
func (k *Kitchen) Recent(ctx context.Context) ([]Ticket, error) {
	return k.store.Recent(ctx, k.settings.Day(k.now()), RecentMost)
}

// Numbered is the ticket that has a number on this business day, on the board or not; it reports problem.NotFound. However many have ended
// since, it can be recalled.
func (k *Kitchen) Numbered(ctx context.Context, number int) (Ticket, error) {
	id, ok, err := k.store.Holder(ctx, k.settings.Day(k.now()), number)
	if err != nil {
		return Ticket{}, err
	}
	if !ok {
		return Ticket{}, problem.New(problem.NotFound, "no_such_number", "no order of today has the number %d", number)
	}
	return k.Ticket(ctx, id)
}

// RecentMost is how many tickets the recall list shows.
const RecentMost = 100

func (k *Kitchen) now() time.Time { return k.clock.Now().UTC().Truncate(time.Millisecond) }
