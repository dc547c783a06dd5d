// Package money counts in integer minor units of one currency. There are no floats and no exchange rates here.
package money

import (
	"errors"
	"fmt"
)

// ErrCurrency says that amounts of different currencies were to be added.
var ErrCurrency = errors.New("amounts of different currencies cannot be added")

// Amount is a sum of money: Minor units (cents) of the ISO 4217 Currency.
type Amount struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// Of is Minor units of a currency: Of(1299, "USD") is $12.99.
func Of(minor int64, currency string) Amount { return Amount{Minor: minor, Currency: currency} }

// Plus adds two amounts of one currency. The zero Amount adds to anything.
func (a Amount) Plus(b Amount) (Amount, error) {
	switch {
	case a == Amount{}:
		return b, nil
	case b == Amount{}:
		return a, nil
	case a.Currency != b.Currency:
		return Amount{}, fmt.Errorf("%w: %s and %s", ErrCurrency, a.Currency, b.Currency)
	}
	return Amount{Minor: a.Minor + b.Minor, Currency: a.Currency}, nil
}

// Times is the amount n times over.
func (a Amount) Times(n int) Amount { return Amount{Minor: a.Minor * int64(n), Currency: a.Currency} }

// Share is basisPoints ten-thousandths of the amount, rounded half to even (IEEE 754 §4.3.1), as tax is.
func (a Amount) Share(basisPoints int64) Amount {
	const whole = 10_000
	product := a.Minor * basisPoints
	quotient, rest := product/whole, product%whole
	if rest < 0 {
		quotient, rest = quotient-1, rest+whole
	}
	if rest > whole/2 || rest == whole/2 && quotient%2 != 0 {
		quotient++
	}
	return Amount{Minor: quotient, Currency: a.Currency}
}

// String is for logs: "12.99 USD". Currencies without two decimals are a matter of the pages.
func (a Amount) String() string {
	sign, minor := "", a.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d %s", sign, minor/100, minor%100, a.Currency)
}
