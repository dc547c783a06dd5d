package id_test

import (
	"testing"

	"awesome.pizza/shared/id"
)

func TestNamesAreValidAndNeverRepeat(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		n := id.New()
		if !id.Valid(n) || seen[n] {
			t.Fatalf("id %q is malformed or was given twice", n)
		}
		seen[n] = true
	}
}

func TestForeignNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "42", "0198C0DE-0000-7000-8000-000000000000", "{0198c0de-0000-7000-8000-000000000000}"} {
		if id.Valid(s) {
			t.Errorf("%q passes for an id", s)
		}
	}
}
