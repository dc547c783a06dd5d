package linksim

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// database is the cloud's: every change of an account is one transaction.
type database struct {
	w        *world
	inc      int // incarnation
	lives    int // incarnations so far
	accounts []*account
}

// account is what the database has of one restaurant.
type account struct {
	w        *world
	site     *site
	row      link.LinkRow
	fenced   []string // devices that were replaced
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
		w: b.w, site: s, row: link.LinkRow{Edge: s.id, Device: device, Epoch: link.FirstEpoch}, counts: map[string]int{},
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

// restore puts a dump in place of the database.
func (b *database) restore(dump *database) {
	lives := b.lives + 1
	*b = *dump.copy()
	b.inc, b.lives = lives, lives
	for _, a := range b.accounts {
		a.site.touch()
		a.site.observer.split = a.site.observer.split || a.row.Device != a.site.box.disk.device
	}
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
	return a.reissue(taken)
}

// reissue gives the new epoch a number of its own among the commands, behind all that were taken: its id is what tells this epoch from
// another with the same number, of a life of the database that is lost. Behind it comes anew what nobody has answered.
func (a *account) reissue(taken uint64) (commands uint64, id string) {
	if !a.w.mutant.namelessEpoch || taken > a.head {
		a.head = taken
		a.command(link.Command{Kind: "link.began.v1", Body: []byte("{}")}, "").replaced = true
	}
	commands, id = a.head, a.commandID(a.head)
	if a.w.mutant.noReissue {
		return commands, id
	}
	for i := range a.commands[:len(a.commands):len(a.commands)] {
		if c := a.commands[i]; !c.answered && !c.replaced {
			a.commands[i].replaced = true
			if c.Kind == (event.DeliveryStepped{}).Kind() && !a.w.mutant.staleLane {
				continue // the snapshot says how that lane stands now
			}
			a.command(link.Command{Kind: c.Kind, Order: c.Order, Body: c.Body}, c.wish)
		}
	}
	return commands, id
}

// claim binds a device to the restaurant, in a new epoch, and fences the one before.
func (a *account) claim(device string) (commands uint64, id string) {
	a.fenced = append(a.fenced, a.row.Device)
	a.row = link.LinkRow{Edge: a.row.Edge, Device: device, Epoch: a.row.Epoch + 1}
	a.heals++
	a.renewPurse()
	return a.reissue(a.head)
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
