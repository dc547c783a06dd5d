package mdrp

import "awesome.pizza/cloud/dispatch/engine"

// Weights are one set for all days and categories: first guesses, not fitted to any of the days.
func Weights() engine.Weights {
	return engine.Weights{Late: 100, Drive: 30, Left: 400_000, Begin: 700, Quantile: 7, Gain: 150, Fetch: 150, Taken: 70, Reach: 15, Ahead: 25, Steps: 400, Seed: 1}
}
