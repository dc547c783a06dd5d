package oven

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/wire"
)

var (
	noon   = time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)
	baking = Band{Low: 280, High: 330}
)

// play asks an oven once a second: each element is its temperature, or nil when Sense fails with err.
func play(w *watch, from time.Time, seconds int, celsius Celsius, err error) (told []Observation, until time.Time) {
	for range seconds {
		from = from.Add(time.Second)
		r := Reading{At: from, Chambers: []Chamber{{"deck", celsius}}}
		for _, o := range w.step(from, r, err) {
			if _, plain := o.(Observed); !plain {
				told = append(told, o)
			}
		}
	}
	return told, from
}

// only wants a single observation of type T.
func only[T Observation](t *testing.T, told []Observation) T {
	t.Helper()
	var none T
	if len(told) != 1 {
		t.Fatalf("told %v, want one %T", told, none)
	}
	o, ok := told[0].(T)
	if !ok {
		t.Fatalf("told %+v, want a %T", told[0], none)
	}
	return o
}

func nothing(t *testing.T, told []Observation) {
	t.Helper()
	if len(told) > 0 {
		t.Fatalf("told %+v, want nothing", told)
	}
}

func TestTooHotIsToldOnceAfterAMinuteAndClearedOnce(t *testing.T) {
	t.Parallel()
	w := newWatch(baking, noon)
	told, now := play(w, noon, 60, 300, nil)
	nothing(t, told)
	hotSince := now.Add(time.Second)
	told, now = play(w, now, 61, 350, nil)
	nothing(t, told)
	told, now = play(w, now, 100, 351, nil)
	a := only[Alerted](t, told)
	if a.Kind != wire.Overheat || a.Level != wire.Critical || !a.Since.Equal(hotSince) || *a.Celsius != 351 {
		t.Errorf("%+v", a)
	}
	told, now = play(w, now, 100, 330, nil)
	if c := only[Cleared](t, told); c.Kind != wire.Overheat || !c.Since.Equal(hotSince) || !c.At.After(hotSince) {
		t.Errorf("%+v", c)
	}
	told, _ = play(w, now, 30, 350, nil)
	nothing(t, told)
}

func TestAColdOvenIsNoAlertUntilItHasBeenWarm(t *testing.T) {
	t.Parallel()
	w := newWatch(baking, noon)
	told, now := play(w, noon, 1800, 100, nil)
	nothing(t, told)
	told, now = play(w, now, 1, 280, nil)
	nothing(t, told)
	told, now = play(w, now, 62, 279, nil)
	if a := only[Alerted](t, told); a.Kind != wire.Underheat || a.Level != wire.Warning || *a.Celsius != 279 {
		t.Errorf("%+v", a)
	}
	told = w.setBand(Band{Low: 200, High: 220}, now)
	if c := only[Cleared](t, told); c.Kind != wire.Underheat {
		t.Errorf("%+v", c)
	}
	told, _ = play(w, now, 59, 279, nil)
	nothing(t, told)
}

func TestAnOvenThatIsTooHotFromTheStartIsToldToo(t *testing.T) {
	t.Parallel()
	told, _ := play(newWatch(baking, noon), noon, 70, 400, nil)
	if a := only[Alerted](t, told); a.Kind != wire.Overheat {
		t.Errorf("%+v", a)
	}
}

func TestADipIntoTheBandStartsTheMinuteAgain(t *testing.T) {
	t.Parallel()
	w := newWatch(baking, noon)
	now := noon
	for range 10 {
		var told []Observation
		told, now = play(w, now, 55, 340, nil)
		nothing(t, told)
		told, now = play(w, now, 1, 320, nil)
		nothing(t, told)
	}
}

func TestSilenceIsToldSinceTheLastWord(t *testing.T) {
	t.Parallel()
	w := newWatch(baking, noon)
	_, last := play(w, noon, 5, 300, nil)
	told, now := play(w, last, 10, 0, ErrSilent)
	nothing(t, told)
	told, now = play(w, now, 3600, 0, ErrSilent)
	if a := only[Alerted](t, told); a.Kind != wire.Silent || !a.Since.Equal(last) || a.Detail == "" {
		t.Errorf("%+v", a)
	}
	told, _ = play(w, now, 1, 300, nil)
	if c := only[Cleared](t, told); c.Kind != wire.Silent {
		t.Errorf("%+v", c)
	}
}

func TestAReadingThatNeverChangesItsTimeIsSilence(t *testing.T) {
	t.Parallel()
	w := newWatch(baking, noon)
	stale := Reading{At: noon, Chambers: []Chamber{{"deck", 300}}}
	var told []Observation
	for s := range 12 {
		told = append(told, w.step(noon.Add(time.Duration(s)*time.Second), stale, nil)...)
	}
	if len(told) != 2 {
		t.Fatalf("%+v", told)
	}
	if a, ok := told[1].(Alerted); !ok || a.Kind != wire.Silent {
		t.Errorf("%+v", told[1])
	}
}

func TestAFaultIsToldAfterThreeSecondsAndIsNotSilence(t *testing.T) {
	t.Parallel()
	w := newWatch(baking, noon)
	_, now := play(w, noon, 5, 300, nil)
	broken := fmt.Errorf("%w: thermocouple is not connected", ErrFault)
	told, now := play(w, now, 2, 0, broken)
	nothing(t, told)
	told, now = play(w, now, 1, 300, nil) // a bad frame or two
	nothing(t, told)
	told, now = play(w, now, 100, 0, broken)
	if a := only[Alerted](t, told); a.Kind != wire.Malfunction || a.Detail != broken.Error() {
		t.Errorf("%+v", a)
	}
	told, _ = play(w, now, 5, 300, nil)
	if c := only[Cleared](t, told); c.Kind != wire.Malfunction {
		t.Errorf("%+v", c)
	}
}

func TestAReadingWithoutChambersIsAFault(t *testing.T) {
	t.Parallel()
	w := newWatch(baking, noon)
	var told []Observation
	for s := range 10 {
		told = append(told, w.step(noon.Add(time.Duration(s)*time.Second), Reading{At: noon}, nil)...)
	}
	if a := only[Alerted](t, told); a.Kind != wire.Malfunction {
		t.Errorf("%+v", a)
	}
}

func TestWhateverHappensAlertsAndClearingsAlternate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWatch(baking, noon)
		now, open := noon, map[wire.AlertKind]bool{}
		for range rapid.IntRange(1, 40).Draw(t, "phases") {
			err := rapid.SampledFrom([]error{nil, nil, ErrSilent, ErrFault, errors.New("bus")}).Draw(t, "err")
			var told []Observation
			told, now = play(w, now, rapid.IntRange(1, 100).Draw(t, "seconds"), Celsius(rapid.IntRange(200, 400).Draw(t, "celsius")), err)
			for _, o := range told {
				switch o := o.(type) {
				case Alerted:
					if open[o.Kind] || o.Since.After(now) {
						t.Fatalf("%s was told twice, or from the future: %+v", o.Kind, o)
					}
					open[o.Kind] = true
				case Cleared:
					if !open[o.Kind] {
						t.Fatalf("%s is over without having begun", o.Kind)
					}
					delete(open, o.Kind)
				}
			}
		}
		if _, now = play(w, now, 1, 300, nil); len(w.open) != 0 {
			t.Fatalf("all is well at %s, and still open is %v", now, w.open)
		}
	})
}
