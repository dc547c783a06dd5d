package kitchen

import (
	"strings"
	"time"

	"awesome.pizza/shared/order"
)

// Paper is a kind of paper.
type Paper string

// The kinds of paper.
const (
	PaperTicket  Paper = "ticket"  // what is to be made, for a station
	PaperLabel   Paper = "label"   // on a pizza's box
	PaperReceipt Paper = "receipt" // for the guest
	PaperTest    Paper = "test"    // says that a printer prints
)

// Papers are the kinds that an order has.
func Papers() []Paper { return []Paper{PaperTicket, PaperLabel, PaperReceipt} }

// Printer is where paper comes out, as far as the kitchen cares.
type Printer struct {
	ID       string
	Papers   []Paper
	Stations []string // tickets and labels only of what is made there; none means all
}

// PrintJob is one piece of paper to be printed, once: what has the same ID is the same piece.
type PrintJob struct {
	ID      string
	What    Paper
	Order   order.ID // empty for a test
	Item    string   // labels
	Printer string
	Copy    bool // somebody asked for it again
	At      time.Time
	Expires time.Time // paper after that would only confuse
}

// Changed says that the ticket is printed because guests changed their minds.
func (j PrintJob) Changed() bool { return strings.HasPrefix(j.ID, "change/") }

// Moved says that what was labelled from an instant on belongs by later, or earlier.
type Moved struct {
	From time.Time
	By   time.Duration
}

// PrintState is how far a piece of paper has come.
type PrintState string

// The life of a piece of paper.
const (
	PrintPending   PrintState = "pending"   // nothing has gone to a printer
	PrintSent      PrintState = "sent"      // on its way: durable before the first byte goes
	PrintConfirmed PrintState = "confirmed" // the printer says that it has cut it
	PrintDoubtful  PrintState = "doubtful"  // was sent, and nobody knows whether it came out: printed again, and says so
	PrintExpired   PrintState = "expired"   // too late to be of use
	PrintFailed    PrintState = "failed"    // sent too often without an answer
)

// Printed is a piece of paper as the ledger has it.
type Printed struct {
	PrintJob
	State PrintState
	By    string // the printer it was sent to last
	Tries int    // how often it was sent
	Since time.Time
}

// How long paper is of use.
const (
	labelUseful   = 2 * time.Hour
	ticketUseful  = 6 * time.Hour
	receiptUseful = 24 * time.Hour
	testUseful    = 10 * time.Minute
)

var useful = map[Paper]time.Duration{PaperTicket: ticketUseful, PaperLabel: labelUseful, PaperReceipt: receiptUseful, PaperTest: testUseful}
