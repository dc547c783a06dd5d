package uplink_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// house is a node with a real kitchen and a real database file.
type house struct {
	t    *testing.T
	path string
	cfg  uplink.Config

	db     *store.Store
	kit    *kitchen.Kitchen
	line   *uplink.Uplink
	closed func()
}

// newHouse is a node whose hub is h, and which believes a chain.
func newHouse(t *testing.T, h hub, mode uplink.Mode, chain string) *house {
	t.Helper()
	e := enrolled(t)
	e.Leaves, e.Clients, e.Chain = []string{"nats-leaf://" + addr(h.leaf)}, []string{"nats://" + addr(h.client)}, chain
	return &house{t: t, path: filepath.Join(t.TempDir(), "edge.db"), cfg: uplink.Config{Mode: mode, Enrolment: e, Log: slog.New(slog.DiscardHandler)}}
}

// enrolled is an enrolment with a key of its own.
func enrolled(t *testing.T) uplink.Enrolment {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	device, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	return uplink.Enrolment{Restaurant: "r1", Device: device, Seed: string(seed), JWT: "none"}
}

type obedient struct{ *kitchen.Kitchen }

func (o obedient) Obey(ctx context.Context, c link.Command) error {
	return o.Kitchen.Obey(ctx, kitchen.Command(c))
}

func (o obedient) Begin(ctx context.Context, b link.Beginning) error {
	k := kitchen.Beginning{
		Epoch: b.Epoch, Commands: b.Commands, CommandID: b.CommandID, Through: kitchen.Place(b.Through), Orders: b.Orders, Numbers: b.Numbers,
	}
	for _, p := range b.Unknown {
		k.Unknown = append(k.Unknown, kitchen.Place(p))
	}
	return o.Kitchen.Begin(ctx, k)
}

// open opens the kitchen; connect also its line.
func (h *house) open() {
	h.t.Helper()
	db, err := store.Open(h.t.Context(), h.path)
	if err != nil {
		h.t.Fatal(err)
	}
	dishes, err := menu.Pizzeria()
	if err != nil {
		h.t.Fatal(err)
	}
	screens := live.New[kitchen.Change](64)
	kit, err := kitchen.New(h.t.Context(), db, dishes, clock.System{}, screens, kitchen.Settings{Restaurant: "r1", Log: h.cfg.Log})
	if err != nil {
		h.t.Fatal(err)
	}
	h.db, h.kit = db, kit
	h.closed = func() {
		screens.Close()
		if err := db.Close(); err != nil {
			h.t.Errorf("close: %v", err)
		}
	}
}

func (h *house) connect() {
	h.t.Helper()
	h.open()
	kit := h.kit
	h.cfg.Digest = func(ctx context.Context) (open []link.OpenOrder, err error) {
		s, err := kit.Snapshot(ctx)
		for i := range s.Tickets {
			open = append(open, link.OpenOrder{Order: s.Tickets[i].Order.ID, State: s.Tickets[i].Progress.Kitchen(), Since: s.Tickets[i].Since})
		}
		return open, err
	}
	line, db, shut := uplink.New(h.cfg, h.db, obedient{h.kit}), h.db, h.closed
	h.line = line
	ctx, stop := context.WithCancel(context.Background())
	done, said := make(chan error, 1), make(chan struct{}, 1)
	go func() { done <- line.Run(ctx) }()
	go func() {
		defer func() { said <- struct{}{} }()
		for {
			select {
			case <-ctx.Done():
				return
			case <-db.Appended():
				line.Appended()
			}
		}
	}()
	h.closed = func() {
		stop()
		if err := <-done; err != nil {
			h.t.Errorf("the line: %v", err)
		}
		<-said
		shut()
	}
}

func (h *house) order() order.ID {
	h.t.Helper()
	t, _, err := h.kit.Place(h.t.Context(), kitchen.CounterOrder{
		Key: id.New(), Channel: order.Counter, Fulfilment: order.Carryout, Customer: order.Customer{Name: "Ada"},
		Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1}}, Payment: order.Payment{Method: "cash"},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return t.Order.ID
}

// settled waits until the cloud has everything and the node knows it.
func (h *house) settled() {
	h.t.Helper()
	eventually(h.t, "the cloud has everything", func() bool {
		s := h.line.State()
		tip, err := h.db.Tip(h.t.Context())
		return err == nil && s.Condition == link.Online && s.Backlog == 0 && s.Tip == tip
	})
}

// image copies the closed database as a card is copied.
func (h *house) image() (restore func()) {
	h.t.Helper()
	data, err := os.ReadFile(h.path)
	if err != nil {
		h.t.Fatal(err)
	}
	return func() {
		h.t.Helper()
		for _, beside := range []string{"-wal", "-shm"} {
			if err := os.RemoveAll(h.path + beside); err != nil {
				h.t.Fatal(err)
			}
		}
		if err := os.WriteFile(h.path, data, 0o600); err != nil {
			h.t.Fatal(err)
		}
	}
}

// standing is how the cloud has an order of this kitchen.
func (h *house) standing(of order.ID) event.OrderStanding {
	h.t.Helper()
	t, err := h.kit.Ticket(h.t.Context(), of)
	if err != nil {
		h.t.Fatal(err)
	}
	return event.OrderStanding{Order: t.Order, Progress: t.Progress, Day: t.Day, Number: t.Number, Since: t.Since.Truncate(time.Millisecond)}
}
