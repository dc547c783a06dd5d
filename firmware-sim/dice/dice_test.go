package dice_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/firmware-sim/dice"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func throws(d *dice.Dice) []int {
	out := make([]int, 32)
	for i := range out {
		out[i] = d.IntN(1000)
	}
	return out
}

func TestTheSameSeedAndNameThrowTheSame(t *testing.T) {
	t.Parallel()
	want := throws(dice.New(7, "oven-1"))
	if got := throws(dice.New(7, "oven-1")); !slices.Equal(got, want) {
		t.Errorf("threw %v, then %v", want, got)
	}
	for name, other := range map[string]*dice.Dice{"another name": dice.New(7, "oven-2"), "another seed": dice.New(8, "oven-1"), "run together": dice.New(77, "oven-1")} {
		if got := throws(other); slices.Equal(got, want) {
			t.Errorf("%s throws the same: %v", name, got)
		}
	}
}

func TestWaitsHaveTheMeanTheyShould(t *testing.T) {
	t.Parallel()
	d, sum := dice.New(1, "guests"), time.Duration(0)
	const n = 20_000
	for range n {
		sum += d.Wait(time.Minute)
	}
	if mean := sum / n; mean < 58*time.Second || mean > 62*time.Second {
		t.Errorf("waited %v on average, not a minute", mean)
	}
}

func TestWeightsAreProportions(t *testing.T) {
	t.Parallel()
	d, counts := dice.New(1, "weights"), make([]int, 3)
	for range 10_000 {
		counts[d.Weighted([]float64{1, 0, 3})]++
	}
	if counts[1] != 0 || math.Abs(float64(counts[2])/float64(counts[0])-3) > 0.3 {
		t.Errorf("weights 1, 0, 3 came out as %v", counts)
	}
}

func TestAroundAndBetweenStayInside(t *testing.T) {
	t.Parallel()
	d := dice.New(1, "around")
	for range 1000 {
		if got := d.Around(time.Minute, 0.25); got < 45*time.Second || got > 75*time.Second {
			t.Fatalf("%v is not a minute give or take a quarter", got)
		}
		if got := d.Between(3, 4); got < 3 || got >= 4 {
			t.Fatalf("%v does not lie between 3 and 4", got)
		}
	}
}

func TestPaceScalesBothWays(t *testing.T) {
	t.Parallel()
	if got := dice.Pace(10).Lasts(time.Minute); got != 6*time.Second {
		t.Errorf("a minute lasts %v at ten times life", got)
	}
	if got := dice.Pace(10).Passes(6 * time.Second); got != time.Minute {
		t.Errorf("%v pass in 6 s at ten times life", got)
	}
	if got := dice.Pace(0).Lasts(time.Minute); got != time.Minute {
		t.Errorf("without a pace a minute lasts %v", got)
	}
}
