// Package acts is the chain's own audit log: what a person did in its name, who that was, to what, what changed by it, and what was refused.
// An act is begun where a request comes in and travels in its context; whoever commits what it is about writes it in the same transaction.
//
// Not in here: rows (cloud/store), routes (cloud/api), and what guests do: their orders say that. What a restaurant's staff does stands in its
// node's own log (edge/staff).
package acts

import (
	"strings"
	"time"
	"unicode"
)

// Role is what somebody was when an act was done.
type Role string

// The roles.
const (
	Staff    Role = "staff"    // who shows the staff token: head office and operators
	Local    Role = "local"    // a core without a staff token: whoever is at its machine
	Driver   Role = "driver"   // only of cash
	Counter  Role = "counter"  // who dispatches at a restaurant's counter
	Node     Role = "node"     // a box that binds itself to a restaurant with a code
	Settings Role = "settings" // the file of restaurants, at a core's start
)

// Roles are all of them.
func Roles() []Role { return []Role{Staff, Local, Driver, Counter, Node, Settings} }

// Who did something. Of the staff token no name is known: all who have it are one.
type Who struct {
	Role       Role
	ID         string // of a driver, or of who is signed in at a counter; often empty
	Restaurant string // whose counter
}

// Kind is what an act can be about.
type Kind string

// The kinds.
const (
	OfOrder      Kind = "order"
	OfDriver     Kind = "driver"
	OfRestaurant Kind = "restaurant"
)

// Subject is what an act is about.
type Subject struct {
	Kind       Kind
	ID         string
	Label      string // as people call it: the number of an order, the name of a driver
	Restaurant string // whose it is, where that is known
}

// Outcome is what came of an act.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused" // the code says why
	Failed  Outcome = "failed"  // an accident: it may have been done all the same
)

// Change is a field with what it was and what it is now, in a few words. Where nothing was before, From is empty. Cash is written in minor units:
// "1250 USD".
type Change struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Act is a line of the log.
type Act struct {
	N       int64 // grows
	At      time.Time
	Who     Who
	What    string // the operation: assign_driver
	On      Subject
	Outcome Outcome
	Code    string // of a refusal
	Changes []Change
	Request string // the same for all lines of one request
}

// Kept is for how long a line is kept: as long as in a restaurant's own log.
const Kept = 400 * 24 * time.Hour

// Bounds of a line.
const (
	MostChanges = 16
	MostText    = 200 // characters of a text in it
)

// Query says which lines are asked for, newest first. Everything is optional.
type Query struct {
	From, To   time.Time
	Who        string // a role, or who it was
	On         string // the id of what it is about, or what people call it
	Restaurant string
	What       string
	Outcome    Outcome
	Before     int64 // lines before this one
	Limit      int
}

// words is free text without what could be somebody's telephone number: whoever writes a reason writes about guests.
func words(text string) string {
	var out, digits strings.Builder
	n := 0
	flush := func() {
		if n >= 6 {
			out.WriteString("…")
			if strings.HasSuffix(digits.String(), " ") {
				out.WriteByte(' ')
			}
		} else {
			out.WriteString(digits.String())
		}
		digits.Reset()
		n = 0
	}
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			n++
			digits.WriteRune(r)
		case n > 0 && strings.ContainsRune(" -./()+", r):
			digits.WriteRune(r)
		default:
			flush()
			if !unicode.IsPrint(r) {
				r = ' '
			}
			out.WriteRune(r)
		}
	}
	flush()
	return clip(out.String())
}

func clip(text string) string {
	if all := []rune(text); len(all) > MostText {
		return string(all[:MostText-1]) + "…"
	}
	return text
}
