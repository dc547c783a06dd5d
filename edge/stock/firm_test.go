package stock_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/menu"
)

// message is one that is numbered by who sends it: the link sends it until the other side has it, and the other side takes each once, in order.
type message struct {
	seq  int
	body any
}

// sale is a web order, or one of the counter.
type sale struct {
	id    int
	epoch uint64
	n     int64
}

// firm is a restaurant's book and the cloud's purse of its dough, with a line between them that loses, repeats and turns round what it
// carries, for as long as it likes.
type firm struct {
	t    *rapid.T
	menu *menu.Menu

	book    *stock.Book
	kept    stock.State // as the node's database has it
	open    map[int]sale
	known   map[int]bool // web orders that have come
	up      []message    // said, and not known to be heard
	upSeq   int
	obeyed  int
	counter int64
	there   int64 // that was ever on the shelves

	purse   escrow.Purse
	heard   int
	placed  map[int]sale // not offered yet
	offered map[int]sale
	down    []message
	downSeq int

	wire []any // copies under way: up ones are *message, down ones message
	last int
}

func newFirm(t *rapid.T, m *menu.Menu) *firm {
	f := &firm{
		t: t, menu: m, kept: stock.State{Epoch: 1, Sums: map[string]int64{dough: 0}}, open: map[int]sale{}, known: map[int]bool{},
		purse: escrow.Purse{Ingredient: dough, Epoch: 1, Life: "a"}, placed: map[int]sale{}, offered: map[int]sale{},
	}
	f.restart()
	return f
}

// turn decides one commit of the restaurant's, and keeps it as its database would.
func (f *firm) turn(decide func(*stock.Turn)) {
	turn := f.book.Turn(noon, "2026-07-03")
	decide(turn)
	c := turn.Change()
	for _, s := range c.Shelves {
		if s.Ingredient == dough {
			s.OnHand, s.Reserved = 0, 0
			f.kept.Shelves = []stock.Shelf{s}
		}
	}
	for _, e := range c.Entries {
		f.kept.Sums[e.Ingredient] += e.Quantity
		if e.Kind == stock.Use {
			f.kept.Recent = append(f.kept.Recent, stock.Used{Ingredient: e.Ingredient, At: e.At, Quantity: -e.Quantity, Web: e.Web})
		}
	}
	f.book.After(turn)
}

// restart opens the book from what was kept: reservations follow from the orders.
func (f *firm) restart() {
	f.book = stock.NewBook(f.menu, f.kept)
	turn := f.book.Turn(noon, "2026-07-03")
	for _, s := range f.open {
		turn.Reserve(map[string]int64{dough: s.n})
	}
	f.book.After(turn)
}

func (f *firm) say(body any) {
	f.upSeq++
	f.up = append(f.up, message{f.upSeq, body})
}

func (f *firm) tell(body any) {
	f.downSeq++
	f.down = append(f.down, message{f.downSeq, body})
}

func (f *firm) lend(turn *stock.Turn) {
	lent, recalled := turn.Lend(f.kept.Epoch, []string{dough})
	for _, l := range lent {
		f.say(l)
	}
	for _, r := range recalled {
		f.say(r)
	}
}

// send puts a message that is not known to be there on the wire: any of them, for the window is wide.
func (f *firm) send() {
	if len(f.up) > 0 && rapid.Bool().Draw(f.t, "up") {
		m := rapid.SampledFrom(f.up).Draw(f.t, "which")
		f.wire = append(f.wire, &m)
	} else if len(f.down) > 0 {
		f.wire = append(f.wire, rapid.SampledFrom(f.down).Draw(f.t, "which"))
	}
}

// arrive takes any copy off the wire, or leaves one there to come again.
func (f *firm) arrive() {
	if len(f.wire) == 0 {
		return
	}
	n := rapid.IntRange(0, len(f.wire)-1).Draw(f.t, "copy")
	m := f.wire[n]
	if rapid.Bool().Draw(f.t, "once") {
		f.wire = append(f.wire[:n:n], f.wire[n+1:]...)
	}
	switch m := m.(type) {
	case *message:
		f.hear(*m)
	case message:
		f.obey(m)
	}
}

// hear is the cloud committing a fact, if it is the next.
func (f *firm) hear(m message) {
	if m.seq != f.heard+1 {
		return
	}
	f.heard = m.seq
	switch b := m.body.(type) {
	case escrow.Lent:
		f.purse = f.purse.Receive(b)
	case escrow.Recalled:
		p, back, answers := f.purse.Return(b)
		if f.purse = p; answers {
			f.tell(back)
		}
	}
	for len(f.up) > 0 && f.up[0].seq <= f.heard && rapid.Bool().Draw(f.t, "acked") {
		f.up = f.up[1:]
	}
}

// obey is the restaurant taking a command, if it is the next.
func (f *firm) obey(m message) {
	if m.seq != f.obeyed+1 {
		return
	}
	f.obeyed = m.seq
	f.turn(func(turn *stock.Turn) {
		switch b := m.body.(type) {
		case sale:
			f.take(turn, b, b.epoch)
		case escrow.Returned:
			turn.Settle(b)
		}
		if rapid.Bool().Draw(f.t, "lends") {
			f.lend(turn)
		}
	})
	for len(f.down) > 0 && f.down[0].seq <= f.obeyed {
		f.down = f.down[1:]
	}
}

func (f *firm) take(turn *stock.Turn, s sale, epoch uint64) {
	if f.known[s.id] {
		return
	}
	f.known[s.id], f.open[s.id] = true, s
	turn.Arrive(epoch, map[string]int64{dough: s.n})
	turn.Reserve(map[string]int64{dough: s.n})
}

// begin is a healing: the cloud begins the epoch, and says anew what nobody has answered; then the restaurant begins it with all that was offered.
func (f *firm) begin() {
	f.kept.Epoch++
	f.purse = f.purse.Begin(f.kept.Epoch, "a")
	waiting := f.down
	f.wire, f.up, f.down, f.heard, f.upSeq, f.obeyed, f.downSeq = nil, nil, nil, 0, 0, 0, 0
	for _, m := range waiting {
		f.tell(m.body)
	}
	f.turn(func(turn *stock.Turn) {
		turn.EndShares()
		for id := 1; id <= f.last; id++ {
			if s, there := f.offered[id]; there {
				f.take(turn, s, 0)
			}
		}
	})
}

// sold is what the web has sold. An order whose share ended before it was offered is not: it waits to be sold anew.
func (f *firm) sold() (web int64) {
	for _, s := range f.offered {
		web += s.n
	}
	for _, s := range f.placed {
		if s.epoch == f.purse.Epoch {
			web += s.n
		}
	}
	return web
}

func (f *firm) check(t *rapid.T) {
	s := f.book.Turn(noon, "2026-07-03").Shelf(dough)
	if web := f.sold(); f.counter+web > f.there {
		t.Fatalf("sold %d at the counter and %d on the web, there were %d: %+v, %+v", f.counter, web, f.there, s, f.purse)
	}
	if s.Free() < 0 || s.Share.Out() < 0 || f.purse.Left() < 0 {
		t.Fatalf("less than nothing: %+v, %+v", s, f.purse)
	}
	if f.purse.Left() > s.Share.Out() {
		t.Fatalf("the cloud may sell %d, the restaurant keeps %d for it", f.purse.Left(), s.Share.Out())
	}
}

// n is how many of something.
func (f *firm) n() int64 { return rapid.Int64Range(1, 6).Draw(f.t, "n") }

// one is any of some orders, or none.
func (f *firm) one(of map[int]sale) (sale, bool) {
	ids := slices.Sorted(maps.Keys(of))
	if len(ids) == 0 {
		return sale{}, false
	}
	return of[rapid.SampledFrom(ids).Draw(f.t, "order")], true
}

func (f *firm) receive() {
	k := f.n()
	f.turn(func(turn *stock.Turn) {
		if err := turn.Take(stock.Slip{Kind: stock.Receipt, Lines: []stock.SlipLine{{Ingredient: dough, Quantity: k}}}); err != nil {
			f.t.Fatal(err)
		}
	})
	f.there += k
}

func (f *firm) sellAtTheCounter() {
	k := f.n()
	f.turn(func(turn *stock.Turn) {
		if turn.Sellable(balls(int(k)), nil) != nil {
			return
		}
		f.last++
		f.open[f.last] = sale{id: f.last, n: k}
		turn.Reserve(map[string]int64{dough: k})
		f.counter += k
	})
}

func (f *firm) sellOnTheWeb() {
	k := f.n()
	if p, err := f.purse.Sell("a", k); err == nil {
		f.purse, f.last = p, f.last+1
		f.placed[f.last] = sale{f.last, p.Epoch, k}
	}
}

func (f *firm) cancel() {
	if s, there := f.one(f.placed); there {
		f.purse = f.purse.GiveBack(s.epoch, s.n)
		delete(f.placed, s.id)
	}
}

// offer tells the restaurant of an order. One whose share has ended is sold anew, or waits.
func (f *firm) offer() {
	s, there := f.one(f.placed)
	if there && s.epoch != f.purse.Epoch {
		p, err := f.purse.Sell("a", s.n)
		if there = err == nil; there {
			f.purse, s.epoch = p, p.Epoch
		}
	}
	if there {
		delete(f.placed, s.id)
		f.offered[s.id] = s
		f.tell(s)
	}
}

func (f *firm) start() {
	if s, there := f.one(f.open); there {
		f.turn(func(turn *stock.Turn) {
			turn.Reserve(map[string]int64{dough: -s.n})
			turn.Book(stock.Entry{Kind: stock.Use, Web: s.epoch > 0}, map[string]int64{dough: -s.n})
		})
		delete(f.open, s.id)
	}
}

func (f *firm) fetch() {
	f.turn(func(turn *stock.Turn) {
		recalled, _ := turn.Fetch(f.kept.Epoch, map[string]int64{dough: f.n()})
		for _, r := range recalled {
			f.say(r)
		}
	})
}

// talk lets the line carry what it has, well or badly.
func (f *firm) talk() {
	for range rapid.IntRange(1, 8).Draw(f.t, "messages") {
		f.send()
		f.arrive()
	}
}

func TestCounterAndWebNeverSellMoreThanThereIsHoweverTheLineBehaves(t *testing.T) {
	t.Parallel()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := newFirm(t, m)
		f.receive()
		often := []func(){f.sellAtTheCounter, f.sellOnTheWeb, f.offer, f.talk, f.talk, f.talk}
		actions := slices.Concat(often, often, []func(){
			f.receive, f.cancel, f.start, f.start, f.fetch, f.send, f.arrive, f.restart, f.begin,
			func() { f.wire = nil }, func() { f.turn(f.lend) }, func() { f.turn(f.lend) },
		})
		for range rapid.IntRange(1, 150).Draw(t, "deeds") {
			actions[rapid.IntRange(0, len(actions)-1).Draw(t, "deed")]()
			f.check(t)
		}
	})
}
