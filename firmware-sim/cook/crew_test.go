package cook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"awesome.pizza/firmware-sim/call"
	"awesome.pizza/firmware-sim/cook"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// node is a restaurant's node over HTTP: the kitchen of these tests, with a board that streams. It hangs up after a few changes, skips
// a number now and then, and answers one tap in five with "restarting".
type node struct {
	mu      sync.Mutex
	k       *kitchen
	seq     uint64
	taps    int
	done    map[string]bool // taps that had their effect
	changed chan struct{}   // closed and made anew with each change
}

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api/board/stream" {
		n.stream(w, r)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/tickets/"), "/")
	var body struct{ Tap, Who string }
	if n.taps++; n.taps%5 == 0 || len(parts) < 2 || json.NewDecoder(r.Body).Decode(&body) != nil || body.Tap == "" {
		http.Error(w, "restarting", http.StatusServiceUnavailable)
		return
	}
	if n.done[body.Tap] {
		return // a repeated tap is one tap
	}
	o := n.k.find(parts[0])
	var err error
	switch parts[1] {
	case "start":
		for _, i := range o.p.Items {
			o.p, err = o.p.Take(order.Edge, order.Start, i.ID)
		}
	case "hand-over":
		o.p, err = o.p.Take(order.Edge, order.HandOver)
	case "items":
		item, _ := o.p.Item(parts[2])
		o.p, err = o.p.Take(order.Edge, item.Bump(), parts[2])
	}
	if err != nil {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"code":"illegal_step"}`)
		return
	}
	n.done[body.Tap] = true
	n.change()
}

// change is called with mu held.
func (n *node) change() {
	n.seq++
	close(n.changed)
	n.changed = make(chan struct{})
}

func (n *node) board() (cook.Board, <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	b := n.k.board()
	b.Seq = n.seq
	return b, n.changed
}

func (n *node) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	b, changed := n.board()
	say := func(name string, v any) {
		data, err := json.Marshal(v)
		if err != nil {
			n.k.t.Error(err)
		}
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data)
		_ = http.NewResponseController(w).Flush()
	}
	say("snapshot", b)
	for range 4 {
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		}
		before := b
		b, changed = n.board()
		var gone []string
		for _, t := range before.Tickets {
			still := false
			for _, now := range b.Tickets {
				still = still || now.Order == t.Order
			}
			if !still {
				gone = append(gone, t.Order)
			}
		}
		say("change", map[string]any{"seq": b.Seq, "tickets": b.Tickets, "gone": gone}) // two changes at once look like a gap
	}
}

// deck is an oven of the node's kitchen with two slots.
type deck struct {
	n     *node
	mu    sync.Mutex
	slots map[int][2]string
}

func (d *deck) Free() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return 2 - len(d.slots)
}

func (d *deck) PutIn(_ context.Context, o, item string, _ int) (int, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	slot := 1
	if _, taken := d.slots[1]; taken {
		slot = 2
	}
	if _, taken := d.slots[slot]; taken {
		return 0, false, fmt.Errorf("slot %d is taken", slot)
	}
	d.slots[slot] = [2]string{o, item}
	return slot, false, d.sees(order.Bake, o, item)
}

func (d *deck) TakeOut(_ context.Context, slot int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	lies, ok := d.slots[slot]
	if !ok {
		return fmt.Errorf("slot %d is empty", slot)
	}
	delete(d.slots, slot)
	return d.sees(order.Unload, lies[0], lies[1])
}

func (d *deck) sees(a order.Action, id, item string) error {
	d.n.mu.Lock()
	defer d.n.mu.Unlock()
	o := d.n.k.find(id)
	p, err := o.p.Take(order.Edge, a, item)
	if err == nil {
		o.p = p
		d.n.change()
	}
	return nil
}

func TestACrewCooksThroughHangUpsGapsAndRestarts(t *testing.T) {
	t.Parallel()
	k := newKitchen(t)
	n := &node{k: k, done: map[string]bool{}, changed: make(chan struct{})}
	for i := range 4 {
		k.place(fmt.Sprint("o", i), order.Carryout, pizza(1), order.Line{Product: "cola", Quantity: 1})
	}
	server := httptest.NewServer(n)
	defer server.Close()
	h := newHands(k, 1)
	h.Pace, h.Count, h.NewID = 1000, 4, id.New
	crew := &cook.Crew{
		Edge: &call.Client{Base: server.URL, HTTP: server.Client()}, Hands: h, Ovens: []cook.Oven{&deck{n: n, slots: map[int][2]string{}}},
		Log: slog.New(slog.DiscardHandler),
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- crew.Run(ctx) }()
	deadline := time.After(60 * time.Second)
	for {
		b, changed := n.board()
		if len(b.Tickets) == 0 {
			break
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("still on the board: %+v", b.Tickets)
		}
	}
	cancel()
	server.CloseClientConnections()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
