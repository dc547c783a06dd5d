package kitchen

import (
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// Life is what happens to a ticket besides the steps of its order: who waits for what, who was told, who saw it, and what its times are worth.
// It is the kitchen's own; the cloud hears of it only where a fact says so.
type Life struct {
	Hold     *Hold         `json:"hold,omitempty"`
	HeldFor  time.Duration `json:"held_ns,omitempty"`   // by holds that are over
	Resumed  time.Time     `json:"resumed,omitzero"`    // when the last hold ended
	Turn     time.Time     `json:"turn,omitzero"`       // since when hands could begin it, those before it being in hand
	Rush     *Rush         `json:"rush,omitempty"`      // it goes first
	Recalled time.Time     `json:"recalled,omitzero"`   // somebody took something back, and nothing has happened since
	Notices  []Notice      `json:"notices,omitempty"`   // what people must take note of, the newest at the end
	Noticed  int           `json:"noticed,omitempty"`   // how many notices there have been
	Lingers  bool          `json:"lingers,omitempty"`   // ended, and on the board until somebody has taken note
	LastItem int           `json:"last_item,omitempty"` // the highest name that an item ever had, once lines were changed
	Remakes  []Remade      `json:"remakes,omitempty"`
	Marks    []Mark        `json:"marks,omitempty"` // why times of it are doubtful
	How      Hows          `json:"how,omitempty"`   // how each item came where it is
	Custody  Custody       `json:"custody,omitzero"`
}

// Hows are how items came into their states: by item, then by state.
type Hows map[string]map[order.ItemState]How

// How is what made an item come into a state, and whose doing it was.
type How struct {
	By  event.Cause `json:"by"`
	Who string      `json:"who,omitempty"`
}

// OnBoard reports whether displays show the ticket: it is open, or it was voided and nobody has taken note of that yet.
func (t Ticket) OnBoard() bool { return t.Open() || t.Lingers }

// Held is for how long the ticket has been on hold, all in all: it does not age meanwhile.
func (t Ticket) Held(now time.Time) time.Duration {
	if t.Hold == nil {
		return t.HeldFor
	}
	return t.HeldFor + max(0, now.Sub(t.Hold.At))
}

// lived is the ticket with what follows for its life from a step that it has just taken.
func (d *draft) lived(t Ticket, why cause, action order.Action, items []string) Ticket {
	t.Recalled = time.Time{}
	if action == order.Recall || action == order.TakeBack {
		t.Recalled = d.now
	}
	if len(items) > 0 {
		t.How = t.How.with(t.Progress, items, How{By: why.by, Who: why.who})
	}
	if action == order.Void && t.Number > 0 && d.seen(t) { // what nobody ever saw, nobody works on
		t.Lingers = true
		t = d.notice(t, Notice{Kind: WasVoided, Who: why.who, Reason: why.reason})
	}
	if !t.Open() {
		t.Hold = nil
	}
	return t
}

// seen reports whether somebody can know of a ticket: a screen showed it, a hand touched it, or it came out of a printer.
func (d *draft) seen(t Ticket) bool {
	return !t.Custody.Shown.IsZero() || !t.Custody.Touched.IsZero() || !t.Recovered && len(tickets(t, d.settings.Printers, "ticket/", d.now)) > 0
}

func (h Hows) with(p order.Progress, items []string, how How) Hows {
	h = cloneMap(h)
	for _, id := range items {
		if i, ok := p.Item(id); ok {
			h[id] = cloneMap(h[id])
			h[id][i.State] = how
		}
	}
	return h
}

// relabelled is the life with every label of the kitchen's clock moved. What a person or the cloud named stays.
func (l Life) relabelled(moved func(time.Time) time.Time) Life {
	if l.Hold != nil {
		h := *l.Hold
		h.At = moved(h.At)
		l.Hold = &h
	}
	if l.Rush != nil {
		r := *l.Rush
		r.At = moved(r.At)
		l.Rush = &r
	}
	l.Resumed, l.Recalled, l.Turn = moved(l.Resumed), moved(l.Recalled), moved(l.Turn)
	l.Custody.Shown, l.Custody.Touched = moved(l.Custody.Shown), moved(l.Custody.Touched)
	l.Notices, l.Remakes, l.Marks = slices.Clone(l.Notices), slices.Clone(l.Remakes), slices.Clone(l.Marks)
	for n := range l.Notices {
		l.Notices[n].At, l.Notices[n].Acknowledged = moved(l.Notices[n].At), moved(l.Notices[n].Acknowledged)
	}
	for n := range l.Remakes {
		l.Remakes[n].At = moved(l.Remakes[n].At)
	}
	for n := range l.Marks {
		l.Marks[n].At = moved(l.Marks[n].At)
	}
	return l
}

// labels are the labels of the kitchen's clock in a life, in an order of their own.
func (l Life) labels() (all []time.Time) {
	if l.Hold != nil {
		all = append(all, l.Hold.At)
	}
	if l.Rush != nil {
		all = append(all, l.Rush.At)
	}
	all = append(all, l.Resumed, l.Recalled, l.Turn, l.Custody.Shown, l.Custody.Touched)
	for _, n := range l.Notices {
		all = append(all, n.At, n.Acknowledged)
	}
	for _, r := range l.Remakes {
		all = append(all, r.At)
	}
	for _, m := range l.Marks {
		all = append(all, m.At)
	}
	return all
}

// without is the ticket's clocks and hows without items that are no longer there.
func (t Ticket) without(items []string) Ticket {
	t = t.clone()
	t.How = maps.Clone(t.How)
	for _, id := range items {
		delete(t.Clocks.Items, id)
		delete(t.Slots, id)
		delete(t.How, id)
	}
	return t
}
