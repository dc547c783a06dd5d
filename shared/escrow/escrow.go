// Package escrow divides a restaurant's stock between the two sides that sell it, so that together they never sell more than there is,
// however long the line between them is cut. The restaurant owns what is on its shelves and lends the cloud a share; the cloud sells web
// orders from the share alone, the counter sells from the rest alone, and neither asks the other.
//
// Everything is counted in totals since the link's epoch began, each written by one side: what was lent and asked back by the
// restaurant, what was given back by the cloud. Totals only grow, so that a repeated or late message changes nothing, and all of them begin
// anew with the epoch. There is no lease and no clock: a share that is stranded comes back by a recall or with the next epoch.
//
// Not in here: recipes, what should be lent when, storage, and the link that carries the facts. A Larder is a row of the restaurant's
// database, a Purse one of the cloud's; a method returns the row as it is to be stored, in the transaction of whatever caused it.
package escrow

import "awesome.pizza/shared/problem"

// Lent is a fact of the restaurant's: so much of an ingredient, in total, may the cloud sell in this epoch.
type Lent struct {
	Ingredient string `json:"ingredient"`
	Epoch      uint64 `json:"epoch"`
	Total      int64  `json:"total"` // grams or pieces
}

// Kind names the fact.
func (Lent) Kind() string { return "share.lent.v1" }

// Recalled is a fact of the restaurant's: it would like so much back, in total.
type Recalled struct {
	Ingredient string `json:"ingredient"`
	Epoch      uint64 `json:"epoch"`
	Total      int64  `json:"total"`
}

// Kind names the fact.
func (Recalled) Kind() string { return "share.recalled.v1" }

// Returned is the cloud's answer to a recall, a command that comes after every order that was sold before it: so much, in total, is given
// back and will not be sold by the cloud.
type Returned struct {
	Ingredient string `json:"ingredient"`
	Epoch      uint64 `json:"epoch"`
	Total      int64  `json:"total"`
}

// Kind names the wish.
func (Returned) Kind() string { return "share.returned.v1" }

func soldOut(ingredient string, left, wanted int64) error {
	return problem.New(problem.Refused, "sold_out", "%d of %s are left, %d are needed", max(left, 0), ingredient, wanted).With("left", max(left, 0))
}

func check(n int64) error {
	if n < 1 {
		return problem.New(problem.Invalid, "bad_quantity", "%d is no quantity", n)
	}
	return nil
}
