package dispatch_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
)

// ledger keeps drives.
type ledger struct {
	mu     sync.Mutex
	kept   []dispatch.Drive
	paces  []dispatch.Pace
	broken error
}

func (l *ledger) SaveDrives(_ context.Context, all []dispatch.Drive) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	l.kept = append(l.kept, all...)
	return l.broken
}

func (l *ledger) Paces(context.Context) ([]dispatch.Pace, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.paces), l.broken
}

func TestWaysAreAsSlowAsDrivesWere(t *testing.T) {
	t.Parallel()
	l := &dispatch.Learned{Base: dispatch.Crow{}}
	from, to := house, north(2)
	reckoned := l.At(noon).Time(from, to, 25)
	if reckoned != (dispatch.Crow{}).Time(from, to, 25) {
		t.Errorf("before anything is known: %v", reckoned)
	}
	here := dispatch.CornerOf(from)
	much := 1000 * time.Hour.Seconds()
	l.Know([]dispatch.Pace{
		{Corner: here, Hour: 12, Reckoned: much, Took: 1.5 * much},
		{Corner: here, Hour: 18, Reckoned: much, Took: 100 * much},
		{Corner: here, Hour: 3, Reckoned: 60, Took: 1},
		{Corner: here, Hour: 25, Reckoned: much, Took: 9 * much},
	})
	for at, want := range map[int]float64{12: 1.5, 18: 3, 3: 1, 4: 1} {
		got := float64(l.At(time.Date(2026, 7, 3, at, 30, 0, 0, time.UTC)).Time(from, to, 25)) / float64(reckoned)
		if got < want-0.02 || got > want+0.02 {
			t.Errorf("at %d o'clock %.2f times as long, want %.2f", at, got, want)
		}
	}
	if far := l.At(noon).Time(north(300), north(302), 25); far > reckoned+time.Second {
		t.Errorf("elsewhere nothing was learned: %v", far)
	}
}

func TestDrivesAreLearnedFrom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, kept := shop(0, 0), &ledger{broken: errors.New("no database")}
		d := dispatch.New(r, &ears{}, &key{lock: &lock{}}, clock.System{}, slog.New(slog.DiscardHandler))
		learned := &dispatch.Learned{Base: dispatch.Crow{}}
		d.Roads, d.Travel = kept, learned
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() { _ = d.Run(ctx) })
		defer wait.Wait()
		defer cancel()
		pass(dispatch.Every)
		o := onShelf("o1")
		drive := dispatch.DriveOf(&o, &dispatch.Driver{}, time.Now(), time.Now().Add(20*time.Minute), dispatch.Crow{})
		kept.mu.Lock()
		kept.broken, kept.paces = nil, []dispatch.Pace{{Corner: dispatch.CornerOf(house), Hour: time.Now().UTC().Hour(), Reckoned: 1e7, Took: 2e7}}
		kept.mu.Unlock()
		d.Learn(drive)
		for _, absurd := range []time.Duration{-time.Hour, 0, 3 * time.Hour} {
			drive.Took = absurd
			d.Learn(drive)
		}
		pass(2 * dispatch.Every)
		kept.mu.Lock()
		defer kept.mu.Unlock()
		if len(kept.kept) != 1 || kept.kept[0].Took != 19*time.Minute {
			t.Errorf("%+v", kept.kept)
		}
		crow := dispatch.Crow{}.Time(house, north(1), 25)
		if got := learned.At(time.Now()).Time(house, north(1), 25); got < crow*19/10 {
			t.Errorf("what all know is not known here: %v against %v", got, crow)
		}
	})
}

// TestWhatTheDatabaseDoesNotTakeIsKeptForTheNextTime: a database that blinks must not cost what drivers have taught.
func TestWhatTheDatabaseDoesNotTakeIsKeptForTheNextTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept := &ledger{broken: errors.New("no database")}
		d := dispatch.New(shop(0, 0), &ears{}, &key{lock: &lock{}}, clock.System{}, slog.New(slog.DiscardHandler))
		d.Roads, d.Travel = kept, &dispatch.Learned{Base: dispatch.Crow{}}
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() { _ = d.Run(ctx) })
		defer wait.Wait()
		defer cancel()
		for i := range 600 { // more than are kept
			o := onShelf(fmt.Sprintf("o%03d", i))
			d.Learn(dispatch.DriveOf(&o, &dispatch.Driver{}, time.Now(), time.Now().Add(20*time.Minute), dispatch.Crow{}))
			if i == 300 {
				pass(2 * dispatch.Every)
			}
		}
		pass(2 * dispatch.Every)
		kept.mu.Lock()
		kept.broken = nil
		kept.mu.Unlock()
		pass(2 * dispatch.Every)
		kept.mu.Lock()
		defer kept.mu.Unlock()
		seen := map[order.ID]bool{}
		for _, of := range kept.kept {
			seen[of.Order] = true
		}
		if len(kept.kept) != 512 || len(seen) != 512 || !seen["o000"] || !seen["o511"] {
			t.Errorf("%d drives of %d orders came through", len(kept.kept), len(seen))
		}
	})
}

func TestWhoCyclesAsFastAsBicyclesDoTeachesThatNothingIsInTheWay(t *testing.T) {
	t.Parallel()
	o := onShelf("o1")
	for _, v := range []dispatch.Driver{{}, {Vehicle: dispatch.Bicycle}, {Vehicle: dispatch.OnFoot}, {Vehicle: dispatch.Car, SpeedKMH: 12}} {
		usual := dispatch.Crow{}.Time(o.Pickup, o.Drop, cmp.Or(v.SpeedKMH, v.Vehicle.SpeedKMH()))
		d := dispatch.DriveOf(&o, &v, noon, noon.Add(usual+dispatch.AtDoor/2), dispatch.Crow{})
		l := &dispatch.Learned{Base: dispatch.Crow{}}
		l.Know([]dispatch.Pace{{Corner: dispatch.CornerOf(d.From), Hour: 12, Reckoned: 1000 * d.Reckoned.Seconds(), Took: 1000 * d.Took.Seconds()}})
		if got := float64(l.At(noon).Time(o.Pickup, o.Drop, 25)) / float64(l.Time(o.Pickup, o.Drop, 25)); got < 0.999 || got > 1.001 {
			t.Errorf("%s at %v km/h teaches that cars need %.2f times as long", v.Vehicle, v.SpeedKMH, got)
		}
	}
}
