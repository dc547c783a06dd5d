package order

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// Outlook is what a kitchen would promise at an instant, for orders at the end of its queue: the kitchen's own quote in a form that another side
// can ask without asking the kitchen. Drives are not in it: they are known where the guest's door is.
type Outlook struct {
	At     time.Time  `json:"at"`     // by the node's clock
	Pizzas []Prospect `json:"pizzas"` // of orders of so many reference pizzas, the smallest first
	Side   *Prospect  `json:"side,omitempty"`

	Reference Reference `json:"reference"`
	Hands     int       `json:"hands"`                   // who make pizzas; at least 1
	Places    float64   `json:"places"`                  // pizzas that bake at once; 0: it is not known
	Ahead     int       `json:"ahead"`                   // orders before the next one
	Wait      int       `json:"driver_wait_s,omitempty"` // seconds for which deliveries that are ready wait for a driver
	Because   []string  `json:"because,omitempty"`       // what is wrong with ovens

	Large  *Large           `json:"large,omitempty"`  // nil: no order is too large
	Closed map[Channel]Shut `json:"closed,omitempty"` // channels whose orders the kitchen has no room for
}

// Prospect is when an order would be ready.
type Prospect struct {
	Pieces int `json:"pieces"`
	Ready  int `json:"ready_s"`  // seconds after At: the beginning of the promise
	Spread int `json:"spread_s"` // and its width
}

// Reference says what the reference pizza and the reference side are, in seconds: by the menu, and by what the kitchen has learned.
type Reference struct {
	MenuMake int `json:"menu_make_s"`
	MenuBake int `json:"menu_bake_s,omitempty"` // 0: everything bakes as long as everything else, on a belt
	Make     int `json:"make_s"`
	Bake     int `json:"bake_s"`
	MenuSide int `json:"menu_side_s,omitempty"`
}

// Large is a rule: an order of more pieces is promised as if a part of the hands and ovens were not there.
type Large struct {
	Pieces  int `json:"pieces"`
	Reserve int `json:"reserve_percent"`
}

// Shut says why a channel is closed.
type Shut struct {
	Wait   int    `json:"wait_s"` // seconds that an order would have to wait
	Reason string `json:"reason"`
}

// Limits of an Outlook.
const (
	mostProspects = 16
	mostPieces    = 1000
	mostAway      = 48 * 60 * 60 // seconds
	mostReasons   = 16
	mostReason    = 200 // bytes
)

// Sound reports what is wrong with an outlook that came from elsewhere; nil: it can be used.
func (o *Outlook) Sound() error {
	if len(o.Pizzas) == 0 || len(o.Pizzas) > mostProspects || len(o.Because) > mostReasons || len(o.Closed) > mostReasons {
		return fmt.Errorf("an outlook of %d prospects with %d reasons", len(o.Pizzas), len(o.Because))
	}
	last := Prospect{}
	for _, p := range o.Pizzas {
		if !p.sound() || p.Pieces <= last.Pieces {
			return fmt.Errorf("an outlook on %d pieces after %d: in %d s, ± %d s", p.Pieces, last.Pieces, p.Ready, p.Spread)
		}
		last = p
	}
	if o.Side != nil && !o.Side.sound() {
		return fmt.Errorf("an outlook on a side in %d s", o.Side.Ready)
	}
	for _, n := range [...]int{o.Reference.MenuMake, o.Reference.MenuBake, o.Reference.Make, o.Reference.Bake, o.Reference.MenuSide, o.Ahead, o.Wait} {
		if n < 0 || n > mostAway {
			return fmt.Errorf("an outlook with the number %d", n)
		}
	}
	if !(o.Places >= 0 && o.Places <= mostPieces) {
		return fmt.Errorf("an outlook of %v places", o.Places)
	}
	if o.Hands < 1 || o.Hands > mostPieces || o.Large != nil && (o.Large.Pieces < 0 || o.Large.Reserve < 0 || o.Large.Reserve > 95) {
		return fmt.Errorf("an outlook of %d hands", o.Hands)
	}
	return o.spoken()
}

// spoken reports what is wrong with the words in it.
func (o *Outlook) spoken() error {
	words := o.Because
	for _, s := range o.Closed {
		if s.Wait < 0 || s.Wait > mostAway {
			return fmt.Errorf("an outlook with a wait of %d s", s.Wait)
		}
		words = append(words[:len(words):len(words)], s.Reason)
	}
	for _, w := range words {
		if len(w) > mostReason || !utf8.ValidString(w) || !Plain(w) {
			return fmt.Errorf("an outlook with a reason of %d bytes", len(w))
		}
	}
	return nil
}

func (p Prospect) sound() bool {
	return p.Pieces > 0 && p.Pieces <= mostPieces && p.Ready >= 0 && p.Ready <= mostAway && p.Spread >= 0 && p.Spread <= mostAway
}

// Estimate is what an Outlook says of one order.
type Estimate struct {
	Ready  time.Duration // from now until the beginning of the promise
	Spread time.Duration
	Make   time.Duration // of what is in it, by one pair of hands
	Bake   time.Duration // of what bakes longest; 0: nothing does
	Large  bool          // so large that it is promised later
}

// Of says when an order of these items would be ready. What it takes more or less than as many reference pizzas is added as the kitchen would.
func (o *Outlook) Of(items []Item) (e Estimate) {
	var pizzas, sides kind
	for _, i := range items {
		if i.Bakes {
			pizzas.add(i)
		} else {
			sides.add(i)
		}
	}
	r := o.Reference
	e.Large = o.Large != nil && len(items) > o.Large.Pieces
	e.Make = instants(float64(pizzas.made)*learned(r.Make, r.MenuMake) + float64(sides.made))
	if pizzas.n > 0 {
		at, spread := o.at(float64(pizzas.n))
		at = max(0, at+o.more(pizzas))
		if e.Large {
			first, _ := o.at(1)
			at += max(0, at-first) * float64(o.Large.Reserve) / float64(100-o.Large.Reserve)
		}
		e.Ready, e.Spread, e.Bake = instants(at), instants(spread), instants(o.bakes(pizzas))
	}
	switch {
	case sides.n == 0:
	case o.Side == nil: // nobody said; it is not later than a pizza
		e.Ready, e.Spread = max(e.Ready, instants(float64(o.Pizzas[0].Ready))), max(e.Spread, instants(float64(o.Pizzas[0].Spread)))
	default:
		last := sides.average() * float64(o.turns(sides.n))
		if e.Large {
			last *= 100 / float64(100-o.Large.Reserve)
		}
		e.Ready = max(e.Ready, instants(max(0, float64(o.Side.Ready)+last-float64(r.MenuSide))))
		e.Spread = max(e.Spread, time.Duration(o.Side.Spread)*time.Second)
	}
	return e
}

// kind is what is to be done for items of one kind, in seconds by the menu.
type kind struct{ n, made, longest int }

func (k *kind) add(i Item) {
	k.n, k.made, k.longest = k.n+1, k.made+i.MakeSeconds, max(k.longest, i.BakeSeconds)
}

func (k *kind) average() float64 { return float64(k.made) / float64(max(1, k.n)) }

// more is how much later pizzas are ready than as many reference pizzas: what the first takes, and for the others what all wait for, hands or ovens.
func (o *Outlook) more(k kind) float64 {
	r := o.Reference
	slower := learned(r.Make, r.MenuMake)
	longest := float64(k.longest)
	if r.MenuBake == 0 {
		longest = float64(r.Bake) // on a belt
	}
	full := o.Places > 0 && (o.Ahead > 0 || float64(k.n) > o.Places)
	pace := func(makes, bakes float64) float64 {
		paces := makes * slower / float64(o.Hands)
		if full {
			paces = max(paces, bakes/o.Places)
		}
		return paces
	}
	usual := float64(r.MenuBake)
	if r.MenuBake == 0 {
		usual = longest
	}
	others := float64((o.turns(k.n) - 1) * o.Hands)
	return (k.average()-float64(r.MenuMake))*slower + o.bakes(k) - float64(r.Bake) +
		others*(pace(k.average(), longest)-pace(float64(r.MenuMake), usual))
}

// bakes is how long the pizza bakes that does for longest.
func (o *Outlook) bakes(k kind) float64 {
	if r := o.Reference; r.MenuBake > 0 {
		return float64(k.longest) * learned(r.Bake, r.MenuBake)
	}
	return float64(o.Reference.Bake)
}

// turns is how often every hand makes one, for so many.
func (o *Outlook) turns(n int) int { return (n + o.Hands - 1) / o.Hands }

// at is when so many reference pizzas are ready, in seconds, between and beyond those that were tried.
func (o *Outlook) at(pieces float64) (ready, spread float64) {
	all := o.Pizzas
	n := 1
	for n < len(all)-1 && float64(all[n].Pieces) < pieces {
		n++
	}
	if len(all) == 1 || pieces <= float64(all[0].Pieces) {
		return float64(all[0].Ready), float64(all[0].Spread)
	}
	a, b := all[n-1], all[n]
	part := (pieces - float64(a.Pieces)) / float64(b.Pieces-a.Pieces)
	return float64(a.Ready) + part*float64(b.Ready-a.Ready), float64(a.Spread) + min(1, part)*float64(b.Spread-a.Spread)
}

// learned is how much longer than the menu says something takes.
func learned(takes, menu int) float64 {
	if takes <= 0 || menu <= 0 {
		return 1
	}
	return float64(takes) / float64(menu)
}

func instants(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second)
}
