package mdrp

import "awesome.pizza/cloud/dispatch/engine"

// Weights are one set for all days and categories. How they were chosen, and what else was tried, stands in docs/DISPATCH.md.
func Weights() engine.Weights {
	return engine.Weights{
		Late: 100, Drive: 30, Left: 400_000,
		Begin: 60, Fetch: 150, Gain: 80, Taken: 50, Reach: 15, Ahead: 25,
		Quantile: 7,
		Steps:    400, Seed: 1,
	}
}
