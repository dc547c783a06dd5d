package edge

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/wire"
)

// offHours is a node's clock on a machine whose clock is off.
func offHours(t *testing.T, dir string, off time.Duration, saved clock.Saved) *hours {
	t.Helper()
	real := clock.Machine()
	machine := func() clock.Reading {
		r := real()
		r.Wall = r.Wall.Add(off)
		return r
	}
	return &hours{Steady: clock.NewSteady(machine, saved, time.Time{}), dir: dir, log: slog.New(slog.DiscardHandler)}
}

func keptClock(t *testing.T, dir string) (s clock.Saved) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, clockFile))
	if err != nil {
		return s
	}
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNoPowerCutBetweenClockAndKitchenMakesEverythingOverdue(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for name, c := range map[string]struct {
		off       time.Duration
		keptFirst bool
	}{"a clock that is set back": {year, true}, "a clock that is set on": {-year, false}} {
		dir := t.TempDir()
		h := offHours(t, dir, c.off, clock.Saved{})
		var order []string
		h.relabel = func(_ context.Context, from time.Time, by time.Duration, set func()) error {
			if k := keptClock(t, dir); !k.Floor.IsZero() {
				order = append(order, "file")
			}
			order = append(order, "kitchen")
			if by.Round(time.Minute) != -c.off || time.Since(from.Add(-c.off)).Abs() > time.Minute {
				t.Errorf("%s: by %v since %v", name, by, from)
			}
			set()
			return nil
		}
		if err := h.Told(t.Context(), h.Ran(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if k := keptClock(t, dir); time.Since(k.Floor).Abs() > time.Minute || !k.Doubt.IsZero() || !h.Trusted() {
			t.Errorf("%s: kept %+v, trusted %v", name, k, h.Trusted())
		}
		if slices.Contains(order, "file") != c.keptFirst {
			t.Errorf("%s: %v", name, order)
		}
	}
}

func TestAClockThatTheKitchenCannotFollowIsNotSet(t *testing.T) {
	t.Parallel()
	h := offHours(t, t.TempDir(), -365*24*time.Hour, clock.Saved{})
	h.relabel = func(context.Context, time.Time, time.Duration, func()) error { return errors.New("the disk is full") }
	if err := h.Told(t.Context(), h.Ran(), time.Now()); err == nil || h.Trusted() {
		t.Errorf("trusted %v, %v", h.Trusted(), err)
	}
}

func TestTheTimeIsKeptEveryMinuteAndAtTheEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h, err := openHours(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.run(ctx) }()
		time.Sleep(10*time.Minute + 30*time.Second)
		synctest.Wait()
		if late := time.Since(keptClock(t, dir).Floor); late != 30*time.Second {
			t.Errorf("kept %v ago", late)
		}
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if late := time.Since(keptClock(t, dir).Floor); late != 0 {
			t.Errorf("at the end kept %v ago", late)
		}
		if err := os.WriteFile(filepath.Join(dir, clockFile), []byte("torn"), 0o600); err != nil {
			t.Fatal(err)
		}
		if again, err := openHours(dir, slog.New(slog.DiscardHandler)); err != nil || time.Since(again.Now()) != 0 {
			t.Errorf("after a torn file it is %v, %v", again, err)
		}
	})
}

func TestAFloorWithADamagedDigitIsWorthNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	if _, err := openHours(dir, log); err != nil {
		t.Fatal(err)
	}
	whole, err := readClock(dir)
	if err != nil || time.Since(whole.Floor).Abs() > time.Minute || whole.Doubt.IsZero() {
		t.Fatalf("kept %+v, %v", whole, err)
	}
	path := filepath.Join(dir, clockFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, damaged := range []string{`"floor": "20`, `"doubt": "20`} {
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), damaged, damaged[:len(damaged)-2]+"30", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := readClock(dir); err == nil {
			t.Errorf("%s: read as %+v", damaged, s)
		}
		if h := readHours(dir, log); time.Since(h.Now()).Abs() > time.Minute {
			t.Errorf("%s: it is %v", damaged, h.Now())
		}
	}
	if err := os.WriteFile(path, []byte(`{"floor":"2026-05-01T00:00:00Z"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := readClock(dir); err != nil || s.Floor.IsZero() {
		t.Errorf("of a program of before: %+v, %v", s, err)
	}
}

func TestANodeThatDoesNotKnowTheTimeIsNoJudgeOfOvens(t *testing.T) {
	t.Parallel()
	k, _ := newKitchen(t)
	h := newHours(t)
	d := &devices{restaurant: "r1", kitchen: k, ovens: &ovens{kitchen: k, now: h}, now: h, log: slog.New(slog.DiscardHandler)}
	for name, c := range map[string]struct {
		oven time.Duration // its clock, from ours
		told bool
		ok   bool
	}{
		"an oven that is right, and a node in another year": {365 * 24 * time.Hour, false, true},
		"an oven in another year, and a node that is told":  {365 * 24 * time.Hour, true, false},
		"both right": {0, true, true},
		"an oven of long ago, and a node that does not know": {-365 * 24 * time.Hour, false, true},
	} {
		d.now = newHours(t)
		if c.told {
			if err := d.now.Told(t.Context(), d.now.Ran(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		payload, err := wire.Encode(wire.OvenEvent{ID: id.New(), At: wire.At(time.Now().Add(c.oven)), Kind: wire.Door, Detail: "open"})
		if err != nil {
			t.Fatal(err)
		}
		err = d.ovenEvent(t.Context(), broker.Message{Device: "oven-1", Topic: wire.OvenEventTopic("r1", "oven-1"), Payload: payload, At: time.Now()})
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// desk counts letters.
type desk int

func (d *desk) DeadLetter(context.Context, kitchen.DeadLetter) error {
	*d++
	return nil
}

func TestLettersAreLetGoWhileTheDiskIsShortOfRoom(t *testing.T) {
	t.Parallel()
	var d desk
	for _, c := range []struct {
		pressure store.Pressure
		kept     desk
	}{{store.Roomy, 1}, {store.Tight, 1}, {store.Exhausted, 1}, {store.Roomy, 2}} {
		if err := (thrifty{&d, func() store.Pressure { return c.pressure }}).DeadLetter(t.Context(), kitchen.DeadLetter{}); err != nil || d != c.kept {
			t.Errorf("%v: %d kept, %v", c.pressure, d, err)
		}
	}
}
