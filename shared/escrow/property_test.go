package escrow_test

import (
	"testing"

	"pgregory.net/rapid"

	"awesome.pizza/shared/escrow"
)

// house is a restaurant and its cloud with a line between them that keeps order and may be cut for as long as it likes.
type house struct {
	larder       escrow.Larder
	purse        escrow.Purse
	epoch        uint64
	stock        int64 // that was ever on the shelves
	counter, web int64 // sold
	up, down     []any
}

// order is a web order on its way.
type order struct {
	epoch uint64
	n     int64
}

func TestTheTwoSidesNeverSellMoreThanThereIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := &house{larder: escrow.Larder{Ingredient: dough, Epoch: 1}, purse: escrow.Purse{Ingredient: dough, Epoch: 1, Life: "pg-1"}, epoch: 1}
		n := func() int64 { return rapid.Int64Range(1, 8).Draw(t, "n") }
		t.Repeat(map[string]func(*rapid.T){
			"receive": func(*rapid.T) {
				k := n()
				h.larder, _ = h.larder.Receive(k)
				h.stock += k
			},
			"counter": func(*rapid.T) {
				k := n()
				if l, err := h.larder.Sell(k); err == nil {
					h.larder = l
					h.counter += k
				}
			},
			"web": func(*rapid.T) {
				k := n()
				if p, err := h.purse.Sell("pg-1", k); err == nil {
					h.purse = p
					h.web += k
					h.down = append(h.down, order{p.Epoch, k})
				}
			},
			"lend": func(*rapid.T) {
				if l, fact, err := h.larder.Lend(n()); err == nil {
					h.larder, h.up = l, append(h.up, fact)
				}
			},
			"recall": func(*rapid.T) {
				l, fact, _ := h.larder.Recall(n())
				h.larder, h.up = l, append(h.up, fact)
			},
			"up":    func(*rapid.T) { h.hear() },
			"down":  func(*rapid.T) { h.obey() },
			"begin": func(*rapid.T) { h.begin() },
			"":      func(t *rapid.T) { h.check(t) },
		})
	})
}

// hear is the cloud taking the next fact, as link.Sender brings them: in order. Those of another epoch come again, and change nothing.
func (h *house) hear() {
	if len(h.up) == 0 {
		return
	}
	switch f := h.up[0].(type) {
	case escrow.Lent:
		h.purse = h.purse.Receive(f)
	case escrow.Recalled:
		p, back, ok := h.purse.Return(f)
		if h.purse = p; ok {
			h.down = append(h.down, back)
		}
	}
	h.up = h.up[1:]
}

// obey is the restaurant taking the next command, in order.
func (h *house) obey() {
	if len(h.down) == 0 {
		return
	}
	switch c := h.down[0].(type) {
	case order:
		h.larder, _ = h.larder.Arrive(c.epoch, c.n)
	case escrow.Returned:
		h.larder = h.larder.Settle(c)
	}
	h.down = h.down[1:]
}

// begin is a healing: the cloud begins the epoch first; then the restaurant does, with every order the cloud has.
func (h *house) begin() {
	h.epoch++
	h.purse = h.purse.Begin(h.epoch, "pg-1")
	h.larder = h.larder.Begin(h.epoch)
	waiting := h.down
	h.down = nil
	for _, c := range waiting {
		if o, ok := c.(order); ok {
			h.larder, _ = h.larder.Arrive(o.epoch, o.n)
		} else {
			h.down = append(h.down, c) // commands of the epoch before are said anew
		}
	}
}

func (h *house) check(t *rapid.T) {
	if h.counter+h.web > h.stock {
		t.Fatalf("sold %d at the counter and %d on the web, there were %d", h.counter, h.web, h.stock)
	}
	if h.larder.Free() < 0 || h.larder.Out() < 0 || h.purse.Left() < 0 {
		t.Fatalf("less than nothing: %+v, %+v", h.larder, h.purse)
	}
	if h.purse.Left() > h.larder.Out() {
		t.Fatalf("the cloud may sell %d, the restaurant keeps %d for it", h.purse.Left(), h.larder.Out())
	}
	if len(h.up)+len(h.down) == 0 && h.larder.Out() != h.purse.Left() {
		t.Fatalf("all is said, and %d is not %d", h.larder.Out(), h.purse.Left())
	}
}
