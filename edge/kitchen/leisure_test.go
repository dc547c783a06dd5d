package kitchen_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/store"
)

func TestPINsGetTheirHashesWhenTheNodeHasStarted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := runningWith(t, path, staffed(), func(s *store.Store) kitchen.Store { return s })
		hashed := func() (n int) {
			state, err := h.store.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range state.Shift.People {
				if _, ok := staff.SaltOf(p.PIN); ok {
					n++
				}
			}
			return n
		}
		after(2 * time.Second)
		if n := hashed(); n != 0 {
			t.Errorf("%d PINs are hashed while the node starts", n)
		}
		after(2 * time.Second)
		if n := hashed(); n != 3 {
			t.Errorf("%d PINs of 3 are hashed at leisure", n)
		}
		stop()
	})
}
