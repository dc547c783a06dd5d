package kitchen_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
)

func TestForecastsSlipWhenNobodyWorks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		ticket := h.place(pizza)
		after(5 * time.Minute)
		slipped := h.ticket(ticket.Order.ID).Ready.Sub(*ticket.Ready)
		if slipped < 4*time.Minute || slipped > 5*time.Minute {
			t.Errorf("five minutes later it is ready %v later", slipped)
		}
		told := 0
		for _, f := range h.facts() {
			if c, ok := f.(event.ForecastChanged); ok && c.Order == ticket.Order.ID {
				told++
			}
		}
		if told < 4 || told > 5 {
			t.Errorf("the cloud was told %d times", told)
		}
		stop()
	})
}

func TestAKitchenThatCannotWriteGoesOnAndCatchesUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		var disk *failing
		h, stop := runningOn(t, path, func(s *store.Store) kitchen.Store {
			disk = &failing{Store: s}
			return disk
		})
		h.place(pizza)
		disk.full.Store(true)
		after(time.Hour)
		if len(h.snapshot().Tickets) != 1 || len(h.alerts()) != 0 {
			t.Errorf("on a full disk the board shows %d tickets, alerts %v", len(h.snapshot().Tickets), h.alerts())
		}
		if n := disk.refused.Load(); n > 1000 {
			t.Errorf("it tried %d times in an hour", n)
		}
		disk.full.Store(false)
		after(time.Minute)
		if len(h.alerts()) != 1 {
			t.Errorf("with room again the alerts are %v", h.alerts())
		}
		stop()
	})
}

// slow is a store that prunes until somebody lets it go.
type slow struct {
	*store.Store
	begun, release chan struct{}
}

func (s *slow) Prune(context.Context, time.Time) error {
	s.begun <- struct{}{}
	<-s.release
	return nil
}

func TestTimersFireWhileTheStorePrunes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		disk := &slow{begun: make(chan struct{}), release: make(chan struct{})}
		h, stop := runningOn(t, path, func(s *store.Store) kitchen.Store {
			disk.Store = s
			return disk
		})
		after(55 * time.Minute)
		h.place(pizza) // stuck in the queue after ten minutes
		<-disk.begun
		after(6 * time.Minute)
		if a := h.alerts(); len(a) != 1 {
			t.Errorf("while the store prunes the alerts are %v", a)
		}
		close(disk.release)
		stop()
	})
}

// failing is a store whose disk is full while it says so.
type failing struct {
	*store.Store
	full    atomic.Bool
	after   bool // the commit happens, only its answer is lost
	refused atomic.Int64
}

var errFull = errors.New("database or disk is full")

func (f *failing) Commit(ctx context.Context, c kitchen.Commit) error {
	full := f.full.Load()
	if full {
		f.refused.Add(1)
	}
	if full && !f.after {
		return errFull
	}
	if err := f.Store.Commit(ctx, c); err != nil || !full {
		return err
	}
	return errFull
}

func TestAFullDiskRefusesLoudlyAndStoresNothingHalf(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"before the commit": false, "after the commit": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			m, err := menu.Pizzeria()
			if err != nil {
				t.Fatal(err)
			}
			disk := &failing{Store: h.store, after: late}
			k, err := kitchen.New(t.Context(), disk, m, h.clock, h.hub, h.settings)
			if err != nil {
				t.Fatal(err)
			}
			disk.full.Store(true)
			c := counter(pizza)
			if _, _, err := k.Place(t.Context(), c); !errors.Is(err, errFull) {
				t.Errorf("an order on a full disk: %v", err)
			}
			disk.full.Store(false)
			ticket, replayed, err := k.Place(t.Context(), c)
			if err != nil || replayed != late || ticket.Number != 1 {
				t.Errorf("sent again it is number %d, replayed %v, %v", ticket.Number, replayed, err)
			}
			s, err := k.Snapshot(t.Context())
			if state, lerr := h.store.Load(t.Context()); err != nil || lerr != nil || len(s.Tickets) != 1 || state.Seq != s.Seq {
				t.Errorf("%d tickets at %d, the file is at %d, %v %v", len(s.Tickets), s.Seq, state.Seq, err, lerr)
			}
		})
	}
}
