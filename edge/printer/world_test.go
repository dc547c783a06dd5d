package printer_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/printer"
	"awesome.pizza/edge/store"
	"awesome.pizza/firmware-sim/fault"
	sim "awesome.pizza/firmware-sim/printer"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// world is a kitchen on a real database with its printers, in a bubble of time: the network is pipes, the printers are simulated.
type world struct {
	*kitchen.Kitchen
	t       *testing.T
	path    string
	specs   []printer.Spec
	store   *store.Store
	room    *printer.Room
	hub     *live.Hub[kitchen.Change]
	net     *network
	stop    func()
	printed map[string]int // pieces of paper that were looked at, by printer
	mangled bool           // connections end in the middle of commands, of which printers then make no sense
	full    atomic.Bool    // the disk takes no marks
}

// network connects addresses with printers.
type network struct {
	mu      sync.Mutex
	sockets map[string]*socket
	down    map[string]bool
	open    map[string]net.Conn // the last connection
	sims    map[string]*sim.Printer
	pullOut func() // switches all printers off, until plugIn
}

// plugIn switches the printers on.
func (n *network) plugIn() {
	ctx, off := context.WithCancel(context.Background())
	var all sync.WaitGroup
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, p := range n.sims {
		at := &socket{at: id + ":9100", conns: make(chan net.Conn), closed: make(chan struct{})}
		n.sockets[at.at] = at
		all.Go(func() { _ = p.Serve(ctx, at) })
	}
	n.pullOut = func() { off(); all.Wait() }
}

// socket is a listener without a network.
type socket struct {
	at     string
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (s *socket) Accept() (net.Conn, error) {
	select {
	case c := <-s.conns:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *socket) Close() error { s.once.Do(func() { close(s.closed) }); return nil }

func (s *socket) Addr() net.Addr { return &net.UnixAddr{Name: s.at} }

func (n *network) dial(ctx context.Context, address string) (net.Conn, error) {
	n.mu.Lock()
	s, down := n.sockets[address], n.down[address]
	n.mu.Unlock()
	if s == nil || down {
		return nil, errors.New("connection refused")
	}
	here, there := net.Pipe()
	select {
	case s.conns <- there:
		n.mu.Lock()
		n.open[address] = here
		n.mu.Unlock()
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) unplug(address string, down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down[address] = down; down && n.open[address] != nil {
		_ = n.open[address].Close()
	}
}

// one is a kitchen with one printer for everything.
func one() []printer.Spec {
	return []printer.Spec{{ID: "p1", Name: "Kitchen", Address: "p1:9100", Jobs: kitchen.Papers()}}
}

// two are one for tickets and labels and one for receipts, which stands in for it.
func two() []printer.Spec {
	return []printer.Spec{
		{ID: "p1", Name: "Kitchen", Address: "p1:9100", Jobs: []kitchen.Paper{kitchen.PaperTicket, kitchen.PaperLabel}, Backup: "p2"},
		{ID: "p2", Name: "Counter", Address: "p2:9100", Jobs: []kitchen.Paper{kitchen.PaperReceipt}},
	}
}

// failing is a ledger on a disk that takes nothing while it is full.
type failing struct {
	*store.Store
	full *atomic.Bool
}

func (f failing) MarkPrint(ctx context.Context, id string, to kitchen.PrintState, by string, at time.Time) error {
	if f.full.Load() {
		return errors.New("disk full")
	}
	return f.Store.MarkPrint(ctx, id, to, by, at)
}

// inKitchen plays a story in a bubble.
func inKitchen(t *testing.T, specs []printer.Spec, story func(*world)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		n := &network{sockets: map[string]*socket{}, down: map[string]bool{}, open: map[string]net.Conn{}, sims: map[string]*sim.Printer{}}
		for _, s := range specs {
			n.sims[s.ID] = sim.New(sim.Setting{Label: s.ID, Columns: 48, Script: fault.NewScript(s.ID, nil), Log: slog.New(slog.DiscardHandler)})
		}
		n.plugIn()
		w := &world{t: t, path: path, specs: specs, net: n, printed: map[string]int{}}
		w.open()
		story(w)
		w.close()
		n.pullOut()
		for name, p := range n.sims {
			if v, ok := p.View().(sim.View); !ok || len(v.Strange) > 0 && !w.mangled {
				t.Errorf("%s was sent what it does not understand: %q", name, v.Strange)
			}
		}
	})
}

func (w *world) open() {
	w.t.Helper()
	s, err := store.Open(context.Background(), w.path)
	for tries := 0; err != nil && strings.Contains(err.Error(), "another node runs") && tries < 1000; tries++ {
		s, err = store.Open(context.Background(), w.path) // a process that another test starts has our lock until it is itself: no time passes for it here
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.store, w.hub = s, live.New[kitchen.Change](4096)
	settings := kitchen.Settings{Restaurant: "r1"}
	for _, p := range w.specs {
		settings.Printers = append(settings.Printers, p.Kitchen())
	}
	m, err := menu.Pizzeria()
	if err != nil {
		w.t.Fatal(err)
	}
	if w.Kitchen, err = kitchen.New(context.Background(), s, m, clock.System{}, w.hub, settings); err != nil {
		w.t.Fatal(err)
	}
	w.room = printer.New(printer.Settings{Printers: w.specs, Menu: m, Zone: time.UTC, Dial: w.net.dial}, failing{s, &w.full}, w.Kitchen)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.room.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) close() {
	w.stop()
	w.hub.Close()
	if err := w.store.Close(); err != nil {
		w.t.Error(err)
	}
}

func (w *world) restart() { w.close(); w.open() }

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// until lets time pass until a condition holds, and says how long that took.
func (w *world) until(what string, holds func() bool) time.Duration {
	w.t.Helper()
	began := time.Now()
	for !holds() {
		if time.Since(began) > 30*time.Minute {
			w.t.Fatalf("after half an hour it is still not so: %s", what)
		}
		w.pass(50 * time.Millisecond)
	}
	return time.Since(began)
}

func (w *world) fault(printer, what string) {
	w.t.Helper()
	f, err := fault.ParseOne(printer, what)
	if err == nil {
		err = w.net.sims[printer].Break(context.Background(), f)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// paper waits for the next piece of paper of a printer.
func (w *world) paper(printer string) string {
	w.t.Helper()
	n := w.printed[printer]
	w.until("there is another piece of paper", func() bool { return len(w.net.sims[printer].Papers()) > n })
	w.printed[printer]++
	return w.net.sims[printer].Papers()[n].Text()
}

// quiet lets a while pass in which a printer prints nothing.
func (w *world) quiet(printer string) {
	w.t.Helper()
	w.pass(2 * time.Minute)
	if all := w.net.sims[printer].Papers(); len(all) > w.printed[printer] {
		w.t.Errorf("%s prints\n%s", printer, all[w.printed[printer]].Text())
	}
}

func (w *world) place(how order.Fulfilment, lines ...order.Line) kitchen.Ticket {
	w.t.Helper()
	c := kitchen.CounterOrder{
		Key: id.New(), Channel: order.Counter, Fulfilment: how, Customer: order.Customer{Name: "Ada"}, Lines: lines, Payment: order.Payment{Method: "cash"},
	}
	t, _, err := w.Place(context.Background(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

func (w *world) pizza() kitchen.Ticket {
	w.t.Helper()
	return w.place(order.Carryout, order.Line{Product: "margherita", Size: "large", Quantity: 1})
}

type doing func(*kitchen.Kitchen, context.Context, order.ID, kitchen.Tap) (kitchen.Ticket, error)

func (w *world) tap(act doing, t kitchen.Ticket, station string) kitchen.Ticket {
	w.t.Helper()
	out, err := act(w.Kitchen, context.Background(), t.Order.ID, kitchen.Tap{ID: id.New(), Station: station, Reason: "it is so"})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// ledger is what became of the paper of a printer, oldest first: "ticket confirmed", ….
func (w *world) ledger(printer string) string {
	w.t.Helper()
	all, err := w.store.Prints(context.Background(), printer, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	var words []string
	for _, p := range all {
		words = append([]string{string(p.What) + " " + string(p.State)}, words...)
	}
	return strings.Join(words, ", ")
}

func (w *world) alerts() string {
	w.t.Helper()
	s, err := w.Snapshot(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	for _, a := range s.Alerts {
		ids = append(ids, a.ID+" "+a.Level)
	}
	return strings.Join(ids, ", ")
}

func (w *world) has(paper string, words ...string) {
	w.t.Helper()
	for _, word := range words {
		if !strings.Contains(paper, word) {
			w.t.Errorf("%q is not on\n%s", word, paper)
		}
	}
}

func (w *world) hasNot(paper string, words ...string) {
	w.t.Helper()
	for _, word := range words {
		if strings.Contains(paper, word) {
			w.t.Errorf("%q is on\n%s", word, paper)
		}
	}
}
