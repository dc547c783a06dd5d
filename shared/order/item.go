package order

// Item is one thing to make, with a life of its own: each pizza of a line is one. The kitchen lane is derived from the items.
type Item struct {
	ID          string `json:"id"` // within its order: "1", "2", …
	Line        int    `json:"line"`
	Product     string `json:"product"`
	Half        string `json:"half,omitempty"`
	Size        string `json:"size,omitempty"`
	Name        string `json:"name"`
	Station     string `json:"station"` // where it is made: "make" or "sides"
	Bakes       bool   `json:"bakes"`
	MakeSeconds int    `json:"make_seconds"`
	BakeSeconds int    `json:"bake_seconds"`

	State   ItemState `json:"state"`
	Remakes int       `json:"remakes,omitempty"`
}

// ItemState is how far one item has come.
type ItemState string

// The life of an item. What does not bake goes from Making to Done.
const (
	ItemQueued ItemState = "queued"  // nobody has touched it
	ItemMaking ItemState = "making"  // a cook has it
	ItemMade   ItemState = "made"    // waits for the oven
	ItemInOven ItemState = "in_oven" // from the oven's sensor, or from a tap
	ItemBaked  ItemState = "baked"   // out, to be cut and checked
	ItemDone   ItemState = "done"    // boxed
)

// itemSteps is the whole life of an item. Only the edge writes it. Rows marked back undo or repeat work.
var itemSteps = []struct {
	from   ItemState
	action Action
	to     ItemState
	bakes  bool // the row holds for items that bake
	cold   bool // … and for those that do not
	back   bool
}{
	{ItemQueued, Start, ItemMaking, true, true, false},
	{ItemMaking, Make, ItemMade, true, false, false},
	{ItemMade, Bake, ItemInOven, true, false, false},
	{ItemInOven, Unload, ItemBaked, true, false, false},
	{ItemBaked, Finish, ItemDone, true, false, false},
	{ItemMaking, Finish, ItemDone, false, true, false},

	{ItemMaking, Recall, ItemQueued, true, true, true}, // a tap taken back, one step at a time
	{ItemMade, Recall, ItemMaking, true, false, true},
	{ItemInOven, Recall, ItemMade, true, false, true},
	{ItemBaked, Recall, ItemInOven, true, false, true},
	{ItemDone, Recall, ItemBaked, true, false, true},
	{ItemDone, Recall, ItemMaking, false, true, true},

	{ItemMaking, Remake, ItemQueued, true, true, true}, // burned, dropped, wrong: made again
	{ItemMade, Remake, ItemQueued, true, false, true},
	{ItemInOven, Remake, ItemQueued, true, false, true},
	{ItemBaked, Remake, ItemQueued, true, false, true},
	{ItemDone, Remake, ItemQueued, true, true, true},
}

// started reports whether anybody has put a hand on the item; one that is made again has been.
func (i Item) started() bool { return i.State != ItemQueued || i.Remakes > 0 }

// inOvenOrBeyond and out say how far the bake is.
func (i Item) inOvenOrBeyond() bool { return i.State == ItemInOven || i.out() }
func (i Item) out() bool            { return i.State == ItemBaked || i.State == ItemDone }

// take moves the item by action; ok is false when the table has no such row.
func (i Item) take(action Action) (moved Item, ok bool) {
	for _, s := range itemSteps {
		if s.from != i.State || s.action != action || i.Bakes && !s.bakes || !i.Bakes && !s.cold {
			continue
		}
		i.State = s.to
		if action == Remake {
			i.Remakes++
		}
		return i, true
	}
	return i, false
}

// Bump is the action that moves the item one step forward, or "" when it is done.
func (i Item) Bump() Action {
	for _, s := range itemSteps {
		if s.from == i.State && !s.back && (i.Bakes && s.bakes || !i.Bakes && s.cold) {
			return s.action
		}
	}
	return ""
}

// kitchen derives the lane from the items of an order that is queued and not yet handed over.
func kitchen(items []Item) Kitchen {
	anyStarted, anyBakes, allIn, allOut, allDone := false, false, true, true, true
	for _, i := range items {
		anyStarted = anyStarted || i.started()
		allDone = allDone && i.State == ItemDone
		if i.Bakes {
			anyBakes = true
			allIn = allIn && i.inOvenOrBeyond()
			allOut = allOut && i.out()
		}
	}
	switch {
	case allDone:
		return Ready
	case anyBakes && allOut:
		return QualityCheck
	case anyBakes && allIn:
		return Baking
	case anyStarted:
		return Preparing
	}
	return Queued
}
