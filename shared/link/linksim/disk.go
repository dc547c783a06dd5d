package linksim

import (
	"slices"
	"time"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// disk is what a box has on its card: the power may be cut at any instant, and this is what is left.
type disk struct {
	device string
	proof  link.Proof // that it was enrolled
	epoch  uint64
	old    []row // of earlier epochs: acknowledged, kept as insurance
	rows   []row // of this epoch, from first on
	first  uint64
	tip    link.Mark
	acked  link.Mark
	cmdSeq uint64
	cmdID  string
	obeyed []obeyed // every command that had an effect, in order

	tickets []*ticket // in the order in which they came
	number  int       // the last ticket number
	larder  escrow.Larder
}

// obeyed is a command that had an effect.
type obeyed struct {
	seq     uint64
	id      string
	first   string // the command that it repeats, or itself
	granted bool
	reason  string
}

// row is an event in the outbox.
type row struct {
	epoch uint64
	since time.Duration
	link.Event
}

// newDisk is the card of a box that is enrolled now.
func newDisk(s *site, device string, epoch uint64) *disk {
	at := link.Mark{Epoch: epoch}
	proof := link.Proof{Kind: link.EnrolmentProof, Restaurant: s.id, Device: device, Epoch: epoch, At: s.w.time()}
	return &disk{device: device, proof: proof, epoch: epoch, first: 1, tip: at, acked: at, larder: escrow.Larder{Ingredient: dough, Epoch: epoch}}
}

// copy is an image of the card.
func (d *disk) copy() *disk {
	c := *d
	c.old, c.rows, c.obeyed = slices.Clone(d.old), slices.Clone(d.rows), slices.Clone(d.obeyed)
	c.tickets = make([]*ticket, len(d.tickets))
	for i, t := range d.tickets {
		twin := *t
		c.tickets[i] = &twin
	}
	return &c
}

// append writes an event at the end of the outbox.
func (d *disk) append(since time.Duration, e link.Event) row {
	sealed := link.Seal(d.tip.Hash, d.tip.Seq+1, e)
	d.tip.Seq, d.tip.Hash = sealed.Seq, sealed.Hash
	r := row{d.epoch, since, sealed}
	d.rows = append(d.rows, r)
	return r
}

// events are the events from first to last, as far as they are there.
func (d *disk) events(first, last uint64) []link.Event {
	if first < d.first {
		return nil
	}
	var out []link.Event
	for _, r := range d.rows[min(first-d.first, uint64(len(d.rows))):] {
		if r.Seq > last {
			break
		}
		out = append(out, r.Event)
	}
	return out
}

func (d *disk) hashAt(seq uint64) (link.Hash, bool) {
	if seq < d.first || seq >= d.first+uint64(len(d.rows)) {
		return link.Hash{}, false
	}
	return d.rows[seq-d.first].Hash, true
}

// all are all rows, of all epochs, in order.
func (d *disk) all() []row { return slices.Concat(d.old, d.rows) }

// retained are the names of the rows after a place.
func (d *disk) retained(after link.Place, most int) (refs []link.Ref, more bool) {
	for _, r := range d.all() {
		if r.epoch < after.Epoch || r.epoch == after.Epoch && r.Seq <= after.Seq {
			continue
		}
		if len(refs) == most {
			return refs, true
		}
		refs = append(refs, link.Ref{Place: link.Place{Epoch: r.epoch, Seq: r.Seq}, ID: r.ID})
	}
	return refs, false
}

// prune deletes rows that are acknowledged and older than the horizon, and returns them.
func (d *disk) prune(horizon time.Duration, acked uint64) []row {
	var gone []row
	d.old = slices.DeleteFunc(d.old, func(r row) bool {
		if r.since < horizon {
			gone = append(gone, r)
		}
		return r.since < horizon
	})
	for len(d.rows) > 0 && d.rows[0].Seq <= acked && d.rows[0].since < horizon {
		gone = append(gone, d.rows[0])
		d.rows, d.first = d.rows[1:], d.first+1
	}
	return gone
}

// ticket finds the ticket of an order.
func (d *disk) ticket(id order.ID) *ticket {
	for _, t := range d.tickets {
		if t.order.ID == id {
			return t
		}
	}
	return nil
}
