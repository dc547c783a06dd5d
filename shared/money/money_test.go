package money_test

import (
	"errors"
	"testing"

	"awesome.pizza/shared/money"
)

func TestCurrenciesDoNotMix(t *testing.T) {
	t.Parallel()
	if _, err := money.Of(1, "USD").Plus(money.Of(1, "EUR")); !errors.Is(err, money.ErrCurrency) {
		t.Errorf("dollars and euros were added: %v", err)
	}
	sum, err := money.Amount{}.Plus(money.Of(250, "EUR"))
	if err != nil || sum != money.Of(250, "EUR") {
		t.Errorf("nothing and 2.50 EUR = %v, %v", sum, err)
	}
}

func TestShareRoundsHalfToEven(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ minor, basisPoints, want int64 }{
		{1000, 825, 82}, {1000, 835, 84}, {50, 100, 0}, {150, 100, 2}, {250, 100, 2}, {-50, 100, 0}, {-150, 100, -2}, {-151, 100, -2}, {999, 0, 0},
	} {
		if got := money.Of(c.minor, "USD").Share(c.basisPoints).Minor; got != c.want {
			t.Errorf("%d bp of %d = %d, want %d", c.basisPoints, c.minor, got, c.want)
		}
	}
}

func TestAmountsReadLikeMoney(t *testing.T) {
	t.Parallel()
	for amount, want := range map[money.Amount]string{
		money.Of(1299, "USD").Times(2): "25.98 USD",
		money.Of(-5, "EUR"):            "-0.05 EUR",
	} {
		if amount.String() != want {
			t.Errorf("%#v reads %q, want %q", amount, amount, want)
		}
	}
}
