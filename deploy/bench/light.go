package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// light is a node without kitchen, disk and doors: the link of a real one over a plain connection, and an outbox in memory.
type light struct {
	line *uplink.Uplink

	mu       sync.Mutex
	tip      link.Mark
	acked    link.Mark
	events   []link.Event
	commands uint64
	command  string

	left []event.Body // of the order that is being made
	now  order.ID
	day  int // orders so far
}

func lightNode(e uplink.Enrolment) *light {
	n := &light{tip: link.Mark{Epoch: max(1, e.Epoch)}, acked: link.Mark{Epoch: max(1, e.Epoch)}, commands: e.Commands, command: e.CommandID}
	n.line = uplink.New(uplink.Config{Enrolment: e, Mode: uplink.Client, Version: "bench", Log: slog.New(slog.DiscardHandler)}, n, n)
	return n
}

// happens lets the next thing happen in the restaurant: an order is taken at the counter, made, baked, cut and handed over in nine events.
func (n *light) happens(dishes *menu.Menu, restaurant string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.left) == 0 {
		if err := n.takes(dishes, restaurant); err != nil {
			return err
		}
	}
	body, err := event.Encode(n.left[0])
	if err != nil {
		return err
	}
	e := link.Seal(n.tip.Hash, n.tip.Seq+1, link.Event{ID: id.New(), Order: string(n.now), Kind: n.left[0].Kind(), At: time.Now(), Body: body})
	n.left, n.events = n.left[1:], append(n.events, e)
	n.tip.Seq, n.tip.Hash = e.Seq, e.Hash
	return nil
}

// eventsPerOrder is how many events an order of a light node is.
const eventsPerOrder = 9

func (n *light) takes(dishes *menu.Menu, restaurant string) error {
	priced, err := dishes.PriceLine(order.Line{Product: "margherita", Size: "large", Quantity: 1})
	if err != nil {
		return fmt.Errorf("price a pizza: %w", err)
	}
	lines := []order.Line{priced}
	n.now, n.day = order.ID(id.New()), n.day+1
	items := dishes.Items(lines)
	n.left = []event.Body{event.OrderTaken{Items: items, Order: order.Order{
		ID: n.now, Restaurant: restaurant, Origin: order.Edge, Channel: order.Counter, Fulfilment: order.Carryout,
		Customer: order.Customer{Name: "Grace"}, Lines: lines, Totals: dishes.Totals(lines, order.Carryout), PlacedAt: time.Now().UTC(),
	}}}
	moved := make([]string, len(items))
	for i := range items {
		moved[i] = items[i].ID
	}
	for _, a := range []order.Action{order.Validate, order.Queue, order.Start, order.Make, order.Bake, order.Unload, order.Finish, order.HandOver} {
		step := event.OrderStepped{Order: n.now, Action: a, Cause: event.ByTap}
		switch a {
		case order.Queue:
			step.Number = n.day
		case order.Start, order.Make, order.Bake, order.Unload, order.Finish:
			step.Items = moved
		}
		n.left = append(n.left, step)
	}
	return nil
}

// told reports whether the cloud has everything, as far as the node knows.
func (n *light) told() bool {
	s := n.line.State()
	n.mu.Lock()
	defer n.mu.Unlock()
	return s.Condition == link.Online && n.acked.Seq == n.tip.Seq
}

// The outbox, as the link asks for it.

func (n *light) Tip(context.Context) (link.Mark, error)   { return n.mark(&n.tip) }
func (n *light) Acked(context.Context) (link.Mark, error) { return n.mark(&n.acked) }

func (n *light) mark(m *link.Mark) (link.Mark, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return *m, nil
}

// SetAcked takes note of what the cloud has.
func (n *light) SetAcked(_ context.Context, m link.Mark) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.acked = m
	return nil
}

// Events are the events from a seq on.
func (n *light) Events(_ context.Context, from uint64, most, maxBytes int) (events []link.Event, prev link.Hash, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if from < 1 || from > n.tip.Seq {
		return nil, prev, errors.New("the outbox has no event " + strconv.FormatUint(from, 10))
	}
	if from > 1 {
		prev = n.events[from-2].Hash
	}
	size := 0
	for _, e := range n.events[from-1 : min(n.tip.Seq, from-1+uint64(most))] {
		if size += len(e.Body); len(events) > 0 && size > maxBytes {
			break
		}
		events = append(events, e)
	}
	return events, prev, nil
}

// EventsOf are the events from a place on: there is one epoch.
func (n *light) EventsOf(ctx context.Context, from link.Place, most, maxBytes int) (events []link.Event, prev link.Hash, err error) {
	return n.Events(ctx, from.Seq, most, maxBytes)
}

// OldestUnsent is when the oldest event happened that the cloud does not have.
func (n *light) OldestUnsent(context.Context) (time.Time, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.acked.Seq == n.tip.Seq {
		return time.Time{}, nil
	}
	return n.events[n.acked.Seq].At, nil
}

// HashAt is the chain's hash after an event.
func (n *light) HashAt(_ context.Context, seq uint64) (h link.Hash, ok bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case seq == 0:
		return h, true, nil
	case seq > n.tip.Seq:
		return h, false, nil
	}
	return n.events[seq-1].Hash, true, nil
}

// CommandSeq is the last command that was obeyed.
func (n *light) CommandSeq(context.Context) (seq uint64, id string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.commands, n.command, nil
}

// OpenOrders counts the order that is being made.
func (n *light) OpenOrders(context.Context) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return min(1, len(n.left)), nil
}

// Retained are the places of the events.
func (n *light) Retained(_ context.Context, after link.Place, limit int) (refs []link.Ref, more bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.events {
		if after.Epoch < n.tip.Epoch || e.Seq > after.Seq {
			refs = append(refs, link.Ref{Place: link.Place{Epoch: n.tip.Epoch, Seq: e.Seq}, ID: e.ID})
		}
	}
	return refs[:min(len(refs), limit)], len(refs) > limit, nil
}

// The kitchen, to which nobody sends anything here.

// Obey takes note of a command.
func (n *light) Obey(_ context.Context, c link.Command) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.commands, n.command = c.Seq, c.ID
	return nil
}

// Release holds nothing back that it could release.
func (n *light) Release(context.Context, uint64) error { return nil }

// Begin is asked for when two histories part, which those of a measurement never do.
func (n *light) Begin(context.Context, link.Beginning) error {
	return errors.New("a light node begins no epoch")
}
