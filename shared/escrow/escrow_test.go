package escrow_test

import (
	"testing"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/problem"
)

const dough = "dough"

// full is a larder with n pieces on its shelves, in epoch 1.
func full(n int64) escrow.Larder { return escrow.Larder{Ingredient: dough, OnHand: n, Epoch: 1} }

// purse is a purse in epoch 1 that was lent n.
func purse(n int64) escrow.Purse {
	return escrow.Purse{Ingredient: dough, Epoch: 1, Life: "pg-1"}.Receive(escrow.Lent{Ingredient: dough, Epoch: 1, Total: n})
}

func must[T any](t *testing.T) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestWhatIsLentIsNotSoldAtTheCounter(t *testing.T) {
	t.Parallel()
	l, fact, err := full(10).Lend(7)
	if err != nil || fact != (escrow.Lent{Ingredient: dough, Epoch: 1, Total: 7}) {
		t.Fatalf("lent %+v: %v", fact, err)
	}
	if l.Free() != 3 || l.OnHand != 10 {
		t.Errorf("%d of %d are free, want 3 of 10", l.Free(), l.OnHand)
	}
	_, err = l.Sell(4)
	if p := problem.Of(err); p == nil || p.Kind != problem.Refused || p.Code != "sold_out" || p.Facts["left"] != int64(3) {
		t.Errorf("4 of 3 were sold: %v", err)
	}
	if _, _, err := l.Lend(4); !problem.Is(err, problem.Refused) {
		t.Errorf("4 of 3 were lent: %v", err)
	}
	l = must[escrow.Larder](t)(l.Sell(3))
	if l.Free() != 0 || l.Out() != 7 {
		t.Errorf("%d are free, %d are out", l.Free(), l.Out())
	}
}

func TestThePurseSellsWhatItWasLentAndNoMore(t *testing.T) {
	t.Parallel()
	p := purse(5)
	p = must[escrow.Purse](t)(p.Sell("pg-1", 4))
	if _, err := p.Sell("pg-1", 2); !problem.Is(err, problem.Refused) {
		t.Errorf("2 of 1 were sold: %v", err)
	}
	p = p.Receive(escrow.Lent{Ingredient: dough, Epoch: 1, Total: 5}) // again
	p = p.Receive(escrow.Lent{Ingredient: dough, Epoch: 1, Total: 3}) // late
	p = p.Receive(escrow.Lent{Ingredient: dough, Epoch: 2, Total: 90})
	if p.Left() != 1 {
		t.Errorf("%d are left, want 1", p.Left())
	}
}

func TestAnOrderThatIsCancelledBeforeItIsOfferedGivesBack(t *testing.T) {
	t.Parallel()
	p := must[escrow.Purse](t)(purse(5).Sell("pg-1", 4))
	if p = p.GiveBack(1, 3); p.Left() != 4 {
		t.Errorf("%d are left, want 4", p.Left())
	}
	if p = p.GiveBack(7, 1); p.Left() != 4 {
		t.Error("what was sold in another epoch is given back")
	}
}

func TestAnOrderThatArrivesTakesFromItsShare(t *testing.T) {
	t.Parallel()
	l, _, _ := full(10).Lend(6)
	l = must[escrow.Larder](t)(l.Arrive(1, 2))
	if l.OnHand != 8 || l.Out() != 4 || l.Free() != 4 {
		t.Errorf("after an order of 2: %+v", l)
	}
	l = must[escrow.Larder](t)(l.Arrive(0, 3)) // sold from a share of an epoch that is over
	if l.OnHand != 5 || l.Out() != 4 || l.Free() != 1 {
		t.Errorf("after an order of an older share: %+v", l)
	}
	l = must[escrow.Larder](t)(l.Receive(3)) // it is voided before anything was made
	if l.Free() != 4 {
		t.Errorf("what a voided order did not need is not free: %+v", l)
	}
}

func TestARecallComesBackBehindTheOrdersThatWereSoldBeforeIt(t *testing.T) {
	t.Parallel()
	l, lent, _ := full(10).Lend(8)
	p := escrow.Purse{Ingredient: dough, Epoch: 1, Life: "pg-1"}.Receive(lent)
	p = must[escrow.Purse](t)(p.Sell("pg-1", 5))
	l, ask, err := l.Recall(6)
	if err != nil {
		t.Fatal(err)
	}
	p, back, ok := p.Return(ask)
	if !ok || back.Total != 3 || p.Left() != 0 {
		t.Fatalf("of 3 that were left %+v came back: %+v", back, p)
	}
	if l.Free() != 2 {
		t.Errorf("a recall alone has freed %d", l.Free()-2)
	}
	l = must[escrow.Larder](t)(l.Arrive(1, 5))
	l = l.Settle(back)
	l = l.Settle(back) // again
	l = l.Settle(escrow.Returned{Ingredient: dough, Epoch: 9, Total: 99})
	if l.Out() != 0 || l.Free() != 5 || l.OnHand != 5 {
		t.Errorf("after the recall: %+v", l)
	}
	if p, again, _ := p.Return(ask); again != back || p.Left() != 0 {
		t.Errorf("the same recall again: %+v, %+v", again, p)
	}
	_, more, _ := l.Recall(1)
	if more.Total != 6 { // 3 came back of 6 that are asked for
		t.Errorf("asks for %d in total", more.Total)
	}
	if _, _, ok := p.Return(escrow.Recalled{Ingredient: dough, Epoch: 7, Total: 1}); ok {
		t.Error("a recall of another epoch is answered")
	}
}

func TestAnEpochEndsEveryShare(t *testing.T) {
	t.Parallel()
	l, _, _ := full(10).Lend(8)
	l = l.Begin(2)
	if l.Free() != 10 || l.Out() != 0 || l.Epoch != 2 {
		t.Errorf("the larder begins with %+v", l)
	}
	p := must[escrow.Purse](t)(purse(8).Sell("pg-1", 2)).Begin(2, "pg-1")
	if _, err := p.Sell("pg-1", 1); !problem.Is(err, problem.Refused) {
		t.Errorf("sold from a share that is over: %v", err)
	}
	if p = p.Receive(escrow.Lent{Ingredient: dough, Epoch: 1, Total: 8}); p.Left() != 0 {
		t.Error("a fact of the epoch before fills the purse")
	}
}

func TestARestoredDatabaseSellsNothingUntilTheRestaurantHasConfirmed(t *testing.T) {
	t.Parallel()
	p := purse(5)
	for _, n := range []int64{1, 6} { // of 5; it does not know what it was lent either
		if _, err := p.Sell("pg-2", n); !problem.Is(err, problem.Unavailable) {
			t.Errorf("a database that forgot what it sold sells %d, or knows that there is not so much: %v", n, err)
		}
	}
	if _, err := p.Confirm("pg-2").Sell("pg-2", 1); err != nil {
		t.Errorf("it never sells again: %v", err)
	}
}

func TestACountBelowWhatIsLentStopsTheCounter(t *testing.T) {
	t.Parallel()
	l, _, _ := full(10).Lend(8)
	l = must[escrow.Larder](t)(l.Count(6))
	if l.Free() != -2 {
		t.Errorf("%d are free", l.Free())
	}
	_, err := l.Sell(1)
	if p := problem.Of(err); p == nil || p.Facts["left"] != int64(0) {
		t.Errorf("sold what is not there: %v", err)
	}
}

func TestNothingAndLessAreNoQuantities(t *testing.T) {
	t.Parallel()
	l, p := full(5), purse(5)
	for _, n := range []int64{0, -1} {
		_, receive := l.Receive(n)
		_, sell := l.Sell(n)
		_, arrive := l.Arrive(1, n)
		_, _, lend := l.Lend(n)
		_, _, recall := l.Recall(n)
		_, spend := p.Sell("pg-1", n)
		for what, err := range map[string]error{"receive": receive, "sell": sell, "arrive": arrive, "lend": lend, "recall": recall, "spend": spend} {
			if !problem.Is(err, problem.Invalid) {
				t.Errorf("%s %d: %v", what, n, err)
			}
		}
	}
	if _, err := l.Count(-1); !problem.Is(err, problem.Invalid) {
		t.Error("less than nothing was counted")
	}
	if escrow.Lent.Kind(escrow.Lent{}) != "share.lent.v1" || (escrow.Recalled{}).Kind() != "share.recalled.v1" || (escrow.Returned{}).Kind() != "share.returned.v1" {
		t.Error("a kind has changed its name")
	}
}
