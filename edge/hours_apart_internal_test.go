package edge

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/shared/clock"
)

// keeps runs a timekeeper beside a test in a bubble of time.
func keeps(t *testing.T, h *hours, bell bell, alone bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	k := &timekeeper{now: h, bell: bell, alone: alone, log: slog.New(slog.DiscardHandler), rings: "?"}
	go func() { done <- k.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
}

func TestARestaurantOfItsOwnIsToldOfTwoClocksAndTakesAPersonsWord(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for name, ahead := range map[string]time.Duration{"a clock that once ran in the future": 5 * year, "a house that was closed for a month": -30 * 24 * time.Hour} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			h := offHours(t, dir, 0, clock.Saved{Floor: time.Now().Add(ahead), Doubt: time.Now().Add(-year)})
			h.began = h.Now()
			h.believe(h.Machine())
			if h.Trusted() {
				t.Errorf("%s: it believes its clock", name)
			}
			began, by, from := h.Now(), time.Duration(0), time.Time{}
			h.relabel = func(_ context.Context, f time.Time, b time.Duration, set func()) error {
				from, by = f, b
				set()
				return nil
			}
			rings := &ringing{}
			keeps(t, h, rings, true)
			if heard := rings.all(); !slices.Equal(heard, []string{"clock_apart critical"}) {
				t.Errorf("%s: %q", name, heard)
			}
			time.Sleep(time.Hour)
			right := time.Now()
			if err := os.WriteFile(filepath.Join(dir, wordFile), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			time.Sleep(apartLook)
			synctest.Wait()
			if heard := rings.all(); !slices.Equal(heard, []string{"no clock/node"}) {
				t.Errorf("%s: after the word %q", name, heard)
			}
			if (by+ahead).Abs() > time.Second || !h.Trusted() || h.apart() != 0 {
				t.Errorf("%s: moved by %v, trusted %v, apart %v", name, by, h.Trusted(), h.apart())
			}
			if ahead > 0 && from.Sub(right).Abs() > apartLook || ahead < 0 && !from.Equal(began) {
				t.Errorf("%s: labels since %v are moved; it began at %v", name, from, began)
			}
			if k := keptClock(t, dir); time.Since(k.Floor).Abs() > time.Minute {
				t.Errorf("%s: kept %v", name, k.Floor)
			}
			if _, err := os.Stat(filepath.Join(dir, wordFile)); err == nil {
				t.Errorf("%s: the word is taken again at every look", name)
			}
			time.Sleep(24 * time.Hour)
			if heard := rings.all(); len(heard) > 0 {
				t.Errorf("%s: a day later %q", name, heard)
			}
		})
	}
}

func TestInAChainNobodysWordCountsButTheClouds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := offHours(t, dir, 0, clock.Saved{Floor: time.Now().Add(time.Hour)})
		if err := os.WriteFile(filepath.Join(dir, wordFile), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		rings := &ringing{}
		keeps(t, h, rings, false)
		time.Sleep(time.Minute)
		if heard := rings.all(); !slices.Equal(heard, []string{"no clock/node"}) || h.apart() != time.Hour {
			t.Errorf("%q, apart %v", heard, h.apart())
		}
	})
}

func TestAWordThatTheDiskRefusesIsTakenWhenItCanBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := offHours(t, dir, 0, clock.Saved{Floor: time.Now().Add(time.Hour)})
		var full atomic.Bool
		full.Store(true)
		h.relabel = func(_ context.Context, _ time.Time, _ time.Duration, set func()) error {
			if full.Load() {
				return os.ErrPermission
			}
			set()
			return nil
		}
		if err := os.WriteFile(filepath.Join(dir, wordFile), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		rings := &ringing{}
		keeps(t, h, rings, true)
		if h.apart() != time.Hour || !strings.Contains(strings.Join(rings.all(), ","), clockApart) {
			t.Errorf("apart %v", h.apart())
		}
		full.Store(false)
		time.Sleep(apartLook)
		synctest.Wait()
		if h.apart() != 0 {
			t.Errorf("apart %v", h.apart())
		}
	})
}
