package kitchen

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// beginWithin bounds the transaction that begins an epoch: it may move a week of events.
const beginWithin = 5 * time.Minute

// ErrPast says that a later epoch has begun: nothing was done, ask the cloud where things stand.
var ErrPast = errors.New("a later epoch has begun")

// Place is where an event stands in the outbox.
type Place struct{ Epoch, Seq uint64 }

// Compare is negative when p comes before q, positive when it comes after.
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Epoch, q.Epoch), cmp.Compare(p.Seq, q.Seq))
}

// Before reports whether p comes before q.
func (p Place) Before(q Place) bool { return p.Compare(q) < 0 }

// Beginning is how a new epoch begins after edge and cloud found that they hold different histories, or in a kitchen that holds none.
type Beginning struct {
	Epoch     uint64
	Commands  uint64 // the kitchen obeys the commands after this one
	CommandID string // the id that stands there; empty when the cloud does not say
	Through   Place  // the last event that the cloud was asked about; it lacks all that came later
	Unknown   []Place
	Orders    []event.OrderStanding // as the cloud has them: what is open there, or was said to be open here
	Numbers   map[string]int        // the last number the cloud heard of, by business day
}

// Heard is what the cloud knows of an order's events: some of them, or not some of them; both are possible. News says that one it lacks is of
// how the order stands.
type Heard struct{ Has, Lacks, News bool }

// Begin begins an epoch, in one commit: events that the cloud lacks get their places in it, orders that the kitchen lacks or has less far
// are recovered, and the cloud is told how everything stands here that it could have otherwise. Beginning the same epoch again does nothing.
// It reports ErrPast when a later one has begun. Web orders wait for the next SYNC: commands may be under way.
func (k *Kitchen) Begin(ctx context.Context, b Beginning) error {
	heard, last, err := k.store.Heard(ctx, b, Place{}) // it may take a while: taps go on
	if err != nil {
		return err
	}
	return k.change(ctx, func(d *draft) error {
		epoch, begun, err := k.store.Epochs(ctx)
		switch {
		case err != nil:
			return err
		case b.Epoch == begun:
			return nil
		case b.Epoch < epoch, b.Commands < d.board.applied:
			return ErrPast
		}
		later, _, err := k.store.Heard(ctx, b, last)
		if err != nil {
			return err
		}
		for o, h := range later {
			heard[o] = Heard{Has: heard[o].Has || h.Has, Lacks: heard[o].Lacks || h.Lacks, News: heard[o].News || h.News}
		}
		k.cut(d)
		if b.Epoch > epoch {
			d.shelvesNow().EndShares() // before anything arrives
		}
		d.commit.Begin, d.within = &b, beginWithin
		ended, err := d.reunite(ctx, k, b, heard)
		if err != nil {
			return err
		}
		if b.Epoch > epoch {
			d.doubt(b, heard)
		}
		d.commit.Standing = d.toTell(ended, heard)
		d.landed = func() {
			k.gate = gate{}
			d.board.stock.Untell()
		}
		return nil
	})
}

// reunite recovers what the cloud has further than the kitchen. It returns the orders of b that are not on the board.
func (d *draft) reunite(ctx context.Context, k *Kitchen, b Beginning, heard map[order.ID]Heard) (ended []order.ID, err error) {
	for day, last := range b.Numbers {
		d.raiseNumber(day, last)
	}
	for _, s := range b.Orders {
		d.raiseNumber(s.Day, s.Number)
	}
	for _, s := range b.Orders {
		if s.Order.ID == "" || s.Order.Restaurant != d.settings.Restaurant {
			continue
		}
		if s.Stranger() {
			if t, has, err := d.find(ctx, k, s.Order.ID); err != nil {
				return nil, err
			} else if has && !t.Open() {
				ended = append(ended, s.Order.ID)
			}
			continue
		}
		now, err := d.reconcile(ctx, k, cloudOrder{s, s.Unsettled || heard[s.Order.ID].News}, b.Commands)
		if err != nil {
			return nil, err
		}
		if (now.had || now.changed) && !now.ticket.Open() {
			ended = append(ended, s.Order.ID)
		}
	}
	return ended, nil
}

// reconciliation is what came of an order that kitchen and cloud have compared.
type reconciliation struct {
	ticket  Ticket
	had     bool // the kitchen had a ticket of it
	changed bool // the ticket is new, or another one than before
}

// reconcile puts the ticket of an order where kitchen and cloud together have it: see Ticket.reconciled, and lostTicket for one that is not here.
// command is the one that the order came with, or the last before it.
func (d *draft) reconcile(ctx context.Context, k *Kitchen, theirs cloudOrder, command uint64) (r reconciliation, err error) {
	ours, had, err := d.find(ctx, k, theirs.Order.ID)
	if err != nil {
		return r, err
	}
	r.had = had
	if had {
		r.ticket, r.changed = ours.reconciled(theirs, d.now)
	} else {
		r.ticket, r.changed = lostTicket(theirs.OrderStanding, d.now)
	}
	if !r.changed {
		return r, nil
	}
	if had {
		d.hadEnded(ours)
	} else {
		d.arrive(theirs.Order.ID, sale{})
	}
	if r.ticket.Open() {
		if r.ticket, err = d.number(ctx, k, r.ticket, theirs.OrderStanding); err != nil {
			return r, err
		}
	}
	if r.ticket.Order.Origin == order.Cloud && r.ticket.Command == 0 {
		r.ticket.Command = max(1, command)
	}
	d.put(r.ticket)
	return r, nil
}

// number gives a recovered ticket the number that the cloud knows it by, unless another order has it here.
func (d *draft) number(ctx context.Context, k *Kitchen, t Ticket, s event.OrderStanding) (Ticket, error) {
	switch {
	case t.Progress.Whole == order.Waiting:
		return t, nil
	case t.Number > 0:
		if s.Number > 0 && s.Number != t.Number {
			t.Was = s.Number
		}
		return t, nil
	}
	t.Day = cmp.Or(s.Day, d.settings.Day(t.Since))
	_, taken, err := k.store.Holder(ctx, t.Day, s.Number)
	if err != nil {
		return t, err
	}
	for _, other := range d.tickets {
		taken = taken || other.Day == t.Day && other.Number == s.Number
	}
	if t.Number = s.Number; s.Number == 0 || taken {
		t.Number, t.Was = d.lastNumber(t.Day)+1, s.Number
	}
	d.raiseNumber(t.Day, t.Number)
	return t, nil
}

// doubt marks what is open here although the cloud, which has heard of it, no longer counts it as open.
func (d *draft) doubt(b Beginning, heard map[order.ID]Heard) {
	named := map[order.ID]bool{}
	for _, s := range b.Orders {
		named[s.Order.ID] = true
	}
	for _, t := range d.open() {
		if h := heard[t.Order.ID]; !named[t.Order.ID] && !t.Recovered && (h.Has || !h.Lacks) {
			t.Recovered, t.Doubtful = true, true
			t.Version++
			d.put(t)
		}
	}
}

// toTell are the tickets whose standing the cloud may not have: those on the board, those it believes there, those it has not heard all of.
func (d *draft) toTell(ended []order.ID, heard map[order.ID]Heard) []order.ID {
	tell := map[order.ID]bool{}
	for _, o := range ended {
		tell[o] = true
	}
	for o, h := range heard {
		tell[o] = tell[o] || h.Lacks
	}
	for _, t := range d.open() {
		tell[t.Order.ID] = true
	}
	maps.DeleteFunc(tell, func(o order.ID, yes bool) bool { return o == "" || !yes })
	return slices.Sorted(maps.Keys(tell))
}
