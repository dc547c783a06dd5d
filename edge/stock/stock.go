// Package stock is what lies on a restaurant's shelves: a ledger of what came, went and was counted, what open orders have reserved, what is
// lent to the cloud, and what is off the menu and until when. From it follows what can still be sold, when something runs out, what is low
// and what to order.
//
// Not in here: orders and their steps (edge/kitchen says what they reserve and use), recipes (shared/menu), storage, and screens. Nothing is
// decided by a clock of its own: a Turn is told the time.
package stock

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Kind is why an entry stands in the ledger.
type Kind string

// The kinds of entries.
const (
	Opening  Kind = "opening"      // what older entries came to
	Receipt  Kind = "receipt"      // a delivery
	Use      Kind = "use"          // an item was started; above zero: it was taken back, or became waste
	Waste    Kind = "waste"        // dropped, burned, spoiled
	Count    Kind = "count"        // the difference that a count found
	Incoming Kind = "transfer_in"  // from another restaurant
	Outgoing Kind = "transfer_out" // to another restaurant
)

// Entry is a line of the ledger. What lies on the shelves is the sum of an ingredient's entries; none is ever changed.
type Entry struct {
	Day        string // business day, 2026-11-22
	At         time.Time
	Ingredient string
	Kind       Kind
	Quantity   int64 // grams or pieces; below zero when they left
	Reason     string
	Who        string
	Order      order.ID // empty when it belongs to none
	Web        bool     // with Use: by an order of the cloud's. It is not written: the order says so
}

// Shelf is one ingredient. Its ledger's sum, its reservations and its history of use are known from elsewhere; the rest is kept.
type Shelf struct {
	Ingredient string
	Tracked    bool   // somebody has counted or received it: before that it sells without limit
	Threshold  *int64 // the restaurant's own, else the menu's
	Par        *int64
	OnOrder    int64         // ordered, and not received yet
	Share      escrow.Larder // what of it the cloud was lent; its OnHand is not kept

	OnHand   int64 `json:"-"` // sum of the ledger
	Reserved int64 `json:"-"` // by items of open orders that nobody has started
}

// Free is what may still be sold here: on the shelves, neither reserved nor lent.
func (s Shelf) Free() int64 { return s.larder().Free() }

// Left is what is neither used nor reserved, lent or not.
func (s Shelf) Left() int64 { return s.OnHand - s.Reserved }

func (s Shelf) larder() escrow.Larder {
	l := s.Share
	l.Ingredient, l.OnHand = s.Ingredient, s.Left()
	return l
}

// What can be off the menu, and how that is said: the cloud reads it the same.
const (
	Product    = menu.AProduct
	Topping    = menu.ATopping
	Ingredient = menu.AnIngredient
)

// The menu's words, which both sides use.
type (
	// OffKey names what is off.
	OffKey = menu.OffKey
	// Off is one thing that is off the menu.
	Off = menu.Off
	// SoldOut is all that cannot be had.
	SoldOut = menu.SoldOut
	// Missing is what cannot be had because of what is off.
	Missing = menu.Missing
	// Lack is what an order wants and cannot have.
	Lack = menu.Lack
	// Alternative is what can be had instead.
	Alternative = menu.Alternative
)

// Used is how much of an ingredient was used at a time, for the forecast.
type Used struct {
	Ingredient string
	At         time.Time
	Quantity   int64
	Web        bool // by an order of the cloud's
}

// State is what a book begins with.
type State struct {
	Shelves []Shelf
	Sums    map[string]int64 // of the ledger, by ingredient
	Recent  []Used           // of the last Memory
	Off     []Off
	Epoch   uint64 // of the link: shares of another are over
}

// Change is what one commit changes.
type Change struct {
	Entries []Entry
	Shelves []Shelf
	Off     []Off // new, or said anew
	Lifted  []OffKey
}

// Empty reports whether nothing changes that has to be kept.
func (c Change) Empty() bool {
	return len(c.Entries) == 0 && len(c.Shelves) == 0 && len(c.Off) == 0 && len(c.Lifted) == 0
}

// Book is the stock of a restaurant as the last commit left it.
type Book struct {
	menu    *menu.Menu
	least   map[string]int64 // that anything takes of an ingredient
	most    map[string]int64 // that one piece takes, as it stands on the menu
	shelves map[string]Shelf
	recent  map[string][]Used // oldest first
	off     map[OffKey]Off

	untold map[string]bool // ingredients that are not as the cloud was told last
	whole  bool            // … or nobody knows what it was told
	toldAt time.Time
}

// NewBook is the book of a restaurant that sells a menu, with nothing reserved yet.
func NewBook(m *menu.Menu, s State) *Book {
	b := &Book{menu: m, least: m.Least(), most: mostOf(m), shelves: map[string]Shelf{}, recent: map[string][]Used{}, off: map[OffKey]Off{}, whole: true}
	for _, g := range m.Ingredients {
		b.shelves[g.ID] = Shelf{Ingredient: g.ID}
	}
	for _, shelf := range s.Shelves {
		if shelf.Share.Epoch != s.Epoch {
			shelf.Share = escrow.Larder{}
		}
		b.shelves[shelf.Ingredient] = shelf
	}
	for id, sum := range s.Sums {
		shelf := b.shelf(id)
		shelf.OnHand, shelf.Tracked = sum, true
		b.shelves[id] = shelf
	}
	for _, o := range s.Off {
		b.off[o.OffKey] = o
	}
	b.remember(s.Recent)
	return b
}

// mostOf is the most that one piece of anything takes of each ingredient.
func mostOf(m *menu.Menu) map[string]int64 {
	most := map[string]int64{}
	for _, p := range m.Products {
		for _, size := range p.Sizes {
			for id, n := range m.Needs(order.Line{Product: p.ID, Size: size.ID, Quantity: 1}) {
				most[id] = max(most[id], n)
			}
		}
	}
	return most
}

func (b *Book) shelf(id string) Shelf {
	s := b.shelves[id]
	s.Ingredient = id
	return s
}

// After takes over what a commit has changed.
func (b *Book) After(t *Turn) {
	maps.Copy(b.shelves, t.shelves)
	for id := range t.shelves {
		if b.untold == nil {
			b.untold = map[string]bool{}
		}
		b.untold[id] = true
	}
	if t.off != nil {
		b.off = t.off
	}
	var used []Used
	for _, e := range t.entries {
		if u, ok := e.used(); ok {
			used = append(used, u)
		}
	}
	b.remember(used)
}

// used is what an entry says of how fast an ingredient goes.
func (e Entry) used() (Used, bool) {
	return Used{e.Ingredient, e.At, -e.Quantity, e.Web}, e.Kind == Use
}

// remember keeps the latest uses, at most mostUsed of each ingredient.
func (b *Book) remember(used []Used) {
	slices.SortStableFunc(used, func(x, y Used) int { return x.At.Compare(y.At) })
	for _, u := range used {
		all := slices.Concat(b.recent[u.Ingredient], []Used{u})
		young := slices.IndexFunc(all, func(o Used) bool { return u.At.Sub(o.At) < Memory })
		b.recent[u.Ingredient] = slices.Clone(all[max(young, len(all)-mostUsed):])
	}
}

// Offs are what is off the menu, by kind and id.
func (b *Book) Offs() []Off { return sortedOffs(b.off) }

func sortedOffs(all map[OffKey]Off) []Off {
	return slices.SortedFunc(maps.Values(all), func(x, y Off) int { return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.ID, y.ID)) })
}
