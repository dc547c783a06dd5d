package kitchen

import (
	"context"
	"encoding/json"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// Store keeps what the kitchen does. Commit is one transaction: all of it is durable when it returns, or nothing is.
type Store interface {
	Load(ctx context.Context) (State, error)
	Commit(ctx context.Context, c Commit) error
	Ticket(ctx context.Context, id order.ID) (Ticket, error)                                 // problem.NotFound
	Answer(ctx context.Context, tap string) (a Answer, ok bool, err error)                   // what a tap was answered
	Recent(ctx context.Context, day string, most int) ([]Ticket, error)                      // ended, last first
	EndedSince(ctx context.Context, day string, since time.Time, most int) ([]Ticket, error) // of a day or a later one, or ended since; last first
	Shift(ctx context.Context, day string) ([]Ticket, error)                                 // all that got a number on a business day
	Prune(ctx context.Context, now time.Time) error                                          // what nobody will ask for any more
	Ledger(ctx context.Context, from, to string) (stock.Ledger, error)                       // of the stock, by business day
	Past
	Books
}

// Past is what a kitchen asks when a new epoch begins, or when it is told something again.
type Past interface {
	Epochs(ctx context.Context) (epoch, begun uint64, err error)                                           // present, and the last that Begin began
	Heard(ctx context.Context, b Beginning, after Place) (heard map[order.ID]Heard, last Place, err error) // of orders with events after a place
	Holder(ctx context.Context, day string, number int) (id order.ID, ok bool, err error)                  // who has a number
	Obeyed(ctx context.Context, command string) (o Obeyed, ok bool, err error)                             // by its id, or by the first it repeats
}

// State is what a kitchen has to know when it starts.
type State struct {
	Seq     uint64   // of the board
	Applied uint64   // the last command obeyed
	Tickets []Ticket // on the board
	Cooks   []Cook
	Alerts  []Alert
	Timers  []Timer
	Screens []Screen
	Numbers map[string]int // the last number given on each of the latest business days
	Stock   stock.State
	Shift   ShiftState
	Lessons []line.Lesson
	Intake  Intake

	Released uint64 // see Commit
}

// Commit is everything that changes at once. The store refuses it when Seq is not one more than it has, when Command is not the next
// command, when Number is not the next of its day, when Answer's id has been answered, and when Begin does not follow what it has.
type Commit struct {
	Seq     uint64
	At      time.Time
	Tickets []Ticket
	Facts   []Fact
	Command *Obeyed
	Answer  *Answer
	Numbers []Number
	Cooks   []Cook
	Raised  []Alert
	Cleared []string // ids of alerts
	Timers  []Timer  // set, or set anew
	Stopped []TimerKey
	Letters []DeadLetter
	Stock   stock.Change
	Shift   Shift
	Prints  []PrintJob // the store leaves out what it has been given before: a piece of paper is printed once

	Moved *Moved // the clock was wrong: paper that waits is of use for as long as if it had been right

	Lessons   []line.Lesson   // as they are now
	Forgotten []line.Topic    // make room for others
	Missed    []time.Duration // how far orders were ready behind their first forecast; for who counts, not for the store
	Intake    *Intake         // when it changed

	Readings []Reading // of probes; numbered and chained by the store

	Screens   []Screen // announced
	Unplugged []string // ids of screens that are forgotten

	Released uint64 // when not 0: web orders of commands up to this one may go to the queue, also after a restart; until a new epoch begins

	Begin    *Beginning // a new epoch: what the cloud lacks goes first in it
	Standing []order.ID // facts behind all others: how these tickets stand once all of this is written
}

// Fact is what the cloud is told.
type Fact struct {
	Order order.ID // empty when it belongs to none
	Trace string   // W3C traceparent of what caused it
	Body  event.Body
}

// Obeyed is the one answer a command gets.
type Obeyed struct {
	Seq     uint64
	ID      string
	Again   string // the first command that this one repeats, if it repeats one
	Granted bool
	Reason  string
}

// Answer is what a tap, an order of the counter or an oven's event was answered: the same id is answered the same, and does nothing.
type Answer struct {
	ID      string
	Order   order.ID        // the ticket it moved; empty when none
	Request string          // fingerprint of what was asked
	Body    json.RawMessage // the ticket as it was after it, without its order unless that was changed
	Keep    time.Time       // until when a repetition is expected
}

// Number is a number given to an order: Last of a business Day.
type Number struct {
	Day  string
	Last int
}

// DeadLetter is a message that made no sense, kept with the reason.
type DeadLetter struct {
	At      time.Time
	Source  string // device, topic or subject
	Reason  string
	Payload []byte
}
