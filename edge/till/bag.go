package till

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// beside is what ends the name of a day's ledger for what no drawer has to do with.
const beside = ".0"

// Move writes down that a driver's bag went out or came in. News of it comes when the restaurant is reached, maybe long after: what was done
// before this drawer was opened is in the float that was counted then, and while none is open it will be in the next one's. That moves nothing
// and stands beside the tills of its day, as does a float for which there was not enough in the drawer: it came from elsewhere.
func (t Till) Move(e Entry, day string, now time.Time) (Till, Entry, error) {
	if err := Check("amount", e.Amount); err != nil {
		return t, e, err
	}
	if t.IsOpen() && !e.Done.Before(t.OpenedAt) && t.Drawer+e.drawer() >= 0 {
		return t.Enter(e, now)
	}
	e.Till, e.Day, e.At = day+beside, day, now
	return t, e, nil
}

// Beside reports whether an entry has moved no drawer because none was open when it happened.
func (e Entry) Beside() bool { return strings.HasSuffix(e.Till, beside) }

// Bag is a driver's cash bag in a day's report: what it should have held by what the cloud knows, and what was counted.
type Bag struct {
	ID         string    `json:"id"`
	Driver     string    `json:"driver"`
	At         time.Time `json:"at"` // it came in, or else went out
	Back       bool      `json:"back"`
	Float      int64     `json:"float"` // that went out on this day
	Expected   int64     `json:"expected"`
	Counted    int64     `json:"counted"`
	Difference int64     `json:"difference"`
	Beside     bool      `json:"beside"` // not in what the drawer should hold: no till was open, the news came too late, or the float was more than lay in it
	Note       string    `json:"note,omitempty"`
}

type bags map[string]Bag

func (b bags) add(e Entry) {
	bag := b[e.Bag]
	bag.ID, bag.Driver = e.Bag, e.Driver
	if e.Kind == BagOut {
		if bag.Float = e.Amount; !bag.Back {
			bag.Beside = e.Beside()
		}
	} else {
		bag.Back, bag.Expected, bag.Counted, bag.Difference, bag.Beside, bag.Note = true, e.Expected, e.Amount, e.Amount-e.Expected, e.Beside(), e.Reason
	}
	if e.Kind == BagIn || !bag.Back {
		bag.At = e.Done
	}
	b[e.Bag] = bag
}

func (b bags) sorted() []Bag {
	out := make([]Bag, 0, len(b))
	for _, bag := range b {
		out = append(out, bag)
	}
	slices.SortFunc(out, func(x, y Bag) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID)) })
	return out
}
