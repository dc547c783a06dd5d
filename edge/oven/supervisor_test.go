package oven_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/oven"
	"awesome.pizza/edge/oven/oventest"
	"awesome.pizza/shared/wire"
)

var warm = oven.Band{Low: 280, High: 330}

// ear notes what a supervisor tells.
type ear struct {
	mu    sync.Mutex
	heard []oven.Observation
}

func (e *ear) hear(o oven.Observation) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, o)
}

// alerts is what was raised (+) and cleared (-), in order.
func (e *ear) alerts() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []string
	for _, o := range e.heard {
		switch o := o.(type) {
		case oven.Alerted:
			out = append(out, "+"+string(o.Kind))
		case oven.Cleared:
			out = append(out, "-"+string(o.Kind))
		}
	}
	return out
}

// watched runs a supervisor of a fake in a bubble of fake time.
func watched(t *testing.T, story func(t *testing.T, fake *oventest.Fake, sup *oven.Supervisor, e *ear)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake, e := new(oventest.Fake), new(ear)
		sup := oven.Supervise(fake, warm)
		sup.Report = e.hear
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- sup.Run(ctx) }()
		synctest.Wait()
		story(t, fake, sup, e)
		cancel()
		if err := <-ended; err != nil || fake.Halts() != 1 {
			t.Errorf("run ended with %v, oven halted %d times", err, fake.Halts())
		}
	})
}

func TestSilentOvenIsReportedLostAndFoundAgain(t *testing.T) {
	t.Parallel()
	watched(t, func(t *testing.T, fake *oventest.Fake, sup *oven.Supervisor, e *ear) {
		fake.Silence()
		time.Sleep(oven.SilenceLimit - time.Second)
		if len(sup.Alerts()) != 0 {
			t.Error("lost before its time")
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if a := sup.Alerts(); len(a) != 1 || a[0].Kind != wire.Silent {
			t.Errorf("an oven that fell silent is still reported healthy: %+v", a)
		}
		fake.Speak()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if a := sup.Alerts(); len(a) != 0 || !slices.Equal(e.alerts(), []string{"+silent", "-silent"}) {
			t.Errorf("open: %+v, told %v", a, e.alerts())
		}
	})
}

func TestAnOvenIsReadEverySecond(t *testing.T) {
	t.Parallel()
	watched(t, func(t *testing.T, fake *oventest.Fake, sup *oven.Supervisor, e *ear) {
		if r, ok := sup.Last(); !ok || r.Chambers[0].Celsius != 300 {
			t.Errorf("no reading at once: %+v", r)
		}
		fake.Heat(310)
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		if r, _ := sup.Last(); r.Chambers[0].Celsius != 310 || len(e.heard) != 11 {
			t.Errorf("%+v after %d readings", r, len(e.heard))
		}
	})
}

func TestAnOvenThatHangsIsLostButDoesNotHangItsSupervisor(t *testing.T) {
	t.Parallel()
	watched(t, func(t *testing.T, fake *oventest.Fake, sup *oven.Supervisor, e *ear) {
		fake.Stick()
		time.Sleep(oven.SilenceLimit + 2*oven.SenseTimeout)
		synctest.Wait()
		if a := sup.Alerts(); len(a) != 1 || a[0].Kind != wire.Silent {
			t.Error("an oven that hangs is reported healthy")
		}
		fake.Speak()
		time.Sleep(oven.SenseTimeout + 2*time.Second)
		synctest.Wait()
		if !slices.Equal(e.alerts(), []string{"+silent", "-silent"}) {
			t.Errorf("told %v", e.alerts())
		}
	})
}

func TestHeatAndFaultsAreToldEachForItself(t *testing.T) {
	t.Parallel()
	watched(t, func(t *testing.T, fake *oventest.Fake, sup *oven.Supervisor, e *ear) {
		time.Sleep(5 * time.Second)
		fake.Heat(200)
		time.Sleep(oven.BandLimit + 5*time.Second)
		fake.Fail(oven.ErrFault)
		time.Sleep(oven.FaultLimit + 5*time.Second)
		synctest.Wait()
		if a := sup.Alerts(); len(a) != 2 {
			t.Errorf("%+v", a)
		}
		fake.Speak()
		fake.Heat(300)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if want := []string{"+underheat", "+malfunction", "-malfunction", "-underheat"}; !slices.Equal(e.alerts(), want) {
			t.Errorf("told %v, want %v", e.alerts(), want)
		}
	})
}

func TestABandIsSetByTheGoroutineThatOwnsTheOven(t *testing.T) {
	t.Parallel()
	watched(t, func(t *testing.T, fake *oventest.Fake, sup *oven.Supervisor, e *ear) {
		cooler := oven.Band{Low: 200, High: 220}
		if err := sup.SetBand(t.Context(), cooler); err != nil || fake.Band() != cooler {
			t.Errorf("%+v, %v", fake.Band(), err)
		}
		time.Sleep(oven.BandLimit + 5*time.Second)
		synctest.Wait()
		if !slices.Equal(e.alerts(), []string{"+overheat"}) {
			t.Errorf("300 °C in a band to 220: told %v", e.alerts())
		}
		if err := sup.SetBand(t.Context(), cooler); err != nil || !slices.Equal(e.alerts(), []string{"+overheat"}) {
			t.Errorf("told the same band again it says %v, %v", e.alerts(), err)
		}
		fake.RefuseBand(errors.New("no"))
		if err := sup.SetBand(t.Context(), warm); err == nil {
			t.Error("the oven refused and nobody heard")
		}
		if len(sup.Alerts()) != 1 {
			t.Error("a refused band was watched")
		}
		if err := sup.SetBand(t.Context(), oven.Band{Low: 300, High: 2000}); err == nil {
			t.Error("a band of 2000 °C was set")
		}
	})
}

// deaf is an oven without a way back.
type deaf struct{ oven.Driver }

func TestAnOvenWithItsOwnThermostatCannotBeSet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sup := oven.Supervise(deaf{new(oventest.Fake)}, warm)
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := sup.SetBand(short, warm); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nobody runs it, and yet: %v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- sup.Run(ctx) }()
		if err := sup.SetBand(t.Context(), warm); !errors.Is(err, oven.ErrNotSettable) {
			t.Errorf("%v", err)
		}
		stop()
		<-ended
		if sup.String() != "fake oven" {
			t.Error(sup.String())
		}
	})
}
