package linksim

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// database is the cloud's: every change of an account is one transaction.
type database struct {
	w        *world
	inc      int  // incarnation
	lives    int  // lives so far
	quiet    bool // it went back, and its incarnation is that of before
	accounts []*account
}

// account is what the database has of one restaurant.
type account struct {
	w        *world
	site     *site
	row      link.LinkRow
	fenced   []string  // devices that were replaced
	enrolled time.Time // the device, or, after a restore, the last that this life of the database knows of
	head     uint64
	commands []command // by number; what a restore has lost leaves holes
	events   []string  // ids, in the order in which they were applied
	counts   map[string]int
	orders   []*record
	asides   []aside
	purse    escrow.Purse
	unfit    int // events that could not be projected
	heals    int
}

// command is a row of edge_commands.
type command struct {
	link.Command
	wish               string // the id of the first command that asked for it
	answered, replaced bool
}

// aside is a batch in quarantine.
type aside struct {
	device string
	epoch  uint64
	events []link.Event
}

func newDatabase(w *world) *database { return &database{w: w, inc: 1, lives: 1} }

func (b *database) incarnation() string { return fmt.Sprintf("pg-%d", b.inc) }

func (b *database) open(s *site, device string) {
	b.accounts = append(b.accounts, &account{
		w: b.w, site: s, row: link.LinkRow{Edge: s.id, Device: device, Epoch: link.FirstEpoch}, enrolled: b.w.time(), counts: map[string]int{},
		purse: escrow.Purse{Ingredient: dough, Epoch: link.FirstEpoch, Life: b.incarnation()},
	})
}

// copy is a dump.
func (b *database) copy() *database {
	c := *b
	c.accounts = make([]*account, len(b.accounts))
	for i, a := range b.accounts {
		twin := *a
		twin.fenced, twin.commands = slices.Clone(a.fenced), slices.Clone(a.commands)
		twin.events, twin.asides, twin.counts = slices.Clone(a.events), slices.Clone(a.asides), maps.Clone(a.counts)
		twin.orders = make([]*record, len(a.orders))
		for k, r := range a.orders {
			one := *r
			one.lane, one.answers = slices.Clone(r.lane), slices.Clone(r.answers)
			twin.orders[k] = &one
		}
		c.accounts[i] = &twin
	}
	return &c
}

// restore puts a dump in place of the database. It is another incarnation, unless somebody did it quietly, row by row.
func (b *database) restore(dump *database, quietly bool) {
	inc, lives := b.inc, b.lives+1
	*b = *dump.copy()
	b.inc, b.lives, b.quiet = inc, lives, quietly
	if !quietly {
		b.inc = lives
	}
	for _, a := range b.accounts {
		a.site.touch()
		a.site.observer.split = a.site.observer.split || quietly || a.row.Device != a.site.box.disk.device
	}
}

// doubt makes it another incarnation.
func (b *database) doubt() {
	b.lives++
	b.inc, b.quiet = b.lives, false
}

func (b *database) account(s *site) *account { return b.accounts[s.n] }

// tell commits a command to the restaurant, with the next number.
func (a *account) tell(id order.ID, body event.Body) *command {
	return a.command(link.Command{Kind: body.Kind(), Order: string(id), Body: mustJSON(body)}, "")
}

func (a *account) command(c link.Command, wish string) *command {
	a.head++
	c.Seq, c.ID, c.At, c.Again = a.head, a.w.name("cm"), a.w.time(), wish
	a.commands = append(a.commands, command{Command: c, wish: cmp.Or(wish, c.ID)})
	return &a.commands[len(a.commands)-1]
}

// from are the commands between two numbers, as far as there is no hole.
func (a *account) from(first, last uint64) []link.Command {
	at, _ := slices.BinarySearchFunc(a.commands, first, func(c command, n uint64) int { return cmp.Compare(c.Seq, n) })
	var out []link.Command
	for _, c := range a.commands[at:] {
		if c.Seq > last || c.Seq != first+uint64(len(out)) {
			break
		}
		out = append(out, c.Command)
	}
	return out
}

// commandID is the id of the command with a number, "" when there is none.
func (a *account) commandID(seq uint64) string {
	if run := a.from(seq, seq); len(run) == 1 {
		return run[0].ID
	}
	return ""
}

// renew begins a new epoch after a healing, and says anew what nobody has answered.
func (a *account) renew(req link.HealRequest) (commands uint64, id string) {
	row, taken := link.Renewed(a.row, req, a.head)
	if !a.w.mutant.sameEpoch {
		a.row = row
	} else {
		a.row.Seq, a.row.Hash = 0, link.Hash{}
	}
	a.heals++
	a.renewPurse()
	if a.w.mutant.reuseNumbers {
		taken = a.head
	}
	return a.reissue(taken, func(c command) bool { return !c.answered })
}

// reissue gives the new epoch a number of its own among the commands, behind all that were taken: its id is what tells this epoch from
// another with the same number, of a life of the database that is lost. Behind it comes anew what is chosen of what was said.
func (a *account) reissue(taken uint64, which func(c command) bool) (commands uint64, id string) {
	if !a.w.mutant.namelessEpoch || taken > a.head {
		a.head = taken
		a.command(link.Command{Kind: link.Began, Body: []byte("{}")}, "").replaced = true
	}
	commands, id = a.head, a.commandID(a.head)
	if a.w.mutant.noReissue {
		return commands, id
	}
	a.repeat(func(c command, _ int) bool { return which(c) })
	return commands, id
}

// repeat says anew, once, what is chosen of the commands: of an order's delivery only the last word, and nothing
// else of what is over in the kitchen.
func (a *account) repeat(which func(c command, at int) bool) {
	old := a.commands[:len(a.commands):len(a.commands)]
	for i, c := range old {
		if c.replaced || !which(c, i) {
			continue
		}
		a.commands[i].replaced = true
		later := slices.ContainsFunc(old[i+1:], func(l command) bool { return l.Order == c.Order && l.Kind == c.Kind })
		switch r := a.order(order.ID(c.Order)); {
		case c.Kind == (event.DeliveryStepped{}).Kind() && later && !a.w.mutant.staleLane:
			continue
		case c.Kind != (event.DeliveryStepped{}).Kind() && r != nil && over(r.p):
			continue // who has lost it would make it
		}
		a.command(link.Command{Kind: c.Kind, Order: c.Order, Body: c.Body}, c.wish)
	}
}

// newerWord reports whether something new was said of the same after a command: what repeats the last word may come between.
func (a *account) newerWord(c link.Command) bool {
	return slices.ContainsFunc(a.commands, func(l command) bool { return l.Seq > c.Seq && l.Order == c.Order && l.Kind == c.Kind && l.Again == "" })
}

// keepOrder says anew, once, what nobody has answered for a while although something later was: a node took its number for another command.
func (a *account) keepOrder() {
	last := -1
	for i, c := range a.commands {
		if c.answered && !c.replaced {
			last = i
		}
	}
	overtaken := func(c command, i int) bool {
		return i < last && !c.answered && c.Again == "" && a.w.time().Sub(c.At) > overtakenAfter
	}
	if slices.ContainsFunc(a.commands[:max(last, 0)], func(c command) bool { return !c.replaced && overtaken(c, 0) }) {
		a.repeat(overtaken)
	}
}

const (
	overtakenAfter = 30 * time.Second
	overtakenEvery = 10 * time.Second
)

// claim binds a device to the restaurant, in a new epoch, and fences the one before.
func (a *account) claim(device string) (commands uint64, id string) {
	a.fenced = append(a.fenced, a.row.Device)
	a.row = link.LinkRow{Edge: a.row.Edge, Device: device, Epoch: a.row.Epoch + 1}
	a.enrolled = a.w.time()
	a.heals++
	a.renewPurse()
	return a.reissue(a.head, a.unfinished)
}

// roll is what this life of the database knows of a device.
func (a *account) roll(device string) link.Roll {
	if a.w.mutant.anyProof {
		return link.Roll{}
	}
	return link.Roll{Latest: a.enrolled, Knows: device == a.row.Device || slices.Contains(a.fenced, device)}
}

// adopt takes a device for the restaurant's that was enrolled in a life of the database which is lost. It heals next, and is then told anew
// what nobody has answered.
func (a *account) adopt(p link.Proof, said uint64) {
	a.fenced = append(a.fenced, a.row.Device)
	a.row, a.enrolled = link.Adopted(a.row, p, said), p.At
	a.heals++
	a.renewPurse()
}

// unfinished are the commands for an empty kitchen: those that nobody has answered, and what an order consists of that is still to be made.
func (a *account) unfinished(c command) bool {
	if !c.answered {
		return true
	}
	r := a.order(order.ID(c.Order))
	whole := c.Kind == (event.OrderOffered{}).Kind() || c.Kind == (event.DeliveryStepped{}).Kind()
	return whole && r != nil && !over(r.p) && !gone(r.p.Delivery)
}

// standings are the orders after one, sorted by id: those that are open, and those that have ended.
func (a *account) standings(after string, most int) (out []event.OrderStanding, more bool) {
	orders := slices.SortedFunc(slices.Values(a.orders), func(x, y *record) int { return cmp.Compare(x.o.ID, y.o.ID) })
	for _, r := range orders {
		if string(r.o.ID) <= after || a.w.mutant.openOnly && r.p.Status().Terminal() {
			continue
		}
		if most > 0 && len(out) == most {
			return out, true
		}
		out = append(out, event.OrderStanding{Order: *r.o, Progress: r.p, Number: r.number, Day: day, Driver: r.stage()})
	}
	return out, false
}

// numbers are the last ticket numbers the cloud has heard of.
func (a *account) numbers() map[string]int {
	last := 0
	for _, r := range a.orders {
		last = max(last, r.number)
	}
	return map[string]int{day: last}
}

func (a *account) order(id order.ID) *record {
	for _, r := range a.orders {
		if r.o.ID == id {
			return r
		}
	}
	return nil
}
