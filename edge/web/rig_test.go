//go:build browser

package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/edge/store"
	"awesome.pizza/edge/web"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// rig is a restaurant's node for a browser: the real kitchen on a real SQLite file behind the real LAN HTTP, on one port that it keeps
// over restarts. Ovens and the line to the cloud are what the test says they are.
type rig struct {
	dir, addr string

	mu    sync.Mutex
	ahead time.Duration
	line  kds.LinkView
	ovens []kds.OvenView
	node  *node
	cloud farCloud
}

// node is one life of the node.
type node struct {
	kitchen *kitchen.Kitchen
	store   *store.Store
	menu    *menu.Menu
	end     func() error
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{dir: t.TempDir(), addr: "127.0.0.1:0"}
	r.line = kds.LinkView{State: "up", Since: kds.At(time.Now())}
	if err := r.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("stop the node: %v", err)
		}
	})
	return r
}

// Now is the restaurant's time, which a test can move on.
func (r *rig) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().UTC().Add(r.ahead)
}

func (r *rig) Ovens() []kds.OvenView {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ovens
}

func (r *rig) LinkState() kds.LinkView {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.line
}

// start brings the node up on the port it had before.
func (r *rig) start(parent context.Context) error {
	r.mu.Lock()
	running := r.node != nil
	r.mu.Unlock()
	if running {
		return nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(parent))
	n, addr, err := r.open(ctx, cancel)
	if err != nil {
		cancel()
		return err
	}
	r.mu.Lock()
	r.node, r.addr = n, addr
	r.mu.Unlock()
	return nil
}

func (r *rig) open(ctx context.Context, cancel context.CancelFunc) (*node, string, error) {
	m, err := menu.Pizzeria()
	if err != nil {
		return nil, "", err
	}
	s, err := store.Open(ctx, filepath.Join(r.dir, "edge.db"))
	if err != nil {
		return nil, "", err
	}
	hub := live.New[kitchen.Change](256)
	k, err := kitchen.New(ctx, s, m, r, hub, kitchen.Settings{
		Restaurant: "r1",
		Roster:     []kitchen.Cook{{ID: "ada", Name: "Ada"}, {ID: "bruno", Name: "Bruno"}},
		Ovens:      []line.Oven{{ID: "deck", Decks: 2, Capacity: 12}},
	})
	if err != nil {
		return nil, "", errors.Join(err, s.Close())
	}
	lan, err := kds.New(
		kds.Deps{Kitchen: k, Changes: hub, Menu: m, Ovens: r, Link: r, Desk: r, Pages: web.FS(), Clock: r},
		kds.Settings{Restaurant: "r1", Pace: 100 * time.Millisecond, Heartbeat: time.Second},
	)
	if err != nil {
		return nil, "", errors.Join(err, s.Close())
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", r.addr)
	if err != nil {
		return nil, "", errors.Join(err, s.Close())
	}
	var work errgroup.Group
	work.Go(func() error { return k.Run(ctx) })
	work.Go(func() error { return lan.Serve(ctx, l) })
	return &node{kitchen: k, store: s, menu: m, end: func() error {
		cancel()
		err := work.Wait()
		hub.Close()
		return errors.Join(err, s.Close())
	}}, l.Addr().String(), nil
}

func (r *rig) stop() error {
	r.mu.Lock()
	n := r.node
	r.node = nil
	r.mu.Unlock()
	if n == nil {
		return nil
	}
	return n.end()
}

// control is how a browser test moves the world around the page it looks at.
func (r *rig) control(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /start", answer(func(_ json.RawMessage) (any, error) { return nil, r.start(t.Context()) }))
	mux.HandleFunc("POST /stop", answer(func(_ json.RawMessage) (any, error) { return nil, r.stop() }))
	mux.HandleFunc("POST /clock", answer(r.setClock))
	mux.HandleFunc("POST /link", answer(r.setLink))
	mux.HandleFunc("POST /ovens", answer(r.setOvens))
	mux.HandleFunc("POST /oven", answer(func(raw json.RawMessage) (any, error) { return r.ovenEvent(t.Context(), raw) }))
	mux.HandleFunc("POST /alert", answer(func(raw json.RawMessage) (any, error) { return nil, r.alert(t.Context(), raw) }))
	mux.HandleFunc("POST /shown", answer(func(raw json.RawMessage) (any, error) { return r.shown(t.Context(), raw) }))
	mux.HandleFunc("POST /recover", answer(func(raw json.RawMessage) (any, error) { return r.recover(t.Context(), raw) }))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func answer(do func(json.RawMessage) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var raw json.RawMessage
		if err := json.NewDecoder(req.Body).Decode(&raw); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		result, err := do(raw)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(result)
	}
}

func (r *rig) setClock(raw json.RawMessage) (any, error) {
	var body struct {
		Seconds int `json:"seconds"`
	}
	err := json.Unmarshal(raw, &body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ahead += time.Duration(body.Seconds) * time.Second
	return nil, err
}

func (r *rig) setLink(raw json.RawMessage) (any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line = kds.LinkView{Since: kds.At(time.Now().Add(r.ahead))}
	return nil, json.Unmarshal(raw, &r.line)
}

func (r *rig) setOvens(raw json.RawMessage) (any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ovens = nil
	return nil, json.Unmarshal(raw, &r.ovens)
}

func (r *rig) ovenEvent(ctx context.Context, raw json.RawMessage) (any, error) {
	var body struct {
		Oven string             `json:"oven"`
		Kind wire.OvenEventKind `json:"kind"`
		Slot int                `json:"slot"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	at := wire.Instant{Time: r.Now()}
	return nil, r.node.kitchen.OvenEvent(ctx, body.Oven, wire.OvenEvent{ID: id.New(), At: at, Kind: body.Kind, Slot: body.Slot})
}

// alert raises an alert, or says that it is over.
func (r *rig) alert(ctx context.Context, raw json.RawMessage) error {
	var body struct {
		Device string `json:"device"`
		What   string `json:"what"`
		Level  string `json:"level"`
		Over   bool   `json:"over"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return err
	}
	name := body.What + "/" + body.Device
	if body.Over {
		return r.node.kitchen.ClearAlert(ctx, name)
	}
	return r.node.kitchen.Alert(ctx, kitchen.Alert{ID: name, Device: body.Device, What: body.What, Level: body.Level, Since: r.Now()})
}

func (r *rig) shown(ctx context.Context, raw json.RawMessage) (any, error) {
	var body struct {
		Order order.ID `json:"order"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	t, err := r.node.kitchen.Ticket(ctx, body.Order)
	return map[string]any{"shown": !t.Custody.Shown.IsZero(), "screen": t.Custody.Screen, "at": t.Custody.Shown}, err
}

// recover has the node begin a new epoch with an order of the cloud's that it does not have.
func (r *rig) recover(ctx context.Context, raw json.RawMessage) (any, error) {
	body := struct {
		Product string          `json:"product"`
		Size    string          `json:"size"`
		State   order.ItemState `json:"state"`
		Number  int             `json:"number"`
	}{State: order.ItemInOven}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	line, err := r.node.menu.PriceLine(order.Line{Product: body.Product, Size: body.Size, Quantity: 1})
	if err != nil {
		return nil, err
	}
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Cloud, Channel: order.Web, Fulfilment: order.ByDelivery, PlacedAt: r.Now(),
		Lines: []order.Line{line}, Totals: r.node.menu.Totals([]order.Line{line}, order.ByDelivery),
		Customer: order.Customer{Name: "Radia"}, Promise: order.Promise{From: r.Now().Add(20 * time.Minute), To: r.Now().Add(30 * time.Minute)},
	}
	p := order.Begin(&o, r.node.menu.Items(o.Lines))
	p.Intake, p.Whole, p.Items[0].State = order.Validated, order.Queued, body.State
	err = r.node.kitchen.Begin(ctx, kitchen.Beginning{Epoch: r.node.store.Epoch() + 1, Orders: []event.OrderStanding{{
		Order: o, Progress: p, Day: r.Now().Format(time.DateOnly), Number: body.Number, Since: r.Now(),
	}}})
	return map[string]any{"id": o.ID}, err
}

func (r *rig) url() string { return fmt.Sprintf("http://%s", r.addr) }
