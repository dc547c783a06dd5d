package kitchen

import (
	"slices"
	"time"
)

// misses counts how far orders were ready behind their first forecasts, since the kitchen was opened. Its owner guards it.
type misses struct {
	counts [len(missLimits) + 1]uint64
	sum    time.Duration
}

// missLimits are the upper limits of the classes of errors, in seconds; the last class has none.
var missLimits = [...]float64{-600, -300, -180, -120, -60, -30, 0, 30, 60, 120, 180, 300, 600, 1200}

func (m *misses) add(all []time.Duration) {
	for _, by := range all {
		class, _ := slices.BinarySearch(missLimits[:], by.Seconds())
		m.counts[class]++
		m.sum += by
	}
}

// Missed is how far orders were ready behind their first forecast, in seconds, since the kitchen was opened: how many up to each limit but
// not the one before, the last of them beyond all limits, and the sum. What nobody can believe is not counted.
func (k *Kitchen) Missed() (limits []float64, counts []uint64, sum float64) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return missLimits[:], slices.Clone(k.misses.counts[:]), k.misses.sum.Seconds()
}
