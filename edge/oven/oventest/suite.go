package oventest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/oven"
	"awesome.pizza/shared/wire"
)

// Harness makes drivers for Run. Its functions are called inside a testing/synctest bubble.
type Harness struct {
	// New is a fresh driver of an oven that is well and has just been heard.
	New func(t *testing.T) oven.Driver
	// Silence makes the oven say nothing any more.
	Silence func(t *testing.T, d oven.Driver)
}

// Run holds a driver to the contract of oven.Driver.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, Harness, oven.Driver){
		"reads what an oven can be":                  readsPlausibly,
		"gives its readings away":                    givesReadingsAway,
		"heeds a context that has ended":             heedsContext,
		"reports an oven that fell silent":           reportsSilence,
		"halts as often as it is told and stays so":  haltsForGood,
		"can be used by many at once":                standsConcurrentUse,
		"says what it is":                            saysItsName,
		"keeps reading an oven that goes on talking": keepsReading,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { check(t, h, h.New(t)) })
		})
	}
}

func sense(t *testing.T, d oven.Driver) oven.Reading {
	t.Helper()
	r, err := d.Sense(t.Context())
	if err != nil {
		t.Fatalf("a healthy oven: %v", err)
	}
	return r
}

func readsPlausibly(t *testing.T, _ Harness, d oven.Driver) {
	r := sense(t, d)
	if age := time.Since(r.At); age < 0 || age > oven.SilenceLimit {
		t.Errorf("the reading is %s old", age)
	}
	if len(r.Chambers) == 0 {
		t.Fatal("an oven without chambers")
	}
	names := map[string]bool{}
	for _, c := range r.Chambers {
		if c.Name == "" || names[c.Name] || c.Celsius < wire.OvenCoolest || c.Celsius > wire.OvenHottest {
			t.Errorf("chamber %+v", c)
		}
		names[c.Name] = true
	}
	for _, item := range r.Items {
		if !r.SeesItems || item.Slot < 1 || item.Slot > wire.MostSlots || item.Since.After(time.Now()) {
			t.Errorf("item %+v", item)
		}
	}
}

func givesReadingsAway(t *testing.T, _ Harness, d oven.Driver) {
	r := sense(t, d)
	name := r.Chambers[0].Name
	r.Chambers[0] = oven.Chamber{Name: "scribbled over"}
	for i := range r.Items {
		r.Items[i].Slot = -1
	}
	again := sense(t, d)
	if again.Chambers[0].Name != name || len(again.Items) > 0 && again.Items[0].Slot == -1 {
		t.Errorf("the caller's scribbling came back: %+v", again)
	}
}

func heedsContext(t *testing.T, _ Harness, d oven.Driver) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := d.Sense(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", r, err)
	}
	sense(t, d) // and is none the worse for it
}

func reportsSilence(t *testing.T, h Harness, d oven.Driver) {
	h.Silence(t, d)
	time.Sleep(oven.SilenceLimit + time.Second)
	if r, err := d.Sense(t.Context()); err == nil {
		t.Errorf("a silent oven reads %+v", r)
	} else if errors.Is(err, oven.ErrHalted) {
		t.Errorf("a silent oven is not halted: %v", err)
	}
}

func haltsForGood(t *testing.T, _ Harness, d oven.Driver) {
	for range 2 {
		if err := d.Halt(); err != nil {
			t.Errorf("halt: %v", err)
		}
		if r, err := d.Sense(t.Context()); !errors.Is(err, oven.ErrHalted) {
			t.Errorf("halted, and yet %+v, %v", r, err)
		}
	}
}

func standsConcurrentUse(t *testing.T, _ Harness, d oven.Driver) {
	var users sync.WaitGroup
	for range 8 {
		users.Go(func() {
			for range 50 {
				if _, err := d.Sense(t.Context()); err != nil && !errors.Is(err, oven.ErrHalted) {
					t.Error(err)
				}
				_ = d.String()
			}
		})
	}
	users.Go(func() {
		if err := d.Halt(); err != nil {
			t.Error(err)
		}
	})
	users.Wait()
}

func saysItsName(t *testing.T, _ Harness, d oven.Driver) {
	if name := d.String(); name == "" || len(name) > 100 {
		t.Errorf("%q is no name", name)
	}
}

func keepsReading(t *testing.T, _ Harness, d oven.Driver) {
	first := sense(t, d)
	time.Sleep(oven.SilenceLimit / 2)
	if again := sense(t, d); again.At.Before(first.At) {
		t.Errorf("readings go back in time: %s, then %s", first.At, again.At)
	}
}
