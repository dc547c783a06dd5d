package store_test

import (
	"testing"
	"time"
)

func TestHeadOfficeSeesUntilWhenANodeMaySpeak(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	bind := func(device string, until time.Time) {
		t.Helper()
		code, _, err := c.IssueCode(t.Context(), "r1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Claim(t.Context(), code, device); err != nil {
			t.Fatal(err)
		}
		if err := c.Credited(t.Context(), "r1", device, until); err != nil {
			t.Fatal(err)
		}
	}
	is := func(want time.Time) {
		t.Helper()
		all, err := c.Credentials(t.Context())
		if err != nil || !all["r1"].Equal(want) || want.IsZero() != (len(all) == 0) {
			t.Errorf("good until %v, not %v: %v", all, want, err)
		}
	}
	is(time.Time{})
	first, second := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	bind("key-1", first)
	is(first)
	if err := c.Credited(t.Context(), "r1", "key-1", second); err != nil { // renewed
		t.Fatal(err)
	}
	if err := c.Credited(t.Context(), "r1", "nobody's", first); err != nil {
		t.Fatal(err)
	}
	is(second)
	bind("key-2", first) // takes its place
	is(first)
	if _, err := c.Revoke(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	is(time.Time{})
}
