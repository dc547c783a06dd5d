//go:build race

package linksim_test

// What the race detector makes ten times slower is tried with fewer.
const (
	crowd         = 800
	applies       = 6
	mostHistories = 40
	twins         = 6
)
