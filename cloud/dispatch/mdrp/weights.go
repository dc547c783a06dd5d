package mdrp

import "awesome.pizza/cloud/dispatch/engine"

// Weights are the same for all days of a category; docs/dispatch.md tells how they were found.
func Weights(c Category) engine.Weights {
	w := engine.Weights{Late: 100, Drive: 60, Left: 400_000, Begin: 1000, Quantile: 50, Gain: 60, Reach: 15, Ahead: 25, Steps: 400, Seed: 1}
	return w
}
