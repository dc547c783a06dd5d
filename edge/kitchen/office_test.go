package kitchen_test

import (
	"fmt"
	"maps"
	"slices"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// office is the cloud as the kitchen needs it: what it has committed of one restaurant, and how it answers. It can be set back to what it
// was.
type office struct {
	epoch    uint64
	mark     link.Mark
	known    map[string]bool   // events
	heard    []told            // in the order in which they came
	lost     map[order.ID]bool // something that was said of them could not be followed
	orders   map[order.ID]file
	commands []errand
	answers  map[string][]event.CommandAnswered // by the first command
}

// told is an event and what it was about.
type told struct {
	event string
	order order.ID
}

// file is an order as the office has it.
type file struct {
	order    order.Order
	progress order.Progress
	day      string
	number   int
}

// errand is a command and what became of it.
type errand struct {
	kitchen.Command
	over bool
}

func newOffice() *office {
	return &office{
		epoch: link.FirstEpoch, mark: link.Mark{Epoch: link.FirstEpoch}, known: map[string]bool{}, orders: map[order.ID]file{},
		answers: map[string][]event.CommandAnswered{}, lost: map[order.ID]bool{},
	}
}

func (o *office) copied() *office {
	c := *o
	c.known, c.orders, c.answers = maps.Clone(o.known), maps.Clone(o.orders), maps.Clone(o.answers)
	c.commands, c.heard, c.lost = slices.Clone(o.commands), slices.Clone(o.heard), maps.Clone(o.lost)
	return &c
}

// last is the number and the id of the last command.
func (o *office) last() (seq uint64, id string) {
	if len(o.commands) == 0 {
		return 0, ""
	}
	c := o.commands[len(o.commands)-1]
	return c.Seq, c.ID
}

func (o *office) ask(of order.ID, body event.Body) {
	raw, err := event.Encode(body)
	if err != nil {
		panic(err)
	}
	seq, _ := o.last()
	o.commands = append(o.commands, errand{Command: kitchen.Command{
		Seq: seq + 1, ID: id.New(), Kind: body.Kind(), At: evening, Order: string(of), Body: raw,
	}})
}

// place takes an order and offers it.
func (o *office) place(offer event.OrderOffered) {
	p, err := order.Begin(&offer.Order, offer.Items).Follow(order.Cloud, order.Validate)
	if err != nil {
		panic(err)
	}
	o.orders[offer.Order.ID] = file{order: offer.Order, progress: p}
	o.ask(offer.Order.ID, offer)
}

// drive moves the lane that is the office's, and tells the kitchen.
func (o *office) drive(of order.ID, to order.Delivery) {
	f := o.orders[of]
	f.progress.Delivery = to
	o.orders[of] = f
	o.ask(of, event.DeliveryStepped{Order: of, Delivery: to, Driver: "d1"})
}

// follow takes an event, once.
func (o *office) follow(e link.Event) {
	o.mark = link.Mark{Epoch: o.epoch, Seq: e.Seq, Hash: e.Hash}
	if o.known[e.ID] {
		return
	}
	o.known[e.ID] = true
	o.heard = append(o.heard, told{e.ID, order.ID(e.Order)})
	body, err := event.Decode(e.Kind, e.Body)
	if err != nil {
		panic(err)
	}
	switch b := body.(type) {
	case event.OrderTaken:
		if _, there := o.orders[b.Order.ID]; !there {
			o.orders[b.Order.ID] = file{order: b.Order, progress: order.Begin(&b.Order, b.Items)}
		}
	case event.OrderStepped:
		f, there := o.orders[b.Order]
		p, err := f.progress.Follow(order.Edge, b.Action, b.Items...)
		if !there || err != nil { // it is kept, and a person is told
			o.lost[b.Order] = true
			return
		}
		f.progress = p
		if b.Number > 0 {
			f.number = b.Number
		}
		o.orders[b.Order] = f
	case event.OrderChanged:
		f, there := o.orders[b.Order]
		if o.lost[b.Order] = o.lost[b.Order] || !there; !there || b.Changes <= f.order.Changes {
			return
		}
		f.order.Lines, f.order.Totals, f.order.MenuVersion, f.order.Changes = b.Lines, b.Totals, b.MenuVersion, b.Changes
		f.progress.Items = b.Items
		o.orders[b.Order] = f
	case event.OrderStanding:
		o.stands(b)
	case event.CommandAnswered:
		o.answered(b)
	}
}

// stands takes over the lanes of the restaurant as they stand, and of its own only what it can have forgotten.
func (o *office) stands(s event.OrderStanding) {
	f, there := o.orders[s.Order.ID]
	if there && s.Epoch != 0 && s.Epoch != o.epoch {
		return // it came through a healing: behind it comes how the order stands since
	}
	if s.Number > 0 {
		f.number, f.day = s.Number, s.Day
	}
	if there && s.Recovered {
		if f.progress.Intake == order.Created {
			f.progress.Intake = s.Progress.Intake
		}
		o.orders[s.Order.ID] = f
		return
	}
	delete(o.lost, s.Order.ID)
	if !there {
		f.order, f.progress = s.Order, s.Progress
	} else if s.Order.Changes >= f.order.Changes {
		f.order = s.Order
	}
	own := f.progress.Delivery
	f.progress = s.Progress
	if way := []order.Delivery{order.PickedUp, order.OutForDelivery, order.Delivered}; slices.Index(way, own) >= slices.Index(way, s.Progress.Delivery) {
		f.progress.Delivery = own
	}
	o.orders[s.Order.ID] = f
}

func (o *office) answered(a event.CommandAnswered) {
	for n, c := range o.commands {
		if c.ID != a.Command {
			continue
		}
		o.commands[n].over = true
		first := c.ID
		if c.Again != "" {
			first = c.Again
		}
		o.answers[first] = append(slices.Clone(o.answers[first]), a)
	}
}

func over(p order.Progress) bool {
	return p.Whole == order.HandedOver || p.Whole == order.Voided || p.Whole == order.Rejected
}

func open(p order.Progress) bool {
	return !over(p) && !slices.Contains([]order.Delivery{order.PickedUp, order.OutForDelivery, order.Delivered, order.Failed}, p.Delivery)
}

// renew begins an epoch: no number of a command is used again, and what is not answered is asked anew.
func (o *office) renew(epoch, applied uint64) (commands uint64, commandID string) {
	seq, _ := o.last()
	at := max(seq, applied) + 1
	old := slices.Clone(o.commands)
	o.commands = append(o.commands, errand{Command: kitchen.Command{Seq: at, ID: fmt.Sprint("began-", at), Kind: link.Began}, over: true})
	for n, c := range old {
		if c.over {
			continue
		}
		o.commands[n].over = true
		if f := o.orders[order.ID(c.Order)]; c.Kind != (event.DeliveryStepped{}).Kind() && over(f.progress) {
			continue
		}
		if c.Again == "" {
			c.Again = c.ID
		}
		seq, _ := o.last()
		c.Seq, c.ID = seq+1, id.New()
		o.commands = append(o.commands, c)
	}
	o.epoch = max(o.epoch, epoch) + 1
	o.mark = link.Mark{Epoch: o.epoch}
	return at, fmt.Sprint("began-", at)
}

// snapshot is what the office says to a kitchen that has these events: of its open orders, of those that have ended and of which it has heard since
// the last of them, and of those of which it could not follow all.
func (o *office) snapshot(has map[string]bool) (all []event.OrderStanding, numbers map[string]int) {
	numbers = map[string]int{}
	since := map[order.ID]bool{}
	for n := len(o.heard) - 1; n >= 0 && !has[o.heard[n].event]; n-- {
		since[o.heard[n].order] = len(has) > 0 // an empty kitchen has nothing that has ended
	}
	for _, oid := range slices.Sorted(maps.Keys(o.orders)) {
		f := o.orders[oid]
		day := evening.Format("2006-01-02")
		numbers[day] = max(numbers[day], f.number)
		if open(f.progress) || since[oid] || o.lost[oid] {
			all = append(all, event.OrderStanding{
				Order: f.order, Progress: f.progress, Number: f.number, Day: day, Since: evening, Unsettled: o.lost[oid],
			})
		}
	}
	return all, numbers
}
