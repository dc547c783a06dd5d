package clock_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/clock"
)

const year = 365 * 24 * time.Hour

var (
	evening = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	built   = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	nothing = time.Unix(0, 0)
)

func TestABootBelievesTheMachineAsFarAsItCan(t *testing.T) {
	t.Parallel()
	ran := clock.Saved{Floor: evening}
	for name, c := range map[string]struct {
		wall  time.Time
		saved clock.Saved
		want  time.Time
	}{
		"the first boot, a good clock":           {evening, clock.Saved{}, evening},
		"the first boot, no battery":             {nothing, clock.Saved{}, built},
		"the first boot, ten years ahead":        {evening.Add(10 * year), clock.Saved{}, evening.Add(10 * year)},
		"off for a night, a good clock":          {evening.Add(12 * time.Hour), ran, evening.Add(12 * time.Hour)},
		"off for as long as anybody believes":    {evening.Add(clock.Outage), ran, evening.Add(clock.Outage)},
		"ahead of what anybody believes":         {evening.Add(clock.Outage + 1), ran, evening},
		"ten years ahead":                        {evening.Add(10 * year), ran, evening},
		"ten years behind":                       {evening.Add(-10 * year), ran, evening},
		"1970":                                   {nothing, ran, evening},
		"a program newer than what was saved":    {nothing, clock.Saved{Floor: built.Add(-year)}, built},
		"a good clock, and a program much newer": {evening, clock.Saved{Floor: built.Add(-year)}, built}, // 63 days: more than an outage
	} {
		k := clock.Begin(clock.Reading{Wall: c.wall, Ran: time.Minute}, c.saved, built)
		if got := k.Now(time.Minute); !got.Equal(c.want) {
			t.Errorf("%s: it is %v, want %v", name, got, c.want)
		}
		if got := k.Now(time.Hour); !got.Equal(c.want.Add(59 * time.Minute)) {
			t.Errorf("%s: 59 minutes later it is %v", name, got)
		}
		if _, known := k.Within(time.Minute); known || k.Trusted() {
			t.Errorf("%s: trusted before anybody told the time", name)
		}
		if s := k.Save(time.Hour); !s.Floor.Equal(c.want.Add(59*time.Minute)) || !s.Doubt.Equal(c.want) {
			t.Errorf("%s: saves %+v", name, s)
		}
	}
}

func TestTheCloudsTimeIsTakenByHowFarOffItSays(t *testing.T) {
	t.Parallel()
	const asked, heard = time.Minute, time.Minute + 2*time.Second // the cloud may be a second off
	for name, c := range map[string]struct {
		off  time.Duration // of the cloud's time, half a round trip later, from ours
		step bool
		soon time.Duration // how much of it is put right ten seconds after
	}{
		"the same":                 {0, false, 0},
		"within the error":         {time.Second, false, 0},
		"within the error, behind": {-time.Second, false, 0},
		"a little behind the cloud": {
			1500 * time.Millisecond, false, 500 * time.Millisecond,
		},
		"a little ahead of the cloud": {-1500 * time.Millisecond, false, -500 * time.Millisecond},
		"as far as it is put right slowly": {
			clock.Slewed, false, 500 * time.Millisecond,
		},
		"as far ahead":           {-clock.Slewed, false, -500 * time.Millisecond},
		"farther":                {clock.Slewed + time.Millisecond, true, 0},
		"farther ahead":          {-clock.Slewed - time.Millisecond, true, 0},
		"ten years behind":       {10 * year, true, 0},
		"ten years ahead":        {-10 * year, true, 0},
		"fifty-six years behind": {56 * year, true, 0},
	} {
		k := clock.Begin(clock.Reading{Wall: evening}, clock.Saved{Floor: evening}, built)
		before := k.Now(heard)
		fix, step := k.Hear(asked, heard, before.Add(c.off-time.Second))
		if step != c.step || step && fix.By != c.off || step && !fix.From.Equal(evening) {
			t.Errorf("%s: step %v, %+v", name, step, fix)
		}
		if step {
			if k.Trusted() || !k.Now(heard).Equal(before) {
				t.Errorf("%s: the clock was set before anybody could move the labels along", name)
			}
			k.Correct(asked, heard, fix)
			before, c.soon = before.Add(c.off), 0
		}
		if got := k.Now(heard); !got.Equal(before) {
			t.Errorf("%s: it jumps to %v, want %v", name, got, before)
		}
		if got := k.Now(heard + 10*time.Second); !got.Equal(before.Add(10*time.Second + c.soon)) {
			t.Errorf("%s: ten seconds later it is %v, %v too late", name, got, got.Sub(before)-10*time.Second)
		}
		if s := k.Save(heard); !k.Trusted() || !s.Doubt.IsZero() {
			t.Errorf("%s: not trusted: %+v", name, s)
		}
	}
}

func TestACorrectionIsOfAllLabelsSinceTheTimeWasKnownLast(t *testing.T) {
	t.Parallel()
	k := clock.Begin(clock.Reading{Wall: nothing}, clock.Saved{Floor: evening}, built)
	again := clock.Begin(clock.Reading{Wall: nothing}, k.Save(time.Hour), built) // another boot that nobody told the time
	fix, step := again.Hear(0, 0, evening.Add(year))
	if !step || !fix.From.Equal(evening) || fix.By != year-time.Hour {
		t.Fatalf("%v, %+v", step, fix)
	}
}

func TestACloudThatChangesItsMindIsBelievedWhenItInsists(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says []time.Duration // off by, a minute from one to the next
		want bool
	}{
		"once":                            {[]time.Duration{10 * year}, false},
		"for ten minutes":                 {slices.Repeat([]time.Duration{-10 * year}, 11), true},
		"for nine minutes":                {slices.Repeat([]time.Duration{10 * year}, 10), false},
		"one core of two":                 {slices.Repeat([]time.Duration{10 * year, 0}, 30), false},
		"two cores, each another year":    {slices.Repeat([]time.Duration{10 * year, 5 * year}, 30), false},
		"a clock that runs away":          {[]time.Duration{year, 2 * year, 3 * year, 4 * year, 5 * year, 6 * year, 7 * year, 8 * year, 9 * year, 10 * year, 11 * year, 12 * year}, false},
		"a little, which is slewed":       {[]time.Duration{30 * time.Second}, false},
		"a contradiction that was a slip": {append([]time.Duration{year, 0}, slices.Repeat([]time.Duration{year}, 10)...), false},
	} {
		k := clock.Begin(clock.Reading{Wall: evening}, clock.Saved{}, built)
		if _, step := k.Hear(0, 0, evening); step {
			t.Fatal("a step for nothing")
		}
		believed := false
		for n, off := range c.says {
			ran := time.Duration(n+1) * time.Minute
			if fix, step := k.Hear(ran, ran, evening.Add(ran+off)); step {
				believed = true
				if !fix.From.IsZero() || (fix.By-off).Abs() > time.Second {
					t.Errorf("%s: %+v", name, fix)
				}
			}
		}
		if believed != c.want {
			t.Errorf("%s: believed %v", name, believed)
		}
	}
}

func TestABetterAnswerCountsAndAWorseOneDoesNot(t *testing.T) {
	t.Parallel()
	k := clock.Begin(clock.Reading{Wall: evening}, clock.Saved{}, built)
	hear := func(at, trip, off time.Duration) {
		if _, step := k.Hear(at-trip, at, k.Now(at).Add(off-trip/2)); step {
			t.Fatal("a step for nothing")
		}
	}
	hear(time.Minute, 20*time.Millisecond, 0)
	if d, ok := k.Within(time.Minute); !ok || d != 11*time.Millisecond {
		t.Errorf("known within %v, %v", d, ok)
	}
	hear(2*time.Minute, 4*time.Second, time.Second)
	if d, _ := k.Within(2 * time.Minute); d != 23*time.Millisecond {
		t.Errorf("a slow answer made it %v", d)
	}
	hear(3*time.Minute, 4*time.Second, 10*time.Second) // slow, but surely another time
	if d, _ := k.Within(3 * time.Minute); d != 12*time.Second+time.Millisecond {
		t.Errorf("a clock that is ten seconds off is known within %v", d)
	}
	if d, _ := k.Within(time.Hour); d < 2*time.Second || d > 3*time.Second {
		t.Errorf("an hour later it is known within %v", d)
	}
}

func TestACertificateIsJudgedByEitherClockUntilTheTimeIsKnown(t *testing.T) {
	t.Parallel()
	far := evening.Add(10 * year)
	k := clock.Begin(clock.Reading{Wall: far}, clock.Saved{Floor: evening}, built)
	if got := k.Either(clock.Reading{Wall: far}); len(got) != 2 || !got[0].Equal(far) || !got[1].Equal(evening) {
		t.Errorf("it may be %v", got)
	}
	if got := k.Either(clock.Reading{Wall: nothing}); len(got) != 1 || !got[0].Equal(evening) {
		t.Errorf("in 1970 it may be %v", got)
	}
	ahead := clock.Begin(clock.Reading{Wall: evening}, clock.Saved{Floor: far}, built)
	if got := ahead.Either(clock.Reading{Wall: evening}); len(got) != 2 || !got[0].Equal(evening) || !got[1].Equal(far) {
		t.Errorf("with a floor that nobody can have seen it may be %v", got)
	}
	if got := ahead.Either(clock.Reading{Wall: built.Add(-1)}); len(got) != 1 || !got[0].Equal(far) {
		t.Errorf("before the program was made it may be %v", got)
	}
	if _, step := k.Hear(0, 0, evening); step {
		t.Fatal("a step for nothing")
	}
	if got := k.Either(clock.Reading{Wall: far}); len(got) != 1 || !got[0].Equal(evening) {
		t.Errorf("told the time, it may be %v", got)
	}
}

func TestLabelsNeverFallAndAlwaysFindTheTruth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		walls := rapid.Custom(func(r *rapid.T) time.Time {
			return evening.Add(time.Duration(rapid.Int64Range(-10, 10).Draw(r, "years")) * year).Add(time.Duration(rapid.Int64Range(0, 1e15).Draw(r, "ns")))
		})
		truth := evening.Add
		ran := time.Duration(0)
		k := clock.Begin(clock.Reading{Wall: walls.Draw(r, "wall")}, clock.Saved{}, built)
		last := k.Now(ran)
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			ran += time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(r, "pass"))
			switch rapid.IntRange(0, 3).Draw(r, "what") {
			case 0: // the node is started again
				k = clock.Begin(clock.Reading{Wall: walls.Draw(r, "wall"), Ran: ran}, k.Save(ran), built)
			case 1: // the cloud tells the time
				trip := time.Duration(rapid.Int64Range(0, int64(5*time.Second)).Draw(r, "trip"))
				out := time.Duration(rapid.Int64Range(0, int64(trip)).Draw(r, "out"))
				ran += trip
				if fix, step := k.Hear(ran-trip, ran, truth(ran-trip+out)); step {
					k.Correct(ran-trip, ran, fix)
					last = k.Now(ran)
				}
			}
			now := k.Now(ran)
			if now.Before(last) {
				r.Fatalf("it was %v, and then %v", last, now)
			}
			last = now
			if within, ok := k.Within(ran); ok && now.Sub(truth(ran)).Abs() > within {
				r.Fatalf("it is %v, said to be within %v of %v", now, within, truth(ran))
			}
		}
	})
}
