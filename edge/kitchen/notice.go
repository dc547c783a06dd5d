package kitchen

import (
	"context"
	"slices"
	"strconv"
	"time"

	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const (
	noticesKept = 16             // of a ticket
	unreadFor   = 12 * time.Hour // how long a voided ticket waits on the board for somebody to take note of it
)

// Notice is something about a ticket that somebody has to take note of: screens are loud until anybody has.
type Notice struct {
	ID           string        `json:"id"` // within the ticket: "1", "2", …
	Kind         NoticeKind    `json:"kind"`
	At           time.Time     `json:"at"`
	Who          string        `json:"who,omitempty"`
	Reason       string        `json:"reason,omitempty"`
	Items        []string      `json:"items,omitempty"`      // of a remake: what is made again
	Lines        []LineChange  `json:"lines,omitempty"`      // of a change
	Difference   *money.Amount `json:"difference,omitempty"` // of a change: what the guest pays more, or less
	Acknowledged time.Time     `json:"acknowledged,omitzero"`
	By           string        `json:"by,omitempty"` // who took note, if the screen knows
}

// NoticeKind is what a notice is about.
type NoticeKind string

// The kinds of notices.
const (
	WasRushed  NoticeKind = "rush"
	WasRemade  NoticeKind = "remake"
	WasChanged NoticeKind = "changed"
	WasVoided  NoticeKind = "voided"
)

// LineChange is what became of one line of an order: added when there is no Was, taken off when there is no Now.
type LineChange struct {
	Was *order.Line `json:"was,omitempty"`
	Now *order.Line `json:"now,omitempty"`
}

// Acknowledge takes note of a notice (tap.Notice), or of all that are open: it is quiet on all screens then. What somebody else has taken note
// of stays so. A voided ticket leaves the board.
func (k *Kitchen) Acknowledge(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	if tap.Notice != "" {
		tap.detail = " notice " + tap.Notice
	}
	return k.tap(ctx, id, "acknowledge", tap, acknowledge)
}

func acknowledge(d *draft, t Ticket, tap Tap) (Ticket, error) {
	meant := func(n Notice) bool { return tap.Notice == "" || n.ID == tap.Notice }
	if !slices.ContainsFunc(t.Notices, meant) {
		return t, problem.New(problem.NotFound, "no_such_notice", "order %d has no notice %q", t.Number, tap.Notice).With("ticket", t)
	}
	t = t.noted(d.now, tap.Who, meant)
	d.put(t)
	return t, nil
}

// noted is the ticket with somebody having taken note of notices.
func (t Ticket) noted(at time.Time, who string, which func(Notice) bool) Ticket {
	t.Notices = slices.Clone(t.Notices)
	unread := false
	for n, notice := range t.Notices {
		if notice.Acknowledged.IsZero() && which(notice) {
			t.Notices[n].Acknowledged, t.Notices[n].By = at, who
		}
		unread = unread || notice.Kind == WasVoided && t.Notices[n].Acknowledged.IsZero()
	}
	t.Lingers = t.Lingers && unread
	return t
}

// notice adds a notice. When there are too many, the oldest that somebody has taken note of goes first.
func (d *draft) notice(t Ticket, n Notice) Ticket {
	t.Noticed++
	n.ID, n.At = strconv.Itoa(t.Noticed), d.now
	t.Notices = append(slices.Clone(t.Notices), n)
	if len(t.Notices) > noticesKept {
		old := max(0, slices.IndexFunc(t.Notices, func(n Notice) bool { return !n.Acknowledged.IsZero() }))
		t.Notices = slices.Delete(t.Notices, old, old+1)
	}
	return t
}
