// Package dice makes everything that looks like chance from one seed: each device has dice of its own, derived from the seed and its
// name, so that adding a device changes nothing for the others. It also scales durations: see Pace. There is no clock in here.
package dice

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"
)

// Dice are the chances of one device. They are not safe for concurrent use: one goroutine owns them.
type Dice struct{ *rand.Rand }

// New are the dice of a name under a seed: always the same throws for the same two.
func New(seed uint64, name string) *Dice {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%s", seed, name))
	return &Dice{rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))}
}

// Chance is true with probability p.
func (d *Dice) Chance(p float64) bool { return d.Float64() < p }

// Between is evenly distributed between least and most.
func (d *Dice) Between(least, most float64) float64 { return least + d.Float64()*(most-least) }

// Wait is exponentially distributed with this mean: the time until the next of many independent people does something.
func (d *Dice) Wait(mean time.Duration) time.Duration {
	return time.Duration(d.ExpFloat64() * float64(mean))
}

// Around is d0 give or take a fraction of it.
func (d *Dice) Around(d0 time.Duration, fraction float64) time.Duration {
	return time.Duration(float64(d0) * d.Between(1-fraction, 1+fraction))
}

// Pick takes one of a list that is not empty.
func Pick[T any](d *Dice, of []T) T { return of[d.IntN(len(of))] }

// Weighted is an index of weights, taken in proportion to them. At least one weight must be above 0.
func (d *Dice) Weighted(weights []float64) int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	left := d.Float64() * sum
	for i, w := range weights {
		if left -= w; left < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// Pace is how many times faster than life physics and people are. 0 counts as 1.
type Pace float64

// Lasts is how long on the wall clock something takes that takes d in life.
func (p Pace) Lasts(d time.Duration) time.Duration { return time.Duration(float64(d) / p.factor()) }

// Passes is how much time passes for physics and people while d passes on the wall clock.
func (p Pace) Passes(d time.Duration) time.Duration { return time.Duration(float64(d) * p.factor()) }

func (p Pace) factor() float64 {
	if p <= 0 {
		return 1
	}
	return float64(p)
}
