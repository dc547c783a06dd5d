// Package kds is the restaurant's LAN HTTP: the board and its stream for the kitchen displays, taps, counter orders, sessions, the till, customers, the
// stock, printers, the state of the line to the cloud, and the pages (docs/LAN.md has every route). It runs with the internet cut, and nothing in it
// waits for the cloud.
//
// Not in here: what a tap does (edge/kitchen decides), how it is stored, how the pages look (edge/web), whose PIN it is and who may do what (edge/staff), metrics (another
// listener), and TLS (the node opens the doors).
package kds

import (
	"context"
	"io/fs"
	"log/slog"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Board is what the kitchen shows.
type Board interface {
	Snapshot(ctx context.Context) (kitchen.Snapshot, error)
	Ticket(ctx context.Context, id order.ID) (kitchen.Ticket, error)
	Recent(ctx context.Context) ([]kitchen.Ticket, error)
	Numbered(ctx context.Context, number int) (kitchen.Ticket, error)
	Shift(ctx context.Context, day string) (kitchen.Figures, error)
}

// Taps is what hands do to a ticket.
type Taps interface {
	Start(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	Bump(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	Recall(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	Remake(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	HandOver(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	Void(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	Confirm(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	HoldBack(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	LetGo(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	Hurry(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	Calm(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
	Acknowledge(ctx context.Context, id order.ID, tap kitchen.Tap) (kitchen.Ticket, error)
}

// Counter takes orders at the counter and by phone.
type Counter interface {
	Place(ctx context.Context, o kitchen.CounterOrder) (t kitchen.Ticket, replayed bool, err error)
	Change(ctx context.Context, id order.ID, tap kitchen.Tap, c kitchen.OrderChange) (kitchen.Ticket, error)
}

// Glass is the screens that show the board, and what they have shown.
type Glass interface {
	Screens(ctx context.Context) ([]kitchen.Screen, error)
	Announce(ctx context.Context, s kitchen.Screen) (kitchen.Screen, error)
	Unplug(ctx context.Context, id string) error
	Watch(ctx context.Context, sights []kitchen.Sight) error
	Look(ctx context.Context, sights []kitchen.Sight) error
	Rendered(ctx context.Context, screen string, orders ...order.ID) error
}

// Promises is what the kitchen can still promise, and whether it takes web orders.
type Promises interface {
	Quote(ctx context.Context, o kitchen.CounterOrder) (kitchen.Quote, error)
	Intake(ctx context.Context) (i kitchen.Intake, wait time.Duration, err error)
	Closed(ctx context.Context) map[order.Channel]order.Shut
	PauseIntake(ctx context.Context, who, reason string, within time.Duration) (kitchen.Intake, error)
	ResumeIntake(ctx context.Context) (kitchen.Intake, error)
}

// Hearths takes a person's word about an oven.
type Hearths interface {
	OvenWorks(ctx context.Context, oven, reason string) error
}

// Roster is who works here.
type Roster interface {
	SignInWith(ctx context.Context, cook, pin string) error
	SignOutWith(ctx context.Context, cook, pin string) error
}

// Shelves are the restaurant's stock, and what is off its menu. A request that is repeated is answered, and does nothing.
type Shelves interface {
	Stock(ctx context.Context) ([]stock.Level, error)
	Suggest(ctx context.Context) ([]stock.Suggestion, error)
	StockReport(ctx context.Context, from, to string) ([]stock.Day, error)
	Off(ctx context.Context) ([]stock.Off, stock.SoldOut, error)
	WriteSlip(ctx context.Context, request string, s stock.Slip) (replayed bool, err error)
	MindStock(ctx context.Context, request string, wishes []stock.Wish) (replayed bool, err error)
	OrderStock(ctx context.Context, request string, lines []stock.SlipLine) (replayed bool, err error)
	SellOut(ctx context.Context, request string, o stock.Off, lasts time.Duration) (replayed bool, err error)
	Lift(ctx context.Context, key stock.OffKey) error
	Today() string
}

// Kitchen is all that the LAN asks of the kitchen: a *kitchen.Kitchen.
type Kitchen interface {
	Board
	Taps
	Counter
	Promises
	Roster
	Glass
	Hearths
	Paper
	Shelves
	People
	Till
	OwnDrivers
	Customers
	Watchman
}

// Watchman knows who may do what the kitchen itself has no part in, and writes it down.
type Watchman interface {
	May(ctx context.Context, a staff.Action) error
	Guard(ctx context.Context, a staff.Action, subject, detail string) error
}

// Ovens are the restaurant's ovens as they stand now, for the displays. It is asked about once a second.
type Ovens interface{ Ovens() []OvenView }

// Link is the line to the cloud as it stands now. It is asked about once a second.
type Link interface{ LinkState() LinkView }

// Deps are what a Server cannot live without.
type Deps struct {
	Kitchen  Kitchen
	Changes  *live.Hub[kitchen.Change] // where Kitchen publishes
	Menu     *menu.Menu
	Card     func() *menu.Menu // the menu as it is now; nil: it stays as Menu is
	Ovens    Ovens
	Link     Link
	Printers Printers // nil: none
	Sensors  Sensors  // nil: none
	Desk     Desk     // nil: nobody can be asked who brings what
	Pages    fs.FS    // the built pages: index.html, counter.html, board.html, health.html, sw.js, assets/
	Clock    clock.Clock
}

// Settings are optional: each zero value means the default named beside it.
type Settings struct {
	Restaurant string
	Ready      func(context.Context) error                      // nil: ready as soon as it serves
	Letters    func(context.Context) (all, kept int, err error) // dead letters; nil: none are counted
	ClockState func() string                                    // "trusted" or "doubtful"; nil: nobody knows, so "doubtful"
	Secure     Secure                                           // the zero value: this node has no HTTPS
	Hosts      []string                                         // names, besides addresses and local names, by which screens reach the node
	Log        *slog.Logger                                     // discards
	Heartbeat  time.Duration                                    // between comments on a quiet stream; 2 s
	Pace       time.Duration                                    // how often ovens and link are looked at; 1 s
	Backlog    int                                              // changes kept for screens that come back; 256
	Buffer     int                                              // changes a screen may fall behind before it is dropped; 64
	Drain      time.Duration                                    // how long running requests may take when the node stops; 5 s
}

func (s Settings) withDefaults() Settings {
	if s.Ready == nil {
		s.Ready = func(context.Context) error { return nil }
	}
	if s.ClockState == nil {
		s.ClockState = func() string { return "doubtful" }
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.Heartbeat = orElse(s.Heartbeat, 2*time.Second)
	s.Pace = orElse(s.Pace, time.Second)
	s.Drain = orElse(s.Drain, 5*time.Second)
	s.Backlog = orElse(s.Backlog, 256)
	s.Buffer = orElse(s.Buffer, 64)
	return s
}

func orElse[T int | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}
