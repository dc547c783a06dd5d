package cook

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"awesome.pizza/shared/order"
)

// Board is what hangs in the kitchen, as GET /api/board shows it.
type Board struct {
	Seq     uint64   `json:"seq"`
	Tickets []Ticket `json:"tickets"`
}

// Ticket is one order on the board. Fields a cook has no use for are left out.
type Ticket struct {
	Order      string           `json:"order_id"`
	Number     int              `json:"number"`
	Fulfilment order.Fulfilment `json:"fulfilment"`
	State      order.Kitchen    `json:"state"`
	Cook       string           `json:"cook"`
	Delivery   struct {
		State order.Delivery `json:"state"`
	} `json:"delivery"`
	Items []Item `json:"items"`
}

// Item is one thing to make. Seconds are 0 when the board does not tell them.
type Item struct {
	ID          string          `json:"id"`
	Product     string          `json:"product"`
	Size        string          `json:"size"`
	State       order.ItemState `json:"state"`
	Remakes     int             `json:"remakes"`
	MakeSeconds int             `json:"make_seconds"`
	BakeSeconds int             `json:"bake_seconds"`
}

// change is one commit of the kitchen.
type change struct {
	Seq     uint64   `json:"seq"`
	Tickets []Ticket `json:"tickets"`
	Gone    []string `json:"gone"`
}

// errGap says that a change was missed: the whole board must be read again.
var errGap = errors.New("the board skipped a change")

// hear takes an event of the board's stream. Events of no interest change nothing.
func (b *Board) hear(name string, data []byte) error {
	switch name {
	case "snapshot":
		var whole Board
		if err := json.Unmarshal(data, &whole); err != nil {
			return fmt.Errorf("read board: %w", err)
		}
		*b = whole
	case "change":
		var c change
		if err := json.Unmarshal(data, &c); err != nil {
			return fmt.Errorf("read change: %w", err)
		}
		return b.apply(c)
	}
	return nil
}

func (b *Board) apply(c change) error {
	if c.Seq <= b.Seq {
		return nil // seen already
	}
	if c.Seq != b.Seq+1 {
		return fmt.Errorf("%w: from %d to %d", errGap, b.Seq, c.Seq)
	}
	b.Seq = c.Seq
	b.Tickets = slices.DeleteFunc(b.Tickets, func(t Ticket) bool {
		return slices.Contains(c.Gone, t.Order) || slices.ContainsFunc(c.Tickets, func(n Ticket) bool { return n.Order == t.Order })
	})
	b.Tickets = append(b.Tickets, c.Tickets...)
	slices.SortStableFunc(b.Tickets, func(x, y Ticket) int { return x.Number - y.Number })
	return nil
}

// clone can be read while the board goes on.
func (b *Board) clone() Board { return Board{Seq: b.Seq, Tickets: slices.Clone(b.Tickets)} }
