package kitchen_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

var evening = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

// hands is a clock that a test moves.
type hands struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hands) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hands) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *hands) set(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = at
}

// house is a kitchen on a real database file.
type house struct {
	*kitchen.Kitchen
	t        fatal
	path     string
	clock    *hands
	settings kitchen.Settings
	store    *store.Store
	hub      *live.Hub[kitchen.Change]
	commands uint64
}

// fatal is what a house needs of a test, and of a check of rapid.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

func settings() kitchen.Settings {
	return kitchen.Settings{Restaurant: "r1", DayStarts: 4, Roster: []kitchen.Cook{
		{ID: "ada", Name: "Ada", Skills: []string{menu.StationMake}},
		{ID: "bob", Name: "Bob", Skills: []string{menu.StationMake, menu.StationSides}},
		{ID: "cleo", Name: "Cleo", Skills: []string{menu.StationCut}},
	}}
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), settings())
	t.Cleanup(h.close)
	return h
}

func houseAt(t fatal, path string, s kitchen.Settings) *house {
	t.Helper()
	h := &house{t: t, path: path, clock: &hands{now: evening}, settings: s}
	h.open()
	return h
}

func (h *house) open() {
	h.t.Helper()
	var err error
	ctx := background()
	if h.store, err = store.Open(ctx, h.path); err != nil {
		h.t.Fatalf("open the store: %v", err)
	}
	h.hub = live.New[kitchen.Change](4096)
	m, err := menu.Pizzeria()
	if err != nil {
		h.t.Fatalf("read the menu: %v", err)
	}
	if h.Kitchen, err = kitchen.New(ctx, h.store, m, h.clock, h.hub, h.settings); err != nil {
		h.t.Fatalf("open the kitchen: %v", err)
	}
}

func (h *house) close() {
	h.hub.Close()
	if err := h.store.Close(); err != nil {
		h.t.Errorf("close the store: %v", err)
	}
}

func (h *house) restart() {
	h.t.Helper()
	h.close()
	h.open()
}

var (
	pizza = order.Line{Product: "margherita", Size: "large", Quantity: 1}
	cola  = order.Line{Product: "cola", Quantity: 1}
)

func counter(lines ...order.Line) kitchen.CounterOrder {
	return kitchen.CounterOrder{
		Key: id.New(), Channel: order.Counter, Fulfilment: order.Carryout, Customer: order.Customer{Name: "Ada"}, Lines: lines,
		Payment: order.Payment{Method: "cash"},
	}
}

func (h *house) place(lines ...order.Line) kitchen.Ticket {
	h.t.Helper()
	t, _, err := h.Place(background(), counter(lines...))
	if err != nil {
		h.t.Fatalf("place an order: %v", err)
	}
	return t
}

func tapAt(station string) kitchen.Tap { return kitchen.Tap{ID: id.New(), Station: station} }

func (h *house) bump(t kitchen.Ticket, station string) kitchen.Ticket {
	h.t.Helper()
	return h.did(h.Bump(background(), t.Order.ID, tapAt(station)))
}

func (h *house) did(t kitchen.Ticket, err error) kitchen.Ticket {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("tap: %v", err)
	}
	return t
}

func (h *house) ticket(id order.ID) kitchen.Ticket {
	h.t.Helper()
	t, err := h.Ticket(background(), id)
	if err != nil {
		h.t.Fatalf("find ticket %s: %v", id, err)
	}
	return t
}

func (h *house) snapshot() kitchen.Snapshot {
	h.t.Helper()
	s, err := h.Snapshot(background())
	if err != nil {
		h.t.Fatalf("take a snapshot: %v", err)
	}
	return s
}

// webOrder is an order of the cloud's.
func webOrder(how order.Fulfilment, lines ...order.Line) event.OrderOffered {
	m, err := menu.Pizzeria()
	if err != nil {
		panic(err)
	}
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Cloud, Channel: order.Web, Fulfilment: how, Lines: lines, PlacedAt: evening,
	}
	if how == order.ByDelivery {
		o.Address = &order.Address{Street: "1 Main St", City: "Springfield"}
	}
	return event.OrderOffered{Order: o, Items: m.Items(lines)}
}

// command is the next command.
func (h *house) command(id order.ID, body event.Body) kitchen.Command {
	h.t.Helper()
	raw, err := event.Encode(body)
	if err != nil {
		h.t.Fatalf("encode: %v", err)
	}
	h.commands++
	return kitchen.Command{Seq: h.commands, ID: fmt.Sprintf("c%d", h.commands), Kind: body.Kind(), At: evening, Order: string(id), Body: raw}
}

// obey gives the kitchen a command and returns its answer.
func (h *house) obey(id order.ID, body event.Body) event.CommandAnswered {
	h.t.Helper()
	c := h.command(id, body)
	if err := h.Obey(background(), c); err != nil {
		h.t.Fatalf("obey %s: %v", body.Kind(), err)
	}
	for _, f := range h.facts() {
		if a, ok := f.(event.CommandAnswered); ok && a.Seq == c.Seq {
			return a
		}
	}
	h.t.Fatalf("command %d has no answer", c.Seq)
	return event.CommandAnswered{}
}

func (h *house) offer(how order.Fulfilment, lines ...order.Line) order.ID {
	h.t.Helper()
	o := webOrder(how, lines...)
	if a := h.obey(o.Order.ID, o); !a.Granted {
		h.t.Fatalf("the order was refused: %s", a.Reason)
	}
	return o.Order.ID
}

func (h *house) release(upTo uint64) {
	h.t.Helper()
	if err := h.Release(background(), upTo); err != nil {
		h.t.Fatalf("release: %v", err)
	}
}

// events are all events of the outbox, checked as the cloud would.
func (h *house) events() []link.Event {
	h.t.Helper()
	all, prev, err := h.store.Events(background(), 1, 1<<20, 1<<30)
	if err != nil {
		h.t.Fatalf("read the outbox: %v", err)
	}
	for n, e := range all {
		if e.Seq != uint64(n+1) || link.Chain(prev, e) != e.Hash {
			h.t.Fatalf("event %d is not where it should be in the chain: %+v", n+1, e)
		}
		prev = e.Hash
	}
	return all
}

// facts are the bodies of all events.
func (h *house) facts() []event.Body {
	h.t.Helper()
	var out []event.Body
	for _, e := range h.events() {
		b, err := event.Decode(e.Kind, e.Body)
		if err != nil {
			h.t.Fatalf("read event %d: %v", e.Seq, err)
		}
		out = append(out, b)
	}
	return out
}

// steps are the actions that the cloud was told of an order.
func (h *house) steps(id order.ID) (out []event.OrderStepped) {
	h.t.Helper()
	for _, f := range h.facts() {
		if s, ok := f.(event.OrderStepped); ok && s.Order == id {
			out = append(out, s)
		}
	}
	return out
}

func (h *house) sense(kind wire.OvenEventKind, slot int) wire.OvenEvent {
	h.t.Helper()
	ev := wire.OvenEvent{ID: id.New(), At: wire.At(h.clock.Now()), Kind: kind, Slot: slot}
	if err := h.OvenEvent(background(), "oven-1", ev); err != nil {
		h.t.Fatalf("oven event: %v", err)
	}
	return ev
}

// next is the next change that screens hear of.
func (h *house) next(changes <-chan kitchen.Change) kitchen.Change {
	h.t.Helper()
	select {
	case c := <-changes:
		return c
	case <-time.After(30 * time.Second):
		h.t.Fatalf("screens heard of nothing")
		return kitchen.Change{}
	}
}

func asJSON(v any) string {
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// diffOf shows what differs; an empty list is as good as none.
func diffOf(want, got any) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }
