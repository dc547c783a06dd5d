package stock_test

import (
	"testing"
	"time"

	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const dough = "dough_large"

// balls are n large pizzas: a ball of dough each.
func balls(n int) []order.Line {
	return []order.Line{{Product: "margherita", Size: "large", Quantity: n}}
}

// lent lends of a book what should be lent, and says how much is out.
func lent(b *stock.Book, now time.Time) (out int64) {
	turn := b.Turn(now, "2026-07-03")
	turn.Lend(1, []string{dough})
	b.After(turn)
	return turn.Shelf(dough).Share.Out()
}

func TestTheWebIsLentItsPartOfWhatWasSoldLately(t *testing.T) {
	t.Parallel()
	b := bookOf(t, map[string]int64{dough: 100})
	if out := lent(b, noon); out != 50 {
		t.Errorf("of 100, and nothing sold yet, %d are lent", out)
	}
	used := func(n int64, web bool) {
		turn := b.Turn(noon, "2026-07-03")
		turn.Book(stock.Entry{Kind: stock.Use, Web: web}, map[string]int64{dough: -n})
		b.After(turn)
	}
	used(20, false)
	if out := lent(b, noon); out != 50 { // 12 would be right, and 38 are asked back
		t.Errorf("before the cloud has answered %d are lent", out)
	}
	turn := b.Turn(noon, "2026-07-03")
	turn.Settle(escrow.Returned{Ingredient: dough, Epoch: 1, Total: 38})
	turn.Settle(escrow.Returned{Ingredient: dough, Epoch: 7, Total: 50})
	turn.Settle(escrow.Returned{Ingredient: "gold", Epoch: 1, Total: 50})
	if s := turn.Shelf(dough); s.Share.Out() != 12 || s.Free() != 68 {
		t.Errorf("%d are lent and %d free", s.Share.Out(), s.Free())
	}
	b.After(turn)
	used(20, true)
	if out := lent(b, noon.Add(stock.Memory)); out != 30 {
		t.Errorf("when all that is forgotten %d of 60 are lent", out)
	}
}

func TestWhatIsNotEnoughForBothIsNotDividedInTwoUselessParts(t *testing.T) {
	t.Parallel()
	const large = 150 // grams of mozzarella on one
	for _, c := range []struct{ there, lent int64 }{{40, 40}, {large, large}, {2*large - 1, 2*large - 1}, {2 * large, large}, {20 * large, 10 * large}} {
		b := bookOf(t, map[string]int64{"mozzarella": c.there})
		turn := b.Turn(noon, "2026-07-03")
		turn.Lend(1, []string{"mozzarella"})
		if out := turn.Shelf("mozzarella").Share.Out(); out < c.lent || out > c.lent+large {
			t.Errorf("of %d grams %d are lent, and it should be about %d", c.there, out, c.lent)
		}
	}
}

func TestNothingIsLentOfWhatNobodyHasCountedAndNothingIsSaidTwice(t *testing.T) {
	t.Parallel()
	b := bookOf(t, map[string]int64{"basil": 0})
	turn := b.Turn(noon, "2026-07-03")
	said, asked := turn.Lend(3, []string{dough, "basil"})
	if len(said) != 1 || said[0] != (escrow.Lent{Ingredient: "basil", Epoch: 3}) || len(asked) != 0 {
		t.Errorf("said is %+v, asked %+v", said, asked)
	}
	b.After(turn)
	turn = b.Turn(noon, "2026-07-03")
	if said, asked = turn.Lend(3, []string{dough, "basil"}); len(said)+len(asked) > 0 || !turn.Idle() {
		t.Errorf("again: %+v, %+v", said, asked)
	}
}

func TestTheCounterAsksBackWhatItLacksIfThatWillDo(t *testing.T) {
	t.Parallel()
	b := bookOf(t, map[string]int64{dough: 10})
	lent(b, noon)
	turn := b.Turn(noon, "2026-07-03")
	if asked, able := turn.Fetch(1, map[string]int64{dough: 11}); able || len(asked) > 0 {
		t.Errorf("11 of 10: %+v", asked)
	}
	if asked, able := turn.Fetch(2, map[string]int64{dough: 8}); able || len(asked) > 0 {
		t.Errorf("from another epoch: %+v", asked)
	}
	if err := turn.Sellable(balls(8), nil); problem.Of(err) == nil {
		t.Error("what is lent is sold at the counter")
	}
	if err := turn.SellableBack(balls(8)); err != nil {
		t.Errorf("it could be asked back: %v", err)
	}
	asked, able := turn.Fetch(1, map[string]int64{dough: 8})
	if !able || len(asked) != 1 || asked[0].Total != 3 || !turn.Short(map[string]int64{dough: 8}) {
		t.Errorf("asked is %+v, %v", asked, able)
	}
	if again, able := turn.Fetch(1, map[string]int64{dough: 8}); !able || len(again) > 0 {
		t.Errorf("asked again is %+v", again)
	}
	turn.Settle(escrow.Returned{Ingredient: dough, Epoch: 1, Total: 3})
	if err := turn.Sellable(balls(8), nil); err != nil || turn.Short(map[string]int64{dough: 8}) {
		t.Errorf("it is back: %v", err)
	}
}
