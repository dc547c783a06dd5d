package escrow

import "awesome.pizza/shared/problem"

// Purse is the cloud's row of one ingredient of a restaurant: it may only sell what it was lent.
type Purse struct {
	Ingredient string `json:"ingredient"`
	Epoch      uint64 `json:"epoch"`
	Life       string `json:"life"` // incarnation of the database for which Confirm was called last

	Lent     int64 `json:"lent"` // by the restaurant, in this epoch, in total
	Sold     int64 `json:"sold"`
	Returned int64 `json:"returned"`
}

// Left is what may be sold.
func (p Purse) Left() int64 { return p.Lent - p.Sold - p.Returned }

// Receive takes what the restaurant lends. A fact of another epoch, an older one or one that is known changes nothing; one that came out of
// a replaced device's quarantine must not be given to it.
func (p Purse) Receive(f Lent) Purse {
	if f.Epoch == p.Epoch {
		p.Lent = max(p.Lent, f.Total)
	}
	return p
}

// Sell takes what a web order needs, in the transaction that commits the order's offer to the restaurant; the offer says from which epoch's
// share (Purse.Epoch). life is the incarnation of the database: one that was restored sells nothing until Confirm, for it has forgotten
// what it sold. It reports Refused "sold_out", or Unavailable "restored".
func (p Purse) Sell(life string, n int64) (Purse, error) {
	if err := check(n); err != nil {
		return p, err
	}
	switch {
	case life != p.Life: // nor does it know what it was lent: nobody is told that something is sold out
		return p, problem.New(problem.Unavailable, "restored", "the restaurant has not said what is left since the database was restarted: try again in a moment")
	case n > p.Left():
		return p, soldOut(p.Ingredient, p.Left(), n)
	}
	p.Sold += n
	return p, nil
}

// GiveBack takes back what an order was sold from the share of an epoch, in the transaction that cancels it before its offer was committed: the
// restaurant never hears of it. What was sold in another epoch has ended with that.
func (p Purse) GiveBack(epoch uint64, n int64) Purse {
	if epoch == p.Epoch {
		p.Sold = max(0, p.Sold-n)
	}
	return p
}

// Return answers a recall: as much as is left of what is asked for. The answer is committed as a command in the same transaction. ok is
// false for a recall of another epoch, which needs no answer.
func (p Purse) Return(f Recalled) (Purse, Returned, bool) {
	if f.Epoch != p.Epoch {
		return p, Returned{}, false
	}
	p.Returned += max(0, min(f.Total-p.Returned, p.Left()))
	return p, Returned{p.Ingredient, p.Epoch, p.Returned}, true
}

// Confirm says that the restaurant has held SYNC with this life of the database, was told to resume, and knew the life already when it
// asked: every order it has is one that this database has sold. What it asked before it knew proves nothing, for an order of the lost life
// may have come while the answer was on its way.
func (p Purse) Confirm(life string) Purse {
	p.Life = life
	return p
}

// Begin begins an epoch, in the transaction that begins it in the link's row: what was lent before is not lent any more.
func (p Purse) Begin(epoch uint64, life string) Purse {
	return Purse{Ingredient: p.Ingredient, Epoch: epoch, Life: life}
}
