package ordering

import (
	"context"
	"log/slog"
	"time"

	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Store commits what is decided here. Every method returns after the commit.
type Store interface {
	// Place commits a new order. With a key that was used before for the same body it returns the first order as it was placed and
	// replayed; for another body, problem.Invalid "idempotency_mismatch". What it needs is taken of the shares that the restaurant has lent, in the
	// same commit; with too little left nothing is kept: *Short. problem.Unavailable "restored" while nobody knows what is left.
	Place(ctx context.Context, p Placement) (r Record, replayed bool, err error)
	// Replay finds the order that a key was used for, as it was placed. ok is false when the key is new.
	Replay(ctx context.Context, key string, body [32]byte) (r Record, ok bool, err error)
	// Change lets decide change one order. ifVersion 0 stands for any; another than the record's is problem.Stale. A decide that changes
	// nothing leaves the version alone.
	Change(ctx context.Context, id order.ID, ifVersion int, decide Decide) (Record, error)
	// ChangeAll lets decide change many orders, each for itself, and returns what went wrong with some of them, joined.
	ChangeAll(ctx context.Context, ids []order.ID, decide Decide) error
	// StillCreated are orders placed before an instant whose intake is not done.
	StillCreated(ctx context.Context, before time.Time, limit int) ([]order.ID, error)
	// Unaccepted are orders whose accept_by has passed without an answer and that are not marked as overdue yet.
	Unaccepted(ctx context.Context, now time.Time, limit int) ([]order.ID, error)
}

// Placement is a new order on its way into the store. Key and Body may be empty: then nothing is remembered for repetitions.
type Placement struct {
	Record Record
	Key    string   // the guest's Idempotency-Key
	Body   [32]byte // hash of what was asked for

	Needs   map[string]int64 // what it takes of the restaurant's ingredients
	Limited bool             // the restaurant lends shares of some; the store asks again when it is said not to
}

// Houses tells what ordering must know of a restaurant before it sells for it. It reports problem.NotFound.
type Houses interface {
	House(ctx context.Context, restaurant string, now time.Time) (House, error)
}

// Links tells whether a restaurant's node is connected.
type Links interface {
	Up(restaurant string, now time.Time) bool
}

// House is a restaurant as ordering sees it. It may be a second old.
type House struct {
	ID        string
	Name      string
	Latitude  float64
	Longitude float64
	RadiusKM  float64 // how far it delivers
	Cooks     int     // hands on the make line, at least 1
	Menu      *menu.Menu
	Off       map[menu.OffKey]menu.Off // what of it cannot be had now
	Left      map[string]int64         // what may be sold of ingredients that it has lent shares of; of others there is no limit

	OpenAt      func(time.Time) bool              // by its opening hours
	Opens       func(time.Time) (time.Time, bool) // when it opens next after an instant
	Paused      bool                              // a person has stopped web orders
	PausedUntil time.Time                         // the restaurant itself takes no web orders for any time before this
	PausedWhy   string

	Drive func(to order.Address, at time.Time) time.Duration // how long a car takes to an address, at that time of the day

	Queues bool // offline policy: takes web orders while its link is down
	LinkUp bool
	Since  time.Time // since when the link is up or down

	Ahead        int // orders the kitchen has not finished
	AheadSeconds int // make seconds in them

	Outlook   *order.Outlook // what the kitchen itself would promise; nil: it has not said
	OutlookAt time.Time      // when it said so, by our clock
}

// Service takes orders and moves them. Its fields are set once, before use.
type Service struct {
	Store  Store
	Houses Houses
	Links  Links
	Clock  clock.Clock
	Log    *slog.Logger

	AcceptWithin time.Duration // for orders as soon as possible; DefaultAcceptWithin when 0

	kicks chan order.ID
}

// DefaultAcceptWithin is how long a restaurant has to take an order before its guest is asked what to do.
const DefaultAcceptWithin = 3 * time.Minute

// New makes a Service; Run must run for orders to reach their restaurants.
func New(s Store, h Houses, l Links, c clock.Clock, log *slog.Logger) *Service {
	return &Service{Store: s, Houses: h, Links: l, Clock: c, Log: log, kicks: make(chan order.ID, kickBuffer)}
}

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Millisecond) }
